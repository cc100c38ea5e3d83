"""Who else watches a graph, from our own sessions, so that no provider learns anybody's name."""

from collections.abc import Iterable

import msgspec

from dagnet_realtime.model.watch import WatchSession

MOST_NAMES = 8
_SIGN_INS = ("oidc:", "proxy:")


class Company(msgspec.Struct, frozen=True, kw_only=True):
    """The other sessions on the same graph, and by name the people behind them, at most `MOST_NAMES`.

    Names pass between people who have signed in by name: whoever comes by an access token, as an office screen does, has none and is told
    none.
    """

    others: int = 0
    names: tuple[str, ...] = ()


def company(session: WatchSession, live: Iterable[WatchSession]) -> Company:
    """Who watches beside `session`, whatever their filters."""
    beside = [one for one in live if (one.channel, one.graph) == (session.channel, session.graph) and one.id != session.id]
    known = {_name(one) for one in beside if one.person != session.person} - {""} if _name(session) else set()
    return Company(others=len(beside), names=tuple(sorted(known)[:MOST_NAMES]))


def _name(session: WatchSession) -> str:
    """The name by which somebody signed in, "" where none vouches for one."""
    return session.shown.partition(":")[2] if session.shown.startswith(_SIGN_INS) else ""
