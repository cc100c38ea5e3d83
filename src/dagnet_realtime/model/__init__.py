"""Frozen value types that every layer shares. This layer imports none of the others."""
