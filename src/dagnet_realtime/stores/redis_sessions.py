"""Watch sessions and revoked sign-ins in Redis, shared by all processes.

A session is a key with a time to live; an index and one set per person and per channel count them.
Changes go through the stream `news`, which every process reads. An ended session leaves an empty
value for a while, so that a process that was cut off does not bring it back.
"""

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

ENDED_SECONDS = 600.0  # in which a session is known to have ended; twice as long as any lease
NEWS_SECONDS = 5.0  # of one blocking read of the stream of changes
RETRY_SECONDS = 0.5  # between attempts while the store cannot be reached
SESSIONS_PER_CALL = 1000
MARK_MS = 86_400_000  # after the last use of the mark that says that the store has lost nothing

_ENCODER = msgspec.msgpack.Encoder()
_DECODER = msgspec.msgpack.Decoder(WatchSession)


class RedisSessionStore:
    """Implements `SharedSessionStore` and `WatchNotifier`.

    `on_watched` is called with a channel that begins to be watched at another process.
    """

    def __init__(
        self, connection: RedisConnection, on_watched: Callable[[Channel], None] = lambda _: None
    ) -> None:
        self._connection = connection
        self.on_watched = on_watched
        self._tag = tag = f"{{{connection.target.prefix}:sessions}}"
        self._index, self._news, self._mark = f"{tag}:index", f"{tag}:news", f"{tag}:mark"

    async def begin(self) -> None:
        """Called when a process starts: a store without its mark is new, and has lost nothing."""
        await self._connection.call("SET", self._mark, 0, "NX", "PX", MARK_MS)

    async def save(self, session: WatchSession, ttl: float) -> None:
        """Stores or renews the session for `ttl` seconds.

        Raises `Problem("gone")` if any process has ended it.
        """
        if await self._save(session, ttl, -1, -1) == 1:
            raise Problem("gone", "This watch session has ended", "", "Switch Realtime on again")

    async def open(
        self, session: WatchSession, ttl: float, max_per_person: int, max_per_channel: int
    ) -> tuple[int, int] | None:
        """As the port says."""
        answer = await self._save(session, ttl, max_per_person, max_per_channel)
        return (int(answer[0]), int(answer[1])) if isinstance(answer, list) else None

    async def load(self, session_id: str) -> WatchSession | None:
        """The session, or None if it has ended or lapsed."""
        stored = await self._connection.call("GET", self._key(session_id))
        return _DECODER.decode(stored) if stored else None

    async def delete(self, session_id: str) -> None:
        """Ends the session, and announces it to the other processes."""
        session = await self.load(session_id)
        keys = (
            self._key(session_id),
            self._index,
            self._news,
            *(self._counts(session) if session else ()),
        )
        await self._connection.script("delete", keys, (session_id, round(ENDED_SECONDS * 1000)))

    async def list_active(self) -> list[WatchSession]:
        """All sessions that have not lapsed."""
        age, ids = await self._connection.script("list_active", (self._mark, self._index), ())
        self._connection.began(int(age))
        if not ids:
            return []
        stored = await self._connection.call("MGET", *(self._key(id.decode()) for id in ids))
        return [_DECODER.decode(one) for one in stored if one]

    async def were_ended(self, session_ids: Sequence[str]) -> frozenset[str]:
        """Those of `session_ids` that were ended, rather than lapsed or lost by the store."""
        ended: set[str] = set()
        for start in range(0, len(session_ids), SESSIONS_PER_CALL):
            ids = session_ids[start : start + SESSIONS_PER_CALL]
            stored = await self._load_many(ids)
            ended.update(id for id, one in zip(ids, stored, strict=True) if one == b"")
        return frozenset(ended)

    async def lost(self) -> bool:
        """Whether the store may just have lost data: a connection broke, or its mark is new."""
        await self._load_many(())
        return self._connection.recently_failed()

    async def changes(self) -> AsyncIterator[str]:
        """Ids of sessions that change or end, as it happens, until cancelled.

        Changes made while the store could not be reached come afterwards.
        """
        after = "$"
        while True:
            try:
                answer = await self._connection.call(
                    "XREAD",
                    "BLOCK",
                    round(NEWS_SECONDS * 1000),
                    "STREAMS",
                    self._news,
                    after,
                    wait=NEWS_SECONDS,
                )
            except Problem:
                # a stream that begins anew begins with later ids
                after = "0" if after == "$" else after
                await asyncio.sleep(RETRY_SECONDS)
                continue
            for id, kind, text in _changes(answer):
                after = id
                if kind == "session":
                    yield text
                else:
                    self.on_watched(Channel(*text.split("/", 1)))

    def recently_failed(self) -> bool:
        """As the port says."""
        return self._connection.recently_failed()

    async def announce(self, channel: Channel) -> None:
        """Announces to every process that `channel` is watched."""
        await self._connection.script("announce", (self._news,), ("watched", str(channel)))

    async def _load_many(self, session_ids: Sequence[str]) -> Sequence[Any]:
        """The stored bytes of each session; notes a store that began anew."""
        age, stored = await self._connection.script(
            "load_many", (self._mark, *map(self._key, session_ids)), ()
        )
        self._connection.began(int(age))
        return stored  # type: ignore[no-any-return]  # a list, as the script says

    async def _save(
        self, session: WatchSession, ttl: float, max_per_person: int, max_per_channel: int
    ) -> Any:
        """Runs `lua/save.lua` and returns its second answer."""
        keys = (self._mark, self._key(session.id), self._index, self._news, *self._counts(session))
        arguments = (
            session.id,
            _ENCODER.encode(session),
            max(1, round(ttl * 1000)),
            max_per_person,
            max_per_channel,
        )
        answer = await self._connection.script("save", keys, arguments)
        self._connection.began(int(answer[0]))
        return answer[1]

    def _counts(self, session: WatchSession) -> tuple[str, str]:
        """The sets in which the sessions of its person, and of its channel, are counted."""
        person = hashlib.sha256(session.person.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        return f"{self._tag}:person:{person}", f"{self._tag}:channel:{session.channel}"

    def _key(self, session_id: str) -> str:
        """The key of a session. Only a well-formed id, which no fixed name is, follows the tag."""
        return (
            f"{self._tag}:{session_id}"
            if is_session_id(session_id)
            else f"{self._tag}:other:{session_id}"
        )


def _changes(answer: Any) -> list[tuple[str, str, str]]:
    """Id, kind and text of each change in an answer of XREAD."""
    changes = []
    for _, entries in answer or ():
        for id, fields in entries:
            for kind, text in fields.items():
                changes.append((id.decode(), kind.decode(), text.decode()))
    return changes


MAX_REVOKED = 10_000  # of a kind; beyond it those that lapse soonest are dropped
CACHE_SECONDS = 1.0  # for which an answer of Redis about one sign-in is used again
MAX_CACHED = 10_000


DELETIONS_KEPT_MS = 8 * 24 * 3600 * 1000  # a day longer than browsers keep a session


class RedisDeletionTimes:
    """Implements `DeletionTimes`. If Redis has lost the time, it begins anew."""

    def __init__(self, connection: RedisConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    async def record(self, channel: Channel) -> None:
        """As the port says."""
        now = self._clock.now()
        await self._connection.call("SET", self._key(channel), now, "PX", DELETIONS_KEPT_MS)

    async def known_since(self, channel: Channel) -> int:
        """As the port says."""
        key, now = self._key(channel), self._clock.now()
        await self._connection.call("SET", key, now, "NX", "PX", DELETIONS_KEPT_MS)
        found = await self._connection.call("GET", key)
        await self._connection.call("PEXPIRE", key, DELETIONS_KEPT_MS)
        return int(found) if found is not None else now

    def _key(self, channel: Channel) -> str:
        return f"{{{self._connection.target.prefix}:deletions:{channel}}}"


class RedisRevocationList:
    """Implements `RevocationList`. Other processes learn of a revocation within `CACHE_SECONDS`."""

    def __init__(self, connection: RedisConnection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock
        self._cache: OrderedDict[tuple[str, str], tuple[float, bool]] = OrderedDict()

    async def revoke(self, kind: str, id: str, until: int) -> bool:
        """As the port says."""
        first = await self._connection.script(
            "revoke", (self._key(kind),), (id, until, self._clock.now(), MAX_REVOKED)
        )
        self._remember(kind, id, revoked=True)
        return bool(first == 1)

    async def is_revoked(self, kind: str, id: str) -> bool:
        """As the port says."""
        at, revoked = self._cache.get((kind, id), (float("-inf"), False))
        if self._clock.monotonic() - at < CACHE_SECONDS:
            return revoked
        revoked = await self._connection.call("ZSCORE", self._key(kind), id) is not None
        self._remember(kind, id, revoked=revoked)
        return revoked

    def _remember(self, kind: str, id: str, *, revoked: bool) -> None:
        self._cache[kind, id] = (self._clock.monotonic(), revoked)
        self._cache.move_to_end((kind, id))
        while len(self._cache) > MAX_CACHED:
            self._cache.popitem(last=False)

    def _key(self, kind: str) -> str:
        return f"{{{self._connection.target.prefix}:signed-out:{kind}}}"
