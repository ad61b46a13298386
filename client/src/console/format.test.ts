import { describe, expect, it } from "vitest";
import { formatBirth, formatDuration, formatElapsed, formatNumber, formatShare } from "./format.ts";

describe("formatElapsed", () => {
  it.each([
    [0, "0:00"],
    [59.9, "0:59"],
    [247, "4:07"],
    [3753, "1:02:33"],
    [-3, "0:00"],
  ])("%d s is %s", (seconds, words) => expect(formatElapsed(seconds)).toBe(words));
});

describe("formatDuration", () => {
  it.each([
    [null, "–"],
    [45, "45 s"],
    [1440, "24 min"],
    [3600, "1 h"],
    [3900, "1 h 5 min"],
  ])("%s is %s", (seconds, words) => expect(formatDuration(seconds)).toBe(words));
});

describe("formatNumber", () => {
  it("gives a number with its unit, and a dash where there is none", () => {
    expect(formatNumber(12.345, "m", 1)).toBe("12.3 m");
    expect(formatNumber(0)).toBe("0");
    expect(formatNumber(null, "m")).toBe("–");
    expect(formatNumber(Number.NaN)).toBe("–");
  });
});

describe("formatShare", () => {
  it("is percent", () => expect(formatShare(0.684)).toBe("68 %"));
});

describe("formatBirth", () => {
  it("counts the years that are completed", () => {
    expect(formatBirth("1988-04-12", new Date(2026, 3, 11))).toContain("37 years");
    expect(formatBirth("1988-04-12", new Date(2026, 3, 12))).toContain("38 years");
  });
});
