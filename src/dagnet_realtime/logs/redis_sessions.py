"""Watch sessions in Redis, so that any process can serve any of them and hears what another does to them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_scripts import Name
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession

REMEMBERED = 600.0  # seconds for which a session is known to have been ended; twice as long as any lease
NEWS_SECONDS = 5.0  # of one wait for news
RETRY_SECONDS = 0.5  # between tries where the store cannot be reached
KEPT_NEWS = 1000

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(WatchSession)


class RedisSessions:
    """Implements `Sessions` and `Shared`, and announces channels. `heard` is told of a channel that somebody elsewhere begins to watch."""

    def __init__(self, calls: Calls, heard: Callable[[Channel], None] = lambda _: None) -> None:
        self._calls = calls
        self.heard = heard
        tag = f"{{{calls.target.prefix}:sessions}}"
        self._index, self._news = f"{tag}:index", f"{tag}:news"
        self._tag = tag

    async def save(self, session: WatchSession, ttl: float) -> None:
        """Stores or renews the session; raises `Problem("gone")` where it was ended, by whichever process."""
        given = (session.id, _ENCODER.encode(session), max(1, round(ttl * 1000)))
        if await self._script("save", session.id, given):
            raise Problem("gone", "This watch session has ended", "", "Switch Realtime on again")

    async def load(self, session_id: str) -> WatchSession | None:
        """The session, or None where there is none any more."""
        found = await self._calls.call("GET", self._key(session_id))
        return _DECODER.decode(found) if found else None

    async def drop(self, session_id: str) -> None:
        """Ends the session, and tells the others."""
        await self._script("drop", session_id, (session_id, round(REMEMBERED * 1000)))

    async def live(self) -> list[WatchSession]:
        """All that have not lapsed."""
        ids = await self._calls.script("live", (self._index,), ())
        if not ids:
            return []
        found = await self._calls.call("MGET", *(self._key(id.decode()) for id in ids))
        return [_DECODER.decode(one) for one in found if one]

    async def ended(self, session_ids: Sequence[str]) -> frozenset[str]:
        """Those that somebody has ended; of one that lapsed, or that the store lost, nobody has."""
        if not session_ids:
            return frozenset()
        found = await self._calls.call("MGET", *map(self._key, session_ids))
        return frozenset(id for id, one in zip(session_ids, found, strict=True) if one == b"")

    async def changes(self) -> AsyncIterator[str]:
        """Ids of sessions that changed or ended, as it happens; what came while the store could not be reached is told after it."""
        at = "$"
        while True:
            try:
                answer = await self._calls.call("XREAD", "BLOCK", round(NEWS_SECONDS * 1000), "STREAMS", self._news, at, wait=NEWS_SECONDS)
            except Problem:
                at = "0" if at == "$" else at  # a store that begins anew begins with later ids
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for id, kind, text in _read(answer):
                at = id
                if kind == "session":
                    yield text
                else:
                    self.heard(Channel(*text.split("/", 1)))

    def shaken(self) -> bool:
        """As the port says."""
        return self._calls.shaken()

    async def announce(self, channel: Channel) -> None:
        """Tells every process that somebody watches `channel`."""
        await self._calls.call("XADD", self._news, "MAXLEN", "~", KEPT_NEWS, "*", "watched", str(channel))

    async def _script(self, name: Name, session_id: str, given: Sequence[str | bytes | int]) -> Any:
        return await self._calls.script(name, (self._key(session_id), self._index, self._news), given)

    def _key(self, session_id: str) -> str:
        return f"{self._tag}:{session_id}"


def _read(answer: Any) -> list[tuple[str, str, str]]:
    """Id, kind and text of each piece of news."""
    found = []
    for _, entries in answer or ():
        for id, fields in entries:
            for kind, text in fields.items():
                found.append((id.decode(), kind.decode(), text.decode()))
    return found
