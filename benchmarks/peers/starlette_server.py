"""Plain fan-out on Starlette and uvicorn: whatever comes in goes to everyone else in the room named by the path."""

from collections import defaultdict
from contextlib import suppress

import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from benchmarks.peers import listen

rooms: defaultdict[str, set[WebSocket]] = defaultdict(set)


async def relay(socket: WebSocket) -> None:
    await socket.accept()
    room = rooms[socket.url.path]
    room.add(socket)
    try:
        while True:
            data = await socket.receive_bytes()
            for other in tuple(room):
                if other is not socket:
                    with suppress(WebSocketDisconnect, RuntimeError):  # it has just gone
                        await other.send_bytes(data)
    except WebSocketDisconnect:
        pass
    finally:
        room.discard(socket)


if __name__ == "__main__":
    app = Starlette(routes=[WebSocketRoute("/{room:path}", relay)])
    listener = listen()
    config = uvicorn.Config(
        app, loop="uvloop", ws="websockets-sansio", ws_per_message_deflate=False, log_level="error", lifespan="off"
    )
    uvicorn.Server(config).run(sockets=[listener])
