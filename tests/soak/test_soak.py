"""A soak in small: seconds of what `make soak` does for half an hour."""

from pathlib import Path

from tests.soak.soak import Plan, Soak


async def test_every_promise_holds_while_things_break(tmp_path: Path) -> None:
    """OPS-20: no event is lost without a word, none lights twice, every ledger sums, and nothing grows."""
    plan = Plan(
        seconds=9.0,
        seed=7,
        rate=100.0,
        viewers=4,
        stay=(3.0, 6.0),
        rest=(0.3, 0.8),
        longest=1.5,
        recovery=25.0,
        only=("a_process_is_killed", "redis_is_paused", "the_network_is_reset", "redis_is_full"),
    )
    soak = Soak(plan, lambda text: None)
    report = await soak.run(tmp_path)
    assert not soak.broken, report
    assert "taken" in report
