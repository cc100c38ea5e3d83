"""The sample shop is a DagNet data repository without a blemish, and what the documentation promises of it holds."""

from dagnet_realtime.cli.demo import SAMPLE
from dagnet_realtime.graphs.folder import FolderGraphs


def test_the_sample_reads_without_an_error_or_a_warning() -> None:
    catalogue = FolderGraphs({"shop": SAMPLE}).load().catalogue("shop")
    assert not catalogue.errors
    assert set(catalogue.graphs) == {"uk-checkout-journey", "newsletter-sign-up"}
    assert not [
        warning
        for graph in catalogue.graphs.values()
        for warning in graph.warnings
        if warning.code not in EXPECTED
    ]


EXPECTED: frozenset[str] = frozenset({"two_names"})


def test_the_sample_shows_every_rule_of_matching() -> None:
    graph = FolderGraphs({"shop": SAMPLE}).load().catalogue("shop").graphs["uk-checkout-journey"]
    assert {listen.rule for listen in graph.listens} == {"segment", "amplitude", "event_id"}
    assert any(listen.filters for listen in graph.listens)
    assert any(node.type == "case" for node in graph.nodes)
    assert any(node.dark for node in graph.nodes)
    assert all(node.x is not None for node in graph.nodes)
    assert len(graph.listens) == 11
