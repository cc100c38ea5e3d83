"""What holds for every test: the browser comes last, and hostile input can be tried for longer."""

import os

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("usual", deadline=None, print_blob=True)
settings.register_profile("long", deadline=None, print_blob=True, max_examples=20_000, suppress_health_check=list(HealthCheck))
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "usual"))


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Playwright's loop stays open in the main thread once a browser has started, so no asynchronous test may follow one."""
    items.sort(key=lambda item: "/e2e/" in item.path.as_posix())
