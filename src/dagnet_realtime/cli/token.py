"""`token`: creates, lists and revokes access tokens; only their hashes are stored."""

import os
import secrets
import sys
import time
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from dagnet_realtime.model.problem import Problem

app = typer.Typer(
    help="Create, list and revoke access tokens.\n\nOnly their hashes are stored.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

ConfigFile = Annotated[
    Path | None,
    typer.Option("--config", help="Configuration file, whose [access] tokens names the store."),
]
Store = Annotated[
    Path | None,
    typer.Option("--tokens", metavar="F", help="The store itself, instead of the configured one."),
]


class Role(StrEnum):
    """The roles that a token can have."""

    WATCH = "watch"
    FOLLOW = "follow"
    IDENTITIES = "identities"
    ADMINISTER = "administer"


@app.command("create")
def create(
    name: Annotated[str, typer.Argument(help="A name for the list, e.g. its owner.")],
    role: Annotated[Role, typer.Option(help="What its bearer may do.")] = Role.WATCH,
    on: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORKSPACE/ENV",
            help="A channel that it is for; repeatable. By default all.",
        ),
    ] = None,
    expires: Annotated[
        str, typer.Option(help='How long it lasts, e.g. "12h" or "30d", or "never".')
    ] = "30d",
    config: ConfigFile = None,
    tokens: Store = None,
) -> None:
    """Create a token and print it, once.

    \b
    Example:
      dagnet-realtime token create ci --role watch --on acme-main/prod --expires 7d
    """
    from dagnet_realtime.config import token_file as file
    from dagnet_realtime.config.sources import seconds
    from dagnet_realtime.core.access_tokens import create_token

    lasts = None if expires == "never" else seconds(expires)
    if lasts is None and expires != "never":
        raise Problem(
            "invalid", f'"{expires}" is not a duration', remedy='Give one such as "30d", or "never"'
        )
    for channel in on or ():
        if channel != "*" and channel.count("/") != 1:
            raise Problem(
                "invalid",
                f'"{channel}" is not a workspace and environment',
                remedy="Write it as acme-main/prod or acme-main/*",
            )
    path = store(config, tokens)
    kept, text = create_token(
        name,
        role.value,
        tuple(on or ["*"]),
        time.time_ns() // 1_000_000,
        lasts,
        secrets.token_bytes,
    )
    file.write_token_file(path, [*file.read_token_file(path), kept])
    print(text)


@app.command("list")
def list_all(config: ConfigFile = None, tokens: Store = None) -> None:
    """List the tokens, without their secrets.

    \b
    Example:
      dagnet-realtime token list
    """
    from dagnet_realtime.config import token_file as file

    found = file.read_token_file(path := store(config, tokens))
    if not found:
        print(f"{path} holds no token", file=sys.stderr)
    for kept in found:
        until = (
            "never expires"
            if kept.expires_at is None
            else f"until {datetime.fromtimestamp(kept.expires_at / 1000, UTC):%Y-%m-%d %H:%M} UTC"
        )
        print(
            f"{kept.id}  {kept.role:<10}  {until:<26}  {','.join(kept.channels):<20}  {kept.name}"
        )


@app.command("revoke")
def revoke(
    id: Annotated[str, typer.Argument(help="The token's id, as `token list` prints it.")],
    config: ConfigFile = None,
    tokens: Store = None,
) -> None:
    """Revoke a token; streams that it opened end within 30 s.

    \b
    Example:
      dagnet-realtime token revoke 3f9a0c11d2e4
    """
    from dagnet_realtime.config import token_file as file

    path = store(config, tokens)
    before = file.read_token_file(path)
    after = [kept for kept in before if kept.id != id]
    if len(after) == len(before):
        raise Problem(
            "not_found", f"There is no token {id}", remedy="`dagnet-realtime token list` shows them"
        )
    file.write_token_file(path, after)
    print(f"{id} is revoked")


def store(config: Path | None, tokens: Path | None) -> Path:
    """The file of `--tokens`, else the configured one. Raises `Problem` if there is neither."""
    from dagnet_realtime.config.load import access

    if tokens is not None:
        return tokens
    found = access(config, os.environ).tokens
    if not found:
        raise Problem(
            "invalid",
            "No file for access tokens is configured",
            remedy='Set tokens = "tokens.json" under [access], or give --tokens F',
        )
    return Path(found)
