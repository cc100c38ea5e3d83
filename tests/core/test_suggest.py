"""Suggestions for a misspelt name."""

from dagnet_realtime.core.suggest import similar_names


def test_the_most_similar_name_comes_first() -> None:
    """MAT-9: similar names come in order of similarity, at most the given number."""
    assert similar_names(
        "checkout", ["checkout started", "check-out", "unlike", "checkout"], 2
    ) == ("check-out", "checkout started")
    assert similar_names("!!", ["??"]) == ()


def test_case_unicode_form_and_locale_do_not_count() -> None:
    """MAT-9: case, Unicode form, locale, spaces and signs do not count."""
    assert similar_names("Cafe\u0301 Opened", ["Café\u00a0Opened"]) == ("Café\u00a0Opened",)
    assert similar_names("iade talebi", ["İade Talebi"]) == ("İade Talebi",)
    assert similar_names("order_completed", ["Signed Up", "Order Completed"]) == (
        "Order Completed",
    )
