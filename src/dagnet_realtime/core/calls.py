"""One Segment call that a sender of our own makes, and the message it becomes on the wire."""

import re
from collections.abc import Mapping
from random import Random
from typing import Any, Literal

import msgspec

from dagnet_realtime.core.times import iso
from dagnet_realtime.model.graph import Filter, Listen

Given = str | int | float | bool

_DERIVED = re.compile(r"(?:Viewed (.+)|Loaded a) (Page|Screen)")
_STRAY = ("scroll_depth", "video_progress", "promo_click", "rage_click")


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """`at` is seconds from the first call; `name` is the event of a track, the name of a page or screen."""

    id: str = ""
    at: float = 0.0
    type: Literal["track", "page", "screen", "identify"]
    name: str = ""
    properties: Mapping[str, Given] = {}
    traits: Mapping[str, Given] = {}
    anonymous_id: str = ""
    user_id: str | None = None


def call_for(listen: Listen, chance: Random, around: Mapping[str, Given]) -> Call:
    """A call that lights the listening node: its first name, `around`, and on top what its filters ask for."""
    name = listen.names[0] if listen.names else listen.event_id
    wanted: dict[str, dict[str, Given]] = {"event": {}, "user": {}}
    unwanted: set[str] = set()
    for condition in listen.filters:
        if condition.operator.startswith(("is not", "does not")):
            unwanted.add(condition.property)
        elif condition.values:
            wanted[condition.property_type][condition.property] = _satisfying(condition, chance)
    properties = {key: value for key, value in around.items() if key not in unwanted} | wanted["event"]
    derived = _DERIVED.fullmatch(name)
    if derived is None:
        return Call(type="track", name=name, properties=properties, traits=wanted["user"])
    kind: Literal["page", "screen"] = "page" if derived[2] == "Page" else "screen"
    return Call(type=kind, name=derived[1] or "", properties=properties, traits=wanted["user"])


def _satisfying(condition: Filter, chance: Random) -> str:
    return chance.choice(condition.values)


def unlistened(names: set[str]) -> tuple[str, ...]:
    """Event names that a real site sends and that `names` does not hold."""
    return tuple(name for name in _STRAY if name not in names)


def message(call: Call, now: int) -> dict[str, Any]:
    """The call as Segment delivers it; `now` is milliseconds since 1970 UTC, when it happens."""
    stamp = iso(now)
    made: dict[str, Any] = {
        "anonymousId": call.anonymous_id,
        "channel": "client",
        "context": {"library": {"name": "dagnet-realtime", "version": "1"}, "locale": "en-GB", "ip": "203.0.113.7"},
        "integrations": {},
        "messageId": call.id,
        "originalTimestamp": stamp,
        "receivedAt": stamp,
        "sentAt": stamp,
        "timestamp": stamp,
        "type": call.type,
        "userId": call.user_id,
        "version": 2,
    }
    if call.traits:
        made["context"]["traits"] = dict(call.traits)
    match call.type:
        case "track":
            made["event"] = call.name
            made["properties"] = dict(call.properties)
        case "page" | "screen":
            made["properties"] = dict(call.properties)
            if call.name:
                made["name"] = call.name
        case "identify":
            made["traits"] = dict(call.traits)
    return made


def as_sdk(delivered: Mapping[str, Any]) -> dict[str, Any]:
    """A delivered message as an SDK sends it to the tracking API: its own time in `timestamp`, none of Segment's."""
    own = {
        key: value for key, value in delivered.items() if key not in ("receivedAt", "originalTimestamp", "version", "channel", "projectId")
    }
    if "originalTimestamp" in delivered:
        own["timestamp"] = delivered["originalTimestamp"]
    return own
