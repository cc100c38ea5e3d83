"""Authorises requests on a watch session: it must be the person's own, with a sufficient role."""

from dagnet_realtime.core.roles import has_role
from dagnet_realtime.hub.hub import Hub
from dagnet_realtime.model.access import Role
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.watch import WatchSession, is_session_id
from dagnet_realtime.web.auth.request import Person, forbidden


async def authorised_session(
    hub: Hub, session_id: str, person: Person, wanted: Role = "watch"
) -> WatchSession:
    """The person's own session, if their role on its channel implies `wanted`.

    A role that has changed is applied to the session. Raises `Problem`: `gone` if there is no such
    session or it belongs to another person, `forbidden` if the role is too low.
    """
    session = await own_session(hub, session_id, person)
    role = person.role(session.channel)
    if role is None:
        raise Problem(
            "forbidden", "You may no longer watch this", "", "Ask an administrator of this server"
        )
    if not has_role(role, wanted):
        raise forbidden(wanted)
    return session if role == session.role else await hub.authorization.change_role(session, role)


async def own_session(hub: Hub, session_id: str, person: Person) -> WatchSession:
    """The person's own session; raises `Problem("gone")` for any other, so guesses learn nothing.

    Malformed ids are refused without a query to the store.
    """
    session = await hub.session(session_id) if is_session_id(session_id) else None
    if session is None or session.person != person.id:
        raise Problem("gone", "This watch session has ended", "", "Switch Realtime on again")
    return session
