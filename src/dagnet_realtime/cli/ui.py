"""`ui`: the interface as static files."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from dagnet_realtime.model.problem import Problem

WEB = Path(__file__).parent.parent / "web"
BESIDE = ("shop", "tap.js", "extension")
"""Folders and files that are copied beside the page."""


def ui(
    out: Annotated[
        Path, typer.Option(metavar="DIR", help="Folder to write into; made if it is missing.")
    ],
) -> None:
    """Write the interface as static files that need no server.

    Open index.html from disk, or serve the folder with any web host, and drop a DagNet folder on
    it. It shows events of pages in the same browser and replays saved logs; it sends nothing
    anywhere.

    \b
    Example:
      dagnet-realtime ui --out ./public
    """
    copied = copy(WEB, out)
    print(
        f"{copied} files are in {out}: open {out / 'index.html'}, or serve the folder with any "
        "web host"
    )


def copy(web: Path, out: Path) -> int:
    """Copies the built interface from `web` to `out`, and returns the number of files.

    `web/alone/` holds the page as one file, `web/static/` the files beside it. Raises `Problem` if
    it is not built or `out` cannot be written.
    """
    page = web / "alone" / "index.html"
    if not page.is_file():
        raise Problem(
            "unavailable",
            "The interface is not built",
            f"{page} is missing",
            "Run `make build`, or install the wheel",
        )
    found = [path for path in (page, *(web / "static" / name for name in BESIDE)) if path.exists()]
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path in found:
            if path.is_dir():
                shutil.copytree(path, out / path.name, dirs_exist_ok=True)
            else:
                shutil.copy2(path, out / path.name)
    except (OSError, shutil.Error) as error:
        reason = (
            error.strerror
            if isinstance(error, OSError) and error.strerror
            else "It cannot be written"
        )
        raise Problem(
            "invalid", f"{out} cannot be written", reason, "Name another folder"
        ) from None
    return sum(
        len([one for one in path.rglob("*") if one.is_file()]) if path.is_dir() else 1
        for path in found
    )
