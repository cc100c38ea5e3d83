"""What ties an event to others: the identifiers that a policy asks for, found in a message, in the policy's order."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from dagnet_realtime.core.picking import at
from dagnet_realtime.core.segment.message import text_of
from dagnet_realtime.model.event import Event

PERSONAL = ("userId", "anonymousId", "previousId", "groupId")
SESSION_PLACES = (  # Segment has no session of its own; these are where its plugins and users put one
    ("integrations", ("Actions Amplitude.session_id", "Amplitude.session_id", "Amplitude.sessionId", "actions-optimizely-web.session_id")),
    ("context", ("sessionId", "session_id")),
    ("properties", ("session_id", "$session_id")),
)
_NO_SESSION = frozenset({"-1", "0"})  # how Amplitude says that there is none
_PARTS = ("properties", "context", "integrations", "traits")


class Parts(msgspec.Struct):
    """The read members of a message's large parts."""

    properties: dict[str, Any] = {}
    context: dict[str, Any] = {}
    integrations: dict[str, Any] = {}
    traits: dict[str, Any] = {}


Find = Callable[[Event, Parts], str | None]


class Finder:
    """Finds identifiers by `kinds`: `userId`, `anonymousId`, `groupId`, `session`, or the path of anything in a message.

    A path without `properties.`, `context.`, `integrations.` or `traits.` in front is one of a property.
    """

    def __init__(self, kinds: Iterable[str]) -> None:
        self.kinds = tuple(dict.fromkeys(kinds))
        self._finds = tuple((kind, _find(kind)) for kind in self.kinds)
        self._aliases = "userId" in self.kinds or "anonymousId" in self.kinds

    def keys(self, part: str) -> frozenset[str]:
        """The top-level members of `part` (`properties`, `context` …) that may hold an identifier."""
        keys: set[str] = set()
        for kind in self.kinds:
            if kind == "session":
                keys |= {path.partition(".")[0] for of, places in SESSION_PLACES if of == part for path in places}
            elif kind not in PERSONAL:
                of, path = _place(kind)
                if of == part:
                    keys |= {path, path.partition(".")[0]}
        return frozenset(keys)

    def find(self, event: Event, parts: Parts) -> list[tuple[str, str]]:
        """Pairs of kind and identifier, in order. An `alias` gives the identifier it replaces as well."""
        found = []
        for kind, find in self._finds:
            value = find(event, parts)
            if value is not None:
                found.append((kind, value))
        if event.previous_id is not None and self._aliases:
            found.append(("previousId", event.previous_id))
        return found


def _find(kind: str) -> Find:
    match kind:
        case "userId":
            return lambda event, _: event.user_id
        case "anonymousId":
            return lambda event, _: event.anonymous_id
        case "previousId":
            return lambda _event, _: None
        case "groupId":
            return lambda event, _: event.group_id
        case "session":
            return lambda _, parts: _session(parts)
    part, path = _place(kind)
    return lambda _, parts: text_of(at(path, getattr(parts, part)))


def _place(kind: str) -> tuple[str, str]:
    part, _, path = kind.partition(".")
    return (part, path) if path and part in _PARTS else ("properties", kind)


def _session(parts: Parts) -> str | None:
    for of, places in SESSION_PLACES:
        part = getattr(parts, of)
        if part:
            for path in places:
                text = text_of(at(path, part))
                if text is not None and text not in _NO_SESSION:
                    return text
    return None
