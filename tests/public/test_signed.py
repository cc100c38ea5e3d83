"""Browsers stay signed in over an upgrade,
in the modes that keep keys in files or in the configuration.
"""

from typing import Any

import pytest

from tests.public import signed
from tests.public.recorded import differences, read_json


@pytest.fixture(scope="module")
def left() -> dict[str, Any]:
    """What browsers and folders hold of the recorded version."""
    found: dict[str, Any] = read_json("signed")
    return found


@pytest.fixture(scope="module")
def local(left: dict[str, Any]) -> dict[str, Any]:
    """What today's local server says to them."""
    return signed.local_answers(left["local"])


def test_a_recorded_local_browser_is_signed_in_until_it_signs_out(
    left: dict[str, Any], local: dict[str, Any]
) -> None:
    """OPS-21, ACC-55: the key of `browsers.secret` signs it in with its page's secret; a difference
    signs everybody out at an upgrade.
    """
    assert (local["browser"], local["without its page"]) == (200, 401)
    assert (local["out"], local["after out"]) == (303, 401)
    assert local["link"]["set"] == left["local"]["browser"]["set"]


def test_a_recorded_link_signs_one_browser_in(local: dict[str, Any]) -> None:
    """OPS-21, ACC-3: a link of another version's command works, and so does one that this version
    makes by a recorded state file.
    """
    assert (local["link"]["status"], local["link"]["to"], local["again"]) == (303, "./", 401)
    assert local["made"] == 303


def test_send_knows_a_server_by_the_recorded_state_file(local: dict[str, Any]) -> None:
    """OPS-21: it signs with the secret and sends the write key that a server of another version
    left there.
    """
    assert local["sent"] == [[0, "Sent 1 events in 1 deliveries: 1 taken, 0 refused"]] * 2


def test_people_keep_their_recorded_pseudonyms(left: dict[str, Any], local: dict[str, Any]) -> None:
    """OPS-21, RED-7: pseudonyms follow from `browsers.secret`; a difference splits people's traces
    at an upgrade.
    """
    assert local["token"] == left["local"]["token"]


def test_files_of_the_state_folder_are_as_recorded(local: dict[str, Any]) -> None:
    """OPS-21: programs of two versions on one machine read these;
    a line that is gone hides a server from them.
    """
    assert differences("local_files", local["files"]) == ""


@pytest.mark.proof
def test_files_of_a_demo_are_as_recorded() -> None:
    """OPS-21: a demo writes the page with the link, which its user alone can read, and its
    generated sources.
    """
    assert differences("demo_files", signed.demo_files()) == ""


def test_a_browser_with_an_identity_provider_stays_signed_in(left: dict[str, Any]) -> None:
    """OPS-21: the provider is asked with the access token in the recorded cookie;
    a difference signs everybody out at an upgrade.
    """
    found = signed.oidc_answers(left["oidc"])
    assert (found["me"]["person"], found["me"]["can"], found["asked"]) == (
        "oidc:ann@acme.com",
        ["watch", "follow"],
        [True],
    )
    assert (found["out"], found["after out"]) == (303, 401)
    assert found["start"] == sorted(left["oidc"]["attempt"]["asked"])
    assert found["attempt"] == left["oidc"]["attempt"]["set"]
    assert differences("oidc_files", found["files"]) == ""


@pytest.mark.proof
async def test_a_browser_comes_back_from_the_provider_to_another_version(
    left: dict[str, Any],
) -> None:
    """OPS-21: it signs in once, by the recorded cookie of its attempt, which holds the provider's
    parameters.
    """
    back = await signed.oidc_comes_back(left["oidc"])
    assert (back["status"], back["to"], back["person"], back["again"]) == (
        303,
        "/",
        "oidc:ann@acme.com",
        401,
    )
    assert back["set"] == left["oidc"]["set"]
