import { type RefObject, useMemo } from "react";
import type { Replay } from "../api/types.ts";
import { Mirror } from "../live/mirror/mirror.tsx";
import type { MirrorSource } from "../live/mirror/mirror_stage.ts";
import type { Playback } from "./clock.ts";
import { stateAt } from "./frames.ts";
import { headOf } from "./poses.ts";

function sourceOf(replay: Replay, now: RefObject<Playback>): MirrorSource {
  const state: Record<string, unknown> = {};
  const head = headOf(replay);
  return {
    scene: () => {
      const phase = stateAt(replay.frames, now.current.at_s, state)?.phase;
      if (phase === "calm") return "calm";
      if (now.current.at_s < (replay.frames[0]?.at_s ?? 0)) return "lobby";
      return phase === "lobby" || phase === undefined ? "lobby" : replay.experience.scene;
    },
    seed: () => replay.seed,
    state: () => state,
    head: () => head(now.current.at_s),
  };
}

export default function ReplayMirror({ replay, now }: { replay: Replay; now: RefObject<Playback> }) {
  const source = useMemo(() => sourceOf(replay, now), [replay, now]);
  return (
    <Mirror
      source={source}
      label={`What the patient saw in ${replay.experience.title}, drawn from the record`}
    />
  );
}
