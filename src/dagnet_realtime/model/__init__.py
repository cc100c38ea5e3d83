"""Frozen values that every layer speaks in; this layer imports nothing of ours."""
