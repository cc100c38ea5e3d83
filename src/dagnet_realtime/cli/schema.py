"""`schema`: the JSON Schemas, and the OpenAPI document of the API."""

from enum import StrEnum
from typing import Annotated

import typer


class Part(StrEnum):
    """The parts that have a schema."""

    FRAMES = "frames"
    CONFIGURATION = "configuration"
    SESSION_LOG = "session_log"
    EXPECT = "expect"
    OPENAPI = "openapi"


def schema(
    part: Annotated[Part | None, typer.Argument(help="One of them; all by default.")] = None,
) -> None:
    """Print JSON Schemas (frames, configuration, session log, expectations) and the API's OpenAPI
    document.

    \b
    Example:
      dagnet-realtime schema frames
    """
    import msgspec

    from dagnet_realtime import __version__
    from dagnet_realtime.cli.expect.evaluator import SCHEMA
    from dagnet_realtime.config.schemas import schemas
    from dagnet_realtime.web.openapi import document
    from dagnet_realtime.web.routes.openapi import ALL_OPERATIONS

    found = {
        **schemas(),
        Part.EXPECT.value: msgspec.json.decode(SCHEMA.read_bytes()),
        Part.OPENAPI.value: document(ALL_OPERATIONS, __version__),
    }
    text = msgspec.json.encode(found if part is None else found[part.value])
    print(msgspec.json.format(text, indent=2).decode())
