/** The controls beside the picture. */
import { presets } from "../stage/volume/presets";
import { button, check, choice, group, make, type Slider, slider } from "./elements";
import { SIDES } from "./orbit";
import type { Mode } from "./picture";
import { CUTS, type Viewer } from "./viewer";

const STEP_DEGREES = 15;
const STEP_ZOOM = 1.25;

/** Puts the controls of a view into `panel`. */
export function fillPanel(panel: HTMLElement, viewer: Viewer): void {
  const outside = [turning(viewer), cutting(viewer)];
  panel.append(...outside.slice(0, 1), appearance(viewer), ...outside.slice(1));
  if (viewer.listSurfaces().length > 0) {
    panel.append(surfaces(viewer));
  }
  if (viewer.flight) {
    panel.append(flight(viewer, outside));
  }
}

function turning(viewer: Viewer): HTMLFieldSetElement {
  const move = (sign: string, title: string, right: number, up: number) =>
    button(sign, title, () => viewer.turn(right * STEP_DEGREES, up * STEP_DEGREES));
  return group(
    "View",
    make(
      "div",
      { class: "buttons" },
      ...Object.entries(SIDES).map(([name, side]) => button(name, `From: ${name}`, () => viewer.look(side))),
    ),
    make(
      "div",
      { class: "buttons four" },
      move("←", "Turn left", -1, 0),
      move("→", "Turn right", 1, 0),
      move("↑", "Turn up", 0, 1),
      move("↓", "Turn down", 0, -1),
      button("+", "Zoom in", () => viewer.zoom(STEP_ZOOM)),
      button("−", "Zoom out", () => viewer.zoom(1 / STEP_ZOOM)),
      button("Reset", "Reset", () => viewer.reset()),
    ),
  );
}

function appearance(viewer: Viewer): HTMLElement {
  const fitting = Object.entries(presets).filter(
    ([, preset]) => preset.unit === "share" || viewer.payload.unit === "HU",
  );
  const words = (share: number) => `${Math.round(viewer.valueAt(share))} ${viewer.payload.unit}`.trim();
  const surface = slider(
    "Surface at",
    { min: 0.01, max: 0.99, step: 0.005, value: viewer.wish.surfaceAt },
    words,
    (value) => {
      viewer.wish = { ...viewer.wish, surfaceAt: value };
      viewer.changed();
    },
  );
  const mode = choice(
    "Drawn as",
    [
      ["composite", "Volume"],
      ["mip", "Brightest along the ray"],
      ["iso", "Surface"],
    ],
    viewer.wish.mode,
    (value) => {
      viewer.wish = { ...viewer.wish, mode: value as Mode };
      update();
      viewer.changed();
    },
  );
  const light = check("Light from the eye", viewer.wish.lit, (on) => {
    viewer.wish = { ...viewer.wish, lit: on };
    viewer.changed();
  });
  const update = () => {
    mode.select.value = viewer.wish.mode;
    light.input.checked = viewer.wish.lit;
    light.input.disabled = viewer.wish.mode === "mip";
    surface.element.hidden = viewer.wish.mode !== "iso";
    surface.set(viewer.wish.surfaceAt);
  };
  const tissue = choice(
    "Tissue",
    fitting.map(([name, preset]) => [name, preset.title] as const),
    viewer.presetName,
    (name) => {
      viewer.choosePreset(name);
      update();
    },
  );
  viewer.restyled = update;
  update();
  return group("Look", tissue.element, mode.element, surface.element, light.element);
}

function cutting(viewer: Viewer): HTMLFieldSetElement {
  const depth = slider(
    "Cut to",
    { min: 0, max: 1, step: 0.005, value: viewer.cut.share },
    (share) => `${Math.round(100 * share)} %`,
    (share) => {
      viewer.cut = { ...viewer.cut, share };
      viewer.changed();
    },
  );
  depth.element.hidden = true;
  const from = choice(
    "Cut away",
    Object.keys(CUTS).map((name) => [name, name] as const),
    viewer.cut.name,
    (name) => {
      viewer.cut = { ...viewer.cut, name };
      depth.element.hidden = CUTS[name] === undefined;
      viewer.changed();
    },
  );
  return group("Cut", from.element, depth.element);
}

function surfaces(viewer: Viewer): HTMLElement {
  const volume = check("Scan", true, (on) => {
    viewer.wish = { ...viewer.wish, shown: on };
    viewer.changed();
  });
  const each = viewer.listSurfaces().map(({ surface, shown }, number) => {
    const [red, green, blue] = surface.color.map((part) => Math.round(255 * part));
    return check(
      surface.name,
      shown,
      (on) => viewer.showSurface(number, on),
      surface.colors ? undefined : `rgb(${red} ${green} ${blue})`,
    ).element;
  });
  return group("Shown", make("div", { class: "list" }, volume.element, ...each));
}

function flight(viewer: Viewer, outside: readonly HTMLFieldSetElement[]): HTMLElement {
  const length = viewer.flight?.lengthMm ?? 0;
  const play = button("Play", "Play", () => {
    if (!viewer.flying) {
      return;
    }
    const ended = viewer.flying.alongMm >= length;
    viewer.flying = { alongMm: ended ? 0 : viewer.flying.alongMm, playing: !viewer.flying.playing };
    update();
    viewer.changed();
  });
  const way: Slider = slider(
    "Way",
    { min: 0, max: length, step: 1, value: 0 },
    (value) => `${Math.round(value)} of ${Math.round(length)} mm`,
    (value) => {
      viewer.flying = { alongMm: value, playing: false };
      update();
      viewer.changed();
    },
  );
  const enter = check("Look from inside", false, (on) => {
    viewer.fly(on);
    viewer.restyled();
    update();
  });
  const update = () => {
    const { flying } = viewer;
    play.hidden = way.element.hidden = !flying;
    // On the way, it says where to look, and nothing is cut.
    for (const group of outside) {
      group.disabled = flying !== undefined;
    }
    play.textContent = flying?.playing ? "Pause" : "Play";
    if (flying) {
      way.set(flying.alongMm);
    }
  };
  viewer.flew = update;
  update();
  return group("Fly through", enter.element, way.element, play);
}
