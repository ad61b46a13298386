/** What the page tells of itself to whoever looks into it: diagnostics and tests. It can only be read. */
import type { Room } from "./room.ts";

export interface RoomProbe {
  readonly phase: string | null;
  readonly place: string;
  readonly scene: string | null;
  readonly status: string;
  readonly page: string;
  readonly widgets: string[];
  readonly presenting: boolean;
  readonly state: Readonly<Record<string, unknown>> | null;
  readonly draw_calls: number;
  readonly triangles: number;
  readonly textures: number;
  readonly stop_ms: number | null;
  readonly stops_ms: readonly number[];
  readonly frames: number;
  /** Where the stop button on the wrist is, in metres of the device's own space; null while it does not show. */
  readonly wrist: number[] | null;
  readonly cover: number;
  /** The eyes, in metres from where the subject stands, and their heading in radians; to the left is positive. */
  readonly head: number[];
  readonly heading: number;
  /** Where a widget of the panel is, in metres of the device's own space; null where there is none. */
  readonly where: (widget: string) => number[] | null;
}

declare global {
  var abatonRoom: RoomProbe | undefined;
}

export function probe(room: Room): RoomProbe {
  const { info } = room.viewer.renderer;
  const read: { [Name in keyof RoomProbe]: () => RoomProbe[Name] } = {
    phase: () => room.visit.state?.view.phase ?? null,
    place: () => room.visit.place,
    scene: () => room.director.place,
    status: () => room.visit.link.status,
    page: () => room.page.key,
    widgets: () => room.page.widgets.map(({ id }) => id),
    presenting: () => room.viewer.presenting,
    state: () => room.visit.state && { ...room.visit.state.shown },
    draw_calls: () => info.render.calls,
    triangles: () => info.render.triangles,
    textures: () => info.memory.textures,
    stop_ms: () => room.stopwatch.lastMs,
    stops_ms: () => [...room.stopwatch.allMs],
    frames: () => info.render.frame,
    head: () => room.viewer.eyes.toArray(),
    heading: () => room.viewer.heading,
    wrist: () => room.viewer.wristAt,
    cover: () => room.director.cover.material.opacity,
    where: () => (widget) => room.whereIs(widget),
  };
  const descriptors = Object.fromEntries(
    Object.entries(read).map(([name, get]) => [name, { get, enumerable: true }]),
  );
  return Object.freeze(Object.defineProperties({}, descriptors)) as RoomProbe;
}
