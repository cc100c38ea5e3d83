"""Events from the bodies of Segment's webhooks, tracking API and pixel."""
