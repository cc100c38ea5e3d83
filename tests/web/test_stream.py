"""Push keeps every transport's promises, and those of Server-Sent Events."""

import asyncio
import json
from collections.abc import Callable

import httpx
import pytest

from tests.support.server import Served, serving, track
from tests.web.transport_contract import Frames, Lane, TransportContract, watched


class Push(Lane):
    async def frames(
        self,
        served: Served,
        session: str,
        after: str | None,
        enough: Callable[[Frames], bool],
        seconds: float = 5,
    ) -> Frames:
        got: Frames = []
        headers = {"last-event-id": after} if after else {}
        async with (
            asyncio.timeout(seconds),
            served.client.stream("GET", f"/api/watch/{session}/stream", headers=headers) as answer,
        ):
            assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
            async for line in answer.aiter_lines():
                if line.startswith("data: "):
                    got.append(json.loads(line[6:]))
                    if enough(got):
                        return got
        return got

    async def refusal(self, served: Served, session: str, after: str | None) -> httpx.Response:
        return await served.client.get(
            f"/api/watch/{session}/stream", params={"after": after} if after else {}
        )


class TestPush(TransportContract):
    @pytest.fixture
    def lane(self) -> Lane:
        return Push()


async def test_every_message_has_its_position_as_id() -> None:
    """HUB-23: the id lets a browser's own reconnect resume."""
    async with watched() as (served, session), asyncio.timeout(20):
        await served.send(track("m1"))
        ids, positions = [], []
        async with served.client.stream(
            "GET", f"/api/watch/{session['watch_session_id']}/stream"
        ) as answer:
            async for line in answer.aiter_lines():
                if line.startswith("id: "):
                    ids.append(line[4:])
                if line.startswith("data: "):
                    positions.append(json.loads(line[6:])["position"])
                if len(positions) == 2:
                    break
        assert ids == positions


async def test_a_stream_ends_with_bye_when_its_session_does() -> None:
    """HUB-13: the last message is a bye, then the answer ends."""
    async with watched() as (served, session), asyncio.timeout(20):
        id = session["watch_session_id"]
        reading = asyncio.create_task(Push().frames(served, id, None, lambda _: False))
        await Push().frames(served, id, None, lambda frames: bool(frames))
        await served.client.delete(f"/api/watch/{id}")
        frames = await reading
        assert frames[-1] == {
            "op": "bye",
            "reason": "Realtime was switched off",
            "retry_after": None,
        }


async def test_a_viewer_that_leaves_is_forgotten_at_once() -> None:
    """HUB-9: its place is free for others."""
    async with serving() as served, asyncio.timeout(20):
        session = await served.open()
        await Push().frames(served, session["watch_session_id"], None, lambda frames: bool(frames))
        while (
            "viewers{" in (text := (await served.client.get("/metrics")).text)
            and 'viewers{env="test",workspace="shop"} 0' not in text
        ):
            await asyncio.sleep(0.01)
