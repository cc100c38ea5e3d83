"""Adapters of the `Relay` port."""
