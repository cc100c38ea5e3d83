"""Frames merged into one that says the same."""

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.merging import MOST_NAMES, merged
from dagnet_realtime.model.frame import Batch
from dagnet_realtime.model.ledger import Ledger

COUNTS = st.dictionaries(st.sampled_from(["u-Home", "u-Cart", "u-Paid"]), st.integers(1, 9))
NAMES = st.dictionaries(st.text("abc", min_size=1, max_size=3), st.integers(1, 9))


@given(st.lists(st.tuples(COUNTS, NAMES, st.integers(0, 5)), min_size=1, max_size=6))
def test_every_count_and_every_ledger_adds_up(parts: list[tuple[dict[str, int], dict[str, int], int]]) -> None:
    """REL-4: what was counted apart is counted together."""
    batches = [
        Batch(from_=f"e.{n}", position=f"e.{n + 1}", counts=counts, unmapped=names, other=other, ledger=Ledger(offered=n, lit=other))
        for n, (counts, names, other) in enumerate(parts)
    ]
    one = merged(batches)
    assert (one.from_, one.position) == ("e.0", f"e.{len(parts)}")
    assert sum(one.counts.values()) == sum(sum(counts.values()) for counts, _, _ in parts)
    assert sum(one.unmapped.values()) + one.other == sum(sum(names.values()) + other for _, names, other in parts)
    assert (one.ledger.offered, one.ledger.lit) == (sum(range(len(parts))), sum(other for _, _, other in parts))


def test_names_beyond_the_most_frequent_are_counted_together() -> None:
    """REL-4: as in every frame."""
    batches = [Batch(from_="a", position="b", unmapped={f"n{n}": 1 + n for n in range(150)}) for _ in range(1)]
    batches.append(Batch(from_="b", position="c", unmapped={f"m{n}": 1 + n for n in range(150)}))
    one = merged(batches)
    assert len(one.unmapped) == MOST_NAMES
    assert one.other == 2 * sum(range(1, 51))
