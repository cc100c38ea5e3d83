"""The URL and secret that a command sends with.

They come from its options, else from the state file of a server on this machine.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from dagnet_realtime.cli.server_state import find, state_folder
from dagnet_realtime.config.sources import is_loopback_host
from dagnet_realtime.config.sources import secret as referenced
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem

if TYPE_CHECKING:
    from dagnet_realtime.app.sender import Sender


def sender_to(
    url: str, secret: str, write_key: str, chance: Random, attempts: int | None = None
) -> "Sender":
    """A sender to `url`; `secret` and `write_key` may be `env:` and `file:` references.

    Without either, those of a server on this machine are used. Raises `Problem("invalid")`.
    """
    from dagnet_realtime.app.sender import ATTEMPTS, Sender

    parts = parse_url(url, "Give a webhook's URL, or one of /v1 for the tracking API")
    if parts.path in ("", "/"):
        raise Problem(
            "invalid",
            f"{url} names no webhook",
            remedy=f"Did you mean {url.rstrip('/')}/segment/webhook/webhook?",
        )
    warn_of_password(
        "The URL", url, "Leave it out: deliveries are signed by --secret, or known by --write-key"
    )
    signing, key = _secret(secret, "--secret"), _secret(write_key, "--write-key")
    if (
        signing is None
        and key is None
        and is_loopback_host(parts.hostname or "")
        and (beside := find(state_folder(os.environ), url))
    ):
        signing, key = (Secret(own) if own else None for own in (beside.secret, beside.write_key))
    return Sender(url, secret=signing, write_key=key, chance=chance, attempts=attempts or ATTEMPTS)


def parse_url(url: str, remedy: str) -> SplitResult:
    """The parts of an http:// or https:// URL. Raises `Problem("invalid")` for any other."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if (
            parts.scheme in ("http", "https")
            and parts.hostname
            and parts.port != 0
            and not any(map(str.isspace, url))
        ):
            return parts
    raise Problem("invalid", f"{url} is not an http:// or https:// URL", remedy=remedy)


def warn_of_bare(flag: str, written: str, remedy: str = "Give it as env:NAME or file:PATH") -> None:
    """Warns on standard error of a secret in the command line, which all local users can read.

    References `env:NAME` and `file:PATH` are safe.
    """
    if not written.startswith(("env:", "file:")):
        print(
            f"dagnet-realtime: {flag} holds a secret, which every user of this machine can read "
            f"there. {remedy}.",
            file=sys.stderr,
        )


def warn_of_password(flag: str, url: str, remedy: str) -> None:
    """As `warn_of_bare`, for a URL with a password."""
    with suppress(ValueError):
        if urlsplit(url).password is not None:
            warn_of_bare(flag, url, remedy)


def _secret(written: str, flag: str) -> Secret | None:
    if not written:
        return None
    warn_of_bare(flag, written)
    return referenced(written, flag, os.environ, Path.cwd())
