import { beforeEach, expect, it } from "vitest";
import { tidy } from "./join.ts";
import { socketAddress } from "./link.ts";
import { forgetSeat, keepSeat, keptSeat, takeNote } from "./seat.ts";

let storage: Storage;

beforeEach(() => {
  const kept = new Map<string, string>();
  storage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  } as Storage;
});

it("keeps a seat until it is given up", () => {
  expect(keptSeat(storage)).toBeNull();
  keepSeat({ session: "s", token: "t" }, storage);
  expect(keptSeat(storage)).toEqual({ session: "s", token: "t" });
  forgetSeat("Ask for a new code.", storage);
  expect(keptSeat(storage)).toBeNull();
  expect([takeNote(storage), takeNote(storage)]).toEqual(["Ask for a new code.", null]);
});

it.each(["{", "7", "null", '{"session": 3, "token": "t"}', '{"session": "s"}'])(
  "takes %s for no seat",
  (text) => {
    storage.setItem("abaton.seat", text);
    expect(keptSeat(storage)).toBeNull();
  },
);

it("tidies a code as people type it", () => {
  expect(tidy(" hkmw-2345 ")).toBe("HKMW2345");
  expect(tidy("hk mw 23 45 67")).toBe("HKMW2345");
  expect(tidy("äöü")).toBe("");
});

it("reaches the socket on the page's own host, safe where the page is", () => {
  expect(socketAddress("a b", { protocol: "https:", host: "clinic:8443" })).toBe(
    "wss://clinic:8443/api/live/a%20b",
  );
  expect(socketAddress("s", { protocol: "http:", host: "127.0.0.1:1" })).toBe("ws://127.0.0.1:1/api/live/s");
});
