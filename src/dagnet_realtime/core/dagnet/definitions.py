"""What a file says about an event: the names it goes by and the filters that narrow it."""

from collections.abc import Callable, Mapping

import msgspec

from dagnet_realtime.core.dagnet.fields import NAME_LIMIT, first_text, record, rows, text
from dagnet_realtime.core.dagnet.kept import judged, lost_values
from dagnet_realtime.core.matching import KNOWN_OPERATORS
from dagnet_realtime.model.graph import Filter, Rule, Warning

_ITEM_LIMIT = 500  # filters of one event, values of one filter; real files have below ten


class Definition(msgspec.Struct, frozen=True, kw_only=True):
    """An event as one file defines it. `segment` and `amplitude` are the provider's names, empty where it gives none."""

    event_id: str
    file: str
    segment: tuple[str, ...] = ()
    amplitude: tuple[str, ...] = ()
    filters: tuple[Filter, ...] = ()
    warnings: tuple[Warning, ...] = ()

    def names(self) -> tuple[Rule, tuple[str, ...]]:
        """The rule that applies and the names to listen for: Segment's and Amplitude's, else the event id.

        DagNet's own numbers are of Amplitude's name, and what a product sends may have either.
        """
        if self.segment:
            return "segment", tuple(dict.fromkeys((*self.segment, *self.amplitude)))
        if self.amplitude:
            return "amplitude", self.amplitude
        return "event_id", (self.event_id,)


def allows(_path: str) -> bool:
    """A policy that denies no property."""
    return False


def read_definition(event_id: str, file: str, source: Mapping[str, object], denied: Callable[[str], bool] = allows) -> Definition:
    """The definition of `event_id` that the tree `source` of `file` holds; `denied` says whether the policy denies a property.

    Also takes the older shapes: `provider_events`, and `event_type` beside `provider`.
    """
    warnings: list[Warning] = []
    maps = [record(source.get(key)) for key in ("provider_event_names", "provider_events")]
    named = {provider: next((names for one in maps if (names := _names(one.get(provider)))), ()) for provider in ("segment", "amplitude")}
    older = _names(source.get("event_type"))
    if older and not any(named.values()):
        named["segment" if source.get("provider") == "segment" else "amplitude"] = older
    warnings += [
        Warning("name_spaces", file, f"The event name “{name}” begins or ends with a space; names match exactly.")
        for name in (*named["segment"], *named["amplitude"])
        if name != name.strip()
    ]
    both = set(named["segment"]), set(named["amplitude"])
    if all(both) and both[0] != both[1]:
        told = f"Segment's name “{named['segment'][0]}” and Amplitude's “{named['amplitude'][0]}”"
        warnings.append(Warning("two_names", file, f"{told} differ and both light; an action that sends both counts twice."))
    status = first_text(record(source.get("metadata")), "status")
    if status == "deprecated":
        warnings.append(Warning("deprecated", file, f"The event “{event_id}” is marked as deprecated."))
    return Definition(
        event_id=event_id,
        file=file,
        segment=named["segment"],
        amplitude=named["amplitude"],
        filters=_filters(source.get("amplitude_filters"), file, denied, warnings),
        warnings=tuple(warnings),
    )


def names_anything(source: Mapping[str, object]) -> bool:
    """Whether the tree gives an event a name or a filter, as node files do that carry their own definition."""
    keys = ("provider_event_names", "provider_events", "amplitude_filters")
    return any(source.get(key) for key in keys)


def _names(value: object) -> tuple[str, ...]:
    """One name, or several where a list is given."""
    found = (text(item) for item in (value if isinstance(value, list) else [value])[:_ITEM_LIMIT])
    return tuple(dict.fromkeys(name for name in found if name))


def _filters(value: object, file: str, denied: Callable[[str], bool], warnings: list[Warning]) -> tuple[Filter, ...]:
    filters = []
    for item in rows(value)[:_ITEM_LIMIT]:
        source = record(item)
        path = text(source.get("property"))
        given = source.get("values", source.get("value"))
        values = tuple(
            dict.fromkeys(
                text(one, NAME_LIMIT * 4) for one in (given if isinstance(given, list) else [given])[:_ITEM_LIMIT] if one is not None
            )
        )
        if not path or not values:
            warnings.append(Warning("filter_broken", file, "A filter without a property or without values is left out."))
            continue
        operator = " ".join(text(source.get("operator")).lower().split()) or "is"
        if operator not in KNOWN_OPERATORS:
            warnings.append(Warning("unknown_operator", file, f"The operator “{operator}” on “{path}” is not known and counts as “is”."))
        user = source.get("property_type") == "user"
        if user:
            told = f"“{path}” is a user property: an event satisfies the filter only where it carries it in context.traits."
            warnings.append(Warning("user_property", file, told))
        made = judged(Filter(path, operator, values, "user" if user else "event"), denied)
        lost = lost_values(made)
        if made.unkept:
            warnings.append(Warning("unkept", file, f"“{path}” is not kept here, {made.unkept}: the filter can never be met."))
        elif made.unsure or lost:
            several = ", ".join(f"“{value}”" for value in lost or values)
            told = f"Of “{path}” redaction may keep another text than {several}: what it changed is not known to satisfy the filter."
            warnings.append(Warning("unkept", file, told))
        filters.append(made)
    return tuple(filters)
