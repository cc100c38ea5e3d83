"""Whole deliveries of Segment parsed in one step, as the ingest does in several."""

from dagnet_realtime.core.segment import tracking, webhook
from dagnet_realtime.core.segment.webhook import Parsed


def parse_webhook(body: bytes) -> Parsed:
    """The events of a webhook delivery; raises `Problem` if there is none."""
    return webhook.parse_events(webhook.split_delivery(body)).require_any()


def parse_batch(body: bytes, arrived_at: int) -> Parsed:
    """The events of a batch of the tracking API; raises `Problem` if there is none."""
    envelope, elements = tracking.open_batch(body)
    return tracking.parse_batch_events(
        tracking.envelope_defaults(envelope), elements, arrived_at
    ).require_any()
