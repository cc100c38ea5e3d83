"""What the web's tests share."""

from collections.abc import AsyncIterator

import pytest

from tests.web.stage import WebStage


@pytest.fixture
async def stage() -> AsyncIterator[WebStage]:
    async with WebStage() as entered:
        yield entered
