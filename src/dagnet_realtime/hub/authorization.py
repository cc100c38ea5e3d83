"""Applies role and policy changes to live sessions, and decides which filters are allowed."""

from collections.abc import Sequence

import msgspec

from dagnet_realtime.core.filter import parse_filter
from dagnet_realtime.core.roles import has_role, reveals
from dagnet_realtime.hub.context import HubContext
from dagnet_realtime.hub.feed import redaction_of
from dagnet_realtime.hub.feed_registry import FeedRegistry
from dagnet_realtime.hub.sessions import SessionRegistry
from dagnet_realtime.model.access import Role
from dagnet_realtime.model.frame import Close
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession
from dagnet_realtime.model.workspace import Channel, Policy

HIDDEN = "the filter reads a property that is not shown here any more"


class SessionAuthorization:
    """What sessions may see.

    A change takes effect at once: viewers move to the view that their role and the policy allow,
    and nothing that was forbidden is sent after it, not even the rest of a buffer.
    """

    def __init__(self, context: HubContext, feeds: FeedRegistry, registry: SessionRegistry) -> None:
        self._feeds = feeds
        self._registry = registry
        self._graphs = context.graphs
        self._sessions = context.sessions
        self._lease = context.limits.lease

    async def change_role(self, session: WatchSession, role: Role) -> WatchSession:
        """Gives the session another role and moves its viewers, who get a `change` frame.

        Returns the session as changed.
        """
        follows = session.follows if has_role(role, "follow") else ()
        session = msgspec.structs.replace(session, role=role, follows=follows)
        await self._sessions.save(session, self._lease)
        state = self._registry.get(session.id)
        if state is not None:
            state.session = session
        self._feeds.set_followed(await self._sessions.list_active())
        self._feeds.rebind_viewers([session])
        return session

    def policy(self, channel: Channel) -> Policy:
        """The policy in force."""
        return self._feeds.policy(channel)

    def reveals(self, session: WatchSession) -> bool:
        """Whether the session's view shows raw identifiers."""
        return reveals(self._feeds.policy(session.channel), session.role)

    def close_streams(self, session_id: str, bye: Close, stream: int | None = None) -> None:
        """Closes the streams of a session, or the one numbered `stream`, but not the session."""
        for viewer in self._feeds.viewers_of(session_id):
            if stream is None or viewer.stream == stream:
                viewer.close(bye)

    def apply_policy(self, channel: Channel, policy: Policy) -> tuple[WatchSession, ...]:
        """Applies another policy to every frame from here on, also of earlier entries.

        Returns the sessions whose filter reads what may no longer be shown: they must end.
        """
        self._feeds.apply_policy(channel, policy)
        sessions = [
            state.session for state in self._registry.all() if state.session.channel == channel
        ]
        forbidden = tuple(
            session for session in sessions if not self._filter_still_allowed(session)
        )
        self._feeds.rebind_viewers([session for session in sessions if session not in forbidden])
        return forbidden

    def authorize_filter(self, channel: Channel, filter: str) -> str:
        """The filter's canonical text.

        Raises `Problem("forbidden")` if it reads a property that may not be shown, since its
        matches would reveal the value.
        """
        parsed = parse_filter(filter)
        if not parsed.paths:
            return str(parsed)
        hidden = self._has_hidden(channel, parsed.paths)
        if hidden:
            raise Problem(
                "forbidden",
                "The filter reads a property that is not shown here",
                ", ".join(hidden)[:200],
                "Leave it out, or add it to `properties` in the workspace's configuration",
            )
        return str(parsed)

    def _filter_still_allowed(self, session: WatchSession) -> bool:
        return not self._has_hidden(session.channel, parse_filter(session.filter).paths)

    def _has_hidden(self, channel: Channel, paths: frozenset[str]) -> Sequence[str]:
        redaction = redaction_of(
            self._feeds.policy(channel), self._graphs.catalogue(channel.workspace)
        )
        return sorted(
            path
            for path in paths
            if not redaction.permits(path)
            and not redaction.permits(path.removeprefix("properties."))
        )
