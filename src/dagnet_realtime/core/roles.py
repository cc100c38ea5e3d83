"""The roles of a person on a channel, from the role bindings that name them; by default none."""

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from dagnet_realtime.core.globs import Globs, ascii_case
from dagnet_realtime.model.access import Role, RoleBinding
from dagnet_realtime.model.workspace import Channel, Policy

ROLE_ORDER: tuple[Role, ...] = (
    "watch",
    "follow",
    "identities",
    "administer",
)  # each may all that those before it may
MAX_NAME = 256  # characters of a person's or group's name
KINDS = (
    "group:",
    "repository:",
)  # of names that a provider vouches for, and that no person's own name can stand in for


class Roles(msgspec.Struct, frozen=True):
    """One person's roles, each with its channels (`workspace/env`, `workspace/*` or `*`)."""

    bindings: tuple[tuple[Role, tuple[str, ...]], ...] = ()

    def on(self, channel: Channel) -> Role | None:
        """The highest role on a channel, None if there is none."""
        names = {"*", f"{channel.workspace}/*", f"{channel.workspace}/{channel.env}"}
        return highest(role for role, channels in self.bindings if not names.isdisjoint(channels))

    @property
    def anywhere(self) -> Role | None:
        """The highest role on any channel."""
        return highest(role for role, channels in self.bindings if channels)


EVERYTHING = Roles((("administer", ("*",)),))


def has_role(role: Role | None, wanted: Role) -> bool:
    """Whether `role` includes `wanted`."""
    return role is not None and ROLE_ORDER.index(role) >= ROLE_ORDER.index(wanted)


def reveals(policy: Policy, role: Role) -> bool:
    """Whether `role` sees raw identifiers under `policy`."""
    return policy.identity == "reveal" and has_role(role, "identities")


def implied_roles(role: Role | None) -> tuple[Role, ...]:
    """The roles that `role` includes, lowest first."""
    return () if role is None else ROLE_ORDER[: ROLE_ORDER.index(role) + 1]


def highest(roles: Iterable[Role]) -> Role | None:
    """The highest of `roles`, None if there are none."""
    return max(roles, key=ROLE_ORDER.index, default=None)


def roles_for(grants: Iterable[RoleBinding], name: str, groups: Iterable[str] = ()) -> Roles:
    """The roles of the person `name` in `groups` (written `group:…`, `repository:…`).

    Names ignore the case of A to Z.
    """
    groups = tuple(groups)
    return Roles(
        tuple((grant.role, grant.on) for grant in grants if _names(grant.who, name, groups))
    )


def _names(who: str, name: str, groups: tuple[str, ...]) -> bool:
    if ascii_case(who).startswith(KINDS):
        return any(_matches(who, group) for group in groups)
    return _matches(who, name)


def _matches(pattern: str, name: str) -> bool:
    return 0 < len(name) <= MAX_NAME and _who(pattern).matches(name)


@lru_cache(1000)  # as many as are configured; each is asked for with every request
def _who(pattern: str) -> Globs:
    """The compiled pattern of a binding's `who`: only `*` is special, and A to Z ignore case."""
    return Globs([pattern], ascii_case, one="")
