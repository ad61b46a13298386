/** The room: what the subject sees and does, in a headset or on a screen. */
import * as THREE from "three";
import { browserTime } from "../live/clock.ts";
import { scenes } from "../scenes/index.ts";
import { openSoundScape } from "../stage/sound.ts";
import type { How } from "../xr/input.ts";
import { PoseCapture } from "../xr/pose.ts";
import { availability } from "../xr/session.ts";
import { Caption } from "./caption.ts";
import { deviceMessage, FrameIntervals, readBattery } from "./device.ts";
import { Director, type Place } from "./director.ts";
import { type HeartMeasurement, Strap } from "./heart.ts";
import { Keys } from "./keys.ts";
import { openLink } from "./link.ts";
import { Mirror } from "./mirror.ts";
import { Pacing } from "./pacing.ts";
import { type Page, type PanelModel, pageOf } from "./page.ts";
import { Panel } from "./panel.ts";
import { Pointing } from "./pointing.ts";
import { Screen } from "./screen.ts";
import { forgetSeat, type Seat } from "./seat.ts";
import { StopWays } from "./stop_ways.ts";
import { Stopwatch } from "./stopwatch.ts";
import { type SessionChange, Viewer } from "./viewer.ts";
import { Visit } from "./visit.ts";
import { GOODBYE } from "./words.ts";

const STANDING_SEED = 7;
const TICK_MS = 500;
const REPEAT_TICKS = 4;
const DEVICE_TICKS = 10;
const LONGEST_FRAME_SECONDS = 0.1;
const SOUND_OUT_SECONDS = 0.6;
const SOUND_IN_SECONDS = 4;
const NOTHING = {};

export class Room {
  readonly stopwatch = new Stopwatch();
  readonly viewer: Viewer;
  readonly director: Director;
  readonly visit: Visit;
  /** The page on the panel. */
  page: Page;
  private readonly sound = openSoundScape();
  private readonly caption = new Caption();
  private readonly panel = new Panel();
  private readonly frames = new FrameIntervals();
  private readonly ways = new StopWays();
  private readonly mirror: Mirror;
  private readonly screen: Screen;
  private readonly pointing: Pointing;
  private readonly strap: Strap;
  private readonly poses: PoseCapture;
  private readonly pacing: Pacing;
  private battery: number | null = null;
  private lastFrameMs = 0;
  private elapsedSeconds = 0;
  private lastHeight = 0;
  private ticks = 0;

  constructor(root: HTMLElement, seat: Seat) {
    const press = (id: string, how: How): void => this.press(id, how);
    this.mirror = new Mirror(press);
    this.screen = new Screen(root, this, [this.caption.element, this.mirror.element]);
    this.viewer = new Viewer(this.screen.view);
    const { viewer, panel, caption } = this;
    const luggage = { rig: viewer.rig.group, panel: panel.mesh, camera: viewer.camera };
    this.director = new Director(viewer.renderer, luggage);
    viewer.camera.add(this.director.cover);
    viewer.rig.group.add(caption.mesh);
    this.pacing = new Pacing(viewer.renderer.getContext() as WebGL2RenderingContext);
    this.pointing = new Pointing(viewer, panel, press);
    this.strap = new Strap(navigator.bluetooth, browserTime, {
      onState: (state) => this.screen.strap(state),
      onMeasurement: (measurement, madeUp) => this.feel(measurement, madeUp),
    });
    this.visit = new Visit((listener) => openLink(seat, listener), browserTime, {
      onChange: () => this.decide(),
      onWelcome: ({ experience, seed }) => this.bring("experience", experience.scene, seed),
      onStop: (_, inputMs) => this.calm(inputMs),
      onFreeze: (frozen, jumps) => this.still(frozen, jumps),
      onStatus: (status, goodbye) => {
        this.screen.status(status);
        if (goodbye?.code === "refused") leave(GOODBYE.refused);
        else if (goodbye) forgetSeat();
      },
      say: (words) => caption.say(words),
    });
    this.page = pageOf(this.model());
    this.poses = new PoseCapture((packed) => this.visit.link.sendPose(packed));
  }

  /** Prepares the calm place first, then the lobby; then connects and begins to draw. */
  async start(): Promise<void> {
    this.screen.status("connecting");
    this.screen.strap(this.strap.state);
    new Keys(this.viewer.look, {
      page: () => this.page,
      stop: (inputMs) => this.visit.stop("escape", inputMs),
      press: (id) => this.press(id, "keyboard"),
      step: (key) => this.rate(this.visit.rating.step(key)),
      wake: () => this.sound?.wake(),
    });
    document.addEventListener("visibilitychange", () => this.seen(!document.hidden));
    await this.prepare("calm", "calm", STANDING_SEED);
    this.visit.link.start();
    await this.prepare("lobby", "lobby", STANDING_SEED);
    this.decide();
    this.viewer.renderer.setAnimationLoop(() => this.frame());
    setInterval(() => this.tick(), TICK_MS);
    this.screen.offerVr(await availability());
    await document.fonts.load('500 40px "Figtree Variable"').catch(() => undefined);
    this.panel.show(this.page, null, true);
  }

  /** Where a widget is, in metres of the device's own space, for tests. */
  whereIs(id: string): number[] | null {
    const widget = this.page.widgets.find((other) => other.id === id);
    if (!widget) return null;
    const { width, height } = this.page;
    const x = (widget.x + widget.width / 2) / width - 0.5;
    const y = 0.5 - (widget.y + widget.height / 2) / height;
    const point = this.panel.mesh.localToWorld(new THREE.Vector3(x, y, 0));
    return this.viewer.rig.group.worldToLocal(point).toArray();
  }

  // --- what the screen asks for -------------------------------------------------------------------------------

  enterVr(): void {
    this.sound?.wake();
    this.screen.advise(null);
    this.viewer
      .enter((change, session) => this.presented(change, session))
      .catch((error: Error) => {
        this.screen.advise(`VR did not start (${error.message}). Try again, or take part on this screen.`);
      });
  }

  stop(inputMs: number): void {
    this.visit.stop("word", inputMs);
  }

  chooseStrap(): void {
    void this.strap.choose();
  }

  leave(): void {
    leave(null);
  }

  // --- what the subject does ----------------------------------------------------------------------------------

  private press(id: string, how: How): void {
    const { viewer, visit, pointing } = this;
    if (id.startsWith("rate-")) this.rate(Number(id.slice("rate-".length)));
    else if (id === "send") visit.answer(how);
    else if (id === "stop") visit.stop("word", performance.now());
    else if (id === "ready") visit.agree();
    else if (id === "resume") visit.resume();
    else if (id === "recentre") viewer.rig.recentre(viewer.head);
    else if (id === "seated") viewer.rig.sit(!viewer.rig.seated, viewer.head);
    else if (id === "gaze") pointing.gazeWanted = !pointing.gazeWanted;
    else if (id === "vignette") viewer.vignette.enabled = !viewer.vignette.enabled;
    this.decide();
  }

  private rate(value: number): void {
    this.visit.rating.value = value;
    this.decide();
  }

  private presented(change: SessionChange, session: XRSession): void {
    if (change === "visibility") this.seen(session.visibilityState === "visible");
    else {
      const entered = change === "entered";
      this.screen.presenting(entered);
      if (entered) this.visit.resume();
      else {
        this.pointing.rest();
        this.visit.hold("left");
      }
      this.decide();
      this.tell();
    }
  }

  /** Out of sight nothing goes on; back in sight the subject says when. */
  private seen(visible: boolean): void {
    if (!visible) this.visit.hold("hidden");
    this.lastFrameMs = 0;
    this.tell();
  }

  private feel({ rate_bpm, rr_s, contact }: HeartMeasurement, madeUp: boolean): void {
    if (contact === false) return;
    this.screen.heart(rate_bpm);
    this.screen.doubt(madeUp);
    this.visit.link.send({
      type: "sample",
      signal: "heart_rate",
      captured_us: this.visit.link.clock.roomUs(browserTime.nowMs()),
      values: [rate_bpm, ...(madeUp ? [] : rr_s)],
      source: "strap",
    });
  }

  // --- what follows -------------------------------------------------------------------------------------------

  private async prepare(place: Place, name: string, seed: number): Promise<void> {
    const scene = scenes[name];
    if (!scene) throw new Error(`got the scene ${name}, expected one of ${Object.keys(scenes).join(", ")}`);
    await this.director.prepare(place, await scene(), seed, this.sound);
  }

  /** Prepares a place while another is shown. */
  private bring(place: Place, name: string, seed: number): void {
    this.prepare(place, name, seed).catch((error: Error) => {
      this.screen.advise(
        `The place of this session could not be made (${error.message}). Load the page again.`,
      );
    });
  }

  private calm(inputMs: number): void {
    // Where there was nothing to stop, as when a page is loaded into a stopped room, there is nothing to measure.
    if (this.director.place !== null) this.stopwatch.start(inputMs);
    this.director.cut("calm");
    // Whoever looked down from the lift is not to look at the ground.
    if (!this.viewer.presenting) this.viewer.look.level();
    this.sound?.fadeOut(SOUND_OUT_SECONDS);
    browserTime.after(SOUND_OUT_SECONDS * 1000 + 200, () => this.sound?.fadeIn(SOUND_IN_SECONDS));
    // A headset draws when it is ready; a screen need not wait for its turn.
    if (!this.viewer.presenting) this.draw(0);
  }

  private still(frozen: boolean, jumps: boolean): void {
    if (this.visit.latch.stopped) return;
    if (jumps) this.director.veil();
    if (frozen) this.sound?.fadeOut(1);
    else this.sound?.fadeIn(SOUND_IN_SECONDS / 2);
  }

  /** Chooses the place to be in, and the page, from all that is known. */
  private decide(): void {
    const { place } = this.visit;
    if (place === "calm" || place === "ended") this.director.cut("calm");
    else this.director.show(place === "running" || place === "frozen" ? "experience" : "lobby");
    this.page = pageOf(this.model());
    this.mirror.show(this.page);
    this.screen.quiet(place === "running" || place === "frozen" || place === "calm");
  }

  private model(): PanelModel {
    const { visit, viewer, pointing } = this;
    return {
      place: visit.place,
      why: visit.goodbye?.code ?? visit.frozenWhy,
      stopWhy: visit.latch.why,
      ready: visit.latch.ready,
      question: visit.state?.view.question ?? null,
      rating: visit.rating.value,
      answered: visit.rating.answered,
      seated: viewer.rig.seated,
      gaze: pointing.gazeWanted,
      vignette: viewer.vignette.enabled,
      presenting: viewer.presenting,
    };
  }

  private tick(): void {
    this.ticks += 1;
    this.visit.judge();
    if (this.ticks % REPEAT_TICKS === 0) this.visit.repeat();
    if (this.ticks % DEVICE_TICKS === 0) this.tell();
  }

  /** Tells the room of this device. */
  private tell(): void {
    const { presenting, renderer } = this.viewer;
    const frames = this.frames.take(renderer.xr.getSession()?.frameRate ?? 60);
    const visible = !document.hidden && this.visit.visible;
    this.visit.tell(deviceMessage(frames, this.battery, presenting, visible));
    void readBattery().then((battery) => {
      this.battery = battery;
    });
  }

  // --- every frame: no allocation -----------------------------------------------------------------------------

  private frame(): void {
    const nowMs = performance.now();
    this.stopwatch.markFrame(nowMs);
    const { viewer, visit, director } = this;
    // In VR the headset paces the frames itself.
    if (!viewer.presenting && !this.pacing.free) return;
    const spanMs = this.lastFrameMs === 0 ? 0 : nowMs - this.lastFrameMs;
    this.lastFrameMs = nowMs;
    if (spanMs > 0) this.frames.add(spanMs);
    if (spanMs > 0) viewer.pace(spanMs);
    const deltaSeconds = Math.min(LONGEST_FRAME_SECONDS, spanMs / 1000);
    viewer.update(deltaSeconds);
    this.panel.mesh.visible = viewer.presenting;
    this.panel.show(this.page, this.pointing.hovered);
    if (viewer.presenting) this.steer(deltaSeconds, nowMs);
    visit.judge();
    this.draw(deltaSeconds);
    if (!director.standpoint) return;
    const localMs = browserTime.nowMs();
    const capturedUs = visit.link.clock.roomUs(localMs);
    this.poses.update(
      localMs,
      capturedUs,
      director.standpoint,
      viewer.head,
      viewer.inputs,
      viewer.presenting,
    );
  }

  private steer(deltaSeconds: number, nowMs: number): void {
    const { viewer } = this;
    const way = this.ways.update(viewer, nowMs);
    if (way) this.visit.stop(way, nowMs);
    if (this.ways.recentres(viewer, nowMs)) viewer.rig.recentre(viewer.head);
    const turn = viewer.inputs.takeTurn();
    if (turn !== 0) {
      viewer.rig.turn(turn, viewer.head);
      viewer.vignette.blink();
    }
    this.pointing.update(deltaSeconds);
  }

  private draw(deltaSeconds: number): void {
    const { director, viewer, visit } = this;
    director.fade(deltaSeconds);
    const under = director.place === "experience";
    const flow = under && visit.frozenWhy !== null ? 0 : deltaSeconds;
    this.elapsedSeconds += flow;
    const roomMs = visit.link.clock.roomMs(browserTime.nowMs());
    const shown = under ? visit.state?.sample(roomMs) : undefined;
    director.update(shown ?? NOTHING, flow, this.elapsedSeconds);
    const height = director.standpoint?.position.y ?? 0;
    const speedMps = deltaSeconds > 0 ? (height - this.lastHeight) / deltaSeconds : 0;
    this.lastHeight = height;
    viewer.vignette.update(viewer.presenting && under ? speedMps : 0, deltaSeconds);
    this.caption.update(viewer.head, viewer.presenting, deltaSeconds);
    director.render();
    this.pacing.submitted();
    if (this.stopwatch.running && director.place === "calm") {
      waitForPicture(viewer.renderer);
      this.stopwatch.markDrawn();
    }
  }
}

const pixel = new Uint8Array(4);

/** Reads one pixel, which takes until the picture is really drawn. */
function waitForPicture(renderer: THREE.WebGLRenderer): void {
  const gl = renderer.getContext();
  gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
}

/** Gives the seat up and goes back to where a code is typed. */
function leave(reason: string | null = null): void {
  forgetSeat(reason);
  location.reload();
}
