/** The browser's connection to a session. */
import { browserTime } from "../live/clock.ts";
import { RoomSocket, type SocketOptions } from "../live/socket.ts";
import type { Seat } from "./seat.ts";

/** The address of a session's socket, on the host that served this page. */
export function socketAddress(session: string, page: Pick<Location, "protocol" | "host">): string {
  return `${page.protocol === "https:" ? "wss" : "ws"}://${page.host}/api/live/${encodeURIComponent(session)}`;
}

/** Connects to the session of a seat, and keeps coming back. */
export function openLink(seat: Seat, listener: Pick<SocketOptions, "onMessage" | "onStatus">): RoomSocket {
  return new RoomSocket({
    address: socketAddress(seat.session, location),
    token: seat.token,
    time: browserTime,
    random: Math.random,
    connect: (address) => new WebSocket(address),
    ...listener,
  });
}
