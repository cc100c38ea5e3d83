"""One source's gate: what it checks, how fast it lets through, and the only writer of its ledger."""

import asyncio
from collections.abc import Sequence

from dagnet_realtime.core.rate import Bucket, take_both
from dagnet_realtime.core.segment.webhook import MAX_EVENTS
from dagnet_realtime.core.signature import Verifier
from dagnet_realtime.model.channel import Source
from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.ledger import Door
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.log import Outcome

MARKS = ("placeholder", "shared_id")  # flags of events that are counted beside the sum
_BURST_SECONDS = 2.0  # of the full rate that may arrive at once after quiet


class Gate:
    """Keeps one source's ledger so that it always sums: an event is received and accounted for in one step."""

    def __init__(self, source: Source, max_rate: float) -> None:
        self.source = source
        self.door = Door()
        self._verifier = Verifier(source)
        self.verified_soon = self._verifier.verified_soon
        self.max_rate = max_rate
        self.burst = max(_BURST_SECONDS * max_rate, MAX_EVENTS)
        self._bucket = Bucket(max_rate, self.burst)
        self._weight = Bucket(max_rate, self.burst)

    def expect(self, signature: str | None) -> None:
        """Raises `Problem("unauthorized")` if no body at all could be authentic with `signature`."""
        self._verifier.given(signature)

    async def verify(self, body: bytes, signature: str | None) -> None:
        """Decides in a thread, however long it takes. Raises `Problem("unauthorized")`."""
        await asyncio.to_thread(self._verifier.verify, body, signature)

    def may_delete(self, *, signed: bool) -> bool:
        """Whether a delivery of this source may delete people: if it is `signed`, or if the source is configured to."""
        return signed or self.source.allow_delete

    def limit(self, events: int, at: float, size: int = 0) -> None:
        """Raises `Problem("rate_limited")` if `events`, or their `size` in bytes, are too many at `at` (seconds, monotonic)."""
        wait = take_both(self._bucket, self._weight, events, size, at)
        if wait is not None:
            self.within(events, wait)

    def within(self, events: int, wait: float | None) -> None:
        """Accounts for `events` that were too many by `wait` seconds, and raises `Problem("rate_limited")`; nothing where it is None."""
        if wait is None:
            return
        self.door.received += events
        self.door.rate_limited += events
        raise Problem(
            "rate_limited",
            "The source sends faster than its limit",
            f"{events} more events do not fit, by their number or their bytes",
            "Send again later, or raise max_rate in the workspace's configuration",
            retry_after=max(1.0, wait),
        )

    def refuse(self, code: str, events: int = 1) -> None:
        """Accounts for events that were refused with a problem's `code`."""
        self.door.received += events
        self.door.refused[code] = self.door.refused.get(code, 0) + events

    def unwatched(self, events: int) -> None:
        """Accounts for events that nobody watches."""
        self.door.received += events
        self.door.unwatched += events

    def settle(self, outcomes: Sequence[Outcome], entries: Sequence[Entry] = ()) -> None:
        """Accounts for what the log made of events, and for what their `entries` have instead of identifiers."""
        for entry in entries:
            if entry.flags:
                for mark in MARKS:
                    if mark in entry.flags:
                        setattr(self.door, mark, (getattr(self.door, mark) or 0) + 1)
        door = self.door
        taken = outcomes.count("taken")
        door.received += len(outcomes)
        door.taken += taken
        if taken < len(outcomes):
            door.duplicate += outcomes.count("duplicate")
            door.unwatched += outcomes.count("unwatched")
