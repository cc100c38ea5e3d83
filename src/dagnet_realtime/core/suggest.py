"""What an event nearly lit: a name that is almost right, or a filter that it failed, with what was seen and what was expected."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Literal
from unicodedata import normalize

import msgspec

from dagnet_realtime.core.js_string import js_string
from dagnet_realtime.core.matching import condition
from dagnet_realtime.core.redaction import REDACTED, normalise
from dagnet_realtime.model.event import Value
from dagnet_realtime.model.graph import EventBinding, Filter

LIKE = 0.5  # likeness from 0 to 1; below it a name is another name
_LETTERS = 200  # of a name that are compared; bounds the cost of a hostile one


class Near(msgspec.Struct, frozen=True, kw_only=True):
    """Why `node` stayed dark. `name` is the one it listens for; `property`, `expected` and `seen` belong to a failed filter.

    `why`: "case" and "signs" (the names differ only in case, or in spaces and signs), "letters" (the names are alike), "value" (another
    value), "missing" (no such property), "unkept" (what the filter asks for is never kept), "user" (the filter asks the event, the value
    is among the user's traits), "event" (the other way round). "form" is a name of the same letters in another Unicode form.
    """

    node: str
    label: str
    why: Literal["case", "form", "signs", "letters", "value", "missing", "unkept", "user", "event"]
    name: str
    property: str = ""
    expected: tuple[str, ...] = ()
    seen: str = ""
    text: str = ""


def near_misses(
    listens: Sequence[EventBinding],
    names: Sequence[str],
    properties: Mapping[str, Value],
    traits: Mapping[str, Value],
    most: int = 5,
) -> tuple[Near, ...]:
    """Of the nodes that an event does not light, those it nearly does; at most `most`.

    Where some node listens for the very name, its failed filters are told; else the names that are most like it.
    """
    told = [near for listen in listens if (near := _failed(listen, names, properties, traits))]
    if not told and not any(name in listen.names for listen in listens for name in names):
        told = [near for name in names[:1] for near in near_names(listens, name, most)]
    return tuple(told[:most])


def near_names(listens: Sequence[EventBinding], name: str, most: int = 3) -> tuple[Near, ...]:
    """The nodes whose names are most like `name`, the likest first."""
    wanted = dict.fromkeys(heard for listen in listens for heard in listen.names if heard != name)
    by_name: dict[str, list[EventBinding]] = {}
    for listen in listens:
        for heard in listen.names:
            by_name.setdefault(heard, []).append(listen)
    found = [
        Near(
            node=listen.node,
            label=listen.label,
            why=_difference(name, heard),
            name=heard,
            seen=name,
            text=f"“{listen.label}” listens for “{heard}”; names match exactly.{_unseen(name, heard)}",
        )
        for heard in similar_names(name, wanted, most)
        for listen in by_name[heard]
    ]
    return tuple(found[:most])


def similar_names(name: str, others: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Those of `others` that are most like `name`, the likest first."""
    mine = _bare(name)
    scored = ((_likeness(mine, _bare(other)), other) for other in others if other != name)
    return tuple(
        other for score, other in sorted(scored, key=lambda pair: -pair[0]) if score >= LIKE
    )[:most]


def _failed(
    listen: EventBinding,
    names: Sequence[str],
    properties: Mapping[str, Value],
    traits: Mapping[str, Value],
) -> Near | None:
    """The first filter that kept `listen` dark though it listens for one of `names`."""
    name = next((name for name in names if name in listen.names), None)
    if name is None:
        return None
    for filter in listen.filters:
        user = filter.property_type == "user"
        here, there = (traits, properties) if user else (properties, traits)
        value = here.get(filter.property)
        if condition(filter).holds(value):
            continue
        wanted = f"{filter.operator} {' or '.join(f'“{value}”' for value in filter.values[:5])}"
        seen, why, text = _seen(filter, value, there.get(filter.property), wanted)
        return Near(
            node=listen.node,
            label=listen.label,
            why=why,
            name=name,
            property=filter.property,
            expected=filter.values,
            seen=seen,
            text=text,
        )
    return None


def _seen(
    filter: Filter, value: Value, elsewhere: Value, wanted: str
) -> tuple[str, Literal["value", "missing", "unkept", "user", "event"], str]:
    user = filter.property_type == "user"
    if filter.unkept:
        return (
            "",
            "unkept",
            f"“{filter.property}” is not kept here, {filter.unkept}; the filter asks that it {wanted}.",
        )
    if value == REDACTED or (isinstance(value, list) and REDACTED in value):
        return (
            "",
            "unkept",
            f"What “{filter.property}” held is not kept here, it looked personal; the filter asks that it {wanted}.",
        )
    if value is not None and value != []:
        seen = (
            ", ".join(js_string(item) for item in value)
            if isinstance(value, list)
            else js_string(value)
        )
        return seen, "value", f"“{filter.property}” is “{seen}”; the filter asks that it {wanted}."
    if elsewhere is not None and user:
        return (
            "",
            "event",
            f"The filter asks for the user property “{filter.property}”, but the event carries it as its own.",
        )
    if elsewhere is not None:
        return (
            "",
            "user",
            f"The filter asks the event for “{filter.property}”, but it is a property of the user.",
        )
    place = "The user's traits have" if user else "The event has"
    return "", "missing", f"{place} no “{filter.property}”; the filter asks that it {wanted}."


def _difference(name: str, heard: str) -> Literal["case", "form", "signs", "letters"]:
    if normalize("NFC", name) == normalize("NFC", heard):
        return "form"
    if _folded(name) == _folded(heard):
        return "case"
    return "signs" if _bare(name) == _bare(heard) else "letters"


def _folded(name: str) -> str:
    """Without regard to case or Unicode form, the dotted and the dotless i of Turkish taken for i."""
    return normalize("NFC", name.casefold().replace("i\u0307", "i").replace("ı", "i"))


def _bare(name: str) -> str:
    return "".join(sign for sign in normalize("NFKC", _folded(name[:_LETTERS])) if sign.isalnum())


def _unseen(name: str, heard: str) -> str:
    """Which signs differ where the eye sees none: the first of them, by their code points."""
    if normalise(name).split() != normalise(heard).split():
        return ""
    place = next(
        (at for at, (one, other) in enumerate(zip(name, heard, strict=False)) if one != other),
        min(len(name), len(heard)),
    )
    sent, listened = (
        f"U+{ord(text[place]):04X}" if place < len(text) else "nothing" for text in (name, heard)
    )
    return f" They look alike and differ at character {place + 1}: {sent} was sent, {listened} is listened for."


def _likeness(one: str, other: str) -> float:
    """Dice's coefficient of the two bags of letter pairs."""
    if one == other:
        return 1.0 if one else 0.0
    mine, theirs = Counter(pairwise(one)), Counter(pairwise(other))
    pairs = mine.total() + theirs.total()
    return 2 * (mine & theirs).total() / pairs if pairs else 0.0
