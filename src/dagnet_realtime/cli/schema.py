"""`schema`: the JSON Schemas of what crosses to others."""

from enum import StrEnum
from typing import Annotated

import typer


class Part(StrEnum):
    """What a schema can be asked of."""

    FRAMES = "frames"
    CONFIGURATION = "configuration"
    SESSION_LOG = "session_log"


def schema(part: Annotated[Part | None, typer.Argument(help="One of them; all where none is named.")] = None) -> None:
    """Print JSON Schemas: frames, configuration, session log.

    \b
    Example:
      dagnet-realtime schema frames
    """
    import msgspec

    from dagnet_realtime.config.schemas import schemas

    found = schemas()
    text = msgspec.json.encode(found if part is None else found[part.value])
    print(msgspec.json.format(text, indent=2).decode())
