/** A room as this client knows it: the last view of it, and its state as it may be drawn. */
import type { ExperienceShape, Patch, RoomView, Welcome } from "../wire/generated.ts";
import { Ceilings, type State } from "./ceiling.ts";
import { Interpolator } from "./interpolate.ts";

/** A share of a field's range that may be made good in sight of the subject. */
const NEAR = 0.02;

/** Follows one room from its greeting. Snapshot, then patches by key: for each key the latest tick wins. */
export class RoomState {
  readonly experience: ExperienceShape;
  readonly seed: number;
  view: RoomView;
  /** The newest state, never beyond the ceilings. */
  readonly latest: State;
  /** The state to draw: `latest`, interpolated. One object for the life of the room, changed in place. */
  readonly shown: State;
  private readonly ticks = new Map<string, number>();
  private readonly ceilings: Ceilings;
  private readonly interpolator: Interpolator;
  /** This client's own participant id. */
  participant: string;

  constructor(welcome: Welcome) {
    this.experience = welcome.experience;
    this.seed = welcome.seed;
    this.view = welcome.room;
    this.participant = welcome.participant;
    this.ceilings = new Ceilings(welcome.experience);
    this.latest = { ...welcome.state };
    this.ceilings.apply(this.latest);
    this.shown = { ...this.latest };
    this.interpolator = new Interpolator(this.latest, 1000 / welcome.rate_hz);
    this.greet(welcome);
  }

  /** Takes a snapshot, as after a connection came back. */
  greet(welcome: Welcome): void {
    this.view = welcome.room;
    this.participant = welcome.participant;
    this.ceilings.tighten(welcome.experience);
    this.take(welcome.state, welcome.tick, welcome.time_us);
  }

  /** Takes what changed. */
  patch({ changes, tick, time_us }: Patch): void {
    this.take(changes, tick, time_us);
  }

  /** The state to draw at `roomMs` in the room's clock, in `shown`. */
  sample(roomMs: number): State {
    if (this.interpolator.isHeld) return this.shown;
    for (const name in this.latest) {
      if (typeof this.latest[name] !== "number") this.shown[name] = this.latest[name];
    }
    this.interpolator.sample(roomMs, this.shown);
    this.ceilings.apply(this.shown);
    return this.shown;
  }

  /** Holds `shown` still. */
  freeze(): void {
    this.interpolator.hold(this.shown);
  }

  /**
   * Lets `shown` move again: softly where the room is about where it was held. False where it moved far on; `shown`
   * then jumps, and whoever draws it covers that.
   */
  thaw(roomMs: number): boolean {
    const near = this.experience.state.every((parameter) => {
      const range = (parameter.maximum ?? 0) - (parameter.minimum ?? 0);
      const held = this.shown[parameter.name];
      const live = this.latest[parameter.name];
      return typeof held !== "number" || typeof live !== "number" || Math.abs(live - held) <= NEAR * range;
    });
    this.interpolator.release(roomMs, near);
    return near;
  }

  /** The member that this client is; undefined before the room lists it. */
  get self(): RoomView["members"][number] | undefined {
    return this.view.members.find((member) => member.participant === this.participant);
  }

  private take(changes: State, tick: number, timeUs: number): void {
    for (const name of Object.keys(changes)) {
      if (tick < (this.ticks.get(name) ?? 0)) continue;
      this.ticks.set(name, tick);
      this.latest[name] = this.ceilings.clamp(name, changes[name]);
    }
    this.interpolator.push(timeUs / 1000, this.latest);
  }
}
