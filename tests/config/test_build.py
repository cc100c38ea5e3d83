"""What each mode of access needs, and the defaults of what a configuration leaves out."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from dagnet_realtime.config.build import access_of, default_workspace
from dagnet_realtime.config.config import Config
from dagnet_realtime.config.file import AccessTable
from dagnet_realtime.config.load import load
from dagnet_realtime.model.access import RoleBinding, Secret
from dagnet_realtime.model.problem import Problem
from dagnet_realtime.model.workspace import Deployment, Workspace

URL = 'graphs_url = "https://dagnet.example.com"\n'
NAMED = URL + 'graphs = ["checkout"]\n'


def read(folder: Path, keys: str) -> Workspace:
    file = folder / "realtime.toml"
    file.write_text(f'[[workspace]]\nid = "acme"\nenv = "prod"\n{keys}')
    return load(file, {"SECRET": "s", "ODD": "a b"}).workspaces[0]


def test_a_deployment_needs_no_folder_and_may_have_one_of_definitions(tmp_path: Path) -> None:
    """GRA-20: names once each, secrets by reference."""
    keys = 'graphs = ["checkout.json", "checkout", "sign up"]\ngraphs_branch = "main"\ngraphs_secret = "env:SECRET"\ngraphs_bearer = "t"\n'
    made = read(tmp_path, URL + keys + 'graphs_every = "5m"')
    assert made.path == ""
    assert made.deployment == Deployment(
        url="https://dagnet.example.com/api/graph", names=("checkout", "sign up"), branch="main",
        secret=Secret("s"), bearer=Secret("t"), interval=300.0,
    )  # fmt: skip
    assert read(tmp_path, NAMED + 'path = "."').path == str(tmp_path)


@pytest.mark.parametrize(
    "url",
    [
        "https://d.example/api/graph",
        "http://127.0.0.1:5173",
        "http://localhost/sub/",
        "http://[::1]:1",
    ],
)
def test_addresses_that_can_be_trusted(tmp_path: Path, url: str) -> None:
    """GRA-20: a deployment's address uses https, or names this machine."""
    found = read(tmp_path, f'graphs_url = "{url}"\ngraphs = ["a"]').deployment
    assert found is not None
    assert found.url == url.removesuffix("/api/graph").rstrip("/") + "/api/graph"


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ("", "`path` is missing"),
        ('path = "."\ngraphs = ["a"]', "`graphs` needs `graphs_url`"),
        (
            'graphs_url = "http://dagnet.example.com"\ngraphs = ["a"]',
            "expected an https:// address",
        ),
        ('graphs_url = "file:///etc/passwd"\ngraphs = ["a"]', "expected an https:// address"),
        ('graphs_url = "https://"\ngraphs = ["a"]', "expected an https:// address"),
        ('graphs_url = "https://x:99999"\ngraphs = ["a"]', "expected an https:// address"),
        ('graphs_url = "https://[x"\ngraphs = ["a"]', "expected an https:// address"),
        ('graphs_url = "https://me:pw@x"\ngraphs = ["a"]', "a host and a path only"),
        ('graphs_url = "https://x?secret=pw"\ngraphs = ["a"]', "a host and a path only"),
        (URL, "no graph is named"),
        (URL + f"graphs = {[str(number) for number in range(51)]}", "51 graphs are named"),
        (URL + 'graphs = ["../x"]', "is no name of a graph"),
        (URL + 'graphs = [".x"]', "is no name of a graph"),
        (URL + 'graphs = [""]', "is no name of a graph"),
        (NAMED + 'graphs_every = "1s"', "found 1s, expected at least 5s"),
        (NAMED + 'graphs_secret = "env:GONE"', "the variable GONE is not set"),
        (NAMED + 'graphs_bearer = "env:ODD"', "ASCII"),
        (NAMED + 'path = "./gone"', "there is no folder"),
    ],
)
def test_what_cannot_work_is_reported_without_the_secret(
    tmp_path: Path, keys: str, words: str
) -> None:
    """GRA-20: a contradiction is a problem at the start that names the key and shows no secret."""
    with pytest.raises(Problem) as caught:
        read(tmp_path, keys)
    assert words in caught.value.title
    assert "pw" not in str(caught.value)


GRANT = '[[access.grant]]\nwho = "*@acme.com"\nrole = "follow"\non = ["acme/prod"]\n'
WORKSPACE = '[[workspace]]\nid = "acme"\nenv = "prod"\npath = "."\ntoken_key = "k"\n'
PROXY = 'mode = "proxy"\nproxy_header = "x-user"\nproxy_from = ["10.0.0.1"]\n'
OIDC = 'mode = "oidc"\nissuer = "https://id.example.com"\nclient_id = "us"\n'


def read_access(
    folder: Path, access: str, server: str = "", environ: Mapping[str, str] | None = None
) -> Config:
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
        (
            PROXY + 'proxy_secret = "0123456789abcdef"\nproxy_groups = "X-USER"\n' + GRANT,
            "",
            "this header cannot be used",
        ),
        (
            PROXY.replace("x-user", "X User") + 'proxy_secret = "0123456789abcdef"\n' + GRANT,
            "",
            "this header cannot be used",
        ),
        (
            PROXY.replace("x-user", "x-realtime-proxy-secret")
            + 'proxy_secret = "0123456789abcdef"\n'
            + GRANT,
            "",
            "this header cannot be used",
        ),
        (PROXY + GRANT, "", "header X-Realtime-Proxy-Secret"),
        (PROXY + 'proxy_secret = "short"\n' + GRANT, "", "expected 16 or more"),
        (PROXY + 'proxy_secret = "sixteen characters, blanks"\n' + GRANT, "", "without blanks"),
        (PROXY + 'proxy_secret = "env:NO_SUCH"\n' + GRANT, "", "the variable NO_SUCH is not set"),
        (PROXY + 'proxy_secret = "0123456789abcdef"', "", "`grant`"),
        (
            PROXY.replace("10.0.0.1", "the proxy") + 'proxy_secret = "0123456789abcdef"\n' + GRANT,
            "",
            "expected an address or a network",
        ),
        (OIDC + GRANT, "", "`public_url`"),
        (OIDC, 'public_url = "https://us.example.com"', "`grant`"),
        (
            OIDC.replace("https:", "http:") + GRANT,
            'public_url = "https://us.example.com"',
            "https:// address",
        ),
        (
            OIDC.replace("https://id.example.com", "") + GRANT,
            'public_url = "https://us.example.com"',
            "https:// address",
        ),
        ('mode = "token"\ntokens = "t"\nsession = "0s"', "", "a sign-in of no duration"),
        ('[[access.grant]]\nwho = "ann"\non = ["acme"]', "", "expected an array of texts"),
        ('[[access.grant]]\nwho = "ann"\nrole = "root"', "", 'expected one of "administer"'),
    ],
)
def test_a_mode_says_what_it_lacks(tmp_path: Path, access: str, server: str, lacking: str) -> None:
    """ACC-10: a missing key is a problem at the start that names it; nothing is guessed."""
    with pytest.raises(Problem) as problem:
        read_access(tmp_path, access, server)
    assert lacking in problem.value.sentence()


def test_every_mode_is_read(tmp_path: Path) -> None:
    """ACC-10: files are named from the configuration's folder, secrets may be references and are never shown."""
    token = read_access(
        tmp_path, 'mode = "token"\ntokens = "t.json"\naudit = "a.log"', 'host = "0.0.0.0"'
    )
    assert (token.access.tokens, token.access.audit) == (
        str(tmp_path / "t.json"),
        str(tmp_path / "a.log"),
    )
    assert token.file == str((tmp_path / "realtime.toml").resolve())
    keys = 'client_secret = "env:S"\ncookie_key = "env:C"\n'
    oidc = read_access(
        tmp_path,
        OIDC + keys + GRANT,
        'public_url = "https://us.example.com"',
        {"S": "hidden-one", "C": "hidden-two"},
    )
    assert oidc.access.grants == (RoleBinding(who="*@acme.com", role="follow", on=("acme/prod",)),)
    assert oidc.access.provider.client_secret is not None
    assert oidc.access.provider.client_secret.reveal() == b"hidden-one"
    assert "hidden" not in repr(oidc)
    assert oidc.access.provider.scopes == ("openid", "email", "profile")


def test_the_proxys_secret_is_read_as_other_secrets_are(tmp_path: Path) -> None:
    """ACC-14: the proxy's secret comes from a variable or a file, and is never shown."""
    (tmp_path / "secret").write_text("0123456789abcdef-file\n")
    for written, value in (
        ("env:P", b"0123456789abcdef-env"),
        ("file:secret", b"0123456789abcdef-file"),
    ):
        given = read_access(
            tmp_path,
            f'{PROXY}proxy_secret = "{written}"\n{GRANT}',
            environ={"P": "0123456789abcdef-env"},
        )
        assert given.access.proxy.secret is not None
        assert given.access.proxy.secret.reveal() == value
        assert "0123456789abcdef" not in repr(given)


def test_github_has_its_own_defaults() -> None:
    """ACC-10: GitHub has its own address as a default, and no scope."""
    given: dict[str, Any] = {"mode": "oidc", "provider": "github", "client_id": "us"}
    assert access_of(AccessTable(**given), Path()).provider.issuer == "https://github.com"
    enterprise = access_of(AccessTable(**given, issuer="https://git.acme.com/"), Path()).provider
    assert (enterprise.issuer, enterprise.scopes) == ("https://git.acme.com", ())


def chance(count: int) -> bytes:
    return b"\x07" * count


def test_a_folder_alone_becomes_a_workspace_with_two_sources(tmp_path: Path) -> None:
    """CLI-8: a folder alone is workspace `<folder name>`, env `local`, with the sources `webhook` and `tracking`."""
    folder = tmp_path / "my shop"
    (folder / "graphs").mkdir(parents=True)
    made = default_workspace(folder, chance)
    assert str(made.channel) == "my-shop/local"
    assert made.path == str(folder)
    webhook, tracking = made.sources
    assert (webhook.id, webhook.kind, len(webhook.secrets)) == ("webhook", "webhook", 1)
    assert (tracking.id, tracking.kind) == ("tracking", "tracking")
    assert tracking.write_key is not None
    assert made.policy.token_key is None, "which follows from the key of this machine"
    assert "0707" not in repr(made)


def test_a_folder_that_is_no_data_repository_is_reported(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="not a DagNet data repository"):
        default_workspace(tmp_path, chance)
    with pytest.raises(Problem, match="There is no folder"):
        default_workspace(tmp_path / "gone", chance)
