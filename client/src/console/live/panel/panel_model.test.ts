import { describe, expect, it } from "vitest";
import type { ExperienceShape, Parameter } from "../../../wire/generated.ts";
import { bounded, type Control, measuredValue, panelOf, presentValue, stepFor } from "./panel_model.ts";
import { commandWords } from "./panel_words.ts";

const height: Parameter = {
  name: "height_m",
  label: "Height",
  kind: "number",
  unit: "m",
  minimum: 0,
  maximum: 60,
  step: 0.5,
  graded: true,
  ceiling: 30,
};
const railing: Parameter = {
  name: "railing",
  label: "Railing",
  kind: "choice",
  choices: ["full", "low", "none"],
  graded: true,
  ceiling: "low",
};
const shape: ExperienceShape = {
  name: "heights",
  title: "Fear of heights",
  scene: "heights",
  version: "1",
  state: [height, railing],
  commands: [
    {
      name: "rise_to",
      label: "Rise to",
      help: "Take the lift to this height.",
      by: ["lead"],
      every_s: 0.2,
      parameters: [height],
      sets: "target_m",
    },
    {
      name: "set_railing",
      label: "Set railing",
      help: "",
      by: ["lead"],
      every_s: 0.1,
      parameters: [railing],
      sets: "railing",
    },
    { name: "wave", label: "Wave", help: "", by: ["subject"], every_s: 0.1, parameters: [] },
    { name: "restart", label: "Restart", help: "", by: ["lead"], every_s: 1, parameters: [] },
  ],
};
const [rise, rail, restart] = panelOf(shape) as [
  ReturnType<typeof panelOf>[number],
  ReturnType<typeof panelOf>[number],
  ReturnType<typeof panelOf>[number],
];

describe("panelOf", () => {
  it("shows what the lead may command, and nothing else", () => {
    expect(panelOf(shape).map(({ command }) => command)).toEqual(["rise_to", "set_railing", "restart"]);
  });

  it("makes a number a slider up to its maximum that may be sent up to the patient's ceiling", () => {
    expect(rise.controls[0]).toMatchObject({
      kind: "slider",
      unit: "m",
      least: 0,
      most: 30,
      top: 60,
      step: 0.5,
    });
    expect(rise.everyMs).toBe(200);
    expect(rise.sendsItself).toBe(true);
  });

  it("does not let anyone choose what is stronger than the ceiling", () => {
    const choice = rail.controls[0] as Control & { kind: "choice" };
    expect(choice.options.map(({ value, allowed }) => [value, allowed])).toEqual([
      ["full", true],
      ["low", true],
      ["none", false],
    ]);
  });

  it("waits for a button where there is nothing to set", () => {
    expect(restart.sendsItself).toBe(false);
    expect(restart.controls).toEqual([]);
  });

  it("makes a flag a switch and a text a field that waits for its button", () => {
    const odd: ExperienceShape = {
      ...shape,
      commands: [
        {
          name: "a",
          label: "A",
          help: "",
          by: ["lead"],
          every_s: 1,
          parameters: [{ name: "on", label: "On", kind: "flag" }],
        },
        {
          name: "b",
          label: "B",
          help: "",
          by: ["lead"],
          every_s: 1,
          parameters: [{ name: "say", label: "Say", kind: "text" }],
        },
      ],
    };
    const panel = panelOf(odd);
    expect(panel.map(({ controls, sendsItself }) => [controls[0]?.kind, sendsItself])).toEqual([
      ["switch", true],
      ["text", false],
    ]);
  });
});

describe("values of a control", () => {
  const state = { height_m: 8.4, target_m: 12, railing: "full" };
  const slider = rise.controls[0] as Control & { kind: "slider" };

  it("shows what was asked for, and beside it how it is now", () => {
    expect(presentValue(rise, slider, state)).toBe(12);
    expect(measuredValue(rise, slider, state)).toBe(8.4);
  });

  it("has nothing beside it where the state is what was asked for", () => {
    const choice = rail.controls[0] as Control;
    expect(presentValue(rail, choice, state)).toBe("full");
    expect(measuredValue(rail, choice, state)).toBeNull();
  });

  it.each([
    [45, 30],
    [-1, 0],
    [11.8, 12],
    [11.7, 11.5],
  ])("sends %d as %d", (chosen, sent) => expect(bounded(slider, chosen)).toBe(sent));
});

describe("stepFor", () => {
  it.each([
    [1, 0.01],
    [60, 1],
    [30, 0.5],
    [360, 5],
  ])("takes round steps over a range of %d: %d", (range, step) => expect(stepFor(range)).toBeCloseTo(step));
});

describe("commandWords", () => {
  it("names the command with its values and units", () => {
    expect(commandWords(shape, "rise_to", { height_m: 12 })).toBe("Rise to 12 m");
    expect(commandWords(null, "rise_to", { height_m: 12 })).toBe("rise to 12");
  });
});
