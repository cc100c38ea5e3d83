"""Adapters of the `GraphSource` port."""
