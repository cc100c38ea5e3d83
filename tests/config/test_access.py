"""What each mode of access needs."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dagnet_realtime.config.access import access_of
from dagnet_realtime.config.config import Config
from dagnet_realtime.config.file import AccessTable
from dagnet_realtime.config.load import load
from dagnet_realtime.model.grant import Grant
from dagnet_realtime.model.problem import Problem

GRANT = '[[access.grant]]\nwho = "*@acme.com"\nrole = "follow"\non = ["acme/prod"]\n'
WORKSPACE = '[[workspace]]\nid = "acme"\nenv = "prod"\npath = "."\ntoken_key = "k"\n'
PROXY = 'mode = "proxy"\nproxy_header = "x-user"\nproxy_from = ["10.0.0.1"]\n'
OIDC = 'mode = "oidc"\nissuer = "https://id.example.com"\nclient_id = "us"\n'


def read(folder: Path, access: str, server: str = "", environ: Mapping[str, str] | None = None) -> Config:
    file = folder / "realtime.toml"
    file.write_text(f"[server]\n{server}\n[access]\n{access}\n{WORKSPACE}")
    return load(file, environ or {})


@pytest.mark.parametrize(
    ("access", "server", "lacking"),
    [
        ('mode = "token"', "", "`tokens`"),
        ('mode = "proxy"\nproxy_from = ["10.0.0.1"]\n' + GRANT, "", "`proxy_header`"),
        ('mode = "proxy"\nproxy_header = "x-user"\n' + GRANT, "", "`proxy_from`"),
        (PROXY + GRANT, "", "needs `proxy_secret`"),
        (PROXY + 'proxy_secret = "0123456789abcdef"\nproxy_groups = "X-USER"\n' + GRANT, "", "no header for this"),
        (PROXY.replace("x-user", "X User") + 'proxy_secret = "0123456789abcdef"\n' + GRANT, "", "no header for this"),
        (PROXY.replace("x-user", "x-realtime-proxy-secret") + 'proxy_secret = "0123456789abcdef"\n' + GRANT, "", "no header for this"),
        (PROXY + GRANT, "", "header X-Realtime-Proxy-Secret"),
        (PROXY + 'proxy_secret = "short"\n' + GRANT, "", "expected 16 or more"),
        (PROXY + 'proxy_secret = "sixteen characters, blanks"\n' + GRANT, "", "no blanks"),
        (PROXY + 'proxy_secret = "env:NO_SUCH"\n' + GRANT, "", "the variable NO_SUCH is not set"),
        (PROXY + 'proxy_secret = "0123456789abcdef"', "", "`grant`"),
        (PROXY.replace("10.0.0.1", "the proxy") + 'proxy_secret = "0123456789abcdef"\n' + GRANT, "", "expected an address or a network"),
        (OIDC + GRANT, "", "`public_url`"),
        (OIDC, 'public_url = "https://us.example.com"', "`grant`"),
        (OIDC.replace("https:", "http:") + GRANT, 'public_url = "https://us.example.com"', "https:// address"),
        (OIDC.replace("https://id.example.com", "") + GRANT, 'public_url = "https://us.example.com"', "https:// address"),
        ('mode = "token"\ntokens = "t"\nsession = "0s"', "", "a sign-in of no length"),
        ('[[access.grant]]\nwho = "ann"\non = ["acme"]', "", "expected an array of texts"),
        ('[[access.grant]]\nwho = "ann"\nrole = "root"', "", 'expected one of "administer"'),
    ],
)
def test_a_mode_says_what_it_lacks(tmp_path: Path, access: str, server: str, lacking: str) -> None:
    """ACC-15: at the start, by key; nothing is guessed."""
    with pytest.raises(Problem) as problem:
        read(tmp_path, access, server)
    assert lacking in problem.value.sentence()


def test_every_mode_is_read(tmp_path: Path) -> None:
    """ACC-15: files are named from the configuration's folder, secrets may be references and are never shown."""
    token = read(tmp_path, 'mode = "token"\ntokens = "t.json"\naudit = "a.log"', 'host = "0.0.0.0"')
    assert (token.access.tokens, token.access.audit) == (str(tmp_path / "t.json"), str(tmp_path / "a.log"))
    assert token.file == str((tmp_path / "realtime.toml").resolve())
    keys = 'client_secret = "env:S"\ncookie_key = "env:C"\n'
    oidc = read(tmp_path, OIDC + keys + GRANT, 'public_url = "https://us.example.com"', {"S": "hidden-one", "C": "hidden-two"})
    assert oidc.access.grants == (Grant(who="*@acme.com", role="follow", on=("acme/prod",)),)
    assert oidc.access.provider.client_secret is not None
    assert oidc.access.provider.client_secret.reveal() == b"hidden-one"
    assert "hidden" not in repr(oidc)
    assert oidc.access.provider.scopes == ("openid", "email", "profile")


def test_the_proxys_secret_is_read_as_other_secrets_are(tmp_path: Path) -> None:
    """ACC-14: from a variable or a file, and never shown."""
    (tmp_path / "secret").write_text("0123456789abcdef-file\n")
    for written, value in (("env:P", b"0123456789abcdef-env"), ("file:secret", b"0123456789abcdef-file")):
        given = read(tmp_path, f'{PROXY}proxy_secret = "{written}"\n{GRANT}', environ={"P": "0123456789abcdef-env"})
        assert given.access.proxy.secret is not None
        assert given.access.proxy.secret.reveal() == value
        assert "0123456789abcdef" not in repr(given)


def test_github_has_its_own_defaults() -> None:
    """ACC-15: its address, and no scope."""
    given: dict[str, Any] = {"mode": "oidc", "provider": "github", "client_id": "us"}
    assert access_of(AccessTable(**given), Path()).provider.issuer == "https://github.com"
    enterprise = access_of(AccessTable(**given, issuer="https://git.acme.com/"), Path()).provider
    assert (enterprise.issuer, enterprise.scopes) == ("https://git.acme.com", ())
