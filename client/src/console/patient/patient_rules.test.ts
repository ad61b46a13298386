import { describe, expect, it } from "vitest";
import type { ConsentState, Experience, Screening } from "../api/types.ts";
import { birthDateProblem } from "../patients/birth_date.ts";
import { safeNext } from "../sign_in/safe_next.ts";
import { fullRange, gradedFields, limitsInForce, toKeep } from "./limits.ts";
import { requirements } from "./readiness.ts";
import { completed, outcomeOf } from "./screening_questions.ts";

const now = new Date("2026-11-20T10:00:00Z");
const consent: ConsentState = { care: true, recording: false, research: false, history: [] };
const screening: Screening = {
  id: "x",
  answers: { seizures: false, vestibular_disease: false, psychosis: false, intoxication: false },
  outcome: "clear",
  blocking: [],
  cautions: [],
  acknowledged: false,
  note: null,
  recorded_at: "2026-11-20T09:00:00Z",
  recorded_by: "l",
  valid_until: "2026-11-21T09:00:00Z",
};
const met = (one: Partial<Screening>) => requirements(consent, [{ ...screening, ...one }], now)[1];

describe("requirements", () => {
  it("are met with consent to care and a clear screening of today", () => {
    expect(requirements(consent, [screening], now).every((one) => one.met)).toBe(true);
  });

  it("name what is missing", () => {
    const [needsConsent, needsScreening] = requirements({ ...consent, care: false }, [], now);
    expect(needsConsent).toMatchObject({ met: false, text: "Consent to care is missing." });
    expect(needsScreening?.met).toBe(false);
  });

  it("do not take an old screening, a block, or a caution that nobody acknowledged", () => {
    expect(met({ valid_until: "2026-11-20T09:59:59Z" })?.met).toBe(false);
    expect(met({ outcome: "block", blocking: ["seizures"] })?.text).toContain("seizures");
    expect(met({ outcome: "caution", cautions: ["vestibular_disease"] })?.met).toBe(false);
    expect(met({ outcome: "caution", cautions: ["vestibular_disease"], acknowledged: true })?.met).toBe(true);
  });
});

describe("screening answers", () => {
  it("are complete when every question has one", () => {
    expect(completed({ seizures: false, psychosis: false, intoxication: false })).toBeNull();
    expect(completed(screening.answers)).toEqual(screening.answers);
  });

  it("block before they caution", () => {
    expect(outcomeOf({ vestibular_disease: true })).toBe("caution");
    expect(outcomeOf({ vestibular_disease: true, seizures: true })).toBe("block");
    expect(outcomeOf({ seizures: false })).toBe("clear");
  });
});

describe("limits", () => {
  const field = {
    label: "",
    unit: null,
    minimum: null,
    maximum: null,
    step: null,
    choices: null,
    ceiling: null,
  };
  const height = { ...field, name: "height_m", kind: "number", maximum: 60, graded: true };
  const railing = {
    ...field,
    name: "railing",
    kind: "choice",
    choices: ["full", "low", "none"],
    graded: true,
  };
  const speed = { ...field, name: "speed_mps", kind: "number", graded: false };
  const shape = { state: [height, railing, speed] } as unknown as Experience["shape"];
  const fields = gradedFields(shape);

  it("concern graded fields alone, and are the full range where none is set", () => {
    expect(fields.map(({ name }) => name)).toEqual(["height_m", "railing"]);
    expect(fields.map(fullRange)).toEqual([60, "none"]);
    expect(limitsInForce(fields, { height_m: 30 })).toEqual({ height_m: 30, railing: "none" });
  });

  it("are kept only where they limit something", () => {
    expect(toKeep(fields, { height_m: 30, railing: "none" })).toEqual({ height_m: 30 });
  });
});

describe("birthDateProblem", () => {
  it("takes a day that has been, and tells what is wrong with another", () => {
    expect(birthDateProblem("1988-04-12", now)).toBeNull();
    expect(birthDateProblem("", now)).not.toBeNull();
    expect(birthDateProblem("2030-01-01", now)).toContain("still to come");
    expect(birthDateProblem("1788-01-01", now)).toContain("130");
  });
});

describe("safeNext", () => {
  it.each([
    ["/patients/a?show=limits", "/patients/a?show=limits"],
    [null, "/"],
    ["https://elsewhere.example/", "/"],
    ["//elsewhere.example/", "/"],
    ["/\\elsewhere.example/", "/"],
  ])("of %s is %s", (asked, address) => expect(safeNext(asked)).toBe(address));
});
