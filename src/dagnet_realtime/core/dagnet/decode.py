"""Files of a workspace (JSON, YAML 1.2) decoded to plain values, within bounds and leniently."""

import contextlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from math import isfinite
from typing import Any

import msgspec
import yaml

from dagnet_realtime.core.js_string import js_string


class FileUnreadable(Exception):
    """A file cannot be read.

    The text continues a sentence after the file's name: "is not UTF-8". `line` is where, 0 if that
    is not known.
    """

    def __init__(self, text: str, line: int = 0) -> None:
        super().__init__(text)
        self.line = line


def digest(*parts: object) -> str:
    """16 hexadecimal digits over `parts` (frozen values), which change with any of them."""
    return sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()[:16]


NAME_LIMIT = 256  # characters; DagNet's own bound on labels and names
TEXT_LIMIT = 4096  # characters; DagNet's own bound on notes
_FAR = 1e9  # canvas units; beyond it nothing can be drawn
_COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}|[a-zA-Z]{1,30}")


def as_mapping(value: object) -> Mapping[str, object]:
    """`value` if it is a mapping, else an empty one."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[object]:
    """`value` if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def text(value: object, limit: int = NAME_LIMIT) -> str:
    """A scalar as text of at most `limit` characters; "" for null, lists and mappings."""
    if not isinstance(value, str):
        if value is None or not isinstance(value, bool | int | float):
            return ""
        value = js_string(value)
    return well_formed(value[:limit])


def well_formed(value: str) -> str:
    """`value` with half surrogates replaced, so that it can be encoded as UTF-8."""
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def first_text(source: Mapping[str, object], *keys: str, limit: int = NAME_LIMIT) -> str:
    """The first text among `keys` that is not empty."""
    return next((found for key in keys if (found := text(source.get(key), limit))), "")


def number(value: object) -> float | None:
    """A finite number of drawable size, else None. Booleans are no numbers."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if -_FAR <= value <= _FAR and isfinite(value) else None


def as_bool(value: object) -> bool:
    """Whether `value` is true, as a boolean or as text."""
    return value is True or (isinstance(value, str) and value.lower() == "true")


def colour(source: Mapping[str, object]) -> str:
    """A CSS colour under either spelling of the key, else ""."""
    found = first_text(source, "colour", "color")
    return found if _COLOUR.fullmatch(found) else ""


DEPTH_LIMIT = 64  # levels; real files have four
VALUE_LIMIT = 100_000  # values with aliases expanded; stops documents that multiply themselves

_NULL = re.compile(r"null|Null|NULL|~|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"[-+]?[0-9]{1,400}")
_OCTAL = re.compile(r"0o[0-7]{1,100}")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,100}")
_FLOAT = re.compile(
    r"[-+]?(?:\.[0-9]{1,400}|[0-9]{1,400}(?:\.[0-9]{0,400})?)(?:[eE][-+]?[0-9]{1,9})?"
)
_INF = re.compile(r"([-+]?)\.(?:inf|Inf|INF)")
_NAN = re.compile(r"\.(?:nan|NaN|NAN)")
_TYPED = (
    "tag:yaml.org,2002:null",
    "tag:yaml.org,2002:bool",
    "tag:yaml.org,2002:int",
    "tag:yaml.org,2002:float",
)


_LIBYAML = getattr(yaml, "CSafeLoader", None)
"""The parser in C; None if PyYAML was built without it."""


def load_yaml(text: str, watch: Callable[[Any], None] | None = None) -> object:
    """The first document as dicts (text keys, the last of equal ones wins), lists and scalars; None
    if there is none.

    `watch` is shown each event of the parser, and the one that follows the document; what it raises
    ends the reading. Raises `FileUnreadable`.
    """
    # libyaml reads YAML 1.1, which is another language only in marks of line ends, in tabs and in
    # documents that are one text; it is a hundred times as fast as a parser in Python.
    if watch is None and _LIBYAML is not None and text.replace("\n", "").isprintable():
        with contextlib.suppress(yaml.YAMLError):
            root = _first_document(yaml.parse(text, Loader=_LIBYAML), None)
            if isinstance(root, dict | list):
                return root
    return _load_yaml_12(text, watch)


def _load_yaml_12(text: str, watch: Callable[[Any], None] | None) -> object:
    """As `load_yaml`, by a parser of YAML 1.2 that explains mistakes. Loading it takes 20 ms."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return _first_document(YAML(typ="safe", pure=True).parse(text), watch)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = 0 if mark is None else mark.line + 1
        raise FileUnreadable(f"is not YAML: {_sentence(error)}", line) from None
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


def _first_document(events: Iterable[Any], watch: Callable[[Any], None] | None) -> object:
    """The tree of the first document of a parser's events."""
    tree = _TreeBuilder()
    ended = False
    for event in events:
        if watch is not None:
            watch(event)
        if ended:
            break
        ended = type(event).__name__ == "DocumentEndEvent"
        if ended and watch is None:
            break
        if not ended:
            tree.add(event)
    return tree.root


def scalar(text: str) -> bool | int | float | str | None:
    """The value of a plain scalar in the core schema: `ON` and `2026-01-02` are texts."""
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


class _OpenNode:
    """A list or mapping that is still being read."""

    __slots__ = ("anchor", "key", "size", "value")

    def __init__(self, value: list[object] | dict[str, object], anchor: str | None) -> None:
        self.value = value
        self.anchor = anchor
        self.key: object = None  # a 1-tuple holding the key once it is read
        self.size = 1


class _TreeBuilder:
    """Builds the tree from parser events without recursion. Those of both parsers have one name."""

    def __init__(self) -> None:
        self.root: object = None
        self._open: list[_OpenNode] = []
        self._anchors: dict[str, tuple[object, int]] = {}

    def add(self, event: Any) -> None:
        match type(event).__name__:
            case "ScalarEvent":
                self._put(_value(event), 1, event.anchor)
            case "AliasEvent":
                known = self._anchors.get(event.anchor)
                if known is None:
                    raise FileUnreadable(
                        f"is not YAML: the alias *{event.anchor} refers to nothing that is complete"
                    )
                self._put(*known, None)
            case "SequenceStartEvent" | "MappingStartEvent" as kind:
                if len(self._open) == DEPTH_LIMIT:
                    raise FileUnreadable(f"is nested more than {DEPTH_LIMIT} levels deep")
                self._open.append(
                    _OpenNode([] if kind == "SequenceStartEvent" else {}, event.anchor)
                )
            case "SequenceEndEvent" | "MappingEndEvent":
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
                parent.value[_key(key)] = value


def _value(event: Any) -> object:
    plain = event.implicit[0] or event.tag in _TYPED
    return scalar(event.value) if plain else well_formed(event.value)


def _key(value: object) -> str:
    """A scalar that is no text, as a key."""
    return js_string(value) if value is None or isinstance(value, bool | int | float | str) else ""


def _sentence(error: Exception) -> str:
    """The error and its position, on one line."""
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or getattr(error, "reason", None) or "it is malformed"
    place = f" at line {mark.line + 1}, column {mark.column + 1}" if mark is not None else ""
    return " ".join(f"{problem}{place}".split())


JSON_LIMIT = 5 * 1024 * 1024  # bytes; the largest real graphs are below 1 MB
DIGIT_LIMIT = 400  # characters of a number; the largest float has 309 digits
YAML_LIMIT = (
    1024 * 1024
)  # bytes; about three seconds of parsing, a hundred times the largest real index


def max_bytes(path: str) -> int:
    """The most bytes of `path` that are read; larger files are refused."""
    return JSON_LIMIT if path.endswith(".json") else YAML_LIMIT


def read_tree(path: str, content: bytes) -> object:
    """The file as dicts, lists and scalars: JSON if `path` ends in `.json`, else YAML 1.2.

    Raises `FileUnreadable`.
    """
    text = read_text(content, max_bytes(path))
    return _json(text) if path.endswith(".json") else load_yaml(text)


def read_text(content: bytes, limit: int) -> str:
    """The text of a file of at most `limit` bytes; raises `FileUnreadable`."""
    if len(content) > limit:
        raise FileUnreadable(f"is larger than {limit // 1024} KB, the most that is read")
    if b"\0" in content:
        raise FileUnreadable("holds a NUL byte, so it is not a text file")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise FileUnreadable(f"is not UTF-8 (at byte {error.start})") from None


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_int, parse_float=_float)
    except json.JSONDecodeError as error:
        raise FileUnreadable(
            f"is not JSON: {error.msg.removesuffix(' at')} "
            f"at line {error.lineno}, column {error.colno}"
        ) from None
    except RecursionError:
        raise FileUnreadable("is nested too deeply") from None
    except ValueError:
        raise FileUnreadable("holds a number that cannot be read") from None


def _int(text: str) -> int:
    return int(_bounded(text))


def _float(text: str) -> float:
    return float(_bounded(text))


def _bounded(text: str) -> str:
    """The text of a number; raises `ValueError` if parsing its digits would take seconds."""
    if len(text) > DIGIT_LIMIT:
        raise ValueError
    return text


def _refuse(word: str) -> None:
    raise FileUnreadable(f"is not JSON: it holds {word}")
