"""What the program runs by."""

from dagnet_realtime.config.config import Config, ServerConfig


def test_a_log_url_does_not_show_its_password() -> None:
    """CLI-3: secrets are shown in no `repr`."""
    config = Config(server=ServerConfig(log="redis://user:hunter2@host:6379/0"))
    assert "hunter2" not in repr(config)
    assert "redis://…" in repr(config)
