"""YAML 1.2 by a parser: any file within bounds, and the place of each mistake."""

from collections.abc import Callable
from typing import Any

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

from dagnet_realtime.core.dagnet.decode import FileUnreadable, well_formed
from dagnet_realtime.core.dagnet.simple_yaml import DEPTH_LIMIT, VALUE_LIMIT, key_text, scalar

_TYPED = (
    "tag:yaml.org,2002:null",
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:float",
)


def parse_yaml(text: str, watch: Callable[[Any], None] | None = None) -> object:
    """As `decode.load_yaml`, for every text. Raises `FileUnreadable`."""
    tree = _TreeBuilder()
    ended = False
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            if watch is not None:
                watch(event)
            if ended:
                break
            ended = isinstance(event, DocumentEndEvent)
            if ended and watch is None:
                break
            if not ended:
                tree.add(event)
    except YAMLError as error:
        raise FileUnreadable(f"is not YAML: {_sentence(error)}") from None
    except (
        RecursionError,
        ValueError,
        IndexError,
        AttributeError,
        TypeError,
        AssertionError,
        KeyError,
    ) as error:
        # The parser raises these on some malformed input, without a message for users.
        raise FileUnreadable("is not YAML that can be read") from error
    return tree.root


class _OpenNode:
    """A list or mapping that is still being read."""

    __slots__ = ("anchor", "key", "size", "value")

    def __init__(self, value: list[object] | dict[str, object], anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.key: object = None  # a 1-tuple holding the key once it is read
        self.size = 1


class _TreeBuilder:
    """Builds the tree from parser events without recursion."""

    def __init__(self) -> None:
        self.root: object = None
        self._open: list[_OpenNode] = []
        self._anchors: dict[str, tuple[object, int]] = {}

    def add(self, event: object) -> None:
        match event:
            case ScalarEvent():
                self._put(_value(event), 1, event.anchor)
            case AliasEvent():
                known = self._anchors.get(event.anchor)
                if known is None:
                    raise FileUnreadable(
                        f"is not YAML: the alias *{event.anchor} refers to nothing that is complete"
                    )
                self._put(*known, None)
            case SequenceStartEvent() | MappingStartEvent():
                if len(self._open) == DEPTH_LIMIT:
                    raise FileUnreadable(f"is nested more than {DEPTH_LIMIT} levels deep")
                self._open.append(
                    _OpenNode([] if isinstance(event, SequenceStartEvent) else {}, event.anchor)
                )
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
            raise FileUnreadable(f"stands for more than {VALUE_LIMIT} values")
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
                parent.value[key_text(key)] = value


def _value(event: ScalarEvent) -> object:
    plain = event.implicit[0] or event.tag in _TYPED
    return scalar(event.value) if plain else well_formed(event.value)


def _sentence(error: YAMLError) -> str:
    """The error and its position, on one line."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is malformed"
    place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
    return " ".join(f"{problem}{place}".split())
