"""Versions that follow from content alone."""

from hashlib import sha256

import msgspec


def digest(*parts: object) -> str:
    """16 hexadecimal digits that change when anything in `parts` (frozen values) does."""
    return sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()[:16]
