"""What the routes of a watch session take and give."""

from typing import Annotated

import msgspec

from dagnet_realtime.model.frame import Frame, Posture
from dagnet_realtime.model.watch import SESSION_ID
from dagnet_realtime.web.offer import JSON, Asks, Gives, Offer

LONGEST_WAIT = 25.0  # seconds of a poll; proxies commonly cut at 30


class Open(msgspec.Struct, forbid_unknown_fields=True):
    """The body of On."""

    workspace: str
    env: str
    graph: str
    filter: str = ""


class Amend(msgspec.Struct, forbid_unknown_fields=True):
    """The body of a change; what is missing stays."""

    filter: str | None = None
    follows: tuple[str, ...] | None = None


class Follow(msgspec.Struct, forbid_unknown_fields=True):
    """A trace by its token, or by an identifier that is forgotten as soon as its token is derived."""

    token: str | None = None
    kind: str | None = None
    value: str | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A watch session. `position` is where the log stood at On; `expires_at` is when it lapses unless a stream or a poll renews it."""

    watch_session_id: str
    position: str
    expires_at: str
    posture: Posture
    graph_version: str
    started_at: str
    filter: str
    follows: tuple[str, ...]


class Polled(msgspec.Struct, frozen=True):
    """What a poll gives; `position` is where to go on."""

    frames: tuple[Frame, ...]
    position: str


class Followed(msgspec.Struct, frozen=True):
    """The tokens that the identifier stands for, the current one first, and all that the session follows now."""

    token: str
    tokens: tuple[str, ...]
    follows: tuple[str, ...]


_ID = Asks("id", Annotated[str, msgspec.Meta(pattern=f"^{SESSION_ID}$")], "The `watch_session_id` that On gave", "path")
_AFTER = Asks("after", str, "The position of the last frame, as it came; none to go on where the session stands")
_MINE = {"id": "$response.body#/watch_session_id"}

ON = Offer(
    method="POST",
    path="/api/watch",
    name="on",
    room="Watching",
    title="On: open a watch session",
    takes={JSON: Open},
    gives={201: Gives("The session", Session)},
    refuses=("invalid", "too_large", "not_found", "rate_limited"),
    leads={
        **dict.fromkeys(("amend", "follow", "relay", "stream", "off"), _MINE),
        "frames": {**_MINE, "after": "$response.body#/position"},
    },
)
AMEND = Offer(
    method="PATCH",
    path="/api/watch/{id}",
    name="amend",
    room="Watching",
    title="Change the filter or the followed traces",
    about="Following more needs the role `follow`.",
    asks=(_ID,),
    takes={JSON: Amend},
    gives={200: Gives("The session as it has become", Session)},
    refuses=("invalid", "too_large", "gone", "not_found"),
)
OFF = Offer(
    method="DELETE",
    path="/api/watch/{id}",
    name="off",
    room="Watching",
    title="Off: end the session",
    asks=(_ID,),
    gives={204: Gives("It has ended")},
    refuses=("gone",),
)
FRAMES = Offer(
    method="GET",
    path="/api/watch/{id}/frames",
    name="frames",
    room="Watching",
    title="Poll: the frames after a position",
    about="Waits for the first frame where there is none. With `until` it gives what lies between two positions.",
    asks=(
        _ID,
        _AFTER,
        Asks("until", str, "A later position, where the frames between are asked for"),
        Asks("wait", Annotated[float, msgspec.Meta(ge=0, le=LONGEST_WAIT)], "How long to wait for a first frame, in seconds"),
    ),
    gives={200: Gives("The frames", Polled)},
    refuses=("invalid", "gone", "not_found", "rate_limited"),
)
FOLLOW = Offer(
    method="POST",
    path="/api/watch/{id}/follow",
    name="follow",
    room="Watching",
    title="Follow a trace, or find a known user",
    about="By token, or by kind and value: the token is derived and the value forgotten. Needs the role `follow`, and is audited.",
    asks=(_ID,),
    takes={JSON: Follow},
    gives={200: Gives("The tokens", Followed)},
    refuses=("invalid", "too_large", "gone", "rate_limited"),
)
STREAM = Offer(
    method="GET",
    path="/api/watch/{id}/stream",
    name="stream",
    room="Watching",
    title="Push: the frames as Server-Sent Events",
    about="The data of each event is one frame, its id the position to go on from. The last is a `bye`, after which the stream ends.",
    asks=(_ID, _AFTER, Asks("Last-Event-ID", str, "As `after`, which it overrides; browsers send it by themselves", "header")),
    gives={200: Gives("A stream without an end of its own", str, "text/event-stream")},
    refuses=("invalid", "gone", "not_found", "rate_limited"),
)
OFFERS = (ON, AMEND, OFF, FRAMES, FOLLOW, STREAM)
