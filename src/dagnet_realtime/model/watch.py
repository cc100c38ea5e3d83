"""A watch session as it is stored."""

import hashlib
import re

import msgspec

from dagnet_realtime.model.access import Role
from dagnet_realtime.model.workspace import Channel

SESSION_ID = "[A-Za-z0-9_-]{24}"
"""What a session's id is made of: 18 random bytes in base64url."""

_SESSION_ID = re.compile(SESSION_ID)


def is_session_id(text: str) -> bool:
    """Whether `text` has the form of a session id; no other text is looked up."""
    return _SESSION_ID.fullmatch(text) is not None


class WatchSession(msgspec.Struct, frozen=True, kw_only=True):
    """One viewer's session on one graph: its filter, and the tokens that it follows.

    `position` is the log's head at the start; `started_at` is ms since 1970 UTC. `person` is the
    viewer's id, `name` their display name ("" if it is the id), `role` their role on the channel.
    """

    id: str
    channel: Channel
    graph: str
    person: str
    started_at: int
    position: str
    filter: str = ""
    follows: tuple[str, ...] = ()
    role: Role = "watch"
    name: str = ""

    @property
    def share(self) -> str:
        """What a shared link names the session by. It leads to its past, and not to its id."""
        return hashlib.sha256(f"dagnet-realtime share {self.id}".encode()).hexdigest()[:32]

    @property
    def shown(self) -> str:
        """The person's display name, for other viewers and the audit log."""
        return self.name or self.person
