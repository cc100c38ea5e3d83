"""Faults of our own in answering requests: one log line a second for each kind and place, with how often it came meanwhile."""

import asyncio
import logging
import time
from collections.abc import Callable

INTERVAL_SECONDS = 1.0  # seconds between two lines that say the same
_MOST = 1000  # kinds and places that are remembered; the code has far fewer

Later = Callable[[float, Callable[[], None]], None]


class ErrorLog:
    """Writes what went wrong, never what was sent: the kind of the error and the place in the code.

    `clock` gives seconds that never go back. `later` runs something after so many seconds; by
    default on the running loop, so that the last count is told too. A process that lives for one
    request tells it with the next fault.
    """

    def __init__(
        self,
        log: logging.Logger,
        clock: Callable[[], float] = time.monotonic,
        later: Later | None = None,
    ) -> None:
        self._log = log
        self._clock = clock
        self._later = later or _call_later
        self._said: dict[str, float] = {}
        self._unsaid: dict[str, int] = {}

    def note(self, event: str, error: BaseException) -> None:
        """Logs `event error=KIND at=PLACE`, or counts it if the same was logged within a second."""
        place = error.__traceback__
        while place is not None and place.tb_next is not None:
            place = place.tb_next
        where = (
            f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}"
            if place is not None
            else "unknown"
        )
        line = f"{event} error={type(error).__name__} at={where}"
        now = self._clock()
        rest = self._said.get(line, now - INTERVAL_SECONDS) + INTERVAL_SECONDS - now
        if rest <= 0:
            self._write(line, self._unsaid.pop(line, 0) + 1)
            return
        count = self._unsaid[line] = self._unsaid.get(line, 0) + 1
        if count == 1:
            self._later(rest, lambda: self._write_repeats(line))

    def _write_repeats(self, line: str) -> None:
        count = self._unsaid.pop(line, 0)
        if count:
            self._write(line, count)

    def _write(self, line: str, count: int) -> None:
        if len(self._said) >= _MOST:
            self._said.clear()
        self._said[line] = self._clock()
        self._log.error("%s%s", line, f" times={count}" if count > 1 else "")


def _call_later(seconds: float, work: Callable[[], None]) -> None:
    try:
        asyncio.get_running_loop().call_later(seconds, work)
    except RuntimeError:
        return


ERROR_LOG = ErrorLog(logging.getLogger("dagnet_realtime.web"))
"""Of this process, whichever route they come from."""
