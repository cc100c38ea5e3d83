"""Signals that end a run early. It loads little else, so that they are heard from the start."""

import signal
import threading
from types import FrameType
from typing import Any, Self

ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
"""SIGHUP comes if a terminal is closed; Windows has none."""


class Interrupts:
    """SIGINT, SIGTERM and SIGHUP while the context is open.

    They end what is waited for, not the process, so that a report is written. One that is ignored,
    as under `nohup`, stays so. Within another context, those that came there count as well.
    """

    def __init__(self) -> None:
        self.told: list[int] = []
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Self:
        self.start()
        return self

    def start(self) -> None:
        """Hears them from now on, as the context does."""
        if threading.current_thread() is threading.main_thread():
            for name in ENDING:
                number = getattr(signal, name, None)
                if number is None:
                    continue
                before = signal.getsignal(number)
                outer = getattr(before, "__self__", None)
                if isinstance(outer, Interrupts):
                    self.told = outer.told
                if before is not signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._take)

    def __exit__(self, *_: object) -> None:
        for number, before in self._before.items():
            signal.signal(number, before)

    def ignore(self) -> None:
        """Ignores all that come from now on: the process is about to end."""
        for number in self._before:
            signal.signal(number, signal.SIG_IGN)

    def __bool__(self) -> bool:
        return bool(self.told)

    def sentence(self) -> str:
        """What has to be said of them; "" if none came."""
        return f"The run was interrupted by {signal.Signals(self.told[0]).name}." if self else ""

    def _take(self, number: int, _: FrameType | None) -> None:
        self.told.append(number)
