"""One Redis for all tests of logs; each test has its own prefix."""

import secrets
from collections.abc import AsyncIterator, Iterator

import pytest

from dagnet_realtime.logs.redis_calls import Calls
from dagnet_realtime.logs.redis_url import target
from tests.support.redis import RedisServer, redis_server


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def calls(redis: RedisServer) -> AsyncIterator[Calls]:
    made = Calls(target(f"{redis.url}?prefix={secrets.token_hex(4)}"))
    yield made
    await made.aclose()
