"""What a failing store is said to be."""

import builtins

import pytest
from redis.exceptions import (
    AuthenticationError,
    BusyLoadingError,
    ConnectionError,
    MasterDownError,
    MaxConnectionsError,
    NoPermissionError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
    TimeoutError,
)

from dagnet_realtime.logs.redis_outage import QUIET_SECONDS, Outage, cause_of
from tests.support.clock import FakeClock

REFUSALS = [
    (OutOfMemoryError("command not allowed when used memory > 'maxmemory'."), "OOM"),
    (ReadOnlyError("You can't write against a read only replica."), "READONLY"),
    (ResponseError("MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk."), "MISCONF"),
    (NoPermissionError("User default has no permissions to run the 'get' command"), "NOPERM"),
    (ResponseError("ERR ACL failure in script: User x has no permissions to run the 'set' command"), "NOPERM"),
    (ResponseError("ERR The user executing the script can't run this command or subcommand"), "NOPERM"),
    (BusyLoadingError("Redis is loading the dataset in memory"), "LOADING"),
    (MasterDownError("Link with MASTER is down and replica-serve-stale-data is set to 'no'."), "MASTERDOWN"),
    (AuthenticationError("invalid username-password pair or user is disabled."), "NOAUTH"),
    (ResponseError("NOREPLICAS Not enough good replicas to write."), "NOREPLICAS"),
    (ResponseError("BUSY Redis is busy running a script."), "BUSY"),
    (ResponseError("WRONGTYPE Operation against a key holding the wrong kind of value"), "WRONGTYPE"),
    (ConnectionError("max number of clients reached"), "MAXCLIENTS"),
    (MaxConnectionsError("Too many connections"), "MAXCLIENTS"),
    (ResponseError("ERR something about {shop}:secret"), "ERR"),
    (ResponseError("a text without a word"), "ResponseError"),
]
LOST = [ConnectionError("Error 111 connecting to 127.0.0.1:6379."), TimeoutError("slow"), OSError("reset"), builtins.TimeoutError()]


@pytest.mark.parametrize(("error", "word"), REFUSALS, ids=lambda one: str(one)[:30])
def test_a_refusal_is_named_by_its_own_word_and_proves_the_connection(error: Exception, word: str) -> None:
    """LOG-68: with a title and what to do, and nothing of what Redis wrote."""
    for code in (None, word):
        error.status_code = code  # type: ignore[attr-defined]  # as the client sets it for the words that it knows
        cause = cause_of(error)
        problem = cause.problem()
        assert (cause.word, cause.lost, problem.code, problem.detail) == (word, False, "unavailable", word)
        assert problem.title != "The store cannot be reached"
        assert problem.remedy
        assert problem.retry_after
        assert "secret" not in problem.sentence()


@pytest.mark.parametrize("error", LOST, ids=lambda one: type(one).__name__)
def test_only_a_connection_or_an_answer_that_is_lost_is_a_lost_store(error: Exception) -> None:
    """LOG-68: whatever the client calls it."""
    assert cause_of(error).lost
    assert cause_of(error).problem().title == "The store cannot be reached"


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records]


def test_a_store_that_reads_and_does_not_write_has_one_outage(caplog: pytest.LogCaptureFixture) -> None:
    """LOG-51: reads that go through end nothing; the write that goes through does."""
    clock = FakeClock()
    outage = Outage(clock.monotonic)
    readonly = cause_of(ReadOnlyError("You can't write against a read only replica."))
    for _ in range(50):
        outage.failed("append {a", readonly)
        outage.failed("save {s", readonly)
        outage.went_through("read {a")
        clock.shift(1)
    outage.went_through("save {s")
    assert told(caplog) == ["store_unavailable error=READONLY"]
    outage.went_through("append {a")
    outage.went_through("append {a")
    assert told(caplog) == ["store_unavailable error=READONLY", "store_back"]


def test_each_cause_of_an_outage_is_named_once(caplog: pytest.LogCaptureFixture) -> None:
    """LOG-51, LOG-68: a restart is seen as a lost connection, then as a store that loads its data."""
    outage = Outage(FakeClock().monotonic)
    for error in (
        ConnectionError("gone"),
        TimeoutError("late"),
        BusyLoadingError("loading"),
        ConnectionError("gone"),
        BusyLoadingError("loading"),
    ):
        outage.failed("read {a", cause_of(error))
    outage.went_through("read {a")
    assert told(caplog) == ["store_unavailable error=ConnectionError", "store_unavailable error=LOADING", "store_back"]


def test_a_call_that_is_never_made_again_keeps_no_outage_open(caplog: pytest.LogCaptureFixture) -> None:
    """LOG-51: what has not failed for a while is well again, and the next failure is told."""
    clock = FakeClock()
    outage = Outage(clock.monotonic)
    lost = cause_of(ConnectionError("gone"))
    for number in range(2000):
        outage.failed(f"seat {number}", lost)
    outage.went_through("read {a")
    assert told(caplog) == ["store_unavailable error=ConnectionError"]
    clock.shift(QUIET_SECONDS)
    outage.went_through("read {a")
    outage.failed("read {a", lost)
    assert told(caplog) == ["store_unavailable error=ConnectionError", "store_back", "store_unavailable error=ConnectionError"]


def test_a_call_that_fails_every_other_time_fills_no_log(caplog: pytest.LogCaptureFixture) -> None:
    """LOG-51: within the quiet time it is the same outage."""
    outage = Outage(FakeClock().monotonic)
    for _ in range(100):
        outage.failed("read {a", cause_of(TimeoutError("late")))
        outage.went_through("read {a")
    assert told(caplog) == ["store_unavailable error=TimeoutError", "store_back"]
