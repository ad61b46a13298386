/** What stands on the panel: a page of words and widgets, for the scene and for the screen alike. */
import type { StopWay } from "../xr/stop.ts";
import { FROZEN, GOODBYE, HOW_TO_STOP, MEASURES } from "./words.ts";

/** Something to press. Positions in pixels of the panel, from its upper left. */
export interface Widget {
  id: string;
  label: string;
  kind: "choice" | "primary" | "quiet" | "stop";
  chosen: boolean;
  disabled: boolean;
  x: number;
  y: number;
  width: number;
  height: number;
}

export interface Page {
  /** Changes when anything to be seen changes. */
  key: string;
  title: string;
  lines: string[];
  /** Words to the left and right above the choices, or null. */
  ends: [string, string] | null;
  widgets: Widget[];
  width: number;
  height: number;
}

/** All that the panel shows is made of this. */
export interface PanelModel {
  place: "waiting" | "lobby" | "running" | "frozen" | "calm" | "ended";
  why: string | null;
  stopWhy: StopWay | null;
  ready: boolean;
  question: { number: number; measure: string } | null;
  rating: number | null;
  answered: boolean;
  seated: boolean;
  gaze: boolean;
  vignette: boolean;
  /** In VR there is more to choose than on a screen. */
  presenting: boolean;
}

export const PANEL_WIDTH = 1024;
export const PANEL_HEIGHT = 640;
export const STEPS = [0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
const MARGIN = 48;

/** The page for a model. */
export function pageOf(model: PanelModel): Page {
  const page = compose(model);
  const parts = page.widgets.map(({ id, label, chosen, disabled }) => `${id}/${label}/${chosen}/${disabled}`);
  return { ...page, key: [page.title, ...page.lines, ...parts].join("|") };
}

/** The widget at a point of the panel, in pixels from its upper left; null where there is none to press. */
export function widgetAt(page: Page, x: number, y: number): Widget | null {
  const hit = page.widgets.find(
    (widget) =>
      x >= widget.x && x <= widget.x + widget.width && y >= widget.y && y <= widget.y + widget.height,
  );
  return hit && !hit.disabled ? hit : null;
}

type Draft = Omit<Page, "key">;

function compose(model: PanelModel): Draft {
  if (model.place === "ended")
    return words("Goodbye", [GOODBYE[model.why ?? ""] ?? (GOODBYE.closed as string)]);
  if (model.place === "calm") return calm(model);
  if (model.place === "waiting" || model.place === "lobby") return lobby(model);
  if (model.question && !model.answered) return rating(model);
  if (model.place === "frozen") return paused(model);
  return alone();
}

function words(title: string, lines: string[], height = 300): Draft {
  return { title, lines, ends: null, widgets: [], width: PANEL_WIDTH, height };
}

function widget(
  id: string,
  label: string,
  kind: Widget["kind"],
  box: number[],
  more?: Partial<Widget>,
): Widget {
  const [x = 0, y = 0, width = 0, height = 0] = box;
  return { id, label, kind, chosen: false, disabled: false, x, y, width, height, ...more };
}

function stopWidget(y: number, height = 104): Widget {
  return widget("stop", "Stop", "stop", [PANEL_WIDTH - MARGIN - 240, y, 240, height]);
}

function lobby({ place, seated, gaze, vignette, presenting }: PanelModel): Draft {
  const first =
    place === "waiting"
      ? "You are waiting to be admitted. Your guide sees you."
      : "You are admitted. Your guide begins when you are both ready.";
  const page = words("Welcome", [first, "", "You can stop at any moment, and it works at once:"], 640);
  page.lines.push(...HOW_TO_STOP[presenting ? "headset" : "screen"].map((way) => `•  ${way}`));
  if (!presenting) return page;
  const y = 516;
  page.widgets.push(
    widget("seated", seated ? "Sitting" : "Standing", "quiet", [MARGIN, y, 152, 80]),
    widget("recentre", "Recentre", "quiet", [MARGIN + 164, y, 152, 80]),
    widget("gaze", gaze ? "✓ Gaze" : "Gaze", "quiet", [MARGIN + 328, y, 152, 80], { chosen: gaze }),
    widget("vignette", vignette ? "✓ Vignette" : "Vignette", "quiet", [MARGIN + 492, y, 152, 80], {
      chosen: vignette,
    }),
    stopWidget(504),
  );
  return page;
}

function rating({ question, rating }: PanelModel): Draft {
  const measure = MEASURES[question?.measure ?? ""] ?? (MEASURES.suds as (typeof MEASURES)[string]);
  const page = words(measure.title, [], 560);
  page.ends = [measure.low, measure.high];
  const width = 80;
  const gap = (PANEL_WIDTH - 2 * MARGIN - STEPS.length * width) / (STEPS.length - 1);
  for (const [index, step] of STEPS.entries()) {
    const x = MARGIN + index * (width + gap);
    const chosen = rating === step;
    page.widgets.push(widget(`rate-${step}`, `${step}`, "choice", [x, 212, width, 132], { chosen }));
  }
  const label = rating === null ? "Choose a number" : `${rating} is right`;
  page.widgets.push(
    widget("send", label, "primary", [MARGIN, 408, 560, 104], { disabled: rating === null }),
    stopWidget(408),
  );
  return page;
}

function paused({ why }: PanelModel): Draft {
  const page = words("Paused", [FROZEN[why ?? "room"] ?? (FROZEN.room as string)], 420);
  if (why === "left" || why === "hidden") {
    page.widgets.push(widget("resume", "Go on", "primary", [MARGIN, 276, 420, 104]));
  }
  page.widgets.push(stopWidget(276));
  return page;
}

function calm({ ready, stopWhy }: PanelModel): Draft {
  const first =
    stopWhy === "heartbeat"
      ? "The connection to your guide was lost. It comes back by itself."
      : stopWhy === "lead"
        ? "Your guide stopped."
        : "You stopped. That was right.";
  if (ready) {
    const page = words("You are in a calm place", ["Thank you. You go on when your guide agrees too."], 420);
    page.widgets.push(widget("stop", "I need more time", "quiet", [MARGIN, 276, 420, 104]));
    return page;
  }
  const page = words("You are in a calm place", [first, "Nothing happens here. Take your time."], 460);
  page.widgets.push(widget("ready", "I am ready to go on", "primary", [MARGIN, 316, 560, 104]));
  return page;
}

/** While the experience runs only the word stays. */
function alone(): Draft {
  const stop = widget("stop", "Stop", "stop", [16, 16, 240, 96]);
  return { title: "", lines: [], ends: null, widgets: [stop], width: 272, height: 128 };
}
