import { useEffect, useRef, useState } from "react";
import { advanced, movedTo, type Playback, startOf, toggled } from "./clock.ts";

/** How often the page follows the replay; the picture follows at every frame. */
const SHOW_EVERY_MS = 100;

/** A replay that runs by the display's frames. `now` is read anew at each frame by the picture. */
export function usePlayback(duration_s: number) {
  const now = useRef<Playback>(startOf(duration_s));
  const [shown, setShown] = useState(now.current);

  const set = (change: (playback: Playback) => Playback) => {
    now.current = change(now.current);
    setShown(now.current);
  };

  useEffect(() => {
    let frame = 0;
    let lastMs: number | null = null;
    let shownMs = 0;
    const step = (ms: number) => {
      frame = requestAnimationFrame(step);
      now.current = advanced(now.current, lastMs === null ? 0 : (ms - lastMs) / 1000);
      lastMs = ms;
      if (ms - shownMs < SHOW_EVERY_MS) return;
      shownMs = ms;
      setShown(now.current);
    };
    frame = requestAnimationFrame(step);
    return () => cancelAnimationFrame(frame);
  }, []);

  return {
    now,
    shown,
    toggle: () => set(toggled),
    moveTo: (at_s: number) => set((playback) => movedTo(playback, at_s)),
    setSpeed: (speed: number) => set((playback) => ({ ...playback, speed })),
  };
}
