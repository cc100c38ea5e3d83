"""A page that watches one session at several processes,
and goes to the next one whenever a stream ends.
"""

import json
import threading
from collections.abc import Callable
from itertools import pairwise
from typing import Any, Self

import httpx

from tests.public.place import Place

PATIENCE = 60  # seconds without anything to hear; servers send a beat every few


class Watcher:
    """Streams from `places` in turn, in a thread of its own, from the session's `position` on,
    until it is left.
    """

    def __init__(
        self, session: str, position: str, token: str, places: Callable[[], list[Place]]
    ) -> None:
        self.session, self.position, self.token = session, position, token
        self._places = places
        self._news = threading.Condition()
        self._over = False
        self.frames: list[dict[str, Any]] = []
        self.ends: list[str] = []
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    @property
    def batches(self) -> list[dict[str, Any]]:
        """Frames of events."""
        return [frame for frame in self.frames if frame["op"] == "batch"]

    @property
    def offered(self) -> int:
        """Events that the frames tell of."""
        return sum(frame["ledger"]["offered"] for frame in self.batches)

    def wait(self, met: Callable[[], bool]) -> None:
        """Waits until `met()` is true; fails after a while without any news."""
        with self._news:
            while not met():
                assert self._news.wait(PATIENCE), (self.offered, self.ends, self.frames[-3:])

    def whole(self, ids: set[str]) -> None:
        """Each event came once, and every frame joins the one before."""
        carried = [event["id"] for frame in self.batches for event in frame["events"]]
        assert len(carried) == len(set(carried)), "an event came twice"
        assert set(carried) == ids
        assert self.offered == len(ids)
        assert [frame for frame in self.frames if frame["op"] == "gap"] == []
        assert all(one["position"] == next["from"] for one, next in pairwise(self.batches))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Reads no more."""
        self._over = True
        self._thread.join(PATIENCE)

    def _run(self) -> None:
        turn = 0
        while not self._over and (places := self._places()):
            try:
                self._stream(places[turn % len(places)])
            except (httpx.HTTPError, RuntimeError) as error:  # also a client that is closed by now
                self._end(type(error).__name__)
            turn += 1

    def _stream(self, place: Place) -> None:
        after = next(
            (frame["position"] for frame in reversed(self.frames) if frame["op"] == "batch"),
            self.position,
        )
        headers, path = (
            {"authorization": f"Bearer {self.token}"},
            f"/api/watch/{self.session}/stream",
        )
        with place.http.stream("GET", path, params={"after": after}, headers=headers) as answer:
            if answer.status_code != 200:
                self._over = True
                self._end(str(answer.status_code))
                return
            for line in answer.iter_lines():
                if line.startswith("data:"):
                    self._hear(json.loads(line[5:]))
                if self._over:
                    return

    def _hear(self, frame: dict[str, Any]) -> None:
        with self._news:
            self.frames.append(frame)
            if frame["op"] == "bye":
                self.ends.append(frame["reason"])
            self._news.notify_all()

    def _end(self, why: str) -> None:
        with self._news:
            self.ends.append(why)
            self._news.notify_all()
