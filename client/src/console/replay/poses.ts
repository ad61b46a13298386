import { type Rigid, unpackPose } from "../../wire/pose.ts";
import type { Replay } from "../api/types.ts";
import { frameIndex } from "./frames.ts";

function bytesOf(base64: string): Uint8Array {
  const text = atob(base64);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** How long a pose still tells where the head is, in seconds. */
const FRESH_S = 1;

/** Gives the subject's head at a time of the replay; null where it was not recorded. */
export function headOf(replay: Replay): (at_s: number) => Rigid | null {
  const track = replay.poses.find(({ role }) => role === "subject");
  if (!track) return () => null;
  const times = track.at_s.map((at_s) => ({ at_s }));
  let last = { index: -1, head: null as Rigid | null };
  return (at_s) => {
    const index = frameIndex(times, at_s);
    const packed = track.packed[index];
    if (packed === undefined || at_s - (track.at_s[index] ?? 0) > FRESH_S) return null;
    if (index !== last.index) last = { index, head: unpackPose(bytesOf(packed)).head };
    return last.head;
  };
}
