"""An access token as it is kept: what it is for, never what it is."""

from typing import Literal

import msgspec

Role = Literal["watch", "follow", "identities", "administer"]


class AccessToken(msgspec.Struct, frozen=True, kw_only=True):
    """One token as it is kept. `digest` is the SHA-256 of its secret part, in hex: the secret is 256 random bits, so no salt is needed.

    `channels` are `workspace/env`, `workspace/*` or `*`. Times are milliseconds since 1970 UTC; `expires_at` None means never.
    """

    id: str
    name: str
    digest: str
    role: Role
    channels: tuple[str, ...]
    created_at: int
    expires_at: int | None = None

    def allows(self, workspace: str, env: str) -> bool:
        """Whether the token is for this channel."""
        return not {"*", f"{workspace}/*", f"{workspace}/{env}"}.isdisjoint(self.channels)
