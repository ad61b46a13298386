import type { Member } from "../../wire/generated.ts";
import type { Happening, RoomModel } from "./room_model.ts";

/** A rating of distress, 0 to 100. */
export interface Rating {
  time_us: number;
  value: number;
}

/** When the experience began, in microseconds; null before. */
export function beganAt(room: RoomModel): number | null {
  return room.happenings.find(({ fact }) => fact.kind === "began")?.time_us ?? null;
}

export function ratingsOf(happenings: Happening[]): Rating[] {
  return happenings.flatMap(({ time_us, fact }) =>
    fact.kind === "answered" && fact.measure === "suds" ? [{ time_us, value: fact.value }] : [],
  );
}

export function notesOf(happenings: Happening[]): { event: number; time_us: number; text: string }[] {
  return happenings.flatMap(({ event, time_us, fact }) =>
    fact.kind === "noted" ? [{ event, time_us, text: fact.text }] : [],
  );
}

/** The ratings since the lead last changed what the subject is exposed to. */
export function ratingsOfThisLevel(happenings: Happening[]): number[] {
  const change = happenings.findLastIndex(({ fact }) => fact.kind === "commanded");
  return ratingsOf(happenings.slice(change + 1)).map(({ value }) => value);
}

/** When a rating was last asked for or given; when the experience began, before the first. */
export function lastAskedAt(room: RoomModel): number | null {
  const asked = room.happenings.findLast(({ fact }) => fact.kind === "asked" || fact.kind === "answered");
  return asked?.time_us ?? beganAt(room);
}

export function subjectOf(room: RoomModel): Member | null {
  const subjects = room.view?.members.filter(({ role }) => role === "subject") ?? [];
  return subjects.find(({ admitted }) => admitted) ?? subjects[0] ?? null;
}

export function waiting(room: RoomModel): Member[] {
  return room.view?.members.filter(({ admitted, connected }) => !admitted && connected) ?? [];
}
