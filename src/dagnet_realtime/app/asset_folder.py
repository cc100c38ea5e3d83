"""A folder with the assets of the last builds, so that an older page works with a newer server.

An asset's name holds a hash of its content, so builds share names only for equal files. Each build
is a folder of its own, named by a digest of its names. Every process adds its build when it starts,
and serves from the folder what its own build lacks: parts that an older page still loads, and those
of a newer process beside it.
"""

import contextlib
import hashlib
import logging
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from dagnet_realtime.config.config import Config
from dagnet_realtime.web.routes.static_files import ASSETS, FOLDER

_LOG = logging.getLogger("dagnet_realtime.app")
MAX_BUILDS = 5  # kept; one is under 2 MB
OTHERS_MAY_WRITE = 0o022


class AssetFolder:
    """The builds in `folder`; `add_build` makes the folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._as_of = -1
        self._files: dict[str, Path] = {}

    def add_build(self, assets: Path) -> None:
        """Adds a build's `assets`, and removes all but the `MAX_BUILDS` that were started last.

        A folder that cannot be written, or that other users can write, is logged and not used.
        """
        names = (
            sorted(file.name for file in assets.iterdir() if file.is_file())
            if assets.is_dir()
            else []
        )
        if not names:
            return
        build = self._folder / hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
        try:
            self._folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            if not self._is_private():
                _LOG.warning("assets_not_kept folder=%s why=others can write it", self._folder)
                return
            if not build.is_dir():
                self._add(assets, names, build)
            os.utime(build)
            for old in sorted(self._builds(), key=lambda one: one.stat().st_mtime, reverse=True)[
                MAX_BUILDS:
            ]:
                shutil.rmtree(old, ignore_errors=True)
        except OSError as error:
            _LOG.warning("assets_not_kept folder=%s why=%s", self._folder, error.strerror)

    def find(self, name: str) -> Path | None:
        """The file of that name from any build; None if there is none."""
        try:
            changed = self._folder.stat().st_mtime_ns
            if changed != self._as_of:
                self._files = (
                    {file.name: file for build in self._builds() for file in build.iterdir()}
                    if self._is_private()
                    else {}
                )
                self._as_of = changed
        except OSError:
            return None
        return self._files.get(name)

    def _add(self, assets: Path, names: list[str], build: Path) -> None:
        """Copies a build, then renames it: other processes see all of it or none."""
        with tempfile.TemporaryDirectory(
            dir=self._folder, prefix=".", ignore_cleanup_errors=True
        ) as made:
            whole = Path(made) / build.name
            whole.mkdir(mode=0o755)
            for name in names:
                shutil.copyfile(assets / name, whole / name)
            with contextlib.suppress(OSError):  # another process of the same build was faster
                whole.rename(build)

    def _builds(self) -> list[Path]:
        return [
            one
            for one in self._folder.iterdir()
            if not one.name.startswith(".") and one.is_dir() and not one.is_symlink()
        ]

    def _is_private(self) -> bool:
        found = self._folder.stat()
        return found.st_mode & OTHERS_MAY_WRITE == 0 and found.st_uid in (0, os.geteuid())


def open_asset_folder(config: Config) -> Callable[[str], Path | None]:
    """Adds this build to the configured folder, else to one beside a local server's key.

    Returns the look-up of assets by name; without a folder it finds none.
    """
    named = config.server.assets or (
        str(Path(config.key_file).parent / "assets") if config.key_file else ""
    )
    if not named:
        return lambda _: None
    folder = AssetFolder(Path(named))
    folder.add_build(FOLDER / ASSETS.strip("/"))
    return folder.find
