"""What resolving needs."""

from pathlib import Path

import pytest

from dagnet_realtime.config.surroundings import Surroundings
from dagnet_realtime.config.tables import Place
from dagnet_realtime.model.problem import Problem


def test_references_are_resolved_where_they_stand() -> None:
    """CLI-5: from the environment and the file's folder, and a wrong one is named by its key."""
    around = Surroundings(Place("realtime.toml", {}, {}), {"KEY": "value"}, Path(), lambda n: bytes(n))
    assert around.secret("env:KEY", "access", "cookie_key").reveal() == b"value"
    with pytest.raises(Problem, match=r"access\.cookie_key"):
        around.secret("env:NONE", "access", "cookie_key")
