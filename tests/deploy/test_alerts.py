"""The alert rules name what `/metrics` says, and Prometheus' own tool accepts them."""

import re
import shutil
import subprocess

import pytest
from ruamel.yaml import YAML

from tests.deploy.pair import DEPLOY

RULES = DEPLOY / "alerts.yaml"
PAGE = (DEPLOY.parent / "docs" / "reference" / "metrics.md").read_text()
ROW = re.compile(r"^\| `(dagnet_realtime_\w+)` \|.*\| (.*?) \|$", re.MULTILINE)


def test_alerts_name_metrics_that_there_are() -> None:
    """OPS-10: rules name existing metrics, and each metric that the page calls worth an alarm has a
    rule.
    """
    named = set(re.findall(r"dagnet_realtime_\w+", RULES.read_text()))
    documented = dict(ROW.findall(PAGE))
    assert {name.removesuffix("_bucket") for name in named} <= set(documented)
    worth = {name for name, alarm in documented.items() if alarm != "—"}
    assert worth <= {name.removesuffix("_bucket") for name in named}


def test_every_alert_says_what_to_do() -> None:
    """OPS-10: each alert has a severity, a summary and an action."""
    (group,) = YAML(typ="safe").load(RULES.read_text())["groups"]
    assert group["rules"]
    for rule in group["rules"]:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(rule["annotations"]) == {"summary", "action"}


@pytest.mark.skipif(
    not shutil.which("promtool"), reason="promtool is not there: it is part of Debian's prometheus"
)
def test_promtool_accepts_them() -> None:
    """OPS-10: the tool of Debian's package accepts the rules."""
    done = subprocess.run(
        ["promtool", "check", "rules", RULES],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
