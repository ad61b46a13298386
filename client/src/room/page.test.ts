import { describe, expect, it } from "vitest";
import { PANEL_HEIGHT, PANEL_WIDTH, type PanelModel, pageOf, STEPS, widgetAt } from "./page.ts";

const model = (more: Partial<PanelModel>): PanelModel => ({
  place: "running",
  why: null,
  stopWhy: null,
  ready: false,
  question: null,
  rating: null,
  answered: false,
  seated: false,
  gaze: false,
  vignette: true,
  presenting: true,
  ...more,
});
const asked = { number: 1, measure: "suds" };

const every = [
  model({ place: "waiting" }),
  model({ place: "lobby", presenting: false }),
  model({}),
  model({ question: asked }),
  model({ question: asked, rating: 40 }),
  ...["heartbeat", "hidden", "left", "lead", "room"].map((why) => model({ place: "frozen", why })),
  model({ place: "calm" }),
  model({ place: "calm", ready: true }),
  model({ place: "ended", why: "removed" }),
];

describe("every page", () => {
  it("keeps its widgets apart and inside", () => {
    for (const page of every.map(pageOf)) {
      expect(page.width).toBeLessThanOrEqual(PANEL_WIDTH);
      expect(page.height).toBeLessThanOrEqual(PANEL_HEIGHT);
      for (const [index, one] of page.widgets.entries()) {
        expect(one.x).toBeGreaterThanOrEqual(0);
        expect(one.y).toBeGreaterThanOrEqual(0);
        expect(one.x + one.width).toBeLessThanOrEqual(page.width);
        expect(one.y + one.height).toBeLessThanOrEqual(page.height);
        for (const other of page.widgets.slice(index + 1)) {
          const apart =
            one.x + one.width <= other.x ||
            other.x + other.width <= one.x ||
            one.y + one.height <= other.y ||
            other.y + other.height <= one.y;
          expect(apart, `${one.id} and ${other.id}`).toBe(true);
        }
      }
    }
  });

  it("can stop, wherever there is something to stop", () => {
    const places = ["running", "frozen"] as const;
    for (const place of places) {
      for (const question of [null, asked]) {
        const { widgets } = pageOf(model({ place, question, why: place === "frozen" ? "lead" : null }));
        expect(widgets.map(({ id }) => id)).toContain("stop");
      }
    }
  });

  it("uses the colour of stop for nothing else", () => {
    for (const { widgets } of every.map(pageOf)) {
      for (const { kind, id } of widgets) if (kind === "stop") expect(id).toBe("stop");
    }
  });
});

describe("the rating", () => {
  const page = pageOf(model({ question: asked, rating: 30 }));

  it("is hit where it is drawn, step by step", () => {
    for (const step of STEPS) {
      const widget = page.widgets.find(({ id }) => id === `rate-${step}`);
      if (!widget) throw new Error(`no step ${step}`);
      for (const [x, y] of [
        [widget.x, widget.y],
        [widget.x + widget.width / 2, widget.y + widget.height / 2],
        [widget.x + widget.width, widget.y + widget.height],
      ] as const) {
        expect(widgetAt(page, x, y)?.id).toBe(`rate-${step}`);
      }
    }
  });

  it("is hit by every step about as easily, none smaller than two degrees at the panel's 40", () => {
    const choices = page.widgets.filter(({ kind }) => kind === "choice");
    expect(choices).toHaveLength(11);
    for (const { width, height } of choices) {
      expect((width / PANEL_WIDTH) * 40).toBeGreaterThan(2);
      expect(height).toBeGreaterThanOrEqual(width);
    }
  });

  it("shows what is chosen, and cannot be sent before", () => {
    expect(page.widgets.filter(({ chosen }) => chosen).map(({ id }) => id)).toEqual(["rate-30"]);
    const empty = pageOf(model({ question: asked }));
    const send = empty.widgets.find(({ id }) => id === "send");
    expect(send?.disabled).toBe(true);
    expect(widgetAt(empty, (send?.x ?? 0) + 5, (send?.y ?? 0) + 5)).toBeNull();
  });

  it("is not hit between the steps or outside", () => {
    expect(widgetAt(page, 0, 0)).toBeNull();
    expect(widgetAt(page, -50, 250)).toBeNull();
    const first = page.widgets[0];
    expect(widgetAt(page, (first?.x ?? 0) + (first?.width ?? 0) + 1.5, 250)).toBeNull();
  });

  it("goes away when it is answered, and does not come before the lobby or in the calm place", () => {
    for (const more of [{ answered: true }, { place: "lobby" }, { place: "calm" }] as Partial<PanelModel>[]) {
      const ids = pageOf(model({ question: asked, ...more })).widgets.map(({ id }) => id);
      expect(ids).not.toContain("send");
    }
  });
});

it("has another key whenever something to be seen is another", () => {
  const keys = every.map((one) => pageOf(one).key);
  expect(new Set(keys).size).toBe(keys.length);
});
