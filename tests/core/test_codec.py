"""Entries as bytes."""

from hypothesis import given
from hypothesis import strategies as st

from dagnet_realtime.core.codec import anonymize, checksum, decode_entry, encode_entry
from dagnet_realtime.model.event import Token
from tests.support.entries import entry

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False)
    | st.text()
)


@given(st.text(min_size=1), st.dictionaries(st.text(), SCALARS | st.lists(SCALARS)))
def test_an_entry_survives_storage(id: str, properties: dict) -> None:
    """LOG-2: decoding gives back what was encoded, and equal entries have equal checks."""
    kept = entry(id, properties=properties)
    stored = encode_entry(kept)
    assert decode_entry(stored) == kept
    assert checksum(stored) == checksum(encode_entry(decode_entry(stored)))


def test_nothing_of_a_forgotten_person_is_in_what_stays() -> None:
    """RED-12: a canary in every field that says who, when or which message, and in properties that
    no filter needs.
    """
    canary = "canary"
    kept = entry(
        canary,
        traces=(Token(canary, canary),),
        properties={"plan": "pro", "secret": canary, canary: 1},
        traits={"tier": [1], "mail": canary},
        revealed={"userId": canary},
        forgets=(canary,),
    )
    stays = anonymize(kept, frozenset({"plan", "tier"}))
    assert canary.encode() not in encode_entry(stays)
    assert (stays.names, stays.properties, stays.traits) == (
        kept.names,
        {"plan": "pro"},
        {"tier": [1]},
    )
    assert (stays.occurred_at, stays.arrived_at, stays.segment_received_at) == (0, 0, None)
