/** Begins: with a code, or where this device already has a seat. */
import "./room.css";
import { join } from "./join.ts";
import { keepSeat, keptSeat, takeNote } from "./seat.ts";

const root = document.querySelector<HTMLElement>("#room");
if (!root) throw new Error("got a page without #room, expected it");

// The room is fetched while the code is being typed.
const later = Promise.all([import("./room.ts"), import("./probe.ts")]);
const seat = keptSeat() ?? (await join(root, takeNote()));
keepSeat(seat);
const [{ Room }, { probe }] = await later;
root.className = "inside";
const room = new Room(root, seat);
globalThis.abatonRoom = probe(room);
await room.start();
