"""Segment's messages: webhook deliveries and tracking calls, from bytes to events."""

from dagnet_realtime.core.segment.webhook import Parsed, parse

__all__ = ["Parsed", "parse"]
