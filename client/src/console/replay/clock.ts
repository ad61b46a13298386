/** Where a replay stands and how fast it goes. Times in seconds since the session opened. */
export interface Playback {
  at_s: number;
  duration_s: number;
  speed: number;
  playing: boolean;
}

export const speeds = [0.5, 1, 2, 4, 8, 16];

export function startOf(duration_s: number): Playback {
  return { at_s: 0, duration_s, speed: 1, playing: false };
}

/** The same replay after so many seconds of real time; it stops at the end. */
export function advanced(playback: Playback, seconds: number): Playback {
  if (!playback.playing) return playback;
  const at_s = Math.min(playback.duration_s, playback.at_s + seconds * playback.speed);
  return { ...playback, at_s, playing: at_s < playback.duration_s };
}

/** At another time, within the session. */
export function movedTo(playback: Playback, at_s: number): Playback {
  return { ...playback, at_s: Math.min(playback.duration_s, Math.max(0, at_s)) };
}

/** Played, or held; at its end it begins anew. */
export function toggled(playback: Playback): Playback {
  const again = !playback.playing && playback.at_s >= playback.duration_s;
  return { ...playback, at_s: again ? 0 : playback.at_s, playing: !playback.playing };
}

/** The next event after where it stands, or the last before it (half a second back counts as here). */
export function neighbour(times: number[], at_s: number, direction: 1 | -1): number | null {
  const sorted = [...times].sort((a, b) => a - b);
  if (direction === 1) return sorted.find((time) => time > at_s + 0.01) ?? null;
  return sorted.findLast((time) => time < at_s - 0.5) ?? null;
}
