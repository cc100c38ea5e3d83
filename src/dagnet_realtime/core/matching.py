"""Matching: the nodes that an event lights, by exact name and by the definition's filters."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import UnsetType

from dagnet_realtime.core.js_string import js_string
from dagnet_realtime.core.redaction import MAX_LIST, MAX_TEXT, REDACTED
from dagnet_realtime.model.event import Value
from dagnet_realtime.model.graph import EventBinding, Filter

KNOWN_OPERATORS = frozenset(
    {"is", "is not", "contains", "does not contain", "is any of", "is not any of"}
)
NEGATIVE = frozenset({"is not", "does not contain", "is not any of"})
SUBSTRING = frozenset({"contains", "does not contain"})


class Condition(msgspec.Struct, frozen=True):
    """A compiled filter. `wanted` holds exact values, or casefolded substrings if `substring`.

    It never holds if `unkept`. A negative one doesn't hold for values that redaction may have
    changed or cut either: whether they match is unknown.
    """

    path: str
    user: bool
    negative: bool
    substring: bool
    wanted: tuple[str, ...]
    unkept: bool = False

    def holds(self, value: Value) -> bool:
        """Whether `value` satisfies the condition; of a list, any element. None means no such
        property.
        """
        if self.unkept:
            return False
        if type(value) is str and not self.substring:
            return (value in self.wanted) is not self.negative
        items = value if isinstance(value, list) else (value,)
        for item in items:
            if item is None:
                continue
            text = js_string(item)
            if self.substring:
                folded = text.casefold()
                if any(needle in folded for needle in self.wanted):
                    return not self.negative
            elif text in self.wanted:
                return not self.negative
        return self.negative and not _may_be_cut(value)


def compile_condition(filter: Filter) -> Condition:
    """The compiled filter; an unknown operator counts as `is`, as in DagNet."""
    substring, negative = filter.operator in SUBSTRING, filter.operator in NEGATIVE
    unsure = (
        (REDACTED, *(() if isinstance(filter.unsure, UnsetType) else filter.unsure))
        if negative
        else ()
    )
    wanted = (
        tuple(value.casefold() for value in (*filter.values, *unsure))
        if substring
        else (*filter.values, *unsure)
    )
    return Condition(
        filter.property,
        filter.property_type == "user",
        negative,
        substring,
        wanted,
        bool(filter.unkept),
    )


def _may_be_cut(value: Value) -> bool:
    """Whether redaction may have cut `value`."""
    if isinstance(value, list):
        return len(value) >= MAX_LIST or any(map(_may_be_cut, value))
    return isinstance(value, str) and len(value) == MAX_TEXT and value.endswith("…")


class _Listeners(msgspec.Struct, frozen=True):
    """The bindings of one name: `(place in the graph, node, conditions)`.

    `plain` are their nodes if none has a filter, else None.
    """

    plain: tuple[str, ...] | None
    listeners: tuple[tuple[int, str, tuple[Condition, ...]], ...]


class MatchingTable:
    """The event bindings of one graph by name. An unknown name costs one dict lookup."""

    def __init__(self, listens: Sequence[EventBinding]) -> None:
        gathered: dict[str, list[tuple[int, str, tuple[Condition, ...]]]] = {}
        places: dict[str, int] = {}
        for binding in listens:
            order = places.setdefault(binding.node, len(places))
            conditions = tuple(compile_condition(filter) for filter in binding.filters)
            for name in dict.fromkeys(binding.names):
                gathered.setdefault(name, []).append((order, binding.node, conditions))
        self._by_name = {
            name: _compile_listeners(listeners) for name, listeners in gathered.items()
        }

    def match(
        self, names: Sequence[str], properties: Mapping[str, Value], traits: Mapping[str, Value]
    ) -> tuple[str, ...]:
        """The uuids of the nodes that an event lights, in graph order, each once.

        `properties` and `traits` are flat, keyed by the filters' property paths.
        """
        listeners = self._by_name
        found: list[_Listeners] = []
        for name in names:
            here = listeners.get(name)
            if here is not None:
                found.append(here)
        if not found:
            return ()
        if len(found) == 1 and found[0].plain is not None:
            return found[0].plain
        lit: dict[str, int] = {}
        for here in found:
            for order, node, conditions in here.listeners:
                if node in lit:
                    continue
                for one in conditions:
                    if not one.holds((traits if one.user else properties).get(one.path)):
                        break
                else:
                    lit[node] = order
        return tuple(lit) if len(lit) < 2 else tuple(sorted(lit, key=lit.__getitem__))


def _compile_listeners(listeners: list[tuple[int, str, tuple[Condition, ...]]]) -> _Listeners:
    plain = (
        None
        if any(conditions for _, _, conditions in listeners)
        else tuple(dict.fromkeys(node for _, node, _ in listeners))
    )
    return _Listeners(plain, tuple(listeners))
