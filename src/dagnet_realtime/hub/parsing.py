"""Parsing beside everything else that a process does: strictly and in stretches on the event loop,
and whatever must be mended first in a thread.
"""

import asyncio
from collections.abc import Sequence
from typing import Protocol, TypeVar

from dagnet_realtime.core.segment.lenient import Strange
from dagnet_realtime.core.segment.message import Reader, Repeats
from dagnet_realtime.core.segment.tracking import MAX_EVENT, Around, batch_events, parse_single
from dagnet_realtime.core.segment.webhook import Element, Parsed, events_of
from dagnet_realtime.model.entry import EventType
from dagnet_realtime.model.problem import Problem

T = TypeVar("T")
Cut = Sequence[tuple[int, int]]
Given = TypeVar("Given", covariant=True)
STRETCH_EVENTS = 200  # parsed between two turns of the loop: about 4 ms
STRETCH_BYTES = 128 * 1024  # as many at most
UNPROVEN_BYTES = MAX_EVENT  # as many at most of a sender that nothing proves, who may have made them dear
_ALONE = ((0, 1),)


class Work(Protocol[Given]):
    """Reads something strictly, or mends it first; raises `Strange` if it must be mended and may not be."""

    def __call__(self, *, mending: bool) -> Given:
        """What it reads."""
        ...


class Parse(Protocol):
    """Parses a delivery's elements from one place up to another, as `Work` does."""

    def __call__(self, start: int, end: int, using: Reader, *, mending: bool) -> Parsed:
        """Their events."""
        ...


class Mender:
    """Mends for one process, one delivery at a time: two would only take the interpreter from one
    another, and from the event loop.
    """

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def run(self, work: Work[T], *, brief: bool) -> T:
        """What `work` gives. If something must be mended, it is at once if it is `brief`, else in a thread."""
        try:
            return work(mending=brief)
        except Strange:
            return await self.mend(work)

    async def mend(self, work: Work[T]) -> T:
        """What `work` gives, mended in a thread when its turn has come."""
        async with self._turn:
            return await asyncio.to_thread(work, mending=True)


class Turns:
    """Lets one stretch a turn of the event loop go on, of all deliveries that have several."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()

    async def next(self) -> None:
        """Waits for the next one."""
        async with self._lock:
            await asyncio.sleep(0)


def stretches(elements: Sequence[Element], most: int = STRETCH_BYTES, beside: int = 0) -> Cut:
    """Where each stretch of a delivery begins and ends: at most `most` bytes if it has several events, each with `beside` more."""
    if len(elements) == 1:
        return _ALONE
    found = []
    start = size = 0
    for at, element in enumerate(elements):
        if at > start and (at - start >= STRETCH_EVENTS or size + len(element) + beside > most):
            found.append((start, at))
            start, size = at, 0
        size += len(element) + beside
    if start < len(elements):
        found.append((start, len(elements)))
    return found


def lone(body: bytes, type: EventType, arrived_at: int) -> Parse:
    """The parser of a single call of the tracking API."""

    def parse(start: int, end: int, using: Reader, *, mending: bool) -> Parsed:  # noqa: ARG001 -- it is all there is
        try:
            return Parsed((parse_single(body, type, arrived_at, using, mending=mending),))
        except Problem as problem:
            return Parsed((), (problem,))

    return parse


def batch(around: Around, elements: Sequence[Element], arrived_at: int) -> Parse:
    """The parser of a batch of the tracking API."""
    repeats = Repeats()

    def parse(start: int, end: int, using: Reader, *, mending: bool) -> Parsed:  # noqa: ARG001 -- what lies around the events is read, too
        return batch_events(around, elements[start:end], arrived_at, start, repeats=repeats, mending=mending)

    return parse


def delivery(elements: Sequence[Element]) -> Parse:
    """The parser of a webhook's delivery."""
    repeats = Repeats() if len(elements) > 1 else None  # a message alone repeats none

    def parse(start: int, end: int, using: Reader, *, mending: bool) -> Parsed:
        return events_of(elements[start:end], using, first=start, repeats=repeats, mending=mending)

    return parse


def sparing(parse: Parse) -> Parse:
    """`parse` with each delete and suppression refused: somebody who knows a public write key must
    not erase other people.
    """

    def spared(start: int, end: int, using: Reader, *, mending: bool) -> Parsed:
        parsed = parse(start, end, using, mending=mending)
        kept = tuple(event for event in parsed.events if event.type != "delete")
        if len(kept) == len(parsed.events):
            return parsed
        return Parsed(kept, (*parsed.refused, *(_no_delete() for _ in range(len(parsed.events) - len(kept)))))

    return spared


def _no_delete() -> Problem:
    return Problem(
        "forbidden",
        "This source takes no delete or suppress",
        "Nothing proves who sent it: write keys are public, and the delivery is not signed",
        "Have Segment's signed webhook deliver it, or set allow_delete = true on the source in realtime.toml",
    )
