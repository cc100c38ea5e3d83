"""From the bytes of a file to a tree of plain values, or to one sentence that says why not."""

import json

from dagnet_realtime.core.dagnet import yaml12
from dagnet_realtime.core.dagnet.unreadable import Unreadable

JSON_LIMIT = 5 * 1024 * 1024  # bytes; the largest real graphs are below 1 MB
DIGIT_LIMIT = 400  # signs of a number; its greatest value has 309 digits
YAML_LIMIT = 1024 * 1024  # bytes; about three seconds of parsing, a hundred times the largest real index


def limit_of(path: str) -> int:
    """The most bytes of `path` that are read; one more than that and the file is refused."""
    return JSON_LIMIT if path.endswith(".json") else YAML_LIMIT


def read_tree(path: str, content: bytes) -> object:
    """The file as dicts, lists and scalars; raises `Unreadable` with a sentence for people.

    JSON where `path` ends in `.json`, else YAML 1.2.
    """
    if len(content) > limit_of(path):
        raise Unreadable(f"is larger than {limit_of(path) // 1024} KB, the most that is read")
    if b"\0" in content:
        raise Unreadable("holds a NUL byte, so it is not a text file")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(f"is not UTF-8 (at byte {error.start})") from None
    return _json(text) if path.endswith(".json") else yaml12.load(text)


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=_refuse, parse_int=_whole, parse_float=_broken)
    except json.JSONDecodeError as error:
        raise Unreadable(f"is not JSON: {error.msg.removesuffix(' at')} at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise Unreadable("is nested too deeply") from None
    except ValueError:
        raise Unreadable("holds a number that cannot be read") from None


def _whole(text: str) -> int:
    return int(_bounded(text))


def _broken(text: str) -> float:
    return float(_bounded(text))


def _bounded(text: str) -> str:
    """The text of a number; raises `ValueError` for one whose digits would take seconds to read."""
    if len(text) > DIGIT_LIMIT:
        raise ValueError
    return text


def _refuse(word: str) -> None:
    raise Unreadable(f"is not JSON: it holds {word}")
