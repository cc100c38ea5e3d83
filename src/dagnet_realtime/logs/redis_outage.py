"""What is wrong with a store that fails: lost, or there and refusing; said to the sender, and logged once."""

import logging
import time
from collections.abc import Callable
from typing import NamedTuple

from dagnet_realtime.model.problem import Problem

_LOG = logging.getLogger("dagnet_realtime.logs")
RETRY_AFTER = 2.0
QUIET_SECONDS = 5.0  # within which the same failure is the same outage, and after which one that is not met again is over
MOST_FAILING = 1000  # calls that are remembered to fail


class Cause(NamedTuple):
    """Why a call failed: a word for the log, a sentence, and what to do. `lost`: the connection or the answer is lost, not refused."""

    word: str
    title: str
    remedy: str
    lost: bool = False

    def problem(self) -> Problem:
        """What a sender or viewer is told."""
        return Problem("unavailable", self.title, self.word, self.remedy, retry_after=RETRY_AFTER)


_REFUSALS = {
    "OOM": ("The store is full", "Raise Redis's maxmemory, or lower log_entries"),
    "MISCONF": ("The store takes no writes: it cannot save its data", "See why in the log of Redis, usually a disk that is full"),
    "READONLY": ("The store takes no writes: it is a replica", "Name the primary in the log's URL, or its sentinels (redis+sentinel://)"),
    "NOPERM": ("The store refuses us", "Give the user of the log's URL all commands on its prefix"),
    "NOAUTH": ("The store refuses us", "Check user and password in the log's URL"),
    "LOADING": ("The store is starting: it reads its data from disk", "Wait until Redis has loaded them"),
    "MASTERDOWN": ("The store is a replica that has lost its primary", "Bring the primary back, or promote a replica"),
    "CLUSTERDOWN": ("The store's cluster is not whole", "See which node of Redis is down: `CLUSTER INFO` tells"),
    "TRYAGAIN": ("The store's cluster is moving its slots", "Wait a moment"),
    "NOREPLICAS": ("The store takes no writes: too few replicas follow it", "See min-replicas-to-write in Redis's configuration"),
    "BUSY": ("The store is busy with a script", "See what else uses this Redis: `SCRIPT KILL` ends the script"),
    "WRONGTYPE": ("The store holds something else under our names", "Give Realtime a prefix of its own: ?prefix=… in the log's URL"),
    "MAXCLIENTS": ("The store has too many clients", "Raise Redis's maxclients"),
}
_AS = {  # other words for the same, and what the client calls them where it tells no word
    "WRONGPASS": "NOAUTH",
    "UNKILLABLE": "BUSY",
    "OutOfMemoryError": "OOM",
    "ReadOnlyError": "READONLY",
    "NoPermissionError": "NOPERM",
    "AuthenticationError": "NOAUTH",
    "BusyLoadingError": "LOADING",
    "MasterDownError": "MASTERDOWN",
    "ClusterDownError": "CLUSTERDOWN",
    "TryAgainError": "TRYAGAIN",
}
_IN_WORDS = (  # refusals that begin with a general `ERR`, or with no word at all
    ("max number of clients", "MAXCLIENTS"),
    ("too many connections", "MAXCLIENTS"),
    ("no permissions", "NOPERM"),
    ("acl failure", "NOPERM"),
    ("can't run this command", "NOPERM"),
    ("invalid password", "NOAUTH"),
    ("'auth' command", "NOAUTH"),
)


def cause_of(error: BaseException) -> Cause:
    """The cause of a failed call: an answer of Redis proves the connection, whatever it says; everything else has lost it."""
    from redis.exceptions import AuthenticationError, AuthorizationError, BusyLoadingError, MaxConnectionsError, ResponseError

    if not isinstance(error, (ResponseError, AuthenticationError, AuthorizationError, BusyLoadingError, MaxConnectionsError)):
        if "max number of clients" in str(error).lower():  # the one answer that the client takes for a broken connection
            return Cause("MAXCLIENTS", *_REFUSALS["MAXCLIENTS"])
        return Cause(type(error).__name__, "The store cannot be reached", "Is Redis running? Try again in a moment", lost=True)
    word = _word(error)
    return Cause(word, *_REFUSALS.get(word, ("The store refuses a command", "See the log of Redis, and whether it is version 7 or newer")))


def _word(error: BaseException) -> str:
    """What Redis calls its refusal; never its text, which may hold names of keys."""
    text = str(error)
    first = str(getattr(error, "status_code", None) or text.partition(" ")[0])
    first = _AS.get(first, first)
    if first in _REFUSALS:
        return first
    lower = text.lower()
    for part, word in _IN_WORDS:
        if part in lower:
            return word
    kind = type(error).__name__
    return _AS.get(kind) or (first if first.isalpha() and first.isupper() and len(first) <= 20 else kind)


class Outage:
    """Tells the log when calls begin to fail and when they are well again, not for each call.

    A store may refuse one call and take another (a replica reads and does not write), so the outage lasts until every call
    that failed has gone through, or none has failed for a while.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._failing: set[str] = set()
        self._failed_at = float("-inf")
        self._told: dict[str, float] = {}
        self._open = False

    def failed(self, call: str, cause: Cause) -> None:
        """`call` names what failed: the same name is the same call."""
        at = self._failed_at = self._now()
        if len(self._failing) < MOST_FAILING:
            self._failing.add(call)
        kind = "lost" if cause.lost else cause.word
        if at - self._told.get(kind, float("-inf")) >= QUIET_SECONDS:
            _LOG.warning("store_unavailable error=%s", cause.word)
            self._open = True
        self._told[kind] = at

    def went_through(self, call: str) -> None:
        """`call` was answered."""
        if not self._failing:
            return
        self._failing.discard(call)
        if self._now() - self._failed_at >= QUIET_SECONDS:
            self._failing.clear()
        if not self._failing and self._open:
            self._open = False
            _LOG.warning("store_back")
