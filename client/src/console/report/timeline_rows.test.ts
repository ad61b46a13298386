import { describe, expect, it } from "vitest";
import type { Series, TimelineEvent } from "../api/types.ts";
import { calmSpans } from "./calm_spans.ts";
import { rangeOf, rowsOf } from "./timeline_rows.ts";

const series = (key: string, values: Series["values"], step = false): Series => ({
  key,
  label: key,
  unit: null,
  source: null,
  step,
  at_s: values.map((_, index) => index * 10),
  values,
});

describe("rowsOf", () => {
  it("puts what was raised first, then distress, then the heart, and leaves words out", () => {
    const rows = rowsOf(
      [
        series("heart_rate", [80]),
        series("railing", ["full"]),
        series("suds", [40]),
        series("height_m", [0, 3]),
        series("speed_mps", [0, 1]),
      ],
      ["height_m"],
      60,
    );
    expect(rows.map(({ key }) => key)).toEqual(["height_m", "suds", "heart_rate"]);
  });

  it("carries a held value on to the end of the session", () => {
    const [row] = rowsOf([series("suds", [40, 60], true)], ["height_m"], 60);
    expect(row?.data).toEqual([
      [0, 10, 60],
      [40, 60, 60],
    ]);
  });

  it("leaves out what is graded but never changed", () => {
    expect(rowsOf([series("height_m", [0, 0])], ["height_m"], 60)).toEqual([]);
  });

  it("leaves out a line without values", () =>
    expect(rowsOf([series("suds", [])], ["height_m"], 60)).toEqual([]));
});

describe("rangeOf", () => {
  it("is fixed for distress, from nought for a height, around the values for a heart", () => {
    const [height, suds, heart] = rowsOf(
      [series("height_m", [0, 20]), series("suds", [40]), series("heart_rate", [72, 98])],
      ["height_m"],
      60,
    );
    expect(suds && rangeOf(suds)).toEqual([0, 100]);
    expect(height && rangeOf(height)[0]).toBe(0);
    expect(height && rangeOf(height)[1]).toBeGreaterThan(20);
    expect(heart && rangeOf(heart)).toEqual([60, 110]);
  });
});

describe("calmSpans", () => {
  const event = (at_s: number, kind: string, by: TimelineEvent["by"] = null): TimelineEvent => ({
    at_s,
    kind,
    by,
    text: "",
  });

  it("lasts from a stop until both have agreed", () => {
    const events = [
      event(10, "stopped"),
      event(20, "agreed", "subject"),
      event(30, "agreed", "lead"),
      event(40, "closed"),
    ];
    expect(calmSpans(events, 50)).toEqual([[10, 30]]);
  });

  it("begins anew with a stop in between, and lasts to the end when nobody went on", () => {
    const events = [
      event(10, "stopped"),
      event(20, "agreed", "lead"),
      event(25, "stopped"),
      event(30, "agreed", "subject"),
    ];
    expect(calmSpans(events, 50)).toEqual([[10, 50]]);
  });
});
