"""Settings of the whole suite: parallel workers, browser tests last, `make fuzz` and `make proof`."""

import os
from collections.abc import Generator, Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests.support.tries import FEW, SECONDS, Enough, within

settings.register_profile(
    "usual", deadline=None, print_blob=True, derandomize=True, max_examples=FEW
)  # what passes once passes again
settings.register_profile(
    "long",
    deadline=None,
    print_blob=True,
    max_examples=1_000_000,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("long" if SECONDS else "usual")

MOST_WORKERS = 8
AGAIN = ("/e2e/", "/deploy/", "/faults/")
"""Folders whose tests drive browsers, proxies and stores of other makers on a machine that is busy."""
LONGEST = (
    *("test_host", "test_tap_lane", "test_traces_telling", "test_ui_screen", "test_ui_truth"),
    *("test_traces_odd_graphs", "test_relay_faults", "test_shop", "test_sign_in"),
    *("test_tap_extension", "test_ui_connection", "test_tap_pages", "test_static"),
)
"""Browser tests that take longest. They begin first, so that no worker has one left at the end."""
PROOF = bool(os.environ.get("PROOF"))
"""Whether `make proof` runs: only the tests marked `proof`, which are too long for `make test`."""


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores, since many tests wait for processes of their own."""
    return min((os.cpu_count() or 1) + 1, MOST_WORKERS)


@pytest.fixture(scope="session", autouse=True)
def state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Programs leave their addresses in a folder of this run's worker: servers of others are not beside them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Orders and selects tests.

    Playwright's loop stays open in the main thread once a browser has started, so no asynchronous
    test may follow one. When properties are tried for a time, nothing else runs.
    """
    if SECONDS:
        config.hook.pytest_deselected(items=[item for item in items if not _is_tried(item)])
        items[:] = [item for item in items if _is_tried(item)]
    others = [item for item in items if (item.get_closest_marker("proof") is not None) != PROOF]
    if others and not _by_node_id(config):
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if item not in set(others)]
    items.sort(key=_order)
    for item in items:
        if any(folder in item.path.as_posix() for folder in AGAIN):
            # Once more, and shown as RERUN: a real failure fails twice.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Ends a property when its time is over; it has held so far."""
    tried = _property(item)
    inner = getattr(tried, "inner_test", None)
    if SECONDS and inner is not None:
        tried.inner_test = within(inner, SECONDS)
    try:
        return (yield)
    except Enough:
        return None
    finally:
        if inner is not None:
            tried.inner_test = inner


def _order(item: pytest.Item) -> tuple[bool, int]:
    """Browser tests after all others; of them those of the longest files first."""
    stem = item.path.stem
    browser = "/e2e/" in item.path.as_posix()
    return browser, LONGEST.index(stem) if browser and stem in LONGEST else len(LONGEST)


def _by_node_id(config: pytest.Config) -> bool:
    """Whether single tests were named on the command line: they run regardless of their markers."""
    return any("::" in argument for argument in config.args)


def _is_tried(item: pytest.Item) -> bool:
    """Whether examples are generated for it: by hypothesis, or by itself if a mark says so."""
    return _property(item) is not None or item.get_closest_marker("tried") is not None


def _property(item: pytest.Item) -> Any:
    """What hypothesis keeps of a test that is tried with examples."""
    return getattr(getattr(item, "obj", None), "hypothesis", None)
