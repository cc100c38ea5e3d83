"""The configuration nobody writes."""

from pathlib import Path

import pytest

from dagnet_realtime.config.generated import workspace
from dagnet_realtime.model.problem import Problem


def chance(count: int) -> bytes:
    return b"\x07" * count


def test_a_folder_alone_becomes_a_workspace_with_two_sources(tmp_path: Path) -> None:
    """CLI-8: a folder alone is workspace `<folder name>`, env `local`, with the sources `webhook` and `tracking`."""
    folder = tmp_path / "my shop"
    (folder / "graphs").mkdir(parents=True)
    made = workspace(folder, chance)
    assert str(made.channel) == "my-shop/local"
    assert made.path == str(folder)
    webhook, tracking = made.sources
    assert (webhook.id, webhook.kind, len(webhook.secrets)) == ("webhook", "webhook", 1)
    assert (tracking.id, tracking.kind) == ("tracking", "tracking")
    assert tracking.write_key is not None
    assert made.policy.token_key is None, "which follows from the key of this machine"
    assert "0707" not in repr(made)


def test_a_folder_that_is_no_data_repository_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="no DagNet data repository"):
        workspace(tmp_path, chance)
    with pytest.raises(Problem, match="There is no folder"):
        workspace(tmp_path / "gone", chance)
