"""Push: a watch session's frames as Server-Sent Events, in bare ASGI."""

import asyncio
import contextlib
import re
from contextlib import aclosing
from urllib.parse import parse_qs

from dagnet_realtime.hub.audit import Audit
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.hub.sent import Sent
from dagnet_realtime.model.frame import Bye
from dagnet_realtime.model.position import Position
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.body import Receive, Scope, Send
from dagnet_realtime.web.rounds import Rounds
from dagnet_realtime.web.watching import owned, position_of

STREAM = re.compile("/api/watch/([^/]*)/stream")
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store, no-transform"),
    (b"x-accel-buffering", b"no"),  # nginx would hold frames back
    (b"content-encoding", b"identity"),  # a proxy that compresses (Caddy's `encode`) would hold them until a block is full
]


class StreamApp:
    """`GET /api/watch/{id}/stream`. A viewer that stops reading stops this app's `send`, and nothing else."""

    def __init__(self, hub: Hub, rounds: Rounds, audit: Audit) -> None:
        self._hub = hub
        self._rounds = rounds
        self._audit = audit
        self._last: tuple[Sent | None, dict[str, object]] = (None, {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Streams until the session's bye, or until the viewer leaves. Raises `Problem` before the first frame only."""
        found = STREAM.fullmatch(scope["path"])
        if found is None:
            raise Problem("not_found", "There is nothing here")
        session = await owned(self._hub, found[1], scope["person"])
        after = _after(scope)
        if after is not None:
            self._audit.note("resumed", session.shown, session.channel, graph=session.graph, session=session.id)
        pump = asyncio.current_task()
        left = asyncio.ensure_future(_departure(receive))
        departed = False

        def cut(_: object) -> None:
            nonlocal departed
            departed = True
            if pump is not None:
                pump.cancel()

        left.add_done_callback(cut)
        try:
            with self._rounds.streaming(session.id, scope["asked"]):
                await self._pump(session.id, after, send, scope.get("bare_send", send))
        except asyncio.CancelledError:
            if not departed:
                raise
            if pump is not None:
                pump.uncancel()
        finally:
            left.remove_done_callback(cut)
            left.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await left

    async def _pump(self, session_id: str, after: Position | None, send: Send, bare: Send) -> None:
        """`bare` is `send` without what stands before it: a thousand viewers get twenty parts a second each."""
        async with aclosing(self._hub.watch(session_id, after)) as frames:
            first = await anext(frames)
            await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
            await bare(_part(first))
            async for frame in frames:
                last, part = self._last
                if last is not frame:
                    part = _part(frame)
                    self._last = (frame, part)
                await bare(part)
        await bare({"type": "http.response.body", "body": b""})


def _part(sent: Sent) -> dict[str, object]:
    body = sent.sse
    if isinstance(sent.frame, Bye) and sent.frame.retry_after is not None:
        body = b"retry: %d\n%b" % (round(sent.frame.retry_after * 1000), body)
    return {"type": "http.response.body", "body": body, "more_body": True}


def _after(scope: Scope) -> Position | None:
    """Where to go on: `Last-Event-ID` of a browser that reconnects, else `?after=`."""
    for name, value in scope["headers"]:
        if name == b"last-event-id":
            return position_of(value.decode("latin-1"))
    asked = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=20).get("after")
    return position_of(asked[0]) if asked else None


async def _departure(receive: Receive) -> None:
    """Returns when the viewer has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
