"""`simulate`."""

from pathlib import Path

import pytest

from dagnet_realtime.cli.demo import SAMPLE
from dagnet_realtime.cli.simulate import opened
from dagnet_realtime.model.problem import Problem


def test_a_graph_is_opened_by_its_file_or_as_one_of_the_samples() -> None:
    by_name = opened("uk-checkout-journey")
    by_file = opened(str(SAMPLE / "graphs" / "uk-checkout-journey.json"))
    assert by_name == by_file
    assert len(by_name.listens) == 11


def test_a_graph_that_is_not_there_or_broken_is_reported(tmp_path: Path) -> None:
    (tmp_path / "graphs").mkdir()
    (tmp_path / "graphs" / "broken.json").write_text("{")
    with pytest.raises(Problem, match="cannot be read"):
        opened(str(tmp_path / "graphs" / "broken.json"))
    with pytest.raises(Problem, match="There is no graph"):
        opened("gone")
