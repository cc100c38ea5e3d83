"""Writes the checks of the wire types in TypeScript, from the Python values.

Checks read what another version wrote: a field with a default may be absent, one without a name
here is let be, an unknown word reads as its field's default, and a list of words may hold any.
"""

import json
import re

import msgspec
from msgspec import inspect

from dagnet_realtime.model import frame, graph

CHECKED: tuple[object, ...] = (frame.Frame, graph.Graph, frame.TapLine)

# Defaults for readers only: what writers always send, and what a reader does without. A server that
# did not yet count the versions of its frames sent version 0.
ABSENT: dict[str, object] = {
    "Hello.protocol": 0,
    "Gap.missed": None,
    "Gap.reason": "",
    "Change.since": "",
    "Close.reason": "",
    "Graph.file": "",
    "TapLine.id": "",
}
# Smaller bounds than the general one, since there are many events: elements of a list, entries of
# a record.
BOUNDS = {
    "FrameEvent.traces": 100,
    "FrameEvent.nodes": 1000,
    "FrameEvent.properties": 1000,
    "FrameEvent.flags": 100,
}
# Fields whose reader takes what it can of them.
UNCHECKED = frozenset({"FrameEvent.revealed"})
COMBINATORS = re.compile(
    r"\b(either|finite|flag|list|maybe|moment|object|oneOf|record|sieve|text|whole)\b(?!:)"
)


def checks() -> str:
    """The module of checks as text, without its first line."""
    for place in {*ABSENT, *BOUNDS, *UNCHECKED}:
        struct, _, name = place.partition(".")
        if name not in getattr(frame, struct, getattr(graph, struct, frame)).__struct_fields__:
            raise LookupError(f"there is no field {place}")
    seen: dict[str, str] = {}
    for info in inspect.multi_type_info(CHECKED):
        _check(info, seen)
    body = "\n".join(seen.values())
    used = sorted(set(COMBINATORS.findall(body)))
    tags = ", ".join(
        f"{member.__struct_config__.tag}: {_lower(member)}" for member in frame.Frame.__args__
    )
    lines = [
        f'import {{ type Check, {", ".join(used)} }} from "./checks.ts";',
        'import type { Frame } from "./wire.gen.ts";\n',
        body,
        "/** The check of each kind of frame. */",
        f'export const FRAMES: Readonly<Record<Frame["op"], Check>> = {{ {tags} }};\n',
    ]
    return "\n".join(lines)


def _check(info: inspect.Type, seen: dict[str, str], most: int | None = None) -> str:
    """The expression that checks a type; the structs that it needs are in `seen`, in order."""
    bound = "" if most is None else f", {most}"
    match info:
        case inspect.StructType():
            name = _lower(info.cls)
            if name not in seen:
                seen[name] = _checked(info, seen)
            return name
        case inspect.StrType():
            return "text"
        case inspect.IntType():
            return "whole"
        case inspect.FloatType():
            return "finite"
        case inspect.BoolType():
            return "flag"
        case inspect.LiteralType():
            return f"oneOf({json.dumps(sorted(map(str, info.values)))[1:-1]})"
        case inspect.VarTupleType() | inspect.ListType() | inspect.FrozenSetType():
            return _list_check(info.item_type, seen, bound, most)
        case inspect.DictType():
            return f"record({_check(info.value_type, seen, most)}{bound})"
        case inspect.UnionType():
            return _union_check(info, seen, most)
        case _:
            raise TypeError(f"no check for {info}")


def _list_check(item: inspect.Type, seen: dict[str, str], bound: str, most: int | None) -> str:
    """A list of words is open, since a later version may know more of them. A wrong event is left
    out, since the counts do not need it.
    """
    if isinstance(item, inspect.LiteralType):
        return f"list(text{bound})"
    sieved = isinstance(item, inspect.StructType) and item.cls is frame.FrameEvent
    return f"{'sieve' if sieved else 'list'}({_check(item, seen, most)}{bound})"


def _union_check(info: inspect.UnionType, seen: dict[str, str], most: int | None) -> str:
    some = [member for member in info.types if not isinstance(member, inspect.NoneType)]
    members = {_check(member, seen, most) for member in some}
    if "finite" in members:
        members.discard("whole")
    order = ("text", "finite", "whole", "flag")
    ranked = sorted(members, key=lambda one: (order.index(one) if one in order else 9, one))
    joined = ranked[0] if len(ranked) == 1 else f"either({', '.join(ranked)})"
    return joined if len(some) == len(info.types) else f"maybe({joined})"


def _checked(info: inspect.StructType, seen: dict[str, str]) -> str:
    fields = [
        f"  {field.encode_name}: {_field_check(info.cls, field, seen)},"
        for field in info.fields
        if f"{info.cls.__name__}.{field.name}" not in UNCHECKED
    ]
    head = f"export const {_lower(info.cls)} = object({{"
    return "\n".join([head, *fields, "});", ""])


def _field_check(cls: type, field: inspect.Field, seen: dict[str, str]) -> str:
    """Every `…_at` is a time. A field with a default is a pair, one that may be absent a list."""
    place = f"{cls.__name__}.{field.name}"
    check = _check(field.type, seen, BOUNDS.get(place))
    if field.name.endswith("_at"):
        check = check.replace("text", "moment")
    if place in ABSENT:
        return f"[{check}, {json.dumps(ABSENT[place])}]"
    if field.required:
        return check
    if field.default_factory is not inspect.NODEFAULT:
        return f"[{check}, {_default(field.default_factory())}]"
    return (
        f"[{check}]"
        if field.default is inspect.NODEFAULT
        else f"[{check}, {_default(field.default)}]"
    )


def _default(value: object) -> str:
    """A default as TypeScript. A struct's is empty: its own fields fill it in."""
    if isinstance(value, msgspec.Struct) and value == type(value)():
        return "{}"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if value and not isinstance(value, str | int | float):
        raise TypeError(f"no TypeScript for the default {value!r}")
    return json.dumps(value)


def _lower(cls: type) -> str:
    return cls.__name__[0].lower() + cls.__name__[1:]
