import { createContext, useContext, useEffect, useState, useSyncExternalStore } from "react";
import type { RoomModel } from "./room_model.ts";
import { openRoom, type RoomStore } from "./room_store.ts";

export const RoomContext = createContext<RoomStore | null>(null);

/** The connection that this page holds. */
export function useRoomStore(): RoomStore {
  const store = useContext(RoomContext);
  if (!store) throw new Error("A part of the live page stands outside a room. Put it inside RoomContext.");
  return store;
}

/** The room as it is known now. */
export function useRoom(): RoomModel {
  const store = useRoomStore();
  return useSyncExternalStore(store.subscribe, store.snapshot);
}

/** Holds a connection to the session's room while the page is open. */
export function useOpenRoom(sessionId: string): RoomStore | null {
  const [store, setStore] = useState<RoomStore | null>(null);
  useEffect(() => {
    const opened = openRoom(sessionId);
    setStore(opened);
    return () => opened.close();
  }, [sessionId]);
  return store;
}

/** The room's clock, read anew every second: milliseconds. */
export function useRoomTime(): number {
  const store = useRoomStore();
  const [now, setNow] = useState(() => store.nowMs());
  useEffect(() => {
    const timer = setInterval(() => setNow(store.nowMs()), 1000);
    return () => clearInterval(timer);
  }, [store]);
  return now;
}
