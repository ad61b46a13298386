/** The view of one scan: what is chosen, what is drawn, and what is told about it. */
import {
  type BudgetSetting,
  LADDER,
  nextBudget,
  type PictureError,
  type Quality,
  startOfBudget,
} from "../stage/volume/budget";
import { perspective, type Vector3 } from "../stage/volume/matrices";
import { placePreset, presetFor, presets } from "../stage/volume/presets";
import type { VolumeData } from "../stage/volume/ray_caster";
import { Compass, directionWords } from "./compass";
import { make } from "./elements";
import { Flight } from "./flight";
import { listen } from "./hands";
import {
  axesOf,
  distanceMm,
  type Extent,
  extentOf,
  FIELD_OF_VIEW_DEG,
  type Orbit,
  START,
  turned,
  viewOf,
  zoomed,
} from "./orbit";
import { fillPanel } from "./panel";
import { type ScanPayload, ViewError } from "./payload";
import { type Eyes, Picture, type Plane, type Size, type Wish } from "./picture";
import { seenWords } from "./seen";
import type { Surface } from "./surfaces";

/** Where the volume is cut: what lies nearer than the plane is taken away. */
export const CUTS: Record<string, Vector3 | "view" | undefined> = {
  "Nothing cut away": undefined,
  "From the front": [0, -1, 0],
  "From the back": [0, 1, 0],
  "From the left": [1, 0, 0],
  "From the right": [-1, 0, 0],
  "From above": [0, 0, 1],
  "From below": [0, 0, -1],
  "From where you look": "view",
};

const REST_MS = 250;
/** While it is turned, a picture may take so long. How it is drawn at rest is not the budget's to say. */
const MOVING: BudgetSetting = { budgetMs: 60, stillFrames: Number.POSITIVE_INFINITY };
/** Errors are measured once nobody has touched anything for so long. */
const IDLE_MS = 700;
const SHARPEST = 2;
const FLIGHT_MM_A_SECOND = 20;
/** Where air ends, for a look from inside a hollow organ. */
const WALL_HU = -400;

const NO_WEBGL =
  "This browser cannot draw in 3-D (WebGL 2 is missing or switched off). Open the page in a current Firefox, " +
  "Chrome, Edge or Safari, or switch on hardware acceleration in its settings.";
const LOST = "The graphics card was taken away from this page. It is drawn again as soon as it comes back.";

export class Viewer {
  readonly payload: ScanPayload;
  readonly extent: Extent;
  readonly flight: Flight | undefined;
  orbit: Orbit = START;
  presetName: string;
  cut = { name: Object.keys(CUTS)[0] as string, share: 0.5 };
  wish: Wish;
  /** Along the path, where the view is that of the flight. */
  flying: { alongMm: number; playing: boolean } | undefined;
  /** Told when the flight moves by itself. */
  flew: () => void = () => {};
  /** Told when the look was changed by something else than its controls. */
  restyled: () => void = () => {};

  private readonly canvas = make("canvas", { tabindex: "0", role: "application" });
  private readonly compass = new Compass();
  private readonly stage = make("div", { class: "stage" });
  private readonly seen = make("p", { class: "seen" });
  private readonly message = make("div", { class: "message", role: "alert" });
  private budget = startOfBudget;
  /** Of each rung of the ladder, and the look that they were measured for. */
  private errors: { of: string; measured: readonly PictureError[] } = { of: "", measured: [] };
  private readonly volume: VolumeData;
  private readonly surfaces: { surface: Surface; shown: boolean }[] = [];
  private picture: Picture | undefined;
  private held = false;
  private movedAt = Number.NEGATIVE_INFINITY;
  private asked = false;
  private lastFrameAt = 0;

  /**
   * @param place - Where it is shown; what was there is replaced.
   * @param payload - The page's data.
   * @param values - The unpacked volume.
   * @param surfaces - What is drawn with it.
   * @throws ViewError where nothing can be drawn.
   */
  constructor(place: HTMLElement, payload: ScanPayload, values: Uint8Array, surfaces: readonly Surface[]) {
    this.payload = payload;
    this.volume = { size: payload.size, values, indexToWorld: new Float32Array(payload.indexToWorld) };
    this.extent = extentOf(payload.size, payload.indexToWorld);
    this.flight = payload.path && flightOf(payload.path.points);
    this.surfaces = surfaces.map((surface) => ({ surface, shown: true }));
    const preset = presetFor(payload.modality, payload.preset);
    this.presetName = Object.entries(presets).find(([, known]) => known === preset)?.[0] ?? "mip";
    this.wish = { shown: true, mode: preset.mode, lit: preset.lit, surfaceAt: this.firstSurface(), cuts: [] };
    this.build(place);
    this.start();
  }

  /** Draws again soon; `moving` first coarsely, then as it is meant once nothing moves. */
  changed(moving = true): void {
    if (moving) {
      this.movedAt = performance.now();
    }
    if (!this.asked) {
      this.asked = true;
      requestAnimationFrame((now) => this.frame(now));
    }
  }

  choosePreset(name: string): void {
    const preset = presets[name as keyof typeof presets];
    this.presetName = name;
    this.wish = { ...this.wish, mode: preset.mode, lit: preset.lit };
    this.picture?.setTransfer(placePreset(preset, this.payload.range));
    this.changed();
  }

  listSurfaces(): readonly { surface: Surface; shown: boolean }[] {
    return this.surfaces;
  }

  showSurface(number: number, shown: boolean): void {
    const one = this.surfaces[number];
    if (one) {
      one.shown = shown;
      this.picture?.surfaces.show(number, shown);
      this.changed();
    }
  }

  /** Goes into the organ, or out of it. */
  fly(on: boolean): void {
    this.flying = on ? { alongMm: 0, playing: false } : undefined;
    if (on && this.payload.unit === "HU") {
      this.wish = { ...this.wish, mode: "iso", lit: true, surfaceAt: this.shareOf(WALL_HU) };
    } else if (!on) {
      this.choosePreset(this.presetName);
    }
    this.changed();
  }

  /** The value in the scan's unit at a place in the byte range. */
  valueAt(share: number): number {
    const [low, high] = this.payload.range;
    return low + share * (high - low);
  }

  private shareOf(value: number): number {
    const [low, high] = this.payload.range;
    return Math.min(1, Math.max(0, (value - low) / (high - low)));
  }

  private firstSurface(): number {
    return this.payload.unit === "HU" ? this.shareOf(200) : 0.2;
  }

  private build(place: HTMLElement): void {
    const title = place.getAttribute("aria-label") ?? this.payload.title;
    // What was one picture for the page now holds controls.
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", title || "3-D view");
    place.classList.add("scan");
    const help = make(
      "p",
      { id: "scan-help", hidden: "" },
      "Arrow keys turn, with Shift faster; plus and minus zoom; Home resets.",
    );
    this.canvas.setAttribute("aria-describedby", "scan-help");
    this.canvas.setAttribute("aria-roledescription", "3-D view");
    this.message.hidden = true;
    this.stage.append(
      this.canvas,
      this.compass.element,
      make("p", { class: "warning" }, "Not for primary diagnosis"),
      this.message,
    );
    const panel = make("div", { class: "panel" });
    fillPanel(panel, this);
    place.replaceChildren(this.stage, panel, this.seen, help);
    listen(this.canvas, {
      turn: (right, up) => this.turn(right, up),
      zoom: (factor) => this.zoom(factor),
      reset: () => this.reset(),
      hold: (held) => {
        this.held = held;
        this.changed();
      },
    });
    new ResizeObserver(() => this.changed(false)).observe(this.stage);
    this.canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.picture = undefined;
      this.tell(LOST);
    });
    this.canvas.addEventListener("webglcontextrestored", () => this.start());
  }

  turn(right: number, up: number): void {
    if (this.flying) {
      return; // the way says where it looks
    }
    this.orbit = turned(this.orbit, right, up);
    this.changed();
  }

  zoom(factor: number): void {
    this.orbit = zoomed(this.orbit, factor);
    this.changed();
  }

  look(side: { azimuth: number; elevation: number }): void {
    this.orbit = { ...this.orbit, ...side };
    this.changed();
  }

  reset(): void {
    this.orbit = START;
    this.changed();
  }

  private tell(text: string | undefined): void {
    this.message.hidden = text === undefined;
    this.message.replaceChildren(make("p", {}, text ?? ""));
  }

  /** Takes the context, and puts everything onto the card; again after the card was lost. */
  private start(): void {
    const gl = this.canvas.getContext("webgl2", {
      antialias: false,
      alpha: false,
      powerPreference: "high-performance",
    });
    if (!gl) {
      throw new ViewError(NO_WEBGL);
    }
    this.picture = new Picture(gl, this.volume);
    const preset = presets[this.presetName as keyof typeof presets];
    this.picture.setTransfer(placePreset(preset, this.payload.range));
    this.surfaces.forEach(({ surface, shown }, number) => {
      this.picture?.addSurface(surface);
      this.picture?.surfaces.show(number, shown);
    });
    this.tell(undefined);
    this.changed();
  }

  private frame(now: number): void {
    this.asked = false;
    const playing = this.flying?.playing ?? false;
    if (playing) {
      this.advance(now);
    }
    this.lastFrameAt = now;
    const moving = this.held || playing || performance.now() - this.movedAt < REST_MS;
    this.draw(moving);
    if (playing) {
      this.changed();
    } else if (moving) {
      // At rest it is drawn once more, as it is meant.
      setTimeout(() => this.changed(false), REST_MS + 10);
    }
  }

  private advance(now: number): void {
    if (!this.flying || !this.flight) {
      return;
    }
    const seconds = Math.min(0.25, Math.max(0, (now - this.lastFrameAt) / 1000));
    this.flying.alongMm = Math.min(this.flight.lengthMm, this.flying.alongMm + seconds * FLIGHT_MM_A_SECOND);
    this.flying.playing = this.flying.alongMm < this.flight.lengthMm;
    this.flew();
  }

  private draw(moving: boolean): void {
    const { picture } = this;
    const full = this.fullSize();
    if (!picture || full.width === 0 || full.height === 0) {
      return;
    }
    const rung = moving ? this.budget.rung : 0;
    const quality = LADDER[rung] as Quality;
    const eyes = this.eyes(full.width / full.height);
    const wish = { ...this.wish, cuts: this.cuts() };
    const ms = picture.draw(eyes, wish, full, quality);
    if (moving) {
      this.budget = nextBudget(this.budget, { durationMs: ms, moved: true }, MOVING);
    } else if (this.errors.of !== this.lookNow()) {
      setTimeout(() => this.measure(), IDLE_MS);
    }
    this.describe(eyes, rung, full, ms);
  }

  /** What the errors depend on; where it is looked from is left out, for it changes all the time. */
  private lookNow(): string {
    return JSON.stringify([this.wish, this.presetName, this.cut, this.flying !== undefined]);
  }

  private measure(): void {
    const { picture } = this;
    const full = this.fullSize();
    const busy = this.held || this.flying?.playing || performance.now() - this.movedAt < IDLE_MS;
    if (!picture || busy || !this.wish.shown || this.errors.of === this.lookNow()) {
      return;
    }
    const eyes = this.eyes(full.width / full.height);
    this.errors = {
      of: this.lookNow(),
      measured: picture.measure(eyes, { ...this.wish, cuts: this.cuts() }),
    };
    this.changed(false);
  }

  private describe(eyes: Eyes, rung: number, full: Size, ms: number): void {
    const row = (r: number): Vector3 => [eyes.view[r] ?? 0, eyes.view[4 + r] ?? 0, eyes.view[8 + r] ?? 0];
    this.compass.show(row(0), row(1), row(2));
    const where = this.flying
      ? `${Math.round(this.flying.alongMm)} mm along the way`
      : directionWords(row(2));
    this.canvas.setAttribute("aria-label", `${this.payload.title || "Scan"}, ${where}`);
    const error = this.errors.of === this.lookNow() ? this.errors.measured[rung] : undefined;
    const smallestMm = (this.picture as Picture).smallestMm;
    this.seen.textContent = seenWords(LADDER[rung] as Quality, full, smallestMm, ms, error);
  }

  private fullSize(): Size {
    const ratio = Math.min(SHARPEST, window.devicePixelRatio || 1);
    return {
      width: Math.round(this.stage.clientWidth * ratio),
      height: Math.round(this.stage.clientHeight * ratio),
    };
  }

  private eyes(aspect: number): Eyes {
    if (this.flying && this.flight && this.payload.path) {
      return {
        projection: perspective(this.payload.path.fieldOfViewDeg, aspect, 0.5, 4 * this.extent.radiusMm),
        view: this.flight.viewAt(this.flying.alongMm),
      };
    }
    const distance = distanceMm(this.orbit, this.extent);
    const near = Math.max(1, distance - 1.1 * this.extent.radiusMm);
    // A narrow picture sees as much across as a wide one sees from top to bottom.
    const angle = aspect >= 1 ? FIELD_OF_VIEW_DEG : 2 * atan(tan(FIELD_OF_VIEW_DEG / 2) / aspect);
    return {
      projection: perspective(angle, aspect, near, distance + 1.1 * this.extent.radiusMm),
      view: viewOf(this.orbit, this.extent),
    };
  }

  private cuts(): Plane[] {
    const from = CUTS[this.cut.name];
    if (from === undefined || this.flying) {
      return [];
    }
    const normal = from === "view" ? axesOf(this.orbit).back : from;
    const reach = this.reachAlong(normal);
    const { middle } = this.extent;
    const place =
      normal[0] * middle[0] +
      normal[1] * middle[1] +
      normal[2] * middle[2] +
      reach * (1 - 2 * this.cut.share);
    return [[-normal[0], -normal[1], -normal[2], place]];
  }

  /** Half of the volume's extent along a direction, mm. */
  private reachAlong(direction: Vector3): number {
    const m = this.payload.indexToWorld;
    return [0, 1, 2].reduce((sum, axis) => {
      const along = [0, 1, 2].reduce(
        (part, row) => part + (m[4 * axis + row] as number) * (direction[row] as number),
        0,
      );
      return sum + (Math.abs(along) * (this.payload.size[axis] as number)) / 2;
    }, 0);
  }
}

function flightOf(points: number[][]): Flight {
  try {
    return new Flight(points);
  } catch {
    throw new ViewError(
      "This page is incomplete: its way through the organ cannot be read. Write the page again.",
    );
  }
}

const tan = (degrees: number) => Math.tan((degrees * Math.PI) / 180);
const atan = (ratio: number) => (Math.atan(ratio) * 180) / Math.PI;
