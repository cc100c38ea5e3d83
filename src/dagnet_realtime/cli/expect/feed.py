"""What a graph sees on a server, frame by frame into the evaluator, in a thread of its own."""

import threading
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from dagnet_realtime.cli.api_client import ApiClient
from dagnet_realtime.cli.expect.evaluator import Evaluator, Json
from dagnet_realtime.model.frame import Batch, Close, Frame, Gap, Heartbeat, Hello
from dagnet_realtime.model.problem import Problem

ON_WITHIN = 20.0
COUNTS_WITHIN = 5.0
CATCHES_UP_WITHIN = 1.0
ENDED = "the server ended, or could not be reached, during the run"
SILENT = "the server did not answer at the end of the run, so what it held back is not known"


class Feed:
    """Watches one graph from `start` to `stop`. `run` is the evaluator's number of it."""

    def __init__(self, evaluator: Evaluator, graph: str, run: int) -> None:
        self.graph = graph
        self.run = run
        self.events = 0
        self.last = -1.0
        self.frames: list[bytes] = []
        """Lines of a session log, if one is to be saved."""
        self.saves = False
        self.policy: dict[str, Any] = {}
        self.session = ""
        self._evaluator = evaluator
        self._client: ApiClient | None = None
        self._on = threading.Event()
        self._connected = True
        self._lost_at = 0.0
        self._at = ""
        self._stopping = False
        self._failed: Problem | None = None
        self._thread: threading.Thread | None = None
        self._changed = threading.Condition()
        self._taken = 0
        self._ends = threading.Event()
        self._place = ("", "", "", "")

    def start(self, origin: str, key: str, workspace: str, env: str) -> None:
        """On; returns once the server has said hello. Raises `Problem`."""
        self._place = (origin, key, workspace, env)
        self._client = client = ApiClient(origin, key, sleep=self._pause)
        client.watch(workspace, env, self.graph, "")
        self._thread = threading.Thread(target=self._read, name=f"expect-{self.graph}", daemon=True)
        self._thread.start()
        if not self._on.wait(ON_WITHIN):
            raise Problem("unavailable", "The server sent no frame within 20 seconds")
        if self._failed is not None:
            raise self._failed

    def count_up(self) -> None:
        """Takes the ingest counters as they stand, which heartbeats bring every 15 seconds alone.

        They say what was refused since the last one. If the server does not answer, it may have
        stood still for a while, which its stream does not show: then that is a gap.
        """
        if self._failed is not None or not self._connected:
            return
        origin, key, workspace, env = self._place
        try:
            with ApiClient(origin, key, silence=COUNTS_WITHIN) as client:
                client.watch(workspace, env, self.graph, "")
                hello = next(client.frames(), None)
        except Problem as problem:
            if problem.code == "unavailable":
                self.lose(SILENT)
            return
        if isinstance(hello, Hello):
            self._catch_up(hello.position)
            self.take(Heartbeat(now="", position=hello.position, ledger=hello.ledger))
        else:
            self.lose(SILENT)

    def _catch_up(self, position: str) -> None:
        """Waits a moment for frames up to `position`: a run that was cut short has no quiet."""
        until = time.monotonic() + CATCHES_UP_WITHIN
        while self._at != position and (left := until - time.monotonic()) > 0 and self.connected:
            self.wait(left)

    def stop(self) -> None:
        """Off, once. What the stream lost is a gap."""
        if self._stopping:
            return
        self._stopping = True
        self._ends.set()
        if not self._connected and self._failed is None:
            self._gap()
        if self._client is not None:
            self._client.__exit__()
        if self._thread is not None:
            self._thread.join(5.0)

    @property
    def connected(self) -> bool:
        """Whether frames come; while they do not, nothing is known to be quiet."""
        return self._connected and self._failed is None

    @property
    def away(self) -> float:
        """For how many seconds the server could not be reached; 0 while frames come."""
        return 0.0 if self._connected else time.monotonic() - self._lost_at

    @property
    def failure(self) -> Problem | None:
        """Why no frame can come any more; None while some may."""
        return self._failed

    @property
    def over(self) -> bool:
        """Whether no frame can come any more."""
        return self._failed is not None

    @property
    def taken(self) -> int:
        """How many times frames were taken so far."""
        return self._taken

    def wait(self, seconds: float, taken: int | None = None) -> None:
        """Returns when frames came, at the latest after `seconds`.

        `taken` is what was read before asking the evaluator: frames that came since are not waited
        for again.
        """
        with self._changed:
            seen = self._taken if taken is None else taken
            self._changed.wait_for(lambda: self._taken != seen or self._failed is not None, seconds)

    def lose(self, reason: str) -> None:
        """Something of the run is lost, and nothing says how much."""
        self.take(Gap(from_="", to="", missed=None, reason=reason))

    def take(self, *frames: Frame) -> None:
        """Gives frames to the evaluator."""
        at = int(time.time() * 1000)
        lines = [b'{"at":%d,' % at + msgspec.json.encode(frame)[1:] for frame in frames]
        if self.saves:
            self.frames += [
                line
                for line, frame in zip(lines, frames, strict=True)
                if not isinstance(frame, Hello)
            ]
        told = self._evaluator.ask("take", self.run, Json(f"[{b','.join(lines).decode()}]"), "")
        with self._changed:
            if told["events"] != self.events or any(
                isinstance(one, Batch) and one.ledger.offered for one in frames
            ):
                self.last = time.monotonic()
            self.events = told["events"]
            self._taken += 1
            self._changed.notify_all()

    def _read(self) -> None:
        assert self._client is not None
        try:
            for frame in self._client.frames():
                if frame is None:
                    self._lost()
                    continue
                self._connected = True
                if isinstance(frame, Hello):
                    self.session = frame.watch_session_id
                    self.policy = msgspec.to_builtins(frame.posture)
                self._at = getattr(frame, "position", self._at)
                self.take(frame)
                self._on.set()
                if isinstance(frame, Close):
                    self._lost()
        except Problem as problem:
            self._failed = problem
        except Exception as error:  # noqa: BLE001  # the client was closed under the stream
            if not self._stopping:
                self._failed = Problem("unavailable", "The stream broke", type(error).__name__)
        if not self._stopping:
            self._connected = False
            self._failed = self._failed or Problem("gone", "The server ended the session")
            self._gap()
        self._on.set()
        with self._changed:
            self._changed.notify_all()

    def _lost(self) -> None:
        if self._connected:
            self._lost_at = time.monotonic()
        self._connected = False

    def _pause(self, seconds: float) -> None:
        """Between two attempts to reconnect; `stop` cuts it short."""
        self._ends.wait(seconds)

    def _gap(self) -> None:
        try:
            self.lose(ENDED)
        except Problem as problem:  # the evaluator has ended too, and its own report says so
            self._failed = problem


def newest(feeds: Sequence[Feed]) -> float:
    """When the last event came to any of them, on the monotonic clock; -1 before any."""
    return max((feed.last for feed in feeds), default=-1.0)
