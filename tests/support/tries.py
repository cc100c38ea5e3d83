"""The time for which a property is tried: a few examples in `make test`, a number of seconds in
`make fuzz`.
"""

import inspect
import os
import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import settings
from hypothesis.errors import HypothesisException, StopTest

SECONDS = float(os.environ.get("FUZZ_SECONDS", "0"))
"""For each property; 0 if the number of examples is the bound."""


class Enough(pytest.skip.Exception):
    """A property has held for as long as it is tried; hypothesis lets a skip out of a test at once."""


FEW = 40
"""Examples of a property in `make test`, at most: `make fuzz` tries each for FUZZ_SECONDS."""


def tries(usual: int = FEW, **more: Any) -> settings:
    """At most `FEW` of `usual` examples, or as many as time allows; `more` are further settings."""
    return settings(
        max_examples=settings.default.max_examples if SECONDS else min(usual, FEW), **more
    )


def within(
    inner: Callable[..., Any], seconds: float, clock: Callable[[], float] = time.monotonic
) -> Callable[..., Any]:
    """`inner`, a property's body, until it has been tried for so long; then it raises `Enough`, after it has drawn what it draws.

    Once it has failed there is no end but its own: hypothesis must be able to find the smallest example.
    """
    until, failed = clock() + seconds, False

    def end() -> None:
        if clock() > until and not failed:
            raise Enough("it has been tried long enough")

    def note(error: BaseException) -> None:
        nonlocal failed
        failed = failed or not isinstance(error, HypothesisException | StopTest)

    def at_once(*given: Any, **named: Any) -> None:
        try:
            inner(*given, **named)
        except BaseException as error:
            note(error)
            raise
        end()

    async def later(*given: Any, **named: Any) -> None:
        try:
            await inner(*given, **named)
        except BaseException as error:
            note(error)
            raise
        end()

    return later if inspect.iscoroutinefunction(inner) else at_once
