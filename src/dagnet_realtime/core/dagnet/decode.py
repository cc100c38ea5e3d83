"""Files of a workspace (JSON, YAML 1.2) decoded to plain values, within bounds and leniently."""

import json
import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from math import isfinite
from typing import Any

import msgspec

from dagnet_realtime.core.dagnet.simple_yaml import DEPTH_LIMIT as DEPTH_LIMIT
from dagnet_realtime.core.dagnet.simple_yaml import NotSimple, read_simple
from dagnet_realtime.core.dagnet.simple_yaml import scalar as scalar
from dagnet_realtime.core.js_string import js_string


class FileUnreadable(Exception):
    """A file cannot be read.

    The text continues a sentence after the file's name: "is not UTF-8".
    """


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


def load_yaml(text: str, watch: Callable[[Any], None] | None = None) -> object:
    """The first document as dicts (text keys, the last of equal ones wins), lists and scalars; None
    if there is none.

    `watch` is shown each event of the parser, and the one that follows the document; what it raises
    ends the reading. Raises `FileUnreadable`.
    """
    if watch is None:
        try:
            return read_simple(text)
        except NotSimple:
            pass
    # Loaded only for a text that needs it, which few do: loading it takes 20 ms.
    from dagnet_realtime.core.dagnet.yaml_parser import parse_yaml

    return parse_yaml(text, watch)


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
