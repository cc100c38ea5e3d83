"""What ties an event to others: the identifiers that a policy asks for, found in a message, in the policy's order."""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

import msgspec

from dagnet_realtime.core.picking import at
from dagnet_realtime.core.placeholders import placeholder
from dagnet_realtime.core.segment.message import text_of
from dagnet_realtime.model.event import Event

PERSONAL = ("userId", "anonymousId", "previousId", "groupId")
SESSION_PLACES = (  # Segment has no session of its own; these are where its plugins and users put one
    ("integrations", ("Actions Amplitude.session_id", "Amplitude.session_id", "Amplitude.sessionId", "actions-optimizely-web.session_id")),
    ("context", ("sessionId", "session_id")),
    ("properties", ("session_id", "$session_id")),
)
_PARTS = ("properties", "context", "integrations", "traits")


class Parts(msgspec.Struct, gc=False):
    """The read members of a message's large parts."""

    properties: dict[str, Any] = {}
    context: dict[str, Any] = {}
    integrations: dict[str, Any] = {}
    traits: dict[str, Any] = {}


Own = Callable[[Event], str | None]
Inside = Callable[[Parts], str | None]
_OWN: dict[str, Own] = {
    "userId": attrgetter("user_id"),
    "anonymousId": attrgetter("anonymous_id"),
    "groupId": attrgetter("group_id"),
}


class Finder:
    """Finds identifiers by `kinds`: `userId`, `anonymousId`, `groupId`, `session`, or the path of anything in a message.

    A path without `properties.`, `context.`, `integrations.` or `traits.` in front is one of a property.
    """

    def __init__(self, kinds: Iterable[str]) -> None:
        self.kinds = tuple(dict.fromkeys(kinds))
        self._finds = tuple((kind, _OWN.get(kind), _inside(kind)) for kind in self.kinds if kind != "previousId")
        self._owns = tuple(find for find in self._finds if find[1] is not None)
        self._keys = tuple(self.keys(part) for part in _PARTS)
        self._aliases = "userId" in self.kinds or "anonymousId" in self.kinds

    def keys(self, part: str) -> frozenset[str]:
        """The top-level members of `part` (`properties`, `context` …) that may hold an identifier."""
        keys: set[str] = set()
        for kind in self.kinds:
            if kind == "session":
                keys |= {key for of, places in SESSION_PLACES if of == part for path in places for key in (path, path.partition(".")[0])}
            elif kind not in PERSONAL:
                of, path = _place(kind)
                if of == part:
                    keys |= {path, path.partition(".")[0]}
        return frozenset(keys)

    def find(self, event: Event, parts: Parts) -> list[tuple[str, str]]:
        """Pairs of kind and identifier, in order. An `alias` gives the identifier it replaces as well."""
        found = []
        properties, context, integrations, traits = self._keys
        nothing_inside = (
            properties.isdisjoint(parts.properties)
            and (not parts.context or context.isdisjoint(parts.context))
            and (not parts.integrations or integrations.isdisjoint(parts.integrations))
            and (not parts.traits or traits.isdisjoint(parts.traits))
        )
        for kind, own, inside in self._owns if nothing_inside else self._finds:
            value = own(event) if own is not None else inside(parts)
            if value is not None:
                found.append((kind, value))
        if event.previous_id is not None and self._aliases:
            found.append(("previousId", event.previous_id))
        return found


def _inside(kind: str) -> Inside:
    """Finds `kind` in the large parts of a message."""
    if kind == "session":
        return _session
    part, path = _place(kind)
    members = attrgetter(part)
    return lambda parts: text_of(at(path, members(parts)))


def _place(kind: str) -> tuple[str, str]:
    part, _, path = kind.partition(".")
    return (part, path) if path and part in _PARTS else ("properties", kind)


def _session(parts: Parts) -> str | None:
    for of, places in SESSION_PLACES:
        part = getattr(parts, of)
        if part:
            for path in places:
                text = text_of(at(path, part))
                if text is not None and not placeholder(text):  # Amplitude says by -1 or 0 that there is none
                    return text
    return None
