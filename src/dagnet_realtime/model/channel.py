"""Who sends and where it goes: a channel is one workspace in one environment, a source sends into it."""

from typing import Literal

import msgspec

from dagnet_realtime.model.secret import Secret


class Channel(msgspec.Struct, frozen=True, order=True):
    """One workspace in one environment; the unit of isolation, of one log and of one policy."""

    workspace: str
    env: str

    def __str__(self) -> str:
        return f"{self.workspace}/{self.env}"


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Who sends: `webhook` deliveries are signed with one of `secrets`; `tracking` ones carry `write_key`.

    `allow_delete` lets it delete people without a signature.
    """

    id: str
    channel: Channel
    kind: Literal["webhook", "tracking"]
    secrets: tuple[Secret, ...] = ()
    write_key: Secret | None = None
    allow_unsigned: bool = False
    batch_signature: Literal["first", "whole"] = "first"
    allow_delete: bool = False
