"""YAML with the scalars of YAML 1.2's core schema, bounded in depth and size, never more than plain values."""

import re

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentEndEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from dagnet_realtime.core.dagnet.fields import well_formed
from dagnet_realtime.core.dagnet.unreadable import Unreadable
from dagnet_realtime.core.printed import printed

DEPTH_LIMIT = 64  # levels; real files have four
VALUE_LIMIT = 100_000  # values once aliases are written out; stops documents that multiply themselves

_NULL = re.compile(r"null|Null|NULL|~|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,400}")
_OCTAL = re.compile(r"0o[0-7]{1,100}")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,100}")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,9})?")
_INF = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NAN = re.compile(r"\.(?:nan|NaN|NAN)")
_TYPED = ("tag:yaml.org,2002:null", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:int", "tag:yaml.org,2002:float")


def load(text: str) -> object:
    """The first document as dicts (keys are texts, the last of equal keys wins), lists and scalars; None where there is none.

    Raises `Unreadable` with a sentence for people.
    """
    tree = _Tree()
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if isinstance(event, DocumentEndEvent):
                break
            tree.take(event)
    except YAMLError as error:
        raise Unreadable(f"is not YAML: {_sentence(error)}") from None
    except (RecursionError, ValueError, IndexError, AttributeError, TypeError, AssertionError, KeyError) as error:
        # The parser raises these bare on some malformed input; none of them says anything to a reader.
        raise Unreadable("is not YAML that can be read") from error
    return tree.root


def scalar(text: str) -> bool | int | float | str | None:
    """What a plain scalar stands for in the core schema: `ON` and `2026-01-02` are texts."""
    if _NULL.fullmatch(text):
        return None
    if _BOOL.fullmatch(text):
        return text[0] in "tT"
    if _INT.fullmatch(text):
        return int(text)
    if _OCTAL.fullmatch(text):
        return int(text[2:], 8)
    if _HEX.fullmatch(text):
        return int(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if infinite := _INF.fullmatch(text):
        return float(f"{infinite[1]}inf")
    return float("nan") if _NAN.fullmatch(text) else text


class _Open:
    """A list or mapping that is still being read."""

    __slots__ = ("anchor", "key", "size", "value")

    def __init__(self, value: list[object] | dict[str, object], anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.key: object = None  # a 1-tuple holding the key once it is read
        self.size = 1


class _Tree:
    """Builds the tree from parser events without recursion; the only writer of its fields."""

    def __init__(self) -> None:
        self.root: object = None
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[object, int]] = {}

    def take(self, event: object) -> None:
        match event:
            case ScalarEvent():
                self._put(_value(event), 1, event.anchor)
            case AliasEvent():
                known = self._anchors.get(event.anchor)
                if known is None:
                    raise Unreadable(f"is not YAML: the alias *{event.anchor} refers to nothing that is complete")
                self._put(*known, None)
            case SequenceStartEvent() | MappingStartEvent():
                if len(self._open) == DEPTH_LIMIT:
                    raise Unreadable(f"is nested more than {DEPTH_LIMIT} levels deep")
                self._open.append(_Open([] if isinstance(event, SequenceStartEvent) else {}, event.anchor))
            case SequenceEndEvent() | MappingEndEvent():
                closed = self._open.pop()
                self._put(closed.value, closed.size, closed.anchor)
            case _:
                pass

    def _put(self, value: object, size: int, anchor: str | None) -> None:
        if anchor:
            self._anchors[anchor] = (value, size)
        if not self._open:
            self.root = value
            return
        parent = self._open[-1]
        parent.size += size
        if parent.size > VALUE_LIMIT:
            raise Unreadable(f"stands for more than {VALUE_LIMIT} values")
        if isinstance(parent.value, list):
            parent.value.append(value)
        elif parent.key is None:
            parent.key = (value,)
        else:
            assert isinstance(parent.key, tuple)
            (key,), parent.key = parent.key, None
            if isinstance(key, str):
                parent.value[key] = value
            elif not isinstance(key, list | dict):
                parent.value[_key(key)] = value


def _value(event: ScalarEvent) -> object:
    plain = event.implicit[0] or event.tag in _TYPED
    return scalar(event.value) if plain else well_formed(event.value)


def _key(value: object) -> str:
    """A scalar that is no text, as a key."""
    return printed(value) if value is None or isinstance(value, bool | int | float | str) else ""


def _sentence(error: YAMLError) -> str:
    """Where and what, on one line."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is malformed"
    place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
    return " ".join(f"{problem}{place}".split())
