"""The offers of the delivery apps."""

import msgspec

from dagnet_realtime.core.segment.message import Message
from dagnet_realtime.core.segment.tracking import ROUTES
from dagnet_realtime.web.delivery_offers import OFFERS, Batch, Event


def test_every_route_of_segments_api_is_offered() -> None:
    """API-1: from the table that the app itself looks in."""
    offered = {offer.path for offer in OFFERS if offer.method == "POST"}
    assert offered == {f"/v1/{route}" for route in (*ROUTES, "m")} | {"/segment/webhook/{source}"}
    assert {offer.method for offer in OFFERS if offer.guard == "signature"} == {"POST", "PUT", "PATCH"}


def test_an_event_is_told_by_the_fields_that_are_read() -> None:
    """API-1: of any type each, since none of the wrong type spoils it."""
    schema = msgspec.json.schema(Event)["$defs"]["SegmentEvent"]
    assert set(schema["properties"]) == {field.encode_name for field in msgspec.structs.fields(Message)}
    assert not any(schema["properties"].values())
    assert not schema["required"]
    assert "batch" in msgspec.json.schema(Batch)["$defs"]["SegmentBatch"]["properties"]
