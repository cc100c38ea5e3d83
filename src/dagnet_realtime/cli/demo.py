"""`demo`: a server with the sample shop, without any configuration."""

import os
import socket
import sys
from pathlib import Path
from typing import Annotated

import typer

from dagnet_realtime.config.load import Flags, load

SAMPLE = Path(__file__).parent.parent / "samples" / "shop"
SHOWN = (
    "device",
    "source",
    "item_id",
    "price",
    "quantity",
    "currency",
    "value",
    "method",
    "percent",
)
"""Properties that the sample's visitors send and the feed shows."""


def demo(
    port: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=65535,
            help="Port to listen on; by default 8765, or a free one if it is in use.",
        ),
    ] = None,
    browser: Annotated[bool, typer.Option(help="Open the browser if there is a screen.")] = True,
    key_file: Annotated[
        Path | None,
        typer.Option(metavar="F", help="Write a key for programs on this machine to F."),
    ] = None,
) -> None:
    """Show a sample shop, with visitors behind a button.

    \b
    Example:
      dagnet-realtime demo
    """
    from dagnet_realtime.cli.run_server import serving

    flags = Flags(port=port, workspace=SAMPLE, key_file=key_file, demo=True, properties=SHOWN)
    config = load(None, os.environ, flags)
    if port is None and is_in_use(config.server.host, config.server.port):
        config = load(
            None,
            os.environ,
            Flags(port=0, workspace=SAMPLE, key_file=key_file, demo=True, properties=SHOWN),
        )
    serving(config, opened=browser and has_screen(os.environ))


def is_in_use(host: str, port: int) -> bool:
    """Whether another program listens on the port."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


def has_screen(environ: os._Environ[str] | dict[str, str]) -> bool:
    """Whether a browser can open a window; a browser in the terminal does not count."""
    if environ.get("CI"):
        return False
    return sys.platform in ("darwin", "win32") or bool(
        environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY")
    )
