"""Durations as people write them."""

import re

_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SHAPE = re.compile(r"([0-9]+(?:\.[0-9]+)?)(ms|s|m|h|d)")


def seconds(text: str) -> float | None:
    """The seconds that `15m`, `30d`, `1.5h`, `250ms` stand for; None where `text` is no duration."""
    found = _SHAPE.fullmatch(text.strip())
    return float(found[1]) * _SECONDS[found[2]] if found else None
