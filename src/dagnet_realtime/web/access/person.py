"""Somebody who may watch, and the protocol by which every mode of access finds out who asks."""

import unicodedata
from typing import Literal, Protocol

import msgspec

from dagnet_realtime.core.roles import EVERYTHING, Roles, may, up_to
from dagnet_realtime.model.access_token import Role
from dagnet_realtime.model.channel import Channel
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.web.access.asked import Asked

LONGEST = 256  # characters of a name


class Person(msgspec.Struct, frozen=True):
    """Who asks: `name` is how they are shown, `roles` are what they may do where.

    Watch sessions and quotas belong to `id`. It is the name, unless an identity provider vouches for something that outlives it.
    """

    name: str
    roles: Roles = EVERYTHING
    subject: str = ""

    @property
    def id(self) -> str:
        """What is theirs alone."""
        return self.subject or self.name

    def role(self, channel: Channel) -> Role | None:
        """What they may do on a channel."""
        return self.roles.on(channel)

    def may(self, wanted: Role, channel: Channel) -> bool:
        """Whether they may do on `channel` what `wanted` is needed for."""
        return may(self.roles.on(channel), wanted)

    def need(self, wanted: Role, channel: Channel) -> None:
        """Raises `Problem`: `not_found` where they may not even watch, so that guessing tells nothing, else `forbidden`."""
        if not self.may("watch", channel):
            name = f"{channel.workspace[:80]}/{channel.env[:80]}"
            raise Problem("not_found", "No such workspace", f"There is no workspace “{name}” here", "Open one of those listed")
        if not self.may(wanted, channel):
            raise forbidden(wanted)

    @property
    def can(self) -> tuple[Role | Literal["send"], ...]:
        """What they may do on at least one channel; `send` (test events, visitors) comes with `administer`."""
        held = up_to(self.roles.anywhere)
        return (*held, "send") if "administer" in held else held


class Access(Protocol):
    """Decides about every request. Methods raise `Problem`: `unauthorized`, `forbidden`, or `unavailable` where nobody can know."""

    mode: str

    def admit(self, asked: Asked) -> None:
        """Refuses what must not even be looked at: a foreign host's name, a foreign page's command."""
        ...

    async def person(self, asked: Asked) -> Person:
        """Who asks, as permitted at this moment; asked again while a stream is open."""
        ...


def named(text: str) -> str | None:
    """`text` if it can be a person's name: printable, and not another way to write what looks the same (NFKC). Else None."""
    told_apart = text.isprintable() and unicodedata.is_normalized("NFKC", text)
    return text if 0 < len(text) <= LONGEST and told_apart else None


def forbidden(wanted: Role) -> Problem:
    """The refusal of what another role is needed for."""
    return Problem("forbidden", "You may not do that here", f"It needs the role “{wanted}”", "Ask whoever administers this server")
