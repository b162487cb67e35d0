"""`fedbridge demo`: the main job ends well, fits a terminal, and says so when it does not."""

import io
import json
import re
import shutil
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from federation.cli.demo import narrated_by
from federation.cli.main import app
from federation.cli.narration import Narrator
from federation.local.demo.stage import EXAMPLES, open_stage
from federation.oauth.reasons import Reason

TOKEN = re.compile(r"eyJ[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.")


def run(*arguments: str) -> Result:
    return CliRunner(env={"COLUMNS": "80"}).invoke(app, ["demo", *arguments])


@pytest.fixture(scope="module")
def told() -> Result:
    return run()


def test_every_step_ends_as_it_should(told: Result) -> None:
    assert told.exit_code == 0
    assert "All 26 steps ended as they should." in told.stdout
    assert "WRONG" not in told.stdout


def test_it_fits_80_columns(told: Result) -> None:
    assert max(len(line) for line in told.stdout.splitlines()) <= 80


def test_it_says_what_the_caller_saw_and_what_the_audit_record_says(told: Result) -> None:
    for reason in ("wrong_audience", "untrusted_issuer", "scope_not_granted", "no_mapping", "token_expired"):
        assert f"sees       {reason}: " in told.stdout
        assert f"audit      deny {reason}" in told.stdout


def test_it_says_what_stands_in_for_what(told: Result) -> None:
    assert "loopback" in told.stdout
    assert "embedded" in told.stdout


def test_no_token_is_printed(told: Result) -> None:
    assert not TOKEN.search(told.stdout)


def test_the_report_as_json() -> None:
    result = run("--json")
    report = json.loads(result.stdout)
    assert (result.exit_code, report["ok"]) == (0, True)
    assert [step["claims"]["sub"] for step in report["exchanged"]] == [
        "partner/acme/billing-sync",
        "gcp/acme-data/pipeline",
        "azure/acme/reporting",
        "azure/acme/reporting",
        "ci/acme/deployer",
        "ci/acme/deployer",
        "k8s/acme-cluster/payments/settlement",
        "aws/acme/data-processing",
        "workload/acme/billing-sync",
        "ci/acme/deploy-gitlab",
        "ci/acme/deploy-jenkins",
        "ci/acme/deploy-circleci",
        "ci/acme/deploy-buildkite",
        "ci/acme/network-apply",
        "ci/acme/deploy-bitbucket",
        "device/acme/press-7",
    ]
    assert [step["claims"]["act"] for step in report["delegated"]] == [
        {"sub": "agent/planner"},
        {"sub": "service/calendar-tool", "act": {"sub": "agent/planner"}},
    ]
    assert [[record["reason"] for record in step["audit"]] for step in report["refused"]] == [
        [Reason.WRONG_AUDIENCE],
        [Reason.UNTRUSTED_ISSUER],
        [Reason.SCOPE_NOT_GRANTED],
        [Reason.NO_MAPPING],
        [Reason.TOKEN_EXPIRED],
        [Reason.SCOPE_NOT_GRANTED],
        [Reason.ACTOR_REQUIRED],
    ]
    assert not TOKEN.search(result.stdout)


def test_a_step_that_goes_wrong_is_told(tmp_path: Path) -> None:
    """The mapping of the Google account names another one."""
    folder = Path(shutil.copytree(EXAMPLES, tmp_path / "trust"))
    google = folder / "google.yaml"
    google.write_text(google.read_text(encoding="utf-8").replace("107517467455664443765", "1" * 21), encoding="utf-8")
    told = io.StringIO()
    with open_stage(folder, log=io.StringIO()) as stage:
        problems = narrated_by(Narrator(Console(file=told, width=80)))(stage)
    assert problems[0] == "the bridge answered 400"
    assert "WRONG      the bridge answered 400" in told.getvalue()
    assert f"{len(problems)} problems in 26 steps." in told.getvalue()
