"""Two intake processes, three viewer processes, and the Redis that they share. One viewer process has a wire of its own."""

from collections.abc import Iterator

import pytest

from tests.faults.town import House, town
from tests.faults.wire import Wire, wire
from tests.support.redis import RedisServer, redis_server


@pytest.fixture(scope="session")
def redis() -> Iterator[RedisServer]:
    with redis_server("--maxmemory-policy", "noeviction") as server:
        yield server


@pytest.fixture(scope="session")
def cable(redis: RedisServer) -> Iterator[Wire]:
    with wire(redis.port) as made:
        yield made


@pytest.fixture(scope="session")
def houses(
    redis: RedisServer, cable: Wire, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[list[House]]:
    with town(
        redis,
        tmp_path_factory.mktemp("town"),
        (redis.port, redis.port, redis.port, redis.port, cable.port),
    ) as built:
        yield built


@pytest.fixture
def intakes(houses: list[House]) -> list[House]:
    return houses[:2]


@pytest.fixture
def viewers(houses: list[House]) -> list[House]:
    return houses[2:]
