"""Reading fields out of trees that may hold anything: what does not fit reads as absent."""

import re
from collections.abc import Mapping
from math import isfinite

from dagnet_realtime.core.printed import printed

NAME_LIMIT = 256  # characters; DagNet's own bound on labels and names
TEXT_LIMIT = 4096  # characters; DagNet's own bound on notes
_FAR = 1e9  # canvas units; beyond it nothing can be drawn
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]{1,30}")


def record(value: object) -> Mapping[str, object]:
    """`value` where it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def rows(value: object) -> list[object]:
    """`value` where it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object, limit: int = NAME_LIMIT) -> str:
    """A scalar as text, cut at `limit` characters; "" for null, lists and mappings."""
    if not isinstance(value, str):
        if value is None or not isinstance(value, bool | int | float):
            return ""
        value = printed(value)
    return well_formed(value[:limit])


def well_formed(value: str) -> str:
    """`value` with half surrogates replaced, so that it can be written as UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def first_text(source: Mapping[str, object], *keys: str, limit: int = NAME_LIMIT) -> str:
    """The first of `keys` that holds a text which is not empty."""
    return next((found for key in keys if (found := text(source.get(key), limit))), "")


def number(value: object) -> float | None:
    """A finite number of drawable size, else None; truth values are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -_FAR <= value <= _FAR and isfinite(value) else None


def flag(value: object) -> bool:
    """True for `true`, also where it was written as a text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def colour(source: Mapping[str, object]) -> str:
    """A CSS colour under either spelling of the key, else ""."""
    found = first_text(source, "colour", "color")
    return found if _COLOUR.fullmatch(found) else ""
