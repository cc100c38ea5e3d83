"""The access tokens that are valid at this moment: the file is read again when it has changed, so that revoking works at once."""

from pathlib import Path

from dagnet_realtime.config import tokens as file
from dagnet_realtime.model.access_token import AccessToken
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.ports.clock import Clock

LOOK_SECONDS = 1.0  # between two looks whether the file has changed


class TokenStore:
    """`path` "" is a store without tokens. A file that cannot be read, or has vanished, lets nobody in."""

    def __init__(self, path: str, clock: Clock) -> None:
        self._path = Path(path) if path else None
        self._clock = clock
        self._looked = float("-inf")
        self._seen: tuple[int, int, int] | None = None
        self._tokens: tuple[AccessToken, ...] = ()

    def __call__(self) -> tuple[AccessToken, ...]:
        """The tokens; raises `Problem("unavailable")` where the file cannot be understood."""
        if self._path is None:
            return ()
        at = self._clock.monotonic()
        if at - self._looked >= LOOK_SECONDS:
            self._look(self._path)
            self._looked = at
        return self._tokens

    def _look(self, path: Path) -> None:
        try:
            told = path.stat()
            seen = (told.st_mtime_ns, told.st_size, told.st_ino)
        except OSError:
            self._seen, self._tokens = None, ()
            return
        if seen != self._seen:
            try:
                self._tokens = file.read(path)
            except Problem as problem:
                raise Problem(
                    "unavailable", "Access tokens cannot be checked", problem.title, "Repair the file of tokens", retry_after=10
                ) from None
            self._seen = seen
