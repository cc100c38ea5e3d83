"""Problems."""

from dagnet_realtime.model.problem import STATUS, Problem


def test_a_problem_is_one_sentence_in_a_terminal() -> None:
    """Title, detail and remedy are joined, each with one full stop."""
    assert (
        Problem("invalid", "It is wrong.", "", "Change it").sentence() == "It is wrong. Change it."
    )
    assert (
        Problem("invalid", "It is wrong", "Why.", "Is it on?").sentence()
        == "It is wrong. Why. Is it on?"
    )


def test_every_code_has_its_status() -> None:
    """WEB-12: HTTP says the same as the code."""
    assert {Problem(code, "x").status for code in STATUS} == {
        400,
        401,
        403,
        404,
        410,
        413,
        429,
        503,
    }
