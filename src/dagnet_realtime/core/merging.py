"""Several frames of one view as one that says the same."""

from collections.abc import Sequence

from dagnet_realtime.model.frame import Batch, CarriedEvent
from dagnet_realtime.model.ledger import Ledger

MOST_NAMES = 200  # as in every frame


def merged(batches: Sequence[Batch]) -> Batch:
    """One frame over the ranges of `batches`, each of which begins where the one before it ends. At least one."""
    if len(batches) == 1:
        return batches[0]
    counts: dict[str, int] = {}
    names: dict[str, int] = {}
    events: list[CarriedEvent] = []
    for batch in batches:
        for node, count in batch.counts.items():
            counts[node] = counts.get(node, 0) + count
        for name, count in batch.unmapped.items():
            names[name] = names.get(name, 0) + count
        events += batch.events
    top = sorted(names, key=lambda name: -names[name])
    return Batch(
        from_=batches[0].from_,
        position=batches[-1].position,
        counts=counts,
        unmapped={name: names[name] for name in top[:MOST_NAMES]},
        other=sum(batch.other for batch in batches) + sum(names[name] for name in top[MOST_NAMES:]),
        events=tuple(events),
        threshold=min(batch.threshold for batch in batches),
        ledger=_sum([batch.ledger for batch in batches]),
    )


def _sum(ledgers: Sequence[Ledger]) -> Ledger:
    return Ledger(*(sum(getattr(ledger, field) for ledger in ledgers) for field in Ledger.__struct_fields__))
