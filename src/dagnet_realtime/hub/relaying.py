"""Views that a provider carries: one station a view, opened for the first session that asks, closed with the last."""

import asyncio
import contextlib
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from typing import Protocol

import msgspec

from dagnet_realtime.hub.company import Company, company
from dagnet_realtime.hub.floor import Floor
from dagnet_realtime.hub.shared import ViewKey
from dagnet_realtime.hub.station import Station
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.ledger import RelayLedger
from dagnet_realtime.model.policy import Policy
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.ports.clock import Clock
from dagnet_realtime.ports.log import Log
from dagnet_realtime.ports.relay import Relay
from dagnet_realtime.ports.sessions import Sessions

ROUND_SECONDS = 10.0  # between two looks at who may watch and who does: a person who may not is out well within 30 s


class Seat(msgspec.Struct, frozen=True, kw_only=True):
    """A session's place at a station: where the browser connects, the channel it may ask for, and how the provider does."""

    public: dict[str, str | int | bool]
    channel: str
    publishing: bool
    every: float
    ledger: RelayLedger
    company: Company = Company()


class Seating(Protocol):
    """Where sessions get their seats: from the stations of a process that lives, or from whichever request comes."""

    ledgers: dict[Channel, RelayLedger]

    async def seat(self, session: WatchSession) -> Seat:
        """The session's place; raises `Problem("not_found")` where the channel has no relay."""
        ...

    async def authorise(self, session: WatchSession, channel: str, socket_id: str) -> dict[str, str]:
        """The signature for the session's own channel; raises `Problem("forbidden")` for every other, whether it exists or not."""
        ...

    async def confirm(self, session: WatchSession) -> None:
        """The session's person was asked about between two of its requests, and may still watch. Raises `Problem("unavailable")`."""
        ...

    async def notice(self, channel: Channel, key: str, signature: str, body: bytes) -> None:
        """A provider's word that who is subscribed has changed: believed in nothing but that it is time to ask.

        Raises `Problem`: `forbidden` where the channel's provider has not signed it, or there is none, `invalid` as `Relay.noticed`.
        """
        ...

    async def run(self) -> None:
        """Looks after what is published, where that goes on between requests."""
        ...

    async def look(self) -> None:
        """Looks once: who may watch, and who does."""
        ...

    def close(self) -> None:
        """Ends what goes on, and begins nothing more."""
        ...


class Relaying:
    """The stations of a process that is alone with its store. `relays` are by channel; `tasks` owns the publishers."""

    def __init__(
        self,
        floor: Floor,
        log: Log,
        sessions: Sessions,
        relays: Mapping[Channel, Relay],
        clock: Clock,
        lease: float,
        tasks: asyncio.TaskGroup,
    ) -> None:
        self._floor = floor
        self._log = log
        self._sessions = sessions
        self._relays = relays
        self._clock = clock
        self._lease = lease
        self._tasks = tasks
        self._closed = False
        self._stations: dict[tuple[Channel, ViewKey], tuple[Station, asyncio.Task[None]]] = {}
        self.ledgers = {channel: RelayLedger() for channel in relays}

    async def seat(self, session: WatchSession) -> Seat:
        """The session's place; raises `Problem("not_found")` where the channel has no relay."""
        station = await self._station(session)
        station.admitted.add(session.id)
        await station.probe()
        live: list[WatchSession] = []
        with contextlib.suppress(Problem):  # a store that is gone knows nobody, and the provider may go on
            live = await self._sessions.live()
        return Seat(
            public=station.relay.terms.public,
            channel=station.channel,
            publishing=station.publishing,
            every=station.relay.terms.every,
            ledger=self.ledgers[session.channel],
            company=company(session, live),
        )

    async def authorise(self, session: WatchSession, channel: str, socket_id: str) -> dict[str, str]:
        """The signature for the session's own channel; raises `Problem("forbidden")` for every other, whether it exists or not."""
        station = await self._station(session)
        if not hmac.compare_digest(channel.encode("utf-8", "replace"), station.channel.encode()):
            raise Problem("forbidden", "That channel is not this session's", "", "Ask for the session's relay again")
        signed = station.relay.authorise(channel, socket_id)
        station.expect(session.id)
        return signed

    async def confirm(self, session: WatchSession) -> None:
        """Nothing: a session that lives and was let in is believed until it ends."""

    async def notice(self, channel: Channel, key: str, signature: str, body: bytes) -> None:
        """Asks about the stations that are named, beside the answer; about one that was asked about just now the next round does."""
        named = noticed(self._relays, channel, key, signature, body)
        for station, _ in self._stations.values():
            if station.channel in named and station.stale and not self._closed:
                self._tasks.create_task(station.look())

    async def run(self) -> None:
        """Looks after the stations until it is cancelled."""
        while True:
            await self._clock.sleep(ROUND_SECONDS)
            await self.look()

    def close(self) -> None:
        """Ends every station, and opens no more."""
        self._closed = True
        for key in list(self._stations):
            self._close(key)

    async def look(self) -> None:
        """Closes stations that nobody needs, turns those that somebody lost the right to, and asks who is subscribed."""
        if not self._stations:
            return
        try:
            live = {session.id: session for session in await self._sessions.live()}
        except Problem:
            return
        for key, (station, _) in list(self._stations.items()):
            staying = {id for id in station.admitted if id in live and self._sees(live[id], station)}
            if not staying or self._floor.running(key[0]) is not station.feed:
                self._close(key)
            elif staying != station.admitted:
                await station.turn(staying)
            else:
                await station.look()

    def _sees(self, session: WatchSession, station: Station) -> bool:
        return self._floor.running(session.channel) is station.feed and self._floor.shared(station.feed, session) is station.shared

    async def _station(self, session: WatchSession) -> Station:
        if self._closed:
            raise Problem("unavailable", "The server is stopping", "", "Try again in a moment", retry_after=2)
        relay = self._relays.get(session.channel)
        if relay is None:
            raise Problem("not_found", "This workspace has no relay", "", "Frames come by stream or poll")
        lent = self._floor.lend(session, None)
        if lent is None:
            lent = self._floor.lend(session, await self._log.hold(session.channel, session.id, self._lease))
        if lent is None:
            raise AssertionError("a feed starts where the log's head is known")
        feed, shared = lent
        key = (session.channel, shared.key)
        known = self._stations.get(key)
        if known is not None and known[0].shared is shared:
            self._floor.give_back(shared)
            return known[0]
        if known is not None:
            self._close(key)
        station = Station(feed, shared, relay, name_key(self._floor.policy(session.channel)), self.ledgers[session.channel], self._clock)
        self._stations[key] = (station, self._tasks.create_task(station.run()))
        return station

    def _close(self, key: tuple[Channel, ViewKey]) -> None:
        station, task = self._stations.pop(key)
        task.cancel()
        self._floor.give_back(station.shared)


def noticed(relays: Mapping[Channel, Relay], channel: Channel, key: str, signature: str, body: bytes) -> frozenset[str]:
    """The names in a notice for `channel`; raises `Problem` as `Seating.notice`."""
    relay = relays.get(channel)
    named = None if relay is None else relay.noticed(key, signature, body)
    if named is None:
        raise Problem("forbidden", "The notice is not signed", "", "Sign it with the app's key and secret")
    return named


def name_key(policy: Policy) -> bytes:
    """From which a channel's names at the provider follow."""
    return relay_key(policy.token_key.reveal() if policy.token_key is not None else secrets.token_bytes(32), b"channel names")


def relay_key(token_key: bytes, purpose: bytes) -> bytes:
    """A key of 32 bytes for one purpose of a relay, which the provider cannot know."""
    return hmac.new(token_key, b"relay: " + purpose, hashlib.sha256).digest()
