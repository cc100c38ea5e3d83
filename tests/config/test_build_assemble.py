"""Promises between keys."""

from pathlib import Path

import msgspec
import pytest

from dagnet_realtime.config.build import ResolveContext, assemble
from dagnet_realtime.config.file import (
    AccessTable,
    FileTables,
    ServerTable,
    SourceTable,
    WorkspaceTable,
)
from dagnet_realtime.config.tables import SourceLocation
from dagnet_realtime.model.problem import Problem


@pytest.fixture
def around(tmp_path: Path) -> ResolveContext:
    (tmp_path / "acme").mkdir()
    return ResolveContext(
        SourceLocation("realtime.toml", {}, {}),
        {"KEY": "k1"},
        tmp_path,
        lambda count: b"\1" * count,
    )


def workspace(**changes: object) -> WorkspaceTable:
    source = SourceTable(id="web", secrets=("env:KEY",))
    return msgspec.structs.replace(
        WorkspaceTable(id="acme-main", env="prod", path="./acme", source=(source,)), **changes
    )


def test_references_durations_and_folders_are_resolved(
    around: ResolveContext, tmp_path: Path
) -> None:
    config = assemble(FileTables(workspace=(workspace(retention="2m"),)), around)
    made = config.workspaces[0]
    assert made.path == str(tmp_path / "acme")
    assert made.policy.retention == 120.0
    assert made.sources[0].secrets[0].reveal() == b"k1"
    assert made.sources[0].channel == made.channel


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.0.2", "example.com", "::"])
def test_local_access_listens_on_loopback_only(host: str, around: ResolveContext) -> None:
    """ACC-10: with access `local` the server refuses to listen anywhere but loopback."""
    with pytest.raises(Problem, match="is not loopback"):
        assemble(FileTables(server=ServerTable(host=host)), around)
    assert (
        assemble(
            FileTables(
                server=ServerTable(host=host),
                access=AccessTable(mode="token", tokens="tokens.json"),
            ),
            around,
        ).server.host
        == host
    )


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        (FileTables(workspace=(workspace(path="./gone"),)), "there is no folder"),
        (
            FileTables(workspace=(workspace(), workspace(source=()))),
            "the workspace acme-main/prod is given twice",
        ),
        (
            FileTables(workspace=(workspace(), workspace(env="dev"))),
            'the source "web" is given twice',
        ),
        (FileTables(workspace=(workspace(source=(SourceTable(id="x"),)),)), "needs `secrets`"),
        (
            FileTables(workspace=(workspace(source=(SourceTable(id="x", kind="tracking"),)),)),
            "needs a `write_key`",
        ),
        (FileTables(workspace=(workspace(retention="0m"),)), "the duration must be above 0"),
        (FileTables(server=ServerTable(log="kafka://x")), 'expected "memory://" or a redis:// URL'),
        (
            FileTables(server=ServerTable(public_url="example.com")),
            "expected an http:// or https:// URL",
        ),
        (
            FileTables(access=AccessTable(mode="token"), workspace=(workspace(),)),
            "`token_key` is missing",
        ),
    ],
)
def test_keys_that_contradict_one_another_are_reported(
    tables: FileTables, words: str, around: ResolveContext
) -> None:
    with pytest.raises(Problem) as caught:
        assemble(tables, around)
    assert words in caught.value.title


def test_two_tracking_sources_cannot_share_a_write_key(around: ResolveContext) -> None:
    pair = (
        SourceTable(id="a", kind="tracking", write_key="w"),
        SourceTable(id="b", kind="tracking", write_key="w"),
    )
    with pytest.raises(Problem) as caught:
        assemble(FileTables(workspace=(workspace(source=pair),)), around)
    assert "this write key is given twice" in caught.value.title


def test_one_id_is_one_data_repository_in_all_of_its_environments(
    around: ResolveContext, tmp_path: Path
) -> None:
    """CLI-55: an id with two folders is refused, since the interface shows one repository for each
    id.
    """
    (tmp_path / "other").mkdir()
    dev = workspace(env="dev", source=())
    assert len(assemble(FileTables(workspace=(workspace(), dev)), around).workspaces) == 2
    elsewhere = msgspec.structs.replace(dev, path="./other")
    with pytest.raises(Problem) as caught:
        assemble(FileTables(workspace=(workspace(), elsewhere)), around)
    assert "has other graphs in another environment" in caught.value.title


def test_the_hashes_of_tokens_lie_beside_the_configuration(
    around: ResolveContext, tmp_path: Path
) -> None:
    config = assemble(FileTables(access=AccessTable(tokens="tokens.json")), around)
    assert config.access.tokens == str(tmp_path / "tokens.json")


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"relay": ""}, "relay"),
        ({"token_key": ""}, "token_key"),
        ({"identity": "reveal"}, "identity"),
        ({}, "source"),
    ],
)
def test_what_a_function_publishes_needs_its_keys_and_no_source(
    changes: dict[str, object], key: str, around: ResolveContext
) -> None:
    """FUN-12: the key that does not fit is named."""
    whole = {"ingest": "function", "relay": "pusher://k:s@h/1", "token_key": "env:KEY"}
    sources = {} if key == "source" else {"source": ()}
    with pytest.raises(Problem, match=f"`{key}` does not go with"):
        assemble(FileTables(workspace=(workspace(**{**whole, **sources, **changes}),)), around)
    policy = (
        assemble(
            FileTables(workspace=(workspace(**whole, source=(), function_carries="all"),)), around
        )
        .workspaces[0]
        .policy
    )
    assert (policy.ingest, policy.function_carries) == ("function", "all")


def test_origins_are_checked_one_by_one(around: ResolveContext) -> None:
    """ACC-54: each list is checked by itself: doubles count once, and it is no longer than headers
    can hold.
    """
    twice = ("https://a.example", "https://A.example:443", "http://localhost:5173")
    server = assemble(FileTables(server=ServerTable(origins=twice)), around).server
    assert (server.origins, server.framed_by) == (
        ("https://a.example", "http://localhost:5173"),
        (),
    )
    for key in ("origins", "framed_by"):
        for wrong in (("https://a.example", "*"), tuple(f"https://{n}.example" for n in range(51))):
            with pytest.raises(Problem, match=f"server.{key}"):
                assemble(FileTables(server=ServerTable(**{key: wrong})), around)


def test_viewer_keys_are_secrets_of_their_workspace(around: ResolveContext) -> None:
    """ACC-64: viewer keys must be long enough and few enough, and are never shown."""
    key = "0123456789abcdef0123456789abcdef"
    around.environ = {"KEY": "k1", "VIEWER_KEY": key}  # type: ignore[assignment]
    tables = FileTables(workspace=(workspace(viewer_keys=("env:VIEWER_KEY", "x" * 32)),))
    (made,) = assemble(tables, around).workspaces
    assert [found.reveal() for found in made.viewer_keys] == [key.encode(), b"x" * 32]
    assert key not in repr(made)
    for wrong in (("short-key",), ("",), ("x" * 32,) * 5, ("env:NONE",)):
        with pytest.raises(Problem) as refused:
            assemble(FileTables(workspace=(workspace(viewer_keys=wrong),)), around)
        assert "viewer_keys" in refused.value.sentence()
        assert "short-key" not in refused.value.sentence()
