"""What of an event's properties may be kept: an allow-list, on top of it denials that always win, and bounds.

Properties are flat: a path is the keys from the top, joined by dots. What looks personal is never kept, whatever the lists say.
`conformance/redaction.json` is the contract; the tap follows it too.
"""

import re
from collections.abc import Iterable, Iterator, Mapping

from dagnet_realtime.core.globs import Globs, any_case, is_glob
from dagnet_realtime.core.personal import personal_name, personal_value
from dagnet_realtime.core.shapes import LEAST_CARD
from dagnet_realtime.model.entry import Scalar, Value

REDACTED = "[redacted]"
MAX_DEPTH = 4  # keys in a path
MAX_PATH = 256  # characters
MAX_TEXT = 256  # characters of a text value that are kept
MAX_LIST = 20  # scalars of a list that are kept
MAX_PROPERTIES = 100
_SEEN = 2 * MAX_TEXT  # characters looked at for a personal shape, so that none is cut in half by the bound
_EXACT = 2**53  # a browser cannot tell greater integers from their neighbours
_LEAST = -_EXACT
_LARGEST = 1023  # bits that a float can surely hold
_KNOWN = 1000  # paths whose verdict is remembered
_CLEAN = 20_000  # short texts that are remembered as clean, by a fingerprint
_SHORT = 64  # characters
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")
_SPACE = re.compile(r"[ \t\r\n]")
_USER = re.compile(r"//[^/@]*@")


class Redaction:
    """One policy's rules. `allow` and `deny` are globs over paths (`*` any run of characters, `?` one; denial ignores case), `needed` the
    paths that the graphs' filters read.
    """

    def __init__(self, allow: Iterable[str] = (), deny: Iterable[str] = (), needed: Iterable[str] = ()) -> None:
        allow = tuple(allow)
        self._deny = Globs(deny, any_case)
        self._allow = Globs(pattern for pattern in allow if is_glob(pattern))
        plain = {pattern for pattern in allow if not is_glob(pattern)} | set(needed)
        self._plain = frozenset(path for path in plain if not self._denied(path))
        self._deep = bool(self._allow) or any("." in path for path in self._plain)
        self._known: dict[str, bool] = {}
        self._clean: set[int] = set()

    @property
    def empty(self) -> bool:
        """True where nothing can be kept."""
        return not self._plain and not self._allow

    @property
    def keys(self) -> frozenset[str] | None:
        """The top-level properties that may matter, None where only looking can tell."""
        if self._allow:
            return None
        return frozenset(part for path in self._plain for part in {path, path.partition(".")[0]})

    def permits(self, path: str) -> bool:
        """Whether a value at `path` may be kept at all, and shown."""
        if path in self._plain:
            return True
        if not self._allow or len(path) > MAX_PATH:
            return False
        known = self._known.get(path)
        if known is None:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            known = self._known[path] = self._allow.fit(path) and not self._denied(path) and not personal_value(path)
        return known

    def denies(self, path: str) -> bool:
        """Whether `path` is never kept, whatever allows or needs it."""
        return self._denied(path)

    def apply(self, properties: Mapping[str, object]) -> dict[str, Value]:
        """What may be kept of one event's nested `properties`, flat."""
        kept: dict[str, Value] = {}
        if not properties or self.empty:
            return kept
        plain, clean, globs = self._plain, self._clean, bool(self._allow)
        crowded = self._deep or len(properties) > MAX_PROPERTIES
        for path, value in flat(properties) if self._deep else properties.items():
            if path in plain or (globs and self.permits(path)):
                if crowded:
                    if len(kept) == MAX_PROPERTIES:
                        break
                    if path in kept:
                        continue
                if isinstance(value, str):
                    kept[path] = value if hash(value) in clean else self._text(value)
                elif isinstance(value, list):
                    _list(kept, path, value)
                elif value is None or isinstance(value, (bool, int, float)):
                    kept[path] = _number(value)
        return kept

    def _text(self, text: str) -> str:
        """`clean_text`; short texts that come again and again and are clean as they are it remembers by a fingerprint."""
        kept = clean_text(text)
        if kept == text and len(text) <= _SHORT:
            if len(self._clean) >= _CLEAN:
                self._clean.clear()
            self._clean.add(hash(text))
        return kept

    def _denied(self, path: str) -> bool:
        return self._deny.fit(path) or personal_name(path)


def flat(properties: Mapping[str, object], prefix: str = "", depth: int = 1) -> Iterator[tuple[str, object]]:
    """The leaves of nested `properties` with their paths, in order; what is nested deeper than `MAX_DEPTH` keys is left out."""
    for key, value in properties.items():
        if type(value) is dict:
            if depth < MAX_DEPTH:
                yield from flat(value, f"{prefix}{key}.", depth + 1)
        else:
            yield prefix + key, value


def clean_text(text: str) -> str:
    """`text` as it may be kept: of a URL what stands before its query, nothing that looks personal, at most `MAX_TEXT` characters."""
    seen = text[:_SEEN]
    if "?" in seen or "/" in seen:
        seen = _reduced(seen)
    if personal_value(seen) or (text and not seen):
        return REDACTED
    return seen if len(seen) <= MAX_TEXT else seen[: MAX_TEXT - 1] + "…"


def clean_names(event: str | None, name: str | None, category: str | None) -> tuple[str | None, str | None, str | None]:
    """What names an event, as it may be kept; a name and a category that are personal beside each other are both redacted."""
    event, name, category = (text and clean_text(text) for text in (event, name, category))
    if name and category and personal_value(f"{category} {name}"):
        return event, REDACTED, REDACTED
    return event, name, category


def _reduced(text: str) -> str:
    """A URL without its query, fragment, user and password; any other text as it is."""
    start = _SCHEME.match(text)
    if start is None and (_SPACE.search(text) or not (text[0] in "/?" or "=" in text.partition("?")[2])):
        return text
    text = text.partition("?")[0].partition("#")[0]
    return _USER.sub("//", text, count=1)


def _number(value: Scalar) -> Scalar:
    if value is None or isinstance(value, (bool, str)) or _LEAST <= value < LEAST_CARD:
        return value
    if personal_value(value):
        return REDACTED
    if isinstance(value, int) and not -_EXACT <= value <= _EXACT:
        return float(value) if value.bit_length() < _LARGEST else None
    return value


def _list(kept: dict[str, Value], path: str, values: list[object]) -> None:
    scalars: list[Scalar] = []
    for value in values[:_KNOWN]:
        if type(value) is str:
            scalars.append(clean_text(value))
        elif value is None or isinstance(value, (bool, int, float)):
            scalars.append(_number(value))
        if len(scalars) == MAX_LIST:
            break
    if scalars or not values:
        kept[path] = scalars
