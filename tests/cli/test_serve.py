"""`serve`."""

from pathlib import Path

import pytest

from dagnet_realtime.cli import run_server
from dagnet_realtime.cli.serve import serve
from dagnet_realtime.config.config import Config


def test_flags_reach_the_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "graphs").mkdir()
    seen: list[tuple[Config, dict[str, object]]] = []
    monkeypatch.setattr(
        run_server, "serving", lambda config, **options: seen.append((config, options))
    )
    serve(
        workspace=tmp_path,
        port=0,
        host="127.0.0.2",
        log="memory://",
        key_file=tmp_path / "k",
        workers=3,
    )
    config, options = seen[0]
    assert (config.server.port, config.server.host, config.key_file) == (
        0,
        "127.0.0.2",
        str(tmp_path / "k"),
    )
    again = options.pop("read_config")
    assert options == {"explained": True, "workers": 3}
    assert callable(again)
    assert again().server == config.server
    assert not config.demo
