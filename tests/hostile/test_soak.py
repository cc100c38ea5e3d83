"""Hostile and good clients at one real server: the good ones miss nothing. How long they wait is measured by `make bench`."""

import asyncio
from pathlib import Path

from tests.hostile.soak import GOOD, configuration, soak
from tests.support.program import running


def test_good_clients_miss_nothing_beside_hostile_ones(tmp_path: Path) -> None:
    """OPS-20, DOOR-1, HUB-6: each good viewer sees every event once and no gap, and all ledgers
    sum.
    """
    (tmp_path / "realtime.toml").write_text(configuration())
    key_file = tmp_path / "key"
    with running(
        "serve", "--config", str(tmp_path / "realtime.toml"), "--key-file", str(key_file)
    ) as program:
        port, key = int(program.url.rpartition(":")[2]), key_file.read_text().strip()
        told = asyncio.run(soak(port, key, 4, hostile=True))
        assert program.stop() == 0
    good = {id: count for id, count in told.seen.items() if id.startswith("good")}
    assert len(good) >= GOOD
    assert set(good.values()) == {GOOD}
    assert told.gaps == 0
    sums, doors = told.sums, told.doors
    assert sums["offered"] == GOOD * sum(door["taken"] for door in doors.values())
    assert sums["offered"] == sums["lit"] + sums["unmapped"] + sums["filtered"] + sums["missed"]
    assert (
        sums["lit"] + sums["unmapped"]
        == sums["carried"] + sums["thinned"] + sums["sampled_out"] + sums["forgotten"]
    )
    for door in doors.values():
        assert door["received"] == sum(door["refused"].values()) + sum(
            door[name] for name in ("rate_limited", "unwatched", "duplicate", "taken")
        )
    assert doors["web"]["taken"] == len(good) + 1
    assert set(told.answers["huge"]) | set(told.answers["bombs"]) == {"413"}
    assert set(told.answers["guessing"]) <= {"401", "404"}
    assert set(told.answers["garbage"]) <= {"400"}
    assert set(told.answers["flooding"]) <= {"200", "429"}
    assert set(told.answers["replaying"]) <= {"200", "429"}
    assert set(told.answers["reconnecting"]) == {"200"}
