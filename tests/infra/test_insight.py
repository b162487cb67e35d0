"""The dashboard and the saved queries: of metrics that are declared, and of fields that records really have."""

import json
import re
from typing import Any

import pytest
from typer.testing import CliRunner

from federation.admin_api.insight_template import QUERIES, dashboard, rendered
from federation.cli.main import app
from federation.model.metrics import METRICS
from tests.support.lambda_template import ROOT, Deployment
from tests.support.tenants_laptop import LEDGER, tenants_laptop

DECLARED = {metric.name: metric for metric in METRICS}

SEARCHED = re.compile(r"SEARCH\('\{FederationBridge,service,([a-z,]+)\} MetricName=\"(\w+)\"")


def expressions(body: dict[str, Any]) -> list[Any]:
    return [one for widget in body["widgets"] for one in widget["properties"]["metrics"]]


@pytest.mark.parametrize("tenant", [None, "acme"])
def test_a_picture_is_of_a_metric_that_is_kept_that_way(tenant: str | None) -> None:
    for first, *rest in expressions(dashboard("b", "eu-west-1", "q", tenant)):
        searched = SEARCHED.search(first.get("expression", "")) if isinstance(first, dict) else None
        if searched:
            assert tuple(searched[1].split(",")) in DECLARED[searched[2]].dimensions
        elif first == "FederationBridge":
            assert () in DECLARED[rest[0]].dimensions


def test_a_tenants_dashboard_has_the_numbers_of_that_tenant_alone() -> None:
    told = CliRunner().invoke(app, ["dashboard", "--tenant", "acme", "--region", "eu-west-1"])
    assert told.exit_code == 0, told.output
    searches = [one[0]["expression"] for one in expressions(json.loads(told.output)) if "SEARCH" in str(one)]
    assert searches
    assert all('tenant="acme"' in each for each in searches)
    assert "AwsThrottled" not in told.output


def test_the_template_is_what_the_code_says(deployment: Deployment) -> None:
    assert (ROOT / "infra/insight.yaml").read_text(encoding="utf-8") == rendered(), "make schemas"
    assert deployment.properties("Insight")["Parameters"]["ArchiveFailures"] == "ArchiveFailures.QueueName"


def test_a_saved_query_looks_through_logs_that_there_are(deployment: Deployment) -> None:
    groups = {one["LogGroupName"] for one in deployment.of_type("AWS::Logs::LogGroup").values()}
    for functions, _ in QUERIES.values():
        assert {f"/aws/lambda/<AWS::StackName>-{name}" for name in functions} <= groups


def test_a_saved_query_asks_for_fields_that_records_have() -> None:
    with tenants_laptop() as laptop:
        laptop.exchange("worker", LEDGER, scope="ledger:read")
        laptop.exchange(audience=LEDGER, token=laptop.token("stranger"), scope="ledger:read")
        laptop.exchange(audience=LEDGER, token=laptop.token("worker")[:-8] + "AAAAAAAA", scope="ledger:read")
        refusals, issued = laptop.lines("refusal"), laptop.lines("Issued")
    known = {f"refusal.{name}" for refusal in refusals for name in refusal}
    assert issued
    asked = {field for _, query in QUERIES.values() for part in query for field in re.findall(r"refusal\.\w+", part)}
    assert asked <= known, asked - known
