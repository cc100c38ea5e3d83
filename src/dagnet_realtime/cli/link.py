"""`link`: a fresh one-time link to a server on this machine."""

import os
from typing import Annotated

import typer

from dagnet_realtime.model.problem import Problem


def link(
    url: Annotated[
        str, typer.Option(help="The server; by default the only one on this machine.")
    ] = "",
) -> None:
    """Print a link that signs a browser in, once, within ten minutes.

    For access mode local. It can also be pasted into the open sign-in page.

    \b
    Example:
      dagnet-realtime link
    """
    from dagnet_realtime.app.clock import SystemClock
    from dagnet_realtime.app.files import local_key
    from dagnet_realtime.cli.endpoint import parse_url
    from dagnet_realtime.cli.server_state import find, state_folder
    from dagnet_realtime.web.auth.local import link_key

    if url:
        parse_url(url, "Give the server's, such as http://127.0.0.1:8765")
    folder = state_folder(os.environ)
    beside = find(folder, url)
    if beside is None:
        remedy = "Start one with `dagnet-realtime serve --workspace DIR`, or name it with --url"
        raise Problem(
            "not_found", "No such server, or more than one, runs on this machine", "", remedy
        )
    if not beside.key():
        raise Problem(
            "invalid",
            f"The server at {beside.url} has no links",
            "Its access mode is not local",
            f"Sign in at {beside.url}",
        )
    print(f"{beside.url}/?key={link_key(local_key(folder), SystemClock().now())}")
