"""Assets of other builds."""

import os
from pathlib import Path

import pytest

from dagnet_realtime.app.asset_folder import MAX_BUILDS, AssetFolder, open_asset_folder
from dagnet_realtime.config.config import Config, ServerConfig
from dagnet_realtime.web.routes.static_files import FOLDER


def build(folder: Path, *names: str) -> Path:
    folder.mkdir(parents=True)
    for name in names:
        (folder / name).write_text(f"// {name}")
    return folder


@pytest.fixture
def kept(tmp_path: Path) -> AssetFolder:
    return AssetFolder(tmp_path / "state/assets")


def test_the_build_before_is_found_after_an_upgrade_and_the_one_beside_it_too(
    tmp_path: Path, kept: AssetFolder
) -> None:
    """WEB-28: every process finds both builds, also one that started before the other build was
    there.
    """
    old, new = (
        build(tmp_path / "old", "app-1.js", "same-0.css"),
        build(tmp_path / "new", "app-2.js", "same-0.css"),
    )
    kept.add_build(old)
    beside = AssetFolder(tmp_path / "state/assets")
    assert kept.find("app-2.js") is None
    beside.add_build(new)
    for folder in (kept, beside):
        for name in ("app-1.js", "app-2.js", "same-0.css"):
            found = folder.find(name)
            assert found is not None
            assert found.read_text() == f"// {name}"
        assert folder.find("app-3.js") is None


def test_processes_of_one_build_keep_it_once_and_leave_nothing_half_done(
    tmp_path: Path, kept: AssetFolder
) -> None:
    """WEB-28: a restart keeps it as it is."""
    one = build(tmp_path / "one", "app-1.js")
    for _ in range(3):
        AssetFolder(tmp_path / "state/assets").add_build(one)
    assert len(list((tmp_path / "state/assets").iterdir())) == 1
    (tmp_path / "state/assets/.half").mkdir()
    (tmp_path / "state/assets/.half/app-9.js").write_text("half")
    assert kept.find("app-9.js") is None


def test_builds_that_were_last_started_stay_and_older_ones_go(
    tmp_path: Path, kept: AssetFolder
) -> None:
    """WEB-28: the folder does not grow; going back to a build makes it one of the last again."""
    builds = [build(tmp_path / str(number), f"app-{number}.js") for number in range(MAX_BUILDS + 2)]
    for number, one in enumerate(builds):
        kept.add_build(one)
        for at, folder in enumerate(
            sorted((tmp_path / "state/assets").iterdir(), key=lambda one: one.stat().st_mtime)
        ):
            os.utime(folder, (number * 10 + at, number * 10 + at))
        if number == MAX_BUILDS - 1:
            kept.add_build(builds[0])
    assert kept.find(f"app-{MAX_BUILDS + 1}.js")
    assert kept.find("app-0.js")
    assert kept.find("app-1.js") is None
    assert len(list((tmp_path / "state/assets").iterdir())) == MAX_BUILDS


def test_a_folder_that_others_can_write_is_neither_written_nor_served(
    tmp_path: Path, kept: AssetFolder, caplog: pytest.LogCaptureFixture
) -> None:
    """WEB-28: what lies there runs in the page."""
    folder = tmp_path / "state/assets"
    build(folder / "evil", "app-1.js")
    folder.chmod(0o777)
    kept.add_build(build(tmp_path / "one", "app-2.js"))
    assert "others can write it" in caplog.text
    assert (kept.find("app-1.js"), kept.find("app-2.js")) == (None, None)


@pytest.mark.parametrize("name", ["", ".", "..", "../assets", "a/b", "app-1.js/", ".half"])
def test_nothing_else_is_found(tmp_path: Path, kept: AssetFolder, name: str) -> None:
    """WEB-28: names are looked up, never joined to a path."""
    kept.add_build(build(tmp_path / "one", "app-1.js"))
    assert kept.find(name) is None


def test_a_folder_that_cannot_be_made_is_said_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """WEB-28: the server's own build is served all the same."""
    (tmp_path / "file").write_text("")
    kept = AssetFolder(tmp_path / "file/assets")
    kept.add_build(build(tmp_path / "one", "app-1.js"))
    assert "assets_not_kept" in caplog.text
    assert kept.find("app-1.js") is None
    AssetFolder(tmp_path / "none").add_build(tmp_path / "unbuilt")
    assert not (tmp_path / "none").exists()


def test_it_is_where_the_configuration_says_else_beside_a_local_servers_key(tmp_path: Path) -> None:
    """WEB-28: the folder is `assets`, else beside the key file; with neither set, no copies are
    kept.
    """
    some = next(file.name for file in (FOLDER / "assets").iterdir())
    assert open_asset_folder(Config())(some) is None
    assert open_asset_folder(Config(server=ServerConfig(assets=str(tmp_path / "a"))))(some)
    assert open_asset_folder(Config(key_file=str(tmp_path / "b/key")))(some)
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a", "b"]
