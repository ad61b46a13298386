import type { Status } from "../../live/socket.ts";
import type { Phase } from "../../wire/generated.ts";

const phases: Record<Phase, { words: string; color: string }> = {
  lobby: { words: "In the lobby", color: "sand" },
  running: { words: "Running", color: "sea" },
  frozen: { words: "Held still", color: "sand" },
  calm: { words: "Stopped: in the calm place", color: "clay" },
  closed: { words: "Closed", color: "gray" },
};

/** How the room stands, in words; a lost connection comes first, for then nothing else is known. */
export function phaseWords(status: Status, phase: Phase | null): { words: string; color: string } {
  if (status === "lost") return { words: "Connection lost, trying again", color: "clay" };
  if (status === "ended") return { words: "Disconnected", color: "clay" };
  if (phase === null) return { words: "Connecting", color: "gray" };
  return phases[phase];
}
