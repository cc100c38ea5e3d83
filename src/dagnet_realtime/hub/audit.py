"""The audit log: who signed in, watched and followed (by token), and what they were refused.

It names people who watch, never people who are watched. One JSON object a line.
"""

from collections.abc import Callable
from typing import Literal

import msgspec

from dagnet_realtime.core.times import iso
from dagnet_realtime.model.workspace import Channel
from dagnet_realtime.ports.runtime import Clock

AuditAction = Literal[
    "sign_in",
    "sign_out",
    "on",
    "off",
    "resumed",
    "switch",
    "subscribed",
    "follow",
    "look_up",
    "refused",
    "revoked",
    "policy",
    "send",
    "mint",
]
MAX_FIELD = 256  # characters

_ENCODER = msgspec.json.Encoder()


class AuditRecord(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the log.

    `session` is the beginning of a watch session's id: enough to tell sessions apart, too little to
    use one.
    """

    at: str
    deed: AuditAction
    person: str = ""
    workspace: str = ""
    env: str = ""
    graph: str = ""
    session: str = ""
    tokens: tuple[str, ...] = ()
    kind: str = ""
    why: str = ""
    viewer: str = ""


class Audit:
    """Writes records with `write`, in the order of the calls."""

    def __init__(self, write: Callable[[bytes], None], clock: Clock) -> None:
        self._write = write
        self._clock = clock

    def record(
        self,
        deed: AuditAction,
        person: str,
        channel: Channel | None = None,
        *,
        graph: str = "",
        session: str = "",
        tokens: tuple[str, ...] = (),
        kind: str = "",
        why: str = "",
        viewer: str = "",
    ) -> None:
        """Writes a record of what `person` did."""
        line = AuditRecord(
            at=iso(self._clock.now()),
            deed=deed,
            person=person[:MAX_FIELD],
            workspace=channel.workspace if channel is not None else "",
            env=channel.env if channel is not None else "",
            graph=graph[:MAX_FIELD],
            session=session[:8],
            tokens=tuple(token[:MAX_FIELD] for token in tokens[:50]),
            kind=kind[:MAX_FIELD],
            why=why[:MAX_FIELD],
            viewer=viewer[:MAX_FIELD],
        )
        self._write(_ENCODER.encode(line) + b"\n")
