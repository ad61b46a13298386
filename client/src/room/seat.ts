/** The subject's place in a session, kept by the page so that reloading it comes back. */

export interface Seat {
  session: string;
  /** Opaque; shows the room that this device was paired. */
  token: string;
}

const KEY = "abaton.seat";
const NOTE = "abaton.note";

export function keepSeat(seat: Seat, storage: Storage = sessionStorage): void {
  storage.setItem(KEY, JSON.stringify(seat));
}

/** Gives the seat up; `note` is what the page says when it next asks for a code. */
export function forgetSeat(note: string | null = null, storage: Storage = sessionStorage): void {
  storage.removeItem(KEY);
  if (note !== null) storage.setItem(NOTE, note);
}

/** The note left by `forgetSeat`, once. */
export function takeNote(storage: Storage = sessionStorage): string | null {
  const note = storage.getItem(NOTE);
  storage.removeItem(NOTE);
  return note;
}

/** The kept seat; null where there is none or it cannot be read. */
export function keptSeat(storage: Storage = sessionStorage): Seat | null {
  try {
    const seat: unknown = JSON.parse(storage.getItem(KEY) ?? "null");
    if (typeof seat !== "object" || seat === null) return null;
    const { session, token } = seat as Partial<Seat>;
    return typeof session === "string" && typeof token === "string" ? { session, token } : null;
  } catch {
    return null;
  }
}
