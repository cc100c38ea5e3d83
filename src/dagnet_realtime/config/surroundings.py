"""What turning tables into values needs beside the tables."""

from collections.abc import Callable, Mapping
from pathlib import Path

from dagnet_realtime.config.references import secret
from dagnet_realtime.config.tables import Place
from dagnet_realtime.model.secret import Secret


class Surroundings:
    """What resolving needs beside the tables: words for places, the environment, the file's folder, and chance."""

    def __init__(self, place: Place, environ: Mapping[str, str], folder: Path, chance: Callable[[int], bytes]) -> None:
        self.place = place
        self.environ = environ
        self.folder = folder
        self.chance = chance

    def secret(self, written: str, *path: str | int) -> Secret:
        """The secret that `written` stands for, at `path`."""
        return secret(written, self.place.of(path), self.environ, self.folder)
