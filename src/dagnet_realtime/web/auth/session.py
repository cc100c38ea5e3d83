"""Authorises requests on a watch session: it must be the person's own, and their role must still suffice."""

from dagnet_realtime.core.roles import has_role
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.model.access import Role
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession, is_session_id
from dagnet_realtime.web.auth.request import Person, forbidden


async def authorised_session(
    hub: Hub, session_id: str, person: Person, wanted: Role = "watch"
) -> WatchSession:
    """The person's own session, on which they may do what `wanted` is needed for; a role that has changed takes effect.

    Raises `Problem`: `gone` where it is somebody else's, or none, and `forbidden`.
    """
    session = await own_session(hub, session_id, person)
    role = person.role(session.channel)
    if role is None:
        raise Problem(
            "forbidden", "You may no longer watch this", "", "Ask whoever administers this server"
        )
    if not has_role(role, wanted):
        raise forbidden(wanted)
    return session if role == session.role else await hub.authorization.change_role(session, role)


async def own_session(hub: Hub, session_id: str, person: Person) -> WatchSession:
    """The session, if it is this person's; else `Problem("gone")`, so that guessing tells nothing. No store is asked for what is no id."""
    session = await hub.session(session_id) if is_session_id(session_id) else None
    if session is None or session.person != person.id:
        raise Problem("gone", "This watch session has ended", "", "Switch Realtime on again")
    return session
