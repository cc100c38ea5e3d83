"""The posture of a view."""

from dagnet_realtime.hub.guarantees import (
    MAX_FILE_WARNINGS,
    file_warnings,
    guarantees_for,
    guarantees_for_function,
    policy_version,
)
from dagnet_realtime.model.access import Secret
from dagnet_realtime.model.graph import Catalogue, FileError, Graph
from dagnet_realtime.model.workspace import Policy


def test_the_posture_says_what_is_kept_and_for_how_long() -> None:
    """HUB-23: allow-listed properties and those that graphs need, sample, budget, window, retention."""
    posture = guarantees_for(
        Policy(properties=("price",), sample=0.5, identity="reveal"), frozenset({"device"})
    )
    assert (posture.properties, posture.sample, posture.redacted, posture.filtered) == (
        ("device", "price"),
        0.5,
        False,
        "server",
    )
    assert (posture.dedupe_window, posture.dedupe_entries) == (14_400, 1_000_000)
    assert guarantees_for(Policy(), frozenset(), in_browser=True).filtered == "browser"


def test_a_viewer_is_warned_of_files_that_the_graph_needs() -> None:
    """HUB-35: warnings name the graph's own file and files that every graph needs, and no other
    graph's.
    """
    shown = Graph(name="a", file="graphs/a.json", version="1")
    errors = [
        FileError(file, "is no JSON; the last good version is still in use")
        for file in ("graphs/a.json", "graphs/b.json")
    ]
    events = [FileError(f"events/{n}.yaml", "is empty") for n in range(7)]
    catalogue = Catalogue(version="1", graphs={"a": shown}, errors=(*errors, *events))
    told = file_warnings(catalogue, shown)
    assert (
        told[0]
        == "graphs/a.json is no JSON; the last good version is still in use. It is read again as soon as it is saved."
    )
    assert (len(told), any("b.json" in note for note in told), told[-1][:12]) == (
        MAX_FILE_WARNINGS + 1,
        False,
        "3 more files",
    )
    gone = Catalogue(
        version="2", errors=(FileError("graphs/a.json", "is gone, and its graph with it"),)
    )
    assert (
        file_warnings(gone, shown)[0]
        == "graphs/a.json is gone, and its graph with it. It is read again as soon as it is saved."
    )
    assert guarantees_for(Policy(), frozenset(), told).notes == told


def test_the_policys_version_follows_its_rules_and_not_its_secrets() -> None:
    """HUB-23: a change of a rule changes the version; a change of a secret does not."""
    assert policy_version(Policy()) == policy_version(Policy(token_key=Secret("x")))
    assert policy_version(Policy()) != policy_version(Policy(deny=("email",)))


def test_a_tap_learns_the_rules_it_must_keep() -> None:
    """HUB-23: the posture lists denials and the kinds of trace identifiers; under `identity =
    "trace_id"` it lists no personal kind.
    """
    posture = guarantees_for(
        Policy(deny=("internal_*",), trace=("properties.trip", "userId"), identity="trace_id"),
        frozenset(),
    )
    assert (posture.deny, posture.trace) == (("internal_*",), ("properties.trip",))
    assert guarantees_for(Policy(), frozenset()).trace == Policy().trace


def test_what_no_server_counts_is_not_called_exact() -> None:
    """FUN-13: nothing is kept or told apart here, and what the policy shows is as it was."""
    posture = guarantees_for_function(
        Policy(properties=("price",)), frozenset({"device"}), ("A note.",)
    )
    assert (posture.exact_counts, posture.dedupe_entries, posture.retention, posture.filtered) == (
        False,
        0,
        0.0,
        "browser",
    )
    assert (posture.properties, posture.notes) == (("device", "price"), ("A note.",))
