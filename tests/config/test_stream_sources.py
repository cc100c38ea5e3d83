"""Sources of kind `kafka`, as they are configured."""

from pathlib import Path

import pytest

from dagnet_realtime.config.load import load
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.stream import Only, StreamSettings
from dagnet_realtime.model.workspace import Source
from dagnet_realtime.serverless.server import _validate_config

GOOD = 'servers = ["b1:9092"]\ntopics = ["segment.events"]\n'
SASL = 'username = "env:USER_NAME"\npassword = "env:PASS"\n'


def read(folder: Path, keys: str, kind: str = "kafka") -> Source:
    """The one source of a configuration."""
    (folder / "ca.pem").write_text("a certificate")
    file = folder / "realtime.toml"
    source = f'[[workspace.source]]\nid = "stream"\nkind = "{kind}"\n{keys}'
    file.write_text(f'[[workspace]]\nid = "acme"\nenv = "prod"\npath = "."\n{source}')
    return (
        load(file, {"USER_NAME": "somebody", "PASS": "hunter2", "WK": "ours"})
        .workspaces[0]
        .sources[0]
    )


def test_a_stream_needs_servers_and_topics_and_has_usual_settings(tmp_path: Path) -> None:
    """STR-22: what is not said is plain, and ten seconds behind at most."""
    assert read(tmp_path, GOOD).stream == StreamSettings(
        servers=("b1:9092",), topics=("segment.events",)
    )
    assert read(tmp_path, 'write_key = "k"', "tracking").stream is None


def test_everything_can_be_said(tmp_path: Path) -> None:
    """STR-22: secrets are references, files lie in the configuration's folder, and repeated topics
    count once.
    """
    keys = (
        'servers = ["b1.example.com:9093", "[::1]:9094"]\ntopics = ["a", "b", "a"]\nshape = "/data/event"\nbehind = "1m"\n'
        'only_write_keys = ["env:WK"]\nonly_source_ids = ["src"]\nsecurity = "sasl_ssl"\nmechanism = "SCRAM-SHA-512"\n'
        'ca = "ca.pem"\ncertificate = "ca.pem"\nkey = "ca.pem"\n'
    )
    file = str(tmp_path / "ca.pem")
    assert read(tmp_path, keys + SASL).stream == StreamSettings(
        servers=("b1.example.com:9093", "[::1]:9094"),
        topics=("a", "b"),
        shape="/data/event",
        only=Only(frozenset({"ours"}), frozenset({"src"})),
        behind=60.0,
        security="sasl_ssl",
        mechanism="SCRAM-SHA-512",
        username=Secret("somebody"),
        password=Secret("hunter2"),
        ca=file,
        certificate=file,
        key=file,
    )


@pytest.mark.parametrize(
    ("keys", "kind", "words"),
    [
        ('topics = ["a"]', "kafka", "needs `servers`"),
        ('servers = ["b1:9092"]', "kafka", "needs `topics`"),
        ('servers = ["b1"]\ntopics = ["a"]', "kafka", "servers[1]: found"),
        ('servers = ["b1:99999"]\ntopics = ["a"]', "kafka", "servers[1]: found"),
        ('servers = ["http://b1:9092"]\ntopics = ["a"]', "kafka", "servers[1]: found"),
        ('servers = ["b1:9092"]\ntopics = ["a", "b/c"]', "kafka", "topics[2]: found"),
        (GOOD + 'shape = "json"', "kafka", "JSON pointer"),
        (GOOD + 'behind = "0s"', "kafka", "the duration must be above 0"),
        (GOOD + 'behind = "soon"', "kafka", "expected a duration"),
        (GOOD + 'secrets = ["s"]', "kafka", "`secrets` does not go with kind"),
        (GOOD + 'write_key = "s"', "kafka", "`write_key` does not go with kind"),
        (GOOD + "allow_unsigned = true", "kafka", "`allow_unsigned` does not go with kind"),
        (GOOD + 'security = "sasl_ssl"', "kafka", "needs `username`"),
        (GOOD + 'security = "sasl_ssl"\nusername = "u"', "kafka", "needs `password`"),
        (GOOD + SASL, "kafka", "`username` does not go with security"),
        (GOOD + 'ca = "ca.pem"', "kafka", "`ca` does not go with security"),
        (GOOD + 'security = "ssl"\nca = "absent.pem"', "kafka", "there is no file"),
        (GOOD + 'security = "ssl"\nkey = "ca.pem"', "kafka", "`key` needs `certificate`"),
        (GOOD + 'security = "tls"', "kafka", "expected one of"),
        ('write_key = "k"\nservers = ["b1:9092"]', "tracking", "`servers` does not go with kind"),
        ('secrets = ["s"]\ntopics = ["a"]', "webhook", "`topics` does not go with kind"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_the_start(
    tmp_path: Path, keys: str, kind: str, words: str
) -> None:
    """STR-22: the problem names what is wrong, and shows no secret."""
    with pytest.raises(Problem) as caught:
        read(tmp_path, keys, kind)
    assert words in caught.value.sentence()
    assert "hunter2" not in caught.value.sentence()


def test_a_serverless_deployment_reads_no_stream(tmp_path: Path) -> None:
    """STR-22: no process of it lives to read."""
    read(tmp_path, GOOD)
    (tmp_path / "realtime.toml").write_text(
        '[server]\nlog = "redis://127.0.0.1:6379/0"\n[access]\nmode = "token"\ntokens = "t.json"\n'
        'cookie_key = "0123456789abcdef0123456789abcdef"\n'
        '[[workspace]]\nid = "acme"\nenv = "prod"\npath = "."\ntoken_key = "0123456789abcdef"\n'
        f'[[workspace.source]]\nid = "stream"\nkind = "kafka"\n{GOOD}'
    )
    with pytest.raises(Problem, match="a stream needs a process that keeps running"):
        _validate_config(load(tmp_path / "realtime.toml", {}))
