import { useState } from "react";
import { RequestRefused } from "../../live/request.ts";
import { ApiProblem } from "../api/problem.ts";
import { tellProblem } from "../feedback/told.ts";
import { useRoomStore } from "./room_context.ts";

/** A refusal of the room in the shape in which the pages tell every problem. */
export function roomProblem(error: unknown): unknown {
  if (!(error instanceof RequestRefused)) return error;
  const { code, got, expected, next } = error.refusal;
  return new ApiProblem(0, { code, got, expected, next });
}

/** Asks something of the room itself; a refusal is told in the corner. */
export function useControl(): {
  ask: (action: string, participant?: string) => Promise<boolean>;
  busy: boolean;
} {
  const store = useRoomStore();
  const [busy, setBusy] = useState(false);
  const ask = async (action: string, participant?: string) => {
    setBusy(true);
    try {
      await store.socket.control(action, participant ?? null);
      return true;
    } catch (error) {
      tellProblem(roomProblem(error));
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { ask, busy };
}
