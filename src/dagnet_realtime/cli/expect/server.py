"""A server of its own for one run: on loopback, in memory, with keys that end with it."""

import asyncio
import secrets
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

import msgspec

from dagnet_realtime.config.config import Config
from dagnet_realtime.config.load import Flags, load
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Folders, Workspace

CARRIED_PER_SECOND = 10_000.0
"""A test run is small, and nothing of it may be thinned."""

MAX_RATE = 100_000.0
STARTS_WITHIN = 30.0
STOPS_WITHIN = 10.0


class OwnServer:
    """Serves `folder` while the context is open.

    `origin` and `key` are for programs, `write_key` for SDKs.
    """

    def __init__(
        self,
        folder: Path,
        *,
        layout: Folders,
        port: int = 0,
        write_key: str = "",
        properties: Sequence[str] = (),
    ) -> None:
        self.write_key = write_key or secrets.token_hex(12)
        self.origin = ""
        self.key = ""
        try:
            self._home = tempfile.TemporaryDirectory(prefix="dagnet-expect-")
        except OSError as error:
            raise Problem(
                "unavailable",
                "The run needs a temporary folder, and none can be made",
                error.strerror or type(error).__name__,
                "Name one that can be written, by the variable TMPDIR",
            ) from None
        self._config = self._configured(folder, layout, port, tuple(properties))
        self.workspace: Workspace = self._config.workspaces[0]
        self._ready = threading.Event()
        self._failed: BaseException | None = None
        self._asked_to_stop = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._thread = threading.Thread(target=self._run, name="expect-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._ready.wait(STARTS_WITHIN) and self._failed is None:
            raise Problem("unavailable", "The server did not start within 30 seconds")
        if isinstance(self._failed, Problem):
            self._home.cleanup()
            raise self._failed
        if self._failed is not None:
            self._home.cleanup()
            raise Problem("unavailable", "The server did not start", self.failure())
        return self

    def __exit__(self, *_: object) -> None:
        self._asked_to_stop = True
        if self._loop is not None and self._stop is not None and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(STOPS_WITHIN)
        self._home.cleanup()

    def failure(self) -> str:
        """Why the server ended before it was asked to; "" while it serves."""
        if isinstance(self._failed, Problem):
            return self._failed.sentence()
        if self._failed is not None:
            return f"{type(self._failed).__name__} {self._failed}".strip()
        ended = self._ready.is_set() and not self._thread.is_alive()
        return "it gave no reason" if ended and not self._asked_to_stop else ""

    def _configured(
        self, folder: Path, layout: Folders, port: int, properties: tuple[str, ...]
    ) -> Config:
        flags = Flags(
            host="127.0.0.1",
            port=port,
            log="memory://",
            workspace=folder,
            key_file=Path(self._home.name) / "key",
            properties=properties,
            folders=layout,
        )
        # The project's own configuration and variables are of the server that it runs in earnest.
        config = load(None, {}, flags)
        (workspace,) = config.workspaces
        policy = msgspec.structs.replace(
            workspace.policy, carried_per_second=CARRIED_PER_SECOND, max_rate=MAX_RATE, sample=1.0
        )
        sources = tuple(
            msgspec.structs.replace(source, write_key=Secret(self.write_key))
            if source.kind == "tracking"
            else source
            for source in workspace.sources
        )
        kept = msgspec.structs.replace(workspace, policy=policy, sources=sources)
        return msgspec.structs.replace(config, workspaces=(kept,), counts_unknown_keys=True)

    def _run(self) -> None:
        from dagnet_realtime.app.serve import run
        from dagnet_realtime.cli.run_server import loop_factory

        def ready(link: str) -> None:
            self.origin = "{0.scheme}://{0.netloc}".format(urlsplit(link))
            self.key = Path(self._config.key_file or "").read_text(encoding="ascii").strip()
            self._ready.set()

        async def serve() -> None:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            try:
                await run(self._config, ready=ready, stop=self._stop)
            except BaseException as error:
                self._failed = error  # at once: to close the loop takes a moment
                raise

        try:
            with asyncio.Runner(loop_factory=loop_factory()) as runner:
                runner.run(serve())
        except BaseException as error:  # noqa: BLE001  # the waiting thread reports it
            self._failed = error
        finally:
            self._ready.set()
