import { describe, expect, it } from "vitest";
import type { ExperienceShape, Parameter } from "../wire/generated.ts";
import { Ceilings } from "./ceiling.ts";

function parameter(name: string, more: Partial<Parameter>): Parameter {
  return { name, label: name, kind: "number", minimum: 0, maximum: 60, ...more };
}

function shape(height: number | null, railing: string | null): ExperienceShape {
  const choices = ["full", "low", "none"];
  return {
    name: "heights",
    title: "",
    scene: "heights",
    version: "1",
    commands: [],
    state: [
      parameter("height_m", { graded: true, ceiling: height }),
      parameter("railing", {
        kind: "choice",
        choices,
        minimum: null,
        maximum: null,
        graded: true,
        ceiling: railing,
      }),
      parameter("caption", { kind: "text", minimum: null, maximum: null }),
      parameter("lights", { kind: "flag", minimum: null, maximum: null }),
    ],
  };
}

describe("ceilings", () => {
  const ceilings = new Ceilings(shape(30, "low"));

  it.each([
    [12, 12],
    [30, 30],
    [30.01, 30],
    [Number.POSITIVE_INFINITY, 30],
    [-5, 0],
    [Number.NaN, 0],
    ["60", 0],
    [null, 0],
    [undefined, 0],
  ])("draws a height of %s as %s", (value, drawn) => {
    expect(ceilings.clamp("height_m", value)).toBe(drawn);
  });

  it.each([
    ["full", "full"],
    ["low", "low"],
    ["none", "low"],
    ["missing", "full"],
    [2, "full"],
  ])("draws a railing of %s as %s", (value, drawn) => {
    expect(ceilings.clamp("railing", value)).toBe(drawn);
  });

  it("leaves alone what has no grade", () => {
    expect(ceilings.clamp("caption", "hello")).toBe("hello");
    expect(ceilings.clamp("lights", true)).toBe(true);
    expect(ceilings.clamp("other", 1e9)).toBe(1e9);
  });

  it("without a ceiling is bound by the range", () => {
    expect(new Ceilings(shape(null, null)).clamp("height_m", 99)).toBe(60);
    expect(new Ceilings(shape(null, null)).clamp("railing", "none")).toBe("none");
  });

  it("is lowered by a later greeting and never raised", () => {
    const own = new Ceilings(shape(30, "low"));
    own.tighten(shape(60, "none"));
    expect(own.clamp("height_m", 50)).toBe(30);
    expect(own.clamp("railing", "none")).toBe("low");
    own.tighten(shape(12, "full"));
    expect(own.clamp("height_m", 50)).toBe(12);
    expect(own.clamp("railing", "none")).toBe("full");
  });

  it("clamps a whole state in place and adds no field", () => {
    const state = { height_m: 55, railing: "none", other: 7 };
    ceilings.apply(state);
    expect(state).toEqual({ height_m: 30, railing: "low", other: 7 });
  });
});
