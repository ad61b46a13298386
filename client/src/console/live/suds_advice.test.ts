import { describe, expect, it } from "vitest";
import { adviseFrom } from "./suds_advice.ts";

describe("adviseFrom", () => {
  it.each([
    [[90, 85], "down"],
    [[30, 28], "up"],
    [[70, 35], "up"],
    [[70, 36], "stay"],
    [[90], "stay"],
    [[28], "stay"],
    [[20, 90, 60], "stay"],
    [[100, 85, 90], "down"],
  ] as const)("after %j suggests %s", (ratings, move) => expect(adviseFrom([...ratings])?.move).toBe(move));

  it("suggests nothing before the first rating of a level", () => expect(adviseFrom([])).toBeNull());
});
