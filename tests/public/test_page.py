"""A page that was open before an upgrade goes on with today's server."""

from tests.public import page
from tests.public.recorded import differences, read_json


def test_recorded_requests_of_a_page_are_answered_as_they_were() -> None:
    """OPS-21: statuses and fields stay as recorded; a line that is gone breaks pages until they are
    reloaded.
    """
    assert differences("page_answers", page.asked(read_json("page_requests"))) == ""
