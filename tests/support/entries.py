"""Entries as tests need them."""

from typing import Any

from dagnet_realtime.model.event import Entry, Token


def entry(id: str, **fields: Any) -> Entry:
    """A plain `track` entry; any field can be given."""
    name = fields.get("name", "Product Viewed")
    defaults: dict[str, Any] = {
        "type": "track",
        "name": name,
        "names": (name,),
        "occurred_at": 1_767_323_045_000,
        "arrived_at": 1_767_323_045_100,
        "segment_received_at": None,
        "source": "web",
        "traces": (Token("anonymousId", f"k1.{id}"),),
        "properties": {},
    }
    return Entry(id=id, **{**defaults, **fields})


def entries(first: int, last: int, **fields: Any) -> list[Entry]:
    """Entries with the ids m<first> to m<last>."""
    return [entry(f"m{number}", **fields) for number in range(first, last + 1)]
