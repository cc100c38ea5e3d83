"""A watch session as a store keeps it."""

import re

import msgspec

from dagnet_realtime.model.access import Role
from dagnet_realtime.model.workspace import Channel

SESSION_ID = "[A-Za-z0-9_-]{24}"
"""What a session's id is made of: 18 random bytes in base64url."""

_SESSION_ID = re.compile(SESSION_ID)


def is_session_id(text: str) -> bool:
    """Whether `text` can be a session's id; no other text is ever looked up."""
    return _SESSION_ID.fullmatch(text) is not None


class WatchSession(msgspec.Struct, frozen=True, kw_only=True):
    """One On by one person: which graph of which channel, through which filter, following which tokens.

    `position` is where the log stood at On; `started_at` is milliseconds since 1970 UTC. `person` is the id of who opened it,
    `name` how they are shown ("" if that is the id), `role` what they may do on the channel.
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
    def shown(self) -> str:
        """How the person is named, to others and in the audit log."""
        return self.name or self.person
