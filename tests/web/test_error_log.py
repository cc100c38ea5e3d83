"""Faults of our own, in the log."""

import logging
from collections.abc import Callable

import pytest

from dagnet_realtime.web.error_log import INTERVAL_SECONDS, ErrorLog


class Time:
    """A clock, and what is to be done later."""

    def __init__(self) -> None:
        self.now = 100.0
        self.due: list[tuple[float, Callable[[], None]]] = []

    def later(self, seconds: float, work: Callable[[], None]) -> None:
        """Keeps work for later, as a loop would."""
        self.due.append((self.now + seconds, work))

    def pass_by(self, seconds: float) -> None:
        """Lets time pass, and does the work that became due."""
        self.now += seconds
        ready = [work for at, work in self.due if at <= self.now]
        self.due = [(at, work) for at, work in self.due if at > self.now]
        for work in ready:
            work()


def failing(kind: type[Exception]) -> Exception:
    """An error that was raised here."""
    with pytest.raises(kind) as caught:
        raise kind("ada@example.com")
    return caught.value


def test_the_same_fault_is_one_line_a_second_with_a_count(caplog: pytest.LogCaptureFixture) -> None:
    """WEB-15: a repeated fault is logged at most once a second; the count of the rest follows when
    the second is over.
    """
    time = Time()
    faults = ErrorLog(logging.getLogger("dagnet_realtime.test"), lambda: time.now, time.later)
    for _ in range(1000):
        faults.note("request_failed", failing(KeyError))
    assert len(caplog.messages) == 1
    faults.note("request_failed", failing(OSError))
    faults.note("delivery_failed", failing(KeyError))
    assert len(caplog.messages) == 3
    time.pass_by(INTERVAL_SECONDS)
    assert [message.rpartition(" ")[2] for message in caplog.messages[3:]] == ["times=999"]
    faults.note("request_failed", failing(KeyError))
    assert len(caplog.messages) == 4
    time.pass_by(INTERVAL_SECONDS)
    assert len(caplog.messages) == 5
    time.pass_by(INTERVAL_SECONDS)
    assert len(caplog.messages) == 5
    assert all(
        "error=" in message and "test_error_log.py:" in message for message in caplog.messages
    )
    assert "ada" not in caplog.text


def test_without_a_loop_the_count_comes_with_the_next_line(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """WEB-15: a process without a loop, which lives for one request, logs the count with its next
    line.
    """
    now = 0.0
    faults = ErrorLog(logging.getLogger("dagnet_realtime.test"), lambda: now)
    for _ in range(5):
        faults.note("request_failed", failing(KeyError))
    now = INTERVAL_SECONDS
    faults.note("request_failed", failing(KeyError))
    assert len(caplog.messages) == 2
    assert caplog.messages[1].endswith("times=5")


def test_what_is_remembered_of_faults_is_bounded(caplog: pytest.LogCaptureFixture) -> None:
    """WEB-15: of many different faults each is logged, and a bounded number is remembered."""
    time = Time()
    faults = ErrorLog(logging.getLogger("dagnet_realtime.test"), lambda: time.now, time.later)
    for number in range(2500):
        faults.note(f"event_{number}", failing(KeyError))
    assert len(caplog.messages) == 2500
    assert len(faults._logged_at) <= 1000
