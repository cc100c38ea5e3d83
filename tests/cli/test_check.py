"""`check` on the command line."""

import json
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner

from dagnet_realtime.cli.check import check
from tests.support.deployment import dagnet


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for folder in ("graphs", "events"):
        (tmp_path / folder).mkdir()
    nodes = [
        {"uuid": "A", "label": "[red]Paid\x1b[2J", "event_id": "paid"},
        {"uuid": "B", "label": "Left", "absorbing": True},
        {"uuid": "C", "event_id": "paid"},
    ]
    (tmp_path / "graphs/shop.json").write_text(json.dumps({"nodes": nodes, "edges": []}))
    filters = (
        "amplitude_filters: [{property: plan, operator: is, values: [pro, 2], property_type: user}]"
    )
    (tmp_path / "events/paid.yaml").write_text(
        f"provider_event_names: {{amplitude: Order Paid}}\n{filters}\n"
    )
    return tmp_path


def run(*arguments: object) -> tuple[int, str]:
    app = typer.Typer()
    app.command()(check)
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.output


def test_people_read_how_each_node_lights_and_what_stands_in_the_way(root: Path) -> None:
    """GRA-17: each node has a line; warnings do not fail the check."""
    code, text = run(root)
    assert code == 0
    assert "“Order Paid” (amplitude name of paid) and user's plan is “pro” or “2”" in text
    assert "○ Left" in text
    assert "never: absorbing, and no event is bound to it" in text
    assert "2 nodes share this event" in text
    assert "1 graph, 2 of 3 nodes can light" in text


def test_what_a_file_says_can_neither_steer_the_terminal_nor_the_layout(root: Path) -> None:
    """GRA-17: labels are shown as they are written."""
    _, text = run(root)
    assert "[red]Paid\N{REPLACEMENT CHARACTER}[2J" in text
    assert "\x1b" not in text


def test_programs_read_json(root: Path) -> None:
    """GRA-17: `--json` prints the whole report as JSON."""
    code, text = run(root, "--json")
    assert code == 0
    assert json.loads(text)["graphs"][0]["can_light"] == 2


def test_a_broken_file_or_the_wrong_folder_exits_with_one(root: Path) -> None:
    """GRA-17: an error sets the exit code, after the whole report."""
    (root / "graphs/bad.json").write_text("{")
    code, text = run(root)
    assert code == 1
    assert "graphs/bad.json is not JSON" in text
    assert "1 error" in text
    code, text = run(root / "events")
    assert code == 1
    assert "no folder graphs/" in text


def test_a_configuration_names_the_folders(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GRA-17: `--config` checks all workspaces of a configuration."""
    file = root / "realtime.toml"
    source = '[[workspace.source]]\nid = "web"\nkind = "webhook"\nallow_unsigned = true\n'
    file.write_text(f'[[workspace]]\nid = "acme"\nenv = "prod"\npath = "{root}"\n{source}')
    code, text = run("--config", file, "--json")
    assert code == 0, text
    assert json.loads(text)["graphs"][0]["workspace"] == "acme"
    monkeypatch.chdir(root)
    assert run("--json") == (code, text)
    assert run(root, "--config", file)[0] == 2


def test_a_deployments_graphs_are_checked_with_definitions_from_files(root: Path) -> None:
    """GRA-20: graphs of a deployment are checked as configured; a graph that it lacks is an
    error.
    """
    with dagnet() as served:
        served.graphs["checkout"] = {
            "nodes": [{"uuid": "n", "label": "Paid", "event_id": "paid"}],
            "edges": [],
        }
        config = root / "realtime.toml"
        keys = f'graphs_url = "{served.url}"\ngraphs = ["checkout", "gone"]\npath = "."'
        config.write_text(f'[[workspace]]\nid = "acme"\nenv = "prod"\n{keys}\n')
        code, text = run("--config", config)
    assert code == 1
    assert "“Order Paid” (amplitude name of paid)" in text
    assert "graphs/gone.json is not there" in text


def test_a_source_that_refuses_deletes_is_named(root: Path) -> None:
    """DOOR-17: the source is named with the setting to make, until it is made."""
    file = root / "realtime.toml"
    sources = (
        '[[workspace.source]]\nid = "sdk"\nkind = "tracking"\nwrite_key = "k"\n',
        '[[workspace.source]]\nid = "web"\nallow_unsigned = true\n',
        '[[workspace.source]]\nid = "signed"\nsecrets = ["s"]\n',
    )
    head = f'[[workspace]]\nid = "acme"\nenv = "prod"\npath = "{root}"\n'
    file.write_text(head + "".join(sources))
    told = [line for line in run("--config", file)[1].splitlines() if "allow_delete" in line]
    remedy = "Set allow_delete = true on the source to accept them."
    assert told == [
        f'i acme/prod, source "sdk": delete and suppress sent by its write key are refused. {remedy}',
        f'i acme/prod, source "web": delete and suppress sent unsigned are refused. {remedy}',
    ]
    file.write_text(head + "".join(source + "allow_delete = true\n" for source in sources))
    assert "allow_delete" not in run("--config", file)[1]
    assert "allow_delete" not in run(root)[1]


def test_a_repository_with_renamed_folders_is_checked_by_their_names(root: Path) -> None:
    """GRA-28: what the options name is read; a configuration has keys for it instead."""
    (root / "graphs").rename(root / "conversion")
    (root / "events").rename(root / "definitions")
    code, text = run(root)
    assert (code, "no folder graphs/" in text) == (1, True)
    code, text = run(root, "--graphs-path", "conversion", "--events-path", "definitions")
    assert code == 0
    assert "“Order Paid”" in text
    code, text = run("--config", root / "none.toml", "--graphs-path", "conversion")
    assert code == 2
    config = root / "realtime.toml"
    config.write_text(
        '[[workspace]]\nid = "acme"\nenv = "dev"\npath = "."\ngraphs_path = "conversion"\nevents_path = "definitions"\n'
    )
    code, text = run("--config", config)
    assert (code, "“Order Paid”" in text) == (0, True)


def test_grants_without_effect_are_named(root: Path) -> None:
    """ACC-21: roles that the mode of access does not look at are a line of the check."""
    file = root / "realtime.toml"
    (root / "tokens.json").write_text('{"version": 1, "tokens": []}')
    grant = '[[access.grant]]\nwho = "ada"\nrole = "follow"\n'
    workspace = '[[workspace]]\nid = "acme"\nenv = "prod"\npath = "."\n'
    workspace += 'token_key = "a key that is long enough for all tokens"\n'
    for mode, more in (("token", 'tokens = "tokens.json"\n'), ("local", "")):
        file.write_text(f'[access]\nmode = "{mode}"\n{more}{grant}{workspace}')
        assert f'i access: grants have no effect in mode "{mode}"' in run("--config", file)[1]
        file.write_text(f'[access]\nmode = "{mode}"\n{more}{workspace}')
        assert "grants" not in run("--config", file)[1]
