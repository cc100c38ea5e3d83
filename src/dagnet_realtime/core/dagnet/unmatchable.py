"""Names and filters that redaction makes unmatchable, since no stored event can have them."""

from collections.abc import Callable

import msgspec

from dagnet_realtime.core.matching import NEGATIVE, SUBSTRING
from dagnet_realtime.core.redaction import clean_text, personal_name, personal_value
from dagnet_realtime.model.graph import Filter

_CUT = frozenset("?#=&")  # characters that begin the parts cut off a URL


def is_redacted_name(name: str) -> bool:
    """Whether redaction changes `name`: it looks personal, is a URL with a query, or is too
    long.
    """
    return _changes(name) or any(_changes(word) for word in name.split(" ") if word.startswith("/"))


def unmatchable_values(filter: Filter) -> tuple[str, ...]:
    """The filter's values that no kept property can have, or, for `contains`, contain."""
    if filter.operator in SUBSTRING:
        return tuple(
            value for value in filter.values if _changes(value) or personal_value(f"x{value}")
        )
    return tuple(value for value in filter.values if _changes(value))


def assess_filter(filter: Filter, denied: Callable[[str], bool]) -> Filter:
    """`filter` with its `unkept` and `unsure`; `denied` says whether the policy denies a path."""
    negative, lost = filter.operator in NEGATIVE, unmatchable_values(filter)
    if personal_name(filter.property):
        return msgspec.structs.replace(filter, unkept="its name is personal")
    if denied(filter.property):
        return msgspec.structs.replace(filter, unkept="the configuration denies it")
    if not negative and len(lost) == len(filter.values):
        return msgspec.structs.replace(filter, unkept="such a value is never kept as it is")
    if negative and filter.operator not in SUBSTRING and lost:
        return msgspec.structs.replace(filter, unsure=tuple(dict.fromkeys(map(clean_text, lost))))
    if (
        negative
        and filter.operator in SUBSTRING
        and any(_CUT & set(value) for value in filter.values)
    ):
        return msgspec.structs.replace(filter, unsure=("/",))
    return filter


def _changes(text: str) -> bool:
    return clean_text(text) != text
