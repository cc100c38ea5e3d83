"""One Redis for all tests of logs; each test has its own prefix."""

import secrets
from collections.abc import AsyncIterator, Iterator

import pytest

from dagnet_realtime.stores.redis_connection import RedisConnection, parse_redis_url
from tests.support.redis import RedisServer, redis_server


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with redis_server() as server:
        yield server


@pytest.fixture
async def calls(redis: RedisServer) -> AsyncIterator[RedisConnection]:
    made = RedisConnection(parse_redis_url(f"{redis.url}?prefix={secrets.token_hex(4)}"))
    yield made
    await made.aclose()
