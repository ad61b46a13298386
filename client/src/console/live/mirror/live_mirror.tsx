import { useMemo } from "react";
import { useRoom, useRoomStore } from "../room_context.ts";
import { subjectOf } from "../room_facts.ts";
import type { RoomStore } from "../room_store.ts";
import { Mirror } from "./mirror.tsx";
import type { MirrorSource } from "./mirror_stage.ts";

function sceneOf(store: RoomStore): string {
  const drawn = store.drawn;
  if (!drawn || drawn.view.phase === "lobby") return "lobby";
  return drawn.view.phase === "calm" ? "calm" : drawn.experience.scene;
}

function sourceOf(store: RoomStore): MirrorSource {
  return {
    scene: () => sceneOf(store),
    seed: () => store.drawn?.seed ?? 0,
    state: () => store.drawn?.sample(store.nowMs()) ?? {},
    head: () => {
      const subject = subjectOf(store.snapshot());
      return (subject && store.poses.get(subject.slot)?.head) ?? null;
    },
  };
}

/** The subject's view, redrawn here from the room's state. */
export default function LiveMirror() {
  const store = useRoomStore();
  const { view, experience } = useRoom();
  const source = useMemo(() => sourceOf(store), [store]);
  const where = view?.phase === "calm" ? "the calm place" : (experience?.title ?? "the room");
  return <Mirror source={source} label={`What the patient sees: ${where}, redrawn from the room's state`} />;
}
