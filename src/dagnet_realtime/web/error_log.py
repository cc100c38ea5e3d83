"""Logs server faults: one line a second for each kind and place, with a count of repeats."""

import asyncio
import logging
import time
from collections.abc import Callable

INTERVAL_SECONDS = 1.0  # between two equal lines
_MAX_LINES = 1000  # kinds and places that are remembered; the code has far fewer

Later = Callable[[float, Callable[[], None]], None]


class ErrorLog:
    """Logs the type of an error and its place in the code, never its text: that may be personal.

    `clock` is monotonic, in seconds. `later` runs a function after so many seconds, by default on
    the running event loop, so that the last count is logged too. A serverless process logs it with
    the next fault.
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
        self._logged_at: dict[str, float] = {}
        self._repeats: dict[str, int] = {}

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
        rest = self._logged_at.get(line, now - INTERVAL_SECONDS) + INTERVAL_SECONDS - now
        if rest <= 0:
            self._write(line, self._repeats.pop(line, 0) + 1)
            return
        count = self._repeats[line] = self._repeats.get(line, 0) + 1
        if count == 1:
            self._later(rest, lambda: self._write_repeats(line))

    def _write_repeats(self, line: str) -> None:
        count = self._repeats.pop(line, 0)
        if count:
            self._write(line, count)

    def _write(self, line: str, count: int) -> None:
        if len(self._logged_at) >= _MAX_LINES:
            self._logged_at.clear()
        self._logged_at[line] = self._clock()
        self._log.error("%s%s", line, f" times={count}" if count > 1 else "")


def _call_later(seconds: float, work: Callable[[], None]) -> None:
    try:
        asyncio.get_running_loop().call_later(seconds, work)
    except RuntimeError:
        return


ERROR_LOG = ErrorLog(logging.getLogger("dagnet_realtime.web"))
"""The log of this process, for all routes."""
