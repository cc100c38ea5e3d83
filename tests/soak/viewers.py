"""Viewers who come, stay a while and go, with Off or without; what each received is compared with
what was sent.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from random import Random

import httpx

from dagnet_realtime.model.event import Position
from dagnet_realtime.model.frame import Batch, Frame, Gap, Heartbeat, Hello
from tests.faults.people import Watcher
from tests.faults.town import Address
from tests.soak.visitors import Visitors

PATIENCE = 30.0  # seconds in which one that is about to go must have been told everything


class Viewer(Watcher):
    """A watcher that checks every frame by itself. `fresh` is when the latest event that it was shown was sent."""

    def __init__(
        self, houses: Sequence[Address], session: str, position: str, start: int = 0
    ) -> None:
        self.visitors: Visitors | None = None
        self.fresh = 0.0
        self.told_gap_at = 0.0
        super().__init__(houses, session, position, start)

    def _take(self, frame: Frame, house: Address) -> None:
        super()._take(frame, house)
        match frame:
            case Batch():
                self._sums(frame)
                if self.visitors is not None:
                    self.fresh = max(
                        [
                            self.fresh,
                            *(self.visitors.sent.get(event.id, 0.0) for event in frame.events),
                        ]
                    )
            case Gap():
                self.told_gap_at = time.monotonic()
            case Hello() | Heartbeat():
                for source, door in frame.ledger.items():
                    parts = (
                        sum(door.refused.values())
                        + door.rate_limited
                        + door.unwatched
                        + door.duplicate
                        + door.taken
                    )
                    if door.received != parts:
                        self.broken.append(
                            f"the door of {source} received {door.received} and accounts for {parts}"
                        )
            case _:
                pass

    def _sums(self, batch: Batch) -> None:
        it, before, after = (
            batch.ledger,
            Position.parse(batch.from_),
            Position.parse(batch.position),
        )
        sums = (
            it.offered == it.lit + it.unmapped + it.filtered + it.missed
            and it.lit + it.unmapped == it.carried + it.thinned + it.sampled_out + it.forgotten
        )
        if not sums or it.carried != len(batch.events):
            self.broken.append(f"a ledger does not sum: {it}")
        if (
            before is None
            or after is None
            or before.epoch != after.epoch
            or after.offset - before.offset != it.offered
        ):
            self.broken.append(f"{batch.from_} to {batch.position} is said to hold {it.offered}")


class Audience:
    """Keeps `count` viewers watching. `broken` lists what was wrong with their frames, `losses`
    when Redis lost everything.
    """

    def __init__(
        self,
        houses: Sequence[Address],
        visitors: Visitors,
        count: int,
        stay: tuple[float, float],
        chance: Random,
    ) -> None:
        self.present: set[Viewer] = set()
        self.losses: list[float] = []
        self.broken: list[str] = []
        self.seen = 0
        self.gone = 0
        self.gaps = 0
        self.reconnects = 0
        self._houses = houses
        self._visitors = visitors
        self._stay = stay
        self._chance = chance
        self._closing = asyncio.Event()
        self._seats = [asyncio.create_task(self._seat(number)) for number in range(count)]

    async def close(self) -> None:
        """Everybody goes; raises what a seat raised."""
        self._closing.set()
        await asyncio.gather(*self._seats)

    async def cancel(self) -> None:
        for seat in self._seats:
            seat.cancel()
        await asyncio.gather(*self._seats, return_exceptions=True)

    async def _seat(self, number: int) -> None:
        while not self._closing.is_set():
            asked = time.monotonic()
            viewer = await self._open(number)
            if viewer is None:
                return
            came = time.monotonic()
            self.present.add(viewer)
            try:
                await _either(self._closing.wait(), self._chance.uniform(*self._stay))
                await self._account(viewer, asked, came)
            finally:
                self.present.discard(viewer)
                await self._leave(viewer)

    async def _open(self, number: int) -> Viewer | None:
        while not self._closing.is_set():
            try:
                viewer = await Viewer.open(self._houses, number + self.gone)
            except (
                AssertionError,
                httpx.HTTPError,
                TimeoutError,
            ):  # a fault is under way: a person tries again
                await asyncio.sleep(0.3)
            else:
                viewer.visitors = self._visitors
                return viewer
        return None

    async def _account(self, viewer: Viewer, asked: float, came: float) -> None:
        """Everything that was sent since it came and is taken by now was shown, once, but for what a lost Redis took along.

        `asked` is when it first knocked: a Redis that was lost while it was let in costs it a gap too.
        """
        due = time.monotonic()

        def lacking() -> list[str]:
            since = max(came, viewer.told_gap_at)
            return [
                id
                for id, at in self._visitors.taken.items()
                if at <= due and self._visitors.sent[id] > since and id not in viewer.ids
            ]

        late = not await _until(lambda: viewer.gone or not lacking(), PATIENCE)
        twice = {id for id, times in viewer.ids.items() if times > 1}
        lost = [at for at in self.losses if at >= asked - 5.0]  # one dies for three seconds at most
        wrong = list(viewer.broken)
        if viewer.gone:
            wrong.append("its session was gone")
        if late:
            wrong.append(
                f"{len(lacking())} events were taken and never shown, e.g. {lacking()[:3]}"
            )
        if twice - (self._visitors.again if lost else set()):
            wrong.append(f"{len(twice)} events lit twice, e.g. {sorted(twice)[:3]}")
        if viewer.missed:
            wrong.append(f"it missed {viewer.missed}, though nothing was cut off")
        if viewer.unknown > len(lost):
            wrong.append(
                f"{viewer.unknown} gaps of unknown size, and Redis was lost {len(lost)} times"
            )
        self.broken += [f"viewer {viewer.session[:6]}: {text}" for text in wrong]
        self.seen += viewer.offered
        self.gone += 1
        self.gaps += viewer.unknown
        self.reconnects += viewer.hellos - 1

    async def _leave(self, viewer: Viewer) -> None:
        if self._chance.random() < 0.5:
            house = self._houses[0]
            async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
                with contextlib.suppress(httpx.HTTPError):  # else it lapses
                    await client.delete(
                        f"{house.url}/api/watch/{viewer.session}",
                        headers={"authorization": f"Bearer {house.key}"},
                    )
        await viewer.leave()
        Viewer.left.discard(viewer.session)


async def _either(waiting: object, seconds: float) -> None:
    try:
        await asyncio.wait_for(waiting, seconds)  # type: ignore[arg-type]
    except TimeoutError:
        return


async def _until(holds: Callable[[], bool], seconds: float) -> bool:
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        await asyncio.sleep(0.25)
    return True
