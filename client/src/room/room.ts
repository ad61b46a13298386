/** The room: what the subject sees and does, in a headset or on a screen. */
import type * as THREE from "three";
import { browserTime } from "../live/clock.ts";
import type { RoomSocket, Status } from "../live/socket.ts";
import { RoomState } from "../live/state.ts";
import { scenes } from "../scenes/index.ts";
import { openSoundScape } from "../stage/sound.ts";
import type { Incoming } from "../wire/codec.ts";
import type { Goodbye, RoomView, SampleOf } from "../wire/generated.ts";
import type { How } from "../xr/input.ts";
import { PoseCapture } from "../xr/pose.ts";
import { availability } from "../xr/session.ts";
import { StopLatch, type StopWay } from "../xr/stop.ts";
import { Caption } from "./caption.ts";
import { deviceMessage, FrameIntervals, readBattery } from "./device.ts";
import { Director } from "./director.ts";
import { type HeartMeasurement, Strap } from "./heart.ts";
import { openLink } from "./link.ts";
import { Mirror } from "./mirror.ts";
import { Pacing } from "./pacing.ts";
import { type Page, type PanelModel, pageOf } from "./page.ts";
import { Panel } from "./panel.ts";
import { Pointing } from "./pointing.ts";
import { Rating } from "./rating.ts";
import { Screen } from "./screen.ts";
import { forgetSeat, type Seat } from "./seat.ts";
import { StopWays } from "./stop_ways.ts";
import { Stopwatch } from "./stopwatch.ts";
import { type SessionChange, Viewer } from "./viewer.ts";
import { GOODBYE, SPOKEN } from "./words.ts";

const LOBBY_SEED = 7;
const TICK_MS = 500;
const DEVICE_EVERY_MS = 5000;
const LONGEST_FRAME_SECONDS = 0.1;
const SOUND_OUT_SECONDS = 0.6;
const SOUND_IN_SECONDS = 4;

type Held = "hidden" | "left";

export class Room {
  readonly latch = new StopLatch();
  readonly stopwatch = new Stopwatch();
  readonly viewer: Viewer;
  readonly director: Director;
  state: RoomState | null = null;
  readonly link: RoomSocket;
  private readonly sound = openSoundScape();
  private readonly caption = new Caption();
  private readonly mirror: Mirror;
  private readonly panel = new Panel();
  private readonly pointing: Pointing;
  private readonly screen: Screen;
  private readonly ways = new StopWays();
  private readonly poses: PoseCapture;
  private readonly frames = new FrameIntervals();
  private readonly pacing: Pacing;
  private readonly strap: Strap;
  private readonly rating = new Rating();
  private readonly held = new Set<Held>();
  private goodbye: Goodbye | null = null;
  private page: Page;
  private battery: number | null = null;
  private frozenWhy: string | null = null;
  private lastFrameMs = 0;
  private elapsedSeconds = 0;
  private lastHeight = 0;
  private sinceDeviceMs = 0;

  constructor(root: HTMLElement, seat: Seat) {
    const press = (id: string, how: How): void => this.press(id, how);
    this.mirror = new Mirror(press);
    this.screen = new Screen(
      root,
      {
        enterVr: () => this.enterVr(),
        stop: (inputMs) => this.stop("word", inputMs),
        chooseStrap: () => void this.strap.choose(),
        leave: () => leave(),
      },
      [this.caption.element, this.mirror.element],
    );
    this.viewer = new Viewer(this.screen.view);
    const { viewer, panel } = this;
    this.pacing = new Pacing(viewer.renderer.getContext() as WebGL2RenderingContext);
    this.director = new Director(viewer.renderer, {
      rig: viewer.rig.group,
      panel: panel.mesh,
      camera: viewer.camera,
    });
    viewer.camera.add(this.director.cover);
    viewer.rig.group.add(this.caption.mesh);
    this.pointing = new Pointing(viewer, panel, press);
    this.strap = new Strap(navigator.bluetooth, browserTime, {
      onState: (state) => this.screen.strap(state),
      onMeasurement: (measurement, madeUp) => this.feel(measurement, madeUp),
    });
    this.page = pageOf(this.model());
    this.link = openLink(seat, {
      onMessage: (message) => this.receive(message),
      onStatus: (status, goodbye) => this.connected(status, goodbye),
    });
    this.poses = new PoseCapture((packed) => this.link.sendPose(packed));
  }

  /** Prepares the calm place first, then the lobby; then connects and begins to draw. */
  async start(): Promise<void> {
    this.screen.status("connecting");
    this.screen.strap(this.strap.state);
    this.listen();
    await this.prepare("calm", "calm", LOBBY_SEED);
    this.link.start();
    await this.prepare("lobby", "lobby", LOBBY_SEED);
    this.decide();
    this.viewer.renderer.setAnimationLoop(() => this.frame());
    setInterval(() => this.tick(), TICK_MS);
    this.screen.offerVr(await availability());
    await document.fonts.load('500 40px "Figtree Variable"').catch(() => undefined);
    this.panel.show(this.page, null, true);
  }

  /** Stops, here and now. `inputMs` is when the input happened, on the clock of `performance.now`. */
  stop(why: StopWay, inputMs: number): void {
    const first = !this.latch.stopped;
    this.latch.stop(why);
    if (why !== "lead") this.link.send({ type: "stop", why });
    if (first) {
      this.stopwatch.start(inputMs);
      this.director.cut("calm");
      this.sound?.fadeOut(SOUND_OUT_SECONDS);
      browserTime.after(SOUND_OUT_SECONDS * 1000 + 200, () => this.sound?.fadeIn(SOUND_IN_SECONDS));
      // A headset draws when it is ready; a screen need not wait for its turn.
      if (!this.viewer.presenting) this.draw(0);
      const said = why === "heartbeat" ? "calmByHeartbeat" : why === "lead" ? "calmByLead" : "calmByStop";
      this.caption.say(SPOKEN[said]);
    }
    this.refresh();
  }

  /** What the room does, as the subject meets it. */
  get place(): PanelModel["place"] {
    const phase = this.state?.view.phase;
    if (this.goodbye || phase === "closed") return "ended";
    if (this.latch.stopped) return "calm";
    if (phase === "running" || phase === "frozen") return this.frozenWhy ? "frozen" : "running";
    return this.state?.self?.admitted ? "lobby" : "waiting";
  }

  /** The page on the panel, for tests. */
  get shownPage(): Page {
    return this.page;
  }

  private async prepare(place: "calm" | "lobby" | "experience", name: string, seed: number): Promise<void> {
    const scene = scenes[name];
    if (!scene) throw new Error(`got the scene ${name}, expected one of ${Object.keys(scenes).join(", ")}`);
    await this.director.prepare(place, await scene(), seed, this.sound);
  }

  // --- what comes from the room -------------------------------------------------------------------------------

  private receive(message: Incoming): void {
    if (message.type === "patch") this.state?.patch(message);
    else if (message.type === "sample_of") this.hear(message);
    else if (message.type === "goodbye") this.goodbye = message.code === "restart" ? null : message;
    else if (message.type === "room") this.follow(message.room);
    else if (message.type === "welcome") {
      if (this.state) this.state.greet(message);
      else {
        this.state = new RoomState(message);
        this.prepare("experience", message.experience.scene, message.seed).catch((error: unknown) => {
          console.error("the scene of the experience could not be made:", error);
          this.stop("heartbeat", performance.now());
        });
      }
      const repeat = this.latch.toRepeat(message.room);
      if (repeat === "stop") this.link.send({ type: "stop", why: this.latch.why ?? "word" });
      if (repeat === "agree") this.link.send({ type: "agree" });
      const answer = this.rating.toRepeat(message.room.question);
      if (answer) this.link.send(answer);
      this.tell();
      this.follow(message.room);
    }
  }

  private follow(view: RoomView): void {
    const { state, latch } = this;
    if (!state) return;
    const before = state.view;
    state.view = view;
    const stopped = latch.stopped;
    if (view.phase === "calm" && !stopped) this.stop("lead", performance.now());
    latch.follow(view);
    if (stopped && !latch.stopped) this.caption.say(SPOKEN.goOn);
    if (this.rating.follow(view.question) && view.phase === "running") this.caption.say(SPOKEN.ask);
    if (view.phase === "closed" && before.phase !== "closed") this.caption.say(SPOKEN.closed);
    this.decide();
  }

  private connected(status: Status, goodbye: Goodbye | null): void {
    this.screen.status(status);
    if (goodbye) this.goodbye = goodbye;
    if (goodbye?.code === "refused") leave(GOODBYE.refused);
    else if (goodbye) forgetSeat();
    this.decide();
  }

  private hear({ signal, source, values, participant }: SampleOf): void {
    const rate_bpm = values[0];
    if (signal !== "heart_rate" || rate_bpm === undefined || participant !== this.state?.participant) return;
    if (source !== "strap") this.screen.heart({ rate_bpm }, source);
  }

  // --- what comes from the subject ----------------------------------------------------------------------------

  private listen(): void {
    addEventListener("keydown", (event) => this.key(event), true);
    addEventListener("keyup", ({ key }) => this.viewer.look.key(key, false));
    addEventListener("blur", () => this.viewer.look.release());
    addEventListener("pointerdown", () => this.sound?.wake());
    document.addEventListener("visibilitychange", () => this.visibility(!document.hidden));
  }

  private key(event: KeyboardEvent): void {
    this.sound?.wake();
    const { key, target } = event;
    if (key === "Escape") {
      this.stop("escape", event.timeStamp);
      return;
    }
    const inField = target instanceof HTMLElement && target.matches("input, button, summary");
    if (inField && !(key === "Enter" && target instanceof HTMLInputElement)) return;
    if (this.page.widgets.some(({ id }) => id === "send")) {
      if (key === "Enter") this.press("send", "keyboard");
      else if (key.startsWith("Arrow")) this.rate(this.rating.step(key));
    } else if (key === "Enter" && !inField) {
      const primary = this.page.widgets.find(({ kind }) => kind === "primary");
      if (primary) this.press(primary.id, "keyboard");
    } else if (this.viewer.look.key(key, true)) event.preventDefault();
  }

  private rate(value: number): void {
    this.rating.value = value;
    this.refresh();
  }

  private press(id: string, how: How): void {
    const { viewer, latch } = this;
    if (id.startsWith("rate-")) this.rate(Number(id.slice(5)));
    else if (id === "send") {
      const answer = this.rating.answer(how);
      if (answer) this.link.send(answer);
    } else if (id === "stop") this.stop("word", performance.now());
    else if (id === "ready") {
      this.link.send({ type: "agree" });
      latch.agree(this.state?.view ?? null);
    } else if (id === "resume") this.held.clear();
    else if (id === "recentre") viewer.rig.recentre(viewer.camera);
    else if (id === "seated") viewer.rig.sit(!viewer.rig.seated, viewer.camera);
    else if (id === "gaze") this.pointing.gazeWanted = !this.pointing.gazeWanted;
    else if (id === "vignette") viewer.vignette.enabled = !viewer.vignette.enabled;
    this.decide();
  }

  private enterVr(): void {
    this.sound?.wake();
    this.screen.advise(null);
    this.viewer
      .enter((change, session) => this.presented(change, session))
      .catch((error: Error) => {
        this.screen.advise(`VR did not start (${error.message}). Try again, or take part on this screen.`);
      });
  }

  private presented(change: SessionChange, session: XRSession): void {
    if (change === "visibility") this.visibility(session.visibilityState === "visible");
    else {
      const entered = change === "entered";
      this.screen.presenting(entered);
      if (entered) this.held.clear();
      else {
        this.pointing.rest();
        this.hold("left");
      }
    }
    this.decide();
    this.tell();
  }

  /** Out of sight nothing goes on; back in sight the subject says when. */
  private visibility(visible: boolean): void {
    if (!visible) this.hold("hidden");
    this.lastFrameMs = 0;
    this.decide();
    this.tell();
  }

  private hold(why: Held): void {
    const phase = this.state?.view.phase;
    if (phase === "running" || phase === "frozen") this.held.add(why);
  }

  private feel({ rate_bpm, rr_s, contact }: HeartMeasurement, madeUp: boolean): void {
    if (contact === false) return;
    this.screen.heart({ rate_bpm }, "strap");
    this.screen.doubt(madeUp);
    this.link.send({
      type: "sample",
      signal: "heart_rate",
      captured_us: this.link.clock.roomUs(browserTime.nowMs()),
      values: [rate_bpm, ...(madeUp ? [] : rr_s)],
      source: "strap",
    });
  }

  // --- what follows -------------------------------------------------------------------------------------------

  /** Chooses the place to be in, from all that is known. */
  private decide(): void {
    this.judge();
    const place = this.place;
    if (place === "calm" || place === "ended") this.director.cut("calm");
    else this.director.show(place === "running" || place === "frozen" ? "experience" : "lobby");
    this.refresh();
  }

  /** Freezes or thaws what is drawn. */
  private judge(): void {
    const why = this.whyFrozen();
    if (why === this.frozenWhy) return;
    const wasFrozen = this.frozenWhy !== null;
    this.frozenWhy = why;
    if (why !== null) {
      this.state?.freeze();
      if (!wasFrozen) this.sound?.fadeOut(1);
    } else if (wasFrozen) {
      const near = this.state?.thaw(this.link.clock.roomMs(browserTime.nowMs())) ?? true;
      if (!near) this.director.veil();
      this.sound?.fadeIn(SOUND_IN_SECONDS / 2);
    }
    this.refresh();
  }

  private whyFrozen(): string | null {
    const view = this.state?.view;
    if (!view || this.latch.stopped || (view.phase !== "running" && view.phase !== "frozen")) return null;
    if (this.link.watchdog.trust(browserTime.nowMs()) !== "live") return "heartbeat";
    if (this.held.has("left")) return "left";
    if (this.held.has("hidden")) return "hidden";
    if (view.phase === "frozen") return view.frozen_why === "lead" ? "lead" : "room";
    return null;
  }

  private tick(): void {
    const phase = this.state?.view.phase;
    const on = phase === "running" || phase === "frozen";
    if (on && !this.latch.stopped && this.link.watchdog.trust(browserTime.nowMs()) === "calm") {
      this.stop("heartbeat", performance.now());
    }
    this.decide();
    this.sinceDeviceMs += TICK_MS;
    if (this.sinceDeviceMs >= DEVICE_EVERY_MS) this.tell();
  }

  /** Tells the room of this device. */
  private tell(): void {
    this.sinceDeviceMs = 0;
    const { presenting, renderer } = this.viewer;
    const rateHz = renderer.xr.getSession()?.frameRate ?? 60;
    const visible = !document.hidden && !this.held.has("hidden");
    this.link.send(deviceMessage(this.frames.take(rateHz), this.battery, presenting, visible));
    void readBattery().then((battery) => {
      this.battery = battery;
    });
  }

  private model(): PanelModel {
    return {
      place: this.place,
      why: this.goodbye?.code ?? this.frozenWhy,
      stopWhy: this.latch.why,
      ready: this.latch.ready,
      question: this.state?.view.question ?? null,
      rating: this.rating.value,
      answered: this.rating.answered,
      seated: this.viewer.rig.seated,
      gaze: this.pointing.gazeWanted,
      vignette: this.viewer.vignette.enabled,
      presenting: this.viewer.presenting,
    };
  }

  private refresh(): void {
    this.page = pageOf(this.model());
    this.mirror.show(this.page);
  }

  // --- every frame: no allocation -----------------------------------------------------------------------------

  private frame(): void {
    const nowMs = performance.now();
    this.stopwatch.markFrame(nowMs);
    // In VR the headset paces the frames itself.
    if (!this.viewer.presenting && !this.pacing.free) return;
    const spanMs = this.lastFrameMs === 0 ? 0 : nowMs - this.lastFrameMs;
    this.lastFrameMs = nowMs;
    if (spanMs > 0) this.frames.add(spanMs);
    const deltaSeconds = Math.min(LONGEST_FRAME_SECONDS, spanMs / 1000);
    const { viewer } = this;
    viewer.update(deltaSeconds);
    this.panel.mesh.visible = viewer.presenting;
    this.panel.show(this.page, this.pointing.hovered);
    if (viewer.presenting) this.steer(deltaSeconds, nowMs);
    this.judge();
    this.draw(deltaSeconds);
    const standpoint = this.director.standpoint;
    if (standpoint) {
      const localMs = browserTime.nowMs();
      const { camera, inputs, presenting } = viewer;
      this.poses.update(localMs, this.link.clock.roomUs(localMs), standpoint, camera, inputs, presenting);
    }
  }

  private steer(deltaSeconds: number, nowMs: number): void {
    const { viewer } = this;
    const way = this.ways.update(viewer, nowMs);
    if (way) this.stop(way, nowMs);
    if (this.ways.recentres(viewer, nowMs)) viewer.rig.recentre(viewer.camera);
    const turn = viewer.inputs.takeTurn();
    if (turn !== 0) {
      viewer.rig.turn(turn, viewer.camera);
      viewer.vignette.blink();
    }
    this.pointing.update(deltaSeconds);
  }

  private draw(deltaSeconds: number): void {
    const { director, viewer, state } = this;
    director.fade(deltaSeconds);
    const still = this.frozenWhy !== null && director.place === "experience";
    const flow = still ? 0 : deltaSeconds;
    this.elapsedSeconds += flow;
    const roomMs = this.link.clock.roomMs(browserTime.nowMs());
    const shown = director.place === "experience" ? state?.sample(roomMs) : undefined;
    director.update(shown ?? NOTHING, flow, this.elapsedSeconds);
    const height = director.standpoint?.position.y ?? 0;
    const speedMps = deltaSeconds > 0 ? (height - this.lastHeight) / deltaSeconds : 0;
    this.lastHeight = height;
    viewer.vignette.update(viewer.presenting && director.place === "experience" ? speedMps : 0, deltaSeconds);
    this.caption.update(viewer.camera, viewer.presenting, deltaSeconds);
    director.render();
    this.pacing.submitted();
    if (this.stopwatch.running && director.place === "calm") {
      waitForPicture(viewer.renderer);
      this.stopwatch.markDrawn();
    }
  }
}

const NOTHING = {};
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
