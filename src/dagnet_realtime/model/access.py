"""Roles, role bindings, access tokens as stored, and secrets that are never printed."""

from typing import Literal, final

import msgspec


@final
class Secret:
    """Bytes that `repr`, `str` and formatting never show."""

    __slots__ = ("_value",)

    def __init__(self, value: bytes | str) -> None:
        self._value = value.encode() if isinstance(value, str) else value

    def reveal(self) -> bytes:
        """The bytes themselves, for the one computation that needs them."""
        return self._value

    def __repr__(self) -> str:
        return "Secret(…)"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)


Role = Literal["watch", "follow", "identities", "administer"]


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """An access token as it is stored: `digest` in place of its secret part.

    `digest` is SHA-256 in hex. The secret is 256 random bits, so it needs no salt. `channels` are
    `workspace/env`, `workspace/*` or `*`. Times are ms since 1970 UTC; `expires_at` None means
    never.
    """

    id: str
    name: str
    digest: str
    role: Role
    channels: tuple[str, ...]
    created_at: int
    expires_at: int | None = None


class RoleBinding(msgspec.Struct, frozen=True, kw_only=True):
    """A role for the people that a pattern names, on some channels.

    `who` is a person's name, `group:…` or `repository:…`, with `*` for any run of characters. `on`
    are channels, written as in an access token.
    """

    who: str
    role: Role
    on: tuple[str, ...] = ("*",)
