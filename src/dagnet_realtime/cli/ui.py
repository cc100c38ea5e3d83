"""`ui`: the interface as static files."""

import shutil
from pathlib import Path
from typing import Annotated

import typer

from dagnet_realtime.model.problem import Problem

BUILT = Path(__file__).parent.parent / "web" / "static"


def ui(out: Annotated[Path, typer.Option(metavar="DIR", help="Folder to write into; made where it is missing.")]) -> None:
    """Write the interface as static files.

    Any web host can serve them; local and replay lanes only.

    \b
    Example:
      dagnet-realtime ui --out ./public
    """
    copied = copy(BUILT, out)
    print(f"{copied} files are in {out}; serve them with any web host")


def copy(built: Path, out: Path) -> int:
    """Copies the built interface and returns how many files that was; raises `Problem` where there is none or it cannot be written."""
    if not (built / "index.html").is_file():
        raise Problem("unavailable", "The interface is not built", f"{built} is empty", "Run `make build`, or install the wheel")
    try:
        shutil.copytree(built, out, dirs_exist_ok=True)
    except (OSError, shutil.Error) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else "It cannot be written"
        raise Problem("invalid", f"{out} cannot be written", reason, "Name another folder") from None
    return sum(1 for path in built.rglob("*") if path.is_file())
