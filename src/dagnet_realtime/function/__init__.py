"""Support for a Destination Function in Segment: its plan, and the channels it publishes to."""
