"""Addresses as SDKs put them together."""

import pytest

from dagnet_realtime.web.addresses import kind_of, tracking_route, webhook_source


@pytest.mark.parametrize(
    ("path", "route"),
    [
        ("/v1/batch", "batch"),
        ("/v1/batch/", "batch"),
        ("//v1//batch//", "batch"),
        ("/v1/v1/batch", "batch"),
        ("/v1//v1/b", "b"),
        ("/v1/import", "import"),
        ("/v1", ""),
        ("/v1/", ""),
        ("/", ""),
        ("//", ""),
        ("/b", "b"),
        ("/t/", "t"),
        ("/track", "track"),
        ("/m", "m"),
        ("/v1/zz", "zz"),
        ("/v1/projects/K/settings", "projects/K/settings"),
        ("/projects/K/settings/", "projects/K/settings"),
        ("/v1/pixel/track", "pixel/track"),
    ],
)
def test_every_spelling_of_an_address_is_its_route(path: str, route: str) -> None:
    """DOOR-18: slashes and versions, doubled or left out."""
    assert tracking_route("POST", path) == tracking_route("OPTIONS", path) == route


def test_what_is_ours_is_no_ones_else() -> None:
    """DOOR-18: without the version only what is posted is an SDK's, and only if a source takes it."""
    for path in ("/", "/t", "/batch", "/index.html"):
        assert tracking_route("GET", path) is None
        assert tracking_route("POST", path, tracks=False) is None
    for path in ("/api/watch", "/api/v1/batch", "/assets/v1", "/sign-in", "/zz", "/t/x", "/v2/batch", "/v10/batch"):
        assert tracking_route("POST", path) is None
    assert tracking_route("GET", "/v1/zz", tracks=False) == "zz"


def test_a_webhooks_address_may_have_slashes_around_it() -> None:
    """DOOR-18: which is 404 for good otherwise."""
    for path in ("/segment/webhook/web", "/segment/webhook/web/", "//segment//webhook/web//"):
        assert webhook_source(path) == "web"
    assert webhook_source("/segment/webhook/") == ""
    assert webhook_source("/segment/webhook/web/x") == "web/x"
    for path in ("/", "/v1/webhook/x", "/segment", "/x/segment/webhook/web"):
        assert webhook_source(path) is None


@pytest.mark.parametrize(
    ("route", "kind"),
    [
        ("", "call"),
        ("import", "call"),
        ("m", "call"),
        ("pixel/track", "pixel"),
        ("pixel/page.gif", "pixel"),
        ("pixel/batch", "unknown"),
        ("pixel", "unknown"),
        ("projects/k/settings", "settings"),
        ("projects/k", "unknown"),
        ("projects/" + "k" * 201 + "/settings", "unknown"),
        ("zz", "unknown"),
    ],
)
def test_a_route_is_of_a_kind(route: str, kind: str) -> None:
    """DOOR-18: calls, pixels, settings."""
    assert kind_of(route) == kind
