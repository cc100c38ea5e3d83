"""Adapters of the `Log` and `Sessions` ports."""
