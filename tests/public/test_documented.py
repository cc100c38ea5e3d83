"""What the program says of itself is as recorded. If a difference is meant, record it anew and say so in CHANGELOG.md."""

from tests.public import documented
from tests.public.command import command
from tests.public.recorded import FOLDER, differences


def test_routes_operations_and_tags_are_as_recorded() -> None:
    """CLI-15: clients call these paths, send these fields and read these answers; a line that is gone is a Breaking one."""
    assert differences("routes", documented.routes()) == ""


def test_problem_codes_and_their_fields_are_as_recorded() -> None:
    """CLI-15: clients decide by `code` and `status` whether to try again; a line that is gone is a Breaking one."""
    assert differences("problems", documented.problems()) == ""


def test_names_of_api_types_are_as_recorded() -> None:
    """CLI-15: a generated client names its classes so; another name is a Breaking line for those who regenerate theirs."""
    assert differences("components", documented.components()) == ""


def test_fields_of_frames_are_as_recorded() -> None:
    """CLI-15: an open page of the version before reads these; a line that is gone breaks it until it is reloaded."""
    assert differences("frames", documented.frames()) == ""


def test_fields_of_a_session_log_are_as_recorded() -> None:
    """CLI-15: saved session logs hold these; a line that is gone makes old files unreadable."""
    assert differences("session_log", documented.session_log()) == ""


def test_keys_and_variables_of_the_configuration_are_as_recorded() -> None:
    """CLI-6: operators have written these keys and variables; a server does not start with one that is gone."""
    assert differences("configuration", documented.configuration()) == ""


def test_commands_and_flags_are_as_recorded() -> None:
    """CLI-15: scripts and units call these; a flag that is gone stops them."""
    assert differences("commands", documented.commands()) == ""


def test_exit_codes_are_as_recorded() -> None:
    """CLI-17: exit codes equal the recorded ones, since scripts decide by them."""
    assert differences("exit_codes", documented.exit_codes()) == ""


def test_a_recorded_session_log_is_printed_as_it_was() -> None:
    """CLI-26: scripts read these lines; saved session logs stay readable."""
    ran = command("tail", str(FOLDER / "session.ndjson"))
    assert (ran.code, differences("tail", ran.out.splitlines())) == (0, "")
