"""Watch sessions and revocations in Redis, shared by every process."""

import asyncio
import hashlib
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import msgspec

from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession, is_session_id
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.runtime import Clock
from dagnet_realtime.stores.redis_connection import RedisConnection

REMEMBERED = (
    600.0  # seconds for which a session is known to have been ended; twice as long as any lease
)
NEWS_SECONDS = 5.0  # of one wait for news
RETRY_SECONDS = 0.5  # between tries where the store cannot be reached
AT_ONCE = 1000  # sessions of one look
MARK_MS = (
    86_400_000  # for which the store keeps the mark of having lost nothing, from the last look
)

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(WatchSession)


class RedisSessionStore:
    """Implements `Sessions`, `Counting` and `Shared`, and announces channels.

    `heard` is told of a channel that begins to be watched at another process.
    """

    def __init__(
        self, calls: RedisConnection, heard: Callable[[Channel], None] = lambda _: None
    ) -> None:
        self._calls = calls
        self.on_watched = heard
        self._tag = tag = f"{{{calls.target.prefix}:sessions}}"
        self._index, self._news, self._mark = f"{tag}:index", f"{tag}:news", f"{tag}:mark"

    async def begin(self) -> None:
        """A process starts: a store without its mark is new to it, and has lost nothing."""
        await self._calls.call("SET", self._mark, 0, "NX", "PX", MARK_MS)

    async def save(self, session: WatchSession, ttl: float) -> None:
        """Stores or renews the session; raises `Problem("gone")` where it was ended, by whichever process."""
        if await self._save(session, ttl, -1, -1) == 1:
            raise Problem("gone", "This watch session has ended", "", "Switch Realtime on again")

    async def open(
        self, session: WatchSession, ttl: float, most_of_person: int, most_of_channel: int
    ) -> tuple[int, int] | None:
        """As the port says."""
        answer = await self._save(session, ttl, most_of_person, most_of_channel)
        return (int(answer[0]), int(answer[1])) if isinstance(answer, list) else None

    async def load(self, session_id: str) -> WatchSession | None:
        """The session, or None where there is none any more."""
        found = await self._calls.call("GET", self._key(session_id))
        return _DECODER.decode(found) if found else None

    async def delete(self, session_id: str) -> None:
        """Ends the session, and tells the others."""
        session = await self.load(session_id)
        keys = (
            self._key(session_id),
            self._index,
            self._news,
            *(self._counts(session) if session else ()),
        )
        await self._calls.script("drop", keys, (session_id, round(REMEMBERED * 1000)))

    async def list_active(self) -> list[WatchSession]:
        """All that have not lapsed."""
        age, ids = await self._calls.script("live", (self._mark, self._index), ())
        self._calls.began(int(age))
        if not ids:
            return []
        found = await self._calls.call("MGET", *(self._key(id.decode()) for id in ids))
        return [_DECODER.decode(one) for one in found if one]

    async def were_ended(self, session_ids: Sequence[str]) -> frozenset[str]:
        """Those that somebody has ended; of one that lapsed, or that the store lost, nobody has."""
        ended: set[str] = set()
        for start in range(0, len(session_ids), AT_ONCE):
            some = session_ids[start : start + AT_ONCE]
            found = await self._look(some)
            ended.update(id for id, one in zip(some, found, strict=True) if one == b"")
        return frozenset(ended)

    async def lost(self) -> bool:
        """Whether the store may have lost a moment ago what it held: a connection broke, or its mark is new."""
        await self._look(())
        return self._calls.recently_failed()

    async def changes(self) -> AsyncIterator[str]:
        """Ids of sessions that changed or ended, as it happens; what came while the store could not be reached is told after it."""
        at = "$"
        while True:
            try:
                answer = await self._calls.call(
                    "XREAD",
                    "BLOCK",
                    round(NEWS_SECONDS * 1000),
                    "STREAMS",
                    self._news,
                    at,
                    wait=NEWS_SECONDS,
                )
            except Problem:
                at = "0" if at == "$" else at  # a store that begins anew begins with later ids
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for id, kind, text in _read(answer):
                at = id
                if kind == "session":
                    yield text
                else:
                    self.on_watched(Channel(*text.split("/", 1)))

    def recently_failed(self) -> bool:
        """As the port says."""
        return self._calls.recently_failed()

    async def announce(self, channel: Channel) -> None:
        """Tells every process that somebody watches `channel`."""
        await self._calls.script("announce", (self._news,), ("watched", str(channel)))

    async def _look(self, session_ids: Sequence[str]) -> Sequence[Any]:
        """What is kept of each session; takes notice of a store that began anew."""
        age, found = await self._calls.script(
            "ended", (self._mark, *map(self._key, session_ids)), ()
        )
        self._calls.began(int(age))
        return found  # type: ignore[no-any-return]  # a list, as the script says

    async def _save(
        self, session: WatchSession, ttl: float, most_of_person: int, most_of_channel: int
    ) -> Any:
        """What `lua/save.lua` answers."""
        keys = (self._mark, self._key(session.id), self._index, self._news, *self._counts(session))
        given = (
            session.id,
            _ENCODER.encode(session),
            max(1, round(ttl * 1000)),
            most_of_person,
            most_of_channel,
        )
        answer = await self._calls.script("save", keys, given)
        self._calls.began(int(answer[0]))
        return answer[1]

    def _counts(self, session: WatchSession) -> tuple[str, str]:
        """Where the sessions of the same person, and of the same channel, are counted."""
        person = hashlib.sha256(session.person.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return f"{self._tag}:person:{person}", f"{self._tag}:channel:{session.channel}"

    def _key(self, session_id: str) -> str:
        """Where a session lies. Only an id as they are made stands beside the fixed names, none of which is one."""
        return (
            f"{self._tag}:{session_id}"
            if is_session_id(session_id)
            else f"{self._tag}:other:{session_id}"
        )


def _read(answer: Any) -> list[tuple[str, str, str]]:
    """Id, kind and text of each piece of news."""
    found = []
    for _, entries in answer or ():
        for id, fields in entries:
            for kind, text in fields.items():
                found.append((id.decode(), kind.decode(), text.decode()))
    return found


MOST_ENDED = 10_000  # of a kind; beyond them the one that lapses soonest is forgotten
BELIEVED_SECONDS = 1.0  # for which Redis is not asked again about one sign-in
MOST_BELIEVED = 10_000


class RedisRevocationList:
    """Implements `SignOuts`. A sign-out is known here at once, and to every other process a second later."""

    def __init__(self, calls: RedisConnection, clock: Clock) -> None:
        self._calls = calls
        self._clock = clock
        self._believed: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()

    async def revoke(self, kind: str, id: str, until: int) -> bool:
        """As the port says."""
        first = await self._calls.script(
            "sign_out", (self._key(kind),), (id, until, self._clock.now(), MOST_ENDED)
        )
        self._believe(kind, id, ended=True)
        return bool(first == 1)

    async def is_revoked(self, kind: str, id: str) -> bool:
        """As the port says."""
        at, told = self._believed.get((kind, id), (float("-inf"), False))
        if self._clock.monotonic() - at < BELIEVED_SECONDS:
            return told
        told = await self._calls.call("ZSCORE", self._key(kind), id) is not None
        self._believe(kind, id, ended=told)
        return told

    def _believe(self, kind: str, id: str, *, ended: bool) -> None:
        self._believed[kind, id] = (self._clock.monotonic(), ended)
        self._believed.move_to_end((kind, id))
        while len(self._believed) > MOST_BELIEVED:
            self._believed.popitem(last=False)

    def _key(self, kind: str) -> str:
        return f"{{{self._calls.target.prefix}:signed-out:{kind}}}"
