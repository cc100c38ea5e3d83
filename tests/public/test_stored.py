"""A server resumes what an earlier version left in Redis and in its files, and leaves what that one would read."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.public import dump, stored
from tests.public.recorded import differences, read_json


@pytest.fixture(scope="module")
def left() -> dict[str, Any]:
    """What the recorded version left."""
    found: dict[str, Any] = read_json("stored")
    return found


@pytest.fixture(scope="module")
def found(left: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What today's server says once it has resumed that."""
    with stored.resumed(left) as place:
        yield stored.answers(place, left)


@pytest.fixture(scope="module")
def fresh() -> dict[str, Any]:
    """What today's server leaves."""
    return stored.lived()


def test_a_session_streams_the_recorded_bytes_and_ids(found: dict[str, Any]) -> None:
    """OPS-21: entries that an earlier version stored are sent as it sent them; a difference loses or doubles events of open pages."""
    assert (
        differences(
            "stream", [line for part in found["stream"] for line in (*part.split("\n"), "")]
        )
        == ""
    )


def test_a_poll_from_a_recorded_position_gives_the_recorded_events_once(
    left: dict[str, Any], found: dict[str, Any]
) -> None:
    """OPS-21: nothing that was stored before an upgrade is lost or told twice."""
    assert found["batches"] == [frame for frame in left["frames"] if frame["op"] == "batch"]


def test_a_repeat_of_a_stored_event_is_known_and_a_new_one_follows_it(
    found: dict[str, Any],
) -> None:
    """OPS-21: fingerprints of before count; Segment's retry across an upgrade lights nothing twice."""
    assert found["sent"] == [200]
    assert found["fresh"] == ["00000000-0000-4000-8000-000000000006"]


def test_counters_of_an_earlier_version_are_added_to(found: dict[str, Any]) -> None:
    """OPS-21: the sums of all processes go on; a difference shows viewers ledgers that do not sum."""
    door = found["doors"]["web"]
    assert (door["received"], door["taken"], door["duplicate"], door["refused"]) == (
        7,
        4,
        2,
        {"unauthorized": 1},
    )
    assert found["doors"]["sdk"]["taken"] == 1


def test_recorded_cookies_and_tokens_let_in_whom_they_did(
    left: dict[str, Any], found: dict[str, Any]
) -> None:
    """OPS-21: over an upgrade, sign-ins, sign-outs and tokens stay as they were; a difference is a
    Breaking line.
    """
    assert (found["cookie"], found["signed_out"], found["bearer"]) == (
        200,
        401,
        ["watch", "follow"],
    )


def test_a_session_that_was_ended_stays_ended(found: dict[str, Any]) -> None:
    """OPS-21: a session that one process ended is gone at every other, of either version."""
    assert found["ended"] == 410


def test_a_relayed_view_keeps_its_channel(left: dict[str, Any], found: dict[str, Any]) -> None:
    """OPS-21: pages stay subscribed over an upgrade; another name would leave them on a channel that no process publishes."""
    assert found["seat"] == left["seat"][1]["channel"]


def test_refusals_have_the_recorded_status_and_code(found: dict[str, Any]) -> None:
    """OPS-21: senders and clients decide by these; a difference is a Breaking line."""
    assert differences("refusals", found["refusals"]) == ""


def test_keys_in_redis_are_as_recorded(fresh: dict[str, Any]) -> None:
    """OPS-21: processes of two versions share these during a rolling upgrade, and operators' rights name them."""
    assert differences("redis_keys", dump.shapes(fresh["dump"])) == ""


def test_values_in_redis_are_as_recorded(fresh: dict[str, Any]) -> None:
    """OPS-21: an earlier version reads these during a rolling upgrade; its own names stand in maps, and places in lists count."""
    assert differences("redis_values", dump.values(fresh["dump"])) == ""


def test_metrics_and_their_labels_are_as_recorded(fresh: dict[str, Any]) -> None:
    """OPS-21: dashboards and alerts read these; a name or label that is gone is a Breaking line."""
    assert differences("metrics", stored.metrics(fresh)) == ""


def test_audit_lines_are_as_recorded(fresh: dict[str, Any]) -> None:
    """OPS-21: those who keep audit logs search them by these fields and words; a difference is a Breaking line."""
    assert differences("audit", stored.audit(fresh)) == ""
