"""The pytest plugin, in a pytest of its own: each test is a scope, and what is not met fails it."""

import os
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from dagnet_realtime.cli.demo import SAMPLE

TESTS = """
import base64, json, os, urllib.request
import pytest

def send(name, who, user=None, **properties):
    key = base64.b64encode((os.environ["DAGNET_EXPECT_WRITE_KEY"] + ":").encode()).decode()
    body = {"event": name, "anonymousId": who, "properties": properties} | ({"userId": user} if user else {})
    request = urllib.request.Request(os.environ["DAGNET_EXPECT_SERVER"] + "/v1/track", json.dumps(body).encode(), {"content-type": "application/json", "authorization": "Basic " + key})
    urllib.request.urlopen(request).read()

def test_met(dagnet):
    send("view_item", dagnet.anonymous_id)
    send("add_to_cart", dagnet.anonymous_id)
    dagnet.path("product-page", "basket")
    dagnet.never("node:purchase -seen:basket")
    dagnet.count("basket", is_=1)

@pytest.mark.parametrize("n", range(2))
def test_each_has_its_own(dagnet, n):
    dagnet.also(**{"properties.trace_id": f"t{n}"})
    send("purchase", dagnet.anonymous_id, "shared login", currency="GBP", total=n + 1)
    dagnet.lit("purchase")
    dagnet.each("purchase", where=f"total:{n + 1}")
    dagnet.count("purchase", is_=1)

def test_absence_fails(dagnet):
    send("purchase", dagnet.anonymous_id, currency="GBP")
    dagnet.lit("purchase")
    dagnet.dark("basket")
    send("add_to_cart", dagnet.anonymous_id)

def test_presence_fails(dagnet):
    send("view_item", dagnet.anonymous_id)
    dagnet.lit("purchase", timeout=0.2)

def test_another_graph(dagnet):
    send("sign_up", dagnet.anonymous_id, form="newsletter")
    dagnet.lit("signed-up")

def test_wrong_node(dagnet):
    dagnet.lit("purchse")

def test_without():
    pass
"""


def _pytest(folder: Path, *arguments: str) -> str:
    (folder / "test_shop.py").write_text(TESTS)
    environ = {
        key: value for key, value in os.environ.items() if not key.startswith("DAGNET_EXPECT_")
    }
    # Other plugins of this machine are none of this plugin's business, and take seconds to load.
    environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    plugins = [
        "-p",
        "dagnet_realtime.pytest_plugin",
        *(["-p", "xdist"] if "-n" in arguments else []),
    ]
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        *plugins,
        "-p",
        "no:cacheprovider",
        "--rootdir",
        str(folder),
        *arguments,
        str(folder),
    ]
    return subprocess.run(
        command, cwd=folder, env=environ, capture_output=True, text=True, timeout=120, check=False
    ).stdout


@pytest.mark.parametrize(
    "workers", [("-n", "1"), pytest.param((), marks=pytest.mark.proof, id="alone")]
)
def test_tests_expect_of_the_graph(tmp_path: Path, workers: tuple[str, ...]) -> None:
    """EXP-23: with `--dagnet DIR` a test's scope is its own, under pytest-xdist too; what is not met fails the call, with the reason."""
    said = _pytest(tmp_path, "--dagnet", str(SAMPLE), *workers)
    assert "3 failed, 5 passed" in said, said
    assert "error" not in said.splitlines()[-1]
    assert "dark: basket: failed: basket was seen" in said
    assert "lit: purchase: not seen: purchase was not seen" in said
    assert "did you mean “purchase”?" in said


def test_without_a_run_the_test_says_how_to_start_one(tmp_path: Path) -> None:
    """EXP-23: a test that asks for the graph without a run fails, and says what to do; the others run."""
    said = _pytest(tmp_path)
    assert (
        "There is no run: use `pytest --dagnet DIR`, or `dagnet-realtime expect -- pytest`" in said
    )
    assert "1 passed" in said


def test_the_plugin_loads_nothing_until_it_is_asked_for() -> None:
    """EXP-23: in a pytest that does not use it the plugin loads nothing of the server, the command line or HTTP."""
    code = "import sys, dagnet_realtime.pytest_plugin; print([one for one in ('typer', 'httpx', 'starlette', 'msgspec', 'py_mini_racer') if one in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"


def test_every_pytest_finds_the_plugin() -> None:
    """EXP-23: the package registers the plugin, so that a test needs no import."""
    (found,) = entry_points(group="pytest11", name="dagnet")
    assert found.value == "dagnet_realtime.pytest_plugin"
