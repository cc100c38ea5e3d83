"""One frame per event, the plainest way: a queue per viewer, and every event written to everybody as it comes.

`python -m benchmarks.plain` serves `POST /pub` and `GET /sub` on the same server and settings as ours, and prints its port.
"""

import asyncio

from benchmarks.baseline import END, START, Message, Receive, Send, read_body, serve

STREAM: Message = {
    "type": "http.response.start",
    "status": 200,
    "headers": [(b"content-type", b"text/event-stream")],
}
MOST = 10_000
"""Events that a viewer may be behind."""


class Plain:
    """Hands every body that is posted to every viewer."""

    def __init__(self) -> None:
        self._viewers: set[asyncio.Queue[bytes]] = set()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Takes an event, or streams them all."""
        if scope["method"] == "POST":
            frame = b"data: " + await read_body(receive) + b"\n\n"
            for viewer in self._viewers:
                viewer.put_nowait(frame)
            await send(START)
            await send(END)
            return
        queue: asyncio.Queue[bytes] = asyncio.Queue(MOST)
        self._viewers.add(queue)
        try:
            await send(STREAM)
            while True:
                await send(
                    {"type": "http.response.body", "body": await queue.get(), "more_body": True}
                )
        finally:
            self._viewers.discard(queue)


if __name__ == "__main__":
    serve(Plain())
