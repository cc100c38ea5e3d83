"""The socket that the server listens on."""

import socket

import pytest

from dagnet_realtime.app.listen import is_loopback, listen, origin_of
from dagnet_realtime.config.config import Config, ServerConfig
from dagnet_realtime.model.problem import Problem


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7", "example.com", ""])
def test_local_access_listens_on_this_machine_only(host: str) -> None:
    """ACC-10: it refuses to bind anywhere else, and says why."""
    with pytest.raises(Problem) as refused:
        listen(Config(server=ServerConfig(host=host, port=0)))
    assert refused.value.code == "forbidden"


def test_any_free_port_can_be_asked_for() -> None:
    """WEB-23: port 0; the origin names the one that was found."""
    with listen(Config(server=ServerConfig(port=0))) as bound:
        assert origin_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"
        assert bound.getsockname()[1] > 0


def test_a_taken_port_is_a_problem_with_a_way_out() -> None:
    """WEB-23: not a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Problem) as refused:
            listen(Config(server=ServerConfig(port=port)))
    assert refused.value.title == f"Port {port} is taken"


def test_loopback_has_many_names() -> None:
    """ACC-10: all of 127.0.0.0/8, ::1 and localhost; nothing that must be looked up."""
    assert all(is_loopback(host) for host in ("127.0.0.1", "127.8.8.8", "::1", "localhost"))
    assert not any(is_loopback(host) for host in ("0.0.0.0", "localhost.example.com", "10.0.0.1"))
