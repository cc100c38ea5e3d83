"""Warnings about events that light several nodes, or nearly do."""

from collections.abc import Iterable, Sequence
from itertools import combinations

from dagnet_realtime.model.graph import EventBinding, Filter, Warning

_POSITIVE = frozenset({"is", "is any of"})
_NEGATIVE = frozenset({"is not", "is not any of"})
_PAIR_LIMIT = 200  # warnings of one kind in one graph


def overlaps(listens: Sequence[EventBinding]) -> Iterable[Warning]:
    """Warnings about nodes with the same event, overlapping filters, and similar names.

    Similar names differ only in case or spaces.
    """
    yield from _shared_events(listens)
    yield from _overlaps(listens)
    yield from _lookalikes(listens)


def bindings_by_name(listens: Iterable[EventBinding]) -> dict[str, list[EventBinding]]:
    """The bindings of each name, in graph order."""
    found: dict[str, list[EventBinding]] = {}
    for binding in listens:
        for name in binding.names:
            found.setdefault(name, []).append(binding)
    return found


def _shared_events(listens: Sequence[EventBinding]) -> Iterable[Warning]:
    events: dict[str, list[EventBinding]] = {}
    for binding in listens:
        events.setdefault(binding.event_id, []).append(binding)
    for event_id, those in events.items():
        if len(those) > 1:
            labels = ", ".join(f"“{binding.label}”" for binding in those[:10])
            message = f"{len(those)} nodes share this event and always light together: {labels}."
            yield Warning("shared_event", f"event {event_id}", message)


def _overlaps(listens: Sequence[EventBinding]) -> Iterable[Warning]:
    reported = 0
    for name, those in bindings_by_name(listens).items():
        events = {binding.event_id: binding for binding in reversed(those)}
        for one, other in combinations(list(events.values())[::-1][:50], 2):
            if reported < _PAIR_LIMIT and not _exclusive(one.filters, other.filters):
                reported += 1
                yield Warning(
                    "overlapping_filters",
                    f"event {one.event_id}, event {other.event_id}",
                    f"Both listen for “{name}”, "
                    "and one occurrence can satisfy the filters of both.",
                )


def _exclusive(ones: Iterable[Filter], others: Sequence[Filter]) -> bool:
    """Whether no single event can satisfy both: some property must be in two disjoint sets."""
    for one in ones:
        for other in others:
            if (one.property, one.property_type) != (other.property, other.property_type):
                continue
            mine, theirs = set(one.values), set(other.values)
            if one.operator in _POSITIVE and other.operator in _POSITIVE and not mine & theirs:
                return True
            if one.operator in _POSITIVE and other.operator in _NEGATIVE and mine <= theirs:
                return True
            if one.operator in _NEGATIVE and other.operator in _POSITIVE and theirs <= mine:
                return True
    return False


def _lookalikes(listens: Sequence[EventBinding]) -> Iterable[Warning]:
    folded: dict[str, list[str]] = {}
    by_name = bindings_by_name(listens)
    for name in by_name:
        folded.setdefault("".join(name.casefold().split()), []).append(name)
    for names in folded.values():
        if (
            len(names) > 1
            and len({binding.event_id for name in names for binding in by_name[name]}) > 1
        ):
            listed = ", ".join(f"“{name}”" for name in names[:10])
            message = (
                "These names differ only in case or spaces, "
                f"and matching tells them apart: {listed}."
            )
            yield Warning("near_duplicate_names", f"name {names[0]}", message)
