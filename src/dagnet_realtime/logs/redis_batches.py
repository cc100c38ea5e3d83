"""Appends that come together go together: one call to the store for all that arrived while the one before was under way."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from dagnet_realtime.model.entry import Entry
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.log import Outcome

MOST_ENTRIES = 1000  # of one call: some 5 ms of Redis's only thread
MOST_WAITING = 20_000  # entries of one channel that may wait; more are refused, to be sent again

Send = Callable[[Sequence[Entry]], Awaitable[list[Outcome]]]


class Batch:
    """Entries of several appends, and the answer that all of them wait for."""

    def __init__(self) -> None:
        self.entries: list[Entry] = []
        self.answer: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()


class Batches:
    """The appends of one channel in the order in which they came. `seconds` bound how long any of them may take.

    Whoever begins a batch sends it, for everybody who joined while it waited for its turn.
    """

    def __init__(self, send: Send, seconds: float) -> None:
        self._send = send
        self._seconds = seconds
        self._turn = asyncio.Lock()
        self._forming: Batch | None = None
        self._waiting = 0

    async def append(self, entries: Sequence[Entry]) -> list[Outcome]:
        """One outcome an entry; raises `Problem("unavailable")`."""
        if self._waiting + len(entries) > MOST_WAITING:
            raise _late("Too many events wait for the store")
        batch = self._forming
        begun = batch is None or len(batch.entries) + len(entries) > MOST_ENTRIES
        if begun or batch is None:
            batch = self._forming = Batch()
        start = len(batch.entries)
        batch.entries += entries
        self._waiting += len(entries)
        try:
            if begun:
                await self._lead(batch)
            answer = await batch.answer
        finally:
            self._waiting -= len(entries)
        return answer[start : start + len(entries)]

    async def _lead(self, batch: Batch) -> None:
        try:
            async with asyncio.timeout(self._seconds):
                await asyncio.sleep(0)  # others of this turn of the loop
                async with self._turn:
                    if self._forming is batch:
                        self._forming = None
                    batch.answer.set_result(await self._send(batch.entries))
        except (Problem, TimeoutError) as error:
            problem = error if isinstance(error, Problem) else _late("The store takes too long")
            batch.answer.set_exception(problem)
        finally:
            if self._forming is batch:
                self._forming = None
            if not batch.answer.done():
                batch.answer.set_exception(_late("The server is stopping"))
                batch.answer.exception()


def _late(title: str) -> Problem:
    return Problem("unavailable", title, "", "Send it again", retry_after=2)
