"""Graphs from a deployment, as they are configured."""

from pathlib import Path

import pytest

from dagnet_realtime.config.load import load
from dagnet_realtime.model.deployment import Deployment
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.secret import Secret
from dagnet_realtime.model.workspace import Workspace

URL = 'graphs_url = "https://dagnet.example.com"\n'
NAMED = URL + 'graphs = ["checkout"]\n'


def read(folder: Path, keys: str) -> Workspace:
    file = folder / "realtime.toml"
    file.write_text(f'[[workspace]]\nid = "acme"\nenv = "prod"\n{keys}')
    return load(file, {"SECRET": "s", "ODD": "a b"}).workspaces[0]


def test_a_deployment_needs_no_folder_and_may_have_one_of_definitions(tmp_path: Path) -> None:
    """GRA-20: names once each, secrets by reference."""
    keys = 'graphs = ["checkout.json", "checkout", "sign up"]\ngraphs_branch = "main"\ngraphs_secret = "env:SECRET"\ngraphs_bearer = "t"\n'
    made = read(tmp_path, URL + keys + 'graphs_every = "5m"')
    assert made.path == ""
    assert made.deployment == Deployment(
        url="https://dagnet.example.com/api/graph", names=("checkout", "sign up"), branch="main",
        secret=Secret("s"), bearer=Secret("t"), interval=300.0,
    )  # fmt: skip
    assert read(tmp_path, NAMED + 'path = "."').path == str(tmp_path)


@pytest.mark.parametrize("url", ["https://d.example/api/graph", "http://127.0.0.1:5173", "http://localhost/sub/", "http://[::1]:1"])
def test_addresses_that_can_be_trusted(tmp_path: Path, url: str) -> None:
    """GRA-23: https, or this machine."""
    found = read(tmp_path, f'graphs_url = "{url}"\ngraphs = ["a"]').deployment
    assert found is not None
    assert found.url == url.removesuffix("/api/graph").rstrip("/") + "/api/graph"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("", "`path` is missing"),
        ('path = "."\ngraphs = ["a"]', "`graphs` needs `graphs_url`"),
        ('graphs_url = "http://dagnet.example.com"\ngraphs = ["a"]', "expected an https:// address"),
        ('graphs_url = "file:///etc/passwd"\ngraphs = ["a"]', "expected an https:// address"),
        ('graphs_url = "https://"\ngraphs = ["a"]', "expected an https:// address"),
        ('graphs_url = "https://x:99999"\ngraphs = ["a"]', "expected an https:// address"),
        ('graphs_url = "https://[x"\ngraphs = ["a"]', "expected an https:// address"),
        ('graphs_url = "https://me:pw@x"\ngraphs = ["a"]', "more than a host and a path"),
        ('graphs_url = "https://x?secret=pw"\ngraphs = ["a"]', "more than a host and a path"),
        (URL, "no graph is named"),
        (URL + f"graphs = {[str(number) for number in range(51)]}", "51 graphs are named"),
        (URL + 'graphs = ["../x"]', "can be no graph's"),
        (URL + 'graphs = [".x"]', "can be no graph's"),
        (URL + 'graphs = [""]', "can be no graph's"),
        (NAMED + 'graphs_every = "1s"', "found 1s, expected at least 5s"),
        (NAMED + 'graphs_secret = "env:GONE"', "the variable GONE is not set"),
        (NAMED + 'graphs_bearer = "env:ODD"', "ASCII"),
        (NAMED + 'path = "./gone"', "there is no folder"),
    ],
)
def test_what_cannot_work_is_told_without_the_secret(tmp_path: Path, keys: str, words: str) -> None:
    """GRA-23: at the start, by the key's name."""
    with pytest.raises(Problem) as caught:
        read(tmp_path, keys)
    assert words in caught.value.title
    assert "pw" not in str(caught.value)
