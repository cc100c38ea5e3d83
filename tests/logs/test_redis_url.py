"""A store's URL."""

import pytest

from dagnet_realtime.logs.redis_url import Target, target
from dagnet_realtime.model.problem import Problem


def test_one_server() -> None:
    """LOG-60: `redis://` and `rediss://`, with user, password, database and prefix."""
    assert target("redis://cache") == Target(kind="single", hosts=(("cache", 6379),))
    assert target("rediss://ann:p%40ss@cache:7000/3?prefix=live&ssl_ca_certs=/ca.pem") == Target(
        kind="single",
        hosts=(("cache", 7000),),
        prefix="live",
        database=3,
        username="ann",
        password="p@ss",
        tls=True,
        options={"ssl_ca_certs": "/ca.pem"},
    )
    assert target("redis://[::1]:7000").hosts == (("::1", 7000),)


def test_sentinels_and_clusters() -> None:
    """LOG-60: `redis+sentinel://hosts/service/database` and `redis+cluster://hosts`."""
    watched = target("redis+sentinel://:secret@one:26379,two/events/1?prefix=x")
    assert (watched.hosts, watched.service, watched.database) == ((("one", 26379), ("two", 26379)), "events", 1)
    assert target("rediss+cluster://one:7000,two:7001").hosts == (("one", 7000), ("two", 7001))


@pytest.mark.parametrize(
    "url",
    [
        "kafka://user:hidden@host",
        "redis+nothing://:hidden@host",
        "redis://:hidden@one,two",
        "redis://:hidden@host/name",
        "redis://:hidden@host:port",
        "redis://:hidden@host?prefix={a}",
        "redis://:hidden@host?prefix=",
        "redis://:hidden@host?socket_timeout=3",
        "redis+sentinel://:hidden@host",
        "redis+cluster://:hidden@host/3",
    ],
)
def test_a_wrong_url_is_refused_without_showing_it(url: str) -> None:
    """LOG-60: it may hold a password."""
    with pytest.raises(Problem) as refused:
        target(url)
    assert "hidden" not in refused.value.sentence()


def test_a_target_prints_no_password() -> None:
    """LOG-60: nor its user."""
    assert "hidden" not in repr(target("redis://ann:hidden@host"))
