"""Time as a part that tests can replace."""

from typing import Protocol


class Clock(Protocol):
    """`now` is milliseconds since 1970 UTC; `monotonic` is seconds that never go back."""

    def now(self) -> int: ...

    def monotonic(self) -> float: ...

    async def sleep(self, seconds: float) -> None: ...
