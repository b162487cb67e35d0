import ast
import json
from collections.abc import Iterator
from importlib import import_module

import pytest

from federation.aws import approval_items
from federation.aws.clients import ANSWER_TIMEOUT
from federation.aws.revocations import INDEX, LISTING
from federation.aws.trust_items import document_partition
from federation.issuer_keys.refresh import PATIENCE
from federation.model.approval import ApprovalState
from federation.model.trust import Kind
from federation.policy.approvals import ASKED_FOR
from federation.settings import read_settings
from federation.verification.held_keys import FRESH
from functions.edge import SECRET
from tests.support.lambda_template import CERTIFICATE, DOMAIN, ROOT, Deployment, Json, Template

FUNCTIONS = [
    *("TokenFunction", "HealthFunction", "PublishFunction", "ApplyTrustFunction", "ConfirmTrustFunction"),
    *("IssuerKeysFunction", "RefreshKeysFunction", "IntrospectFunction", "RevokeFunction", "StatusFunction"),
    *("EventsFunction", "ProbeFunction", "ReconcileFunction"),
    *("AdminFunction", "NotifyFunction", "SignalsFunction", "ArchiveFunction", "RotateFunction"),
]


@pytest.fixture(params=FUNCTIONS)
def function(request: pytest.FixtureRequest, deployment: Deployment) -> dict[str, Json]:
    return deployment.properties(request.param)


def test_it_runs_on_arm_with_a_current_python(function: dict[str, Json]) -> None:
    assert (function["Architectures"], function["Runtime"]) == (["arm64"], "python3.13")


def test_its_limits_are_stated(function: dict[str, Json]) -> None:
    assert function["Timeout"] <= 60
    assert 128 <= function["MemorySize"] <= 1024


def test_a_token_request_ends_before_the_gateway_gives_up(deployment: Deployment) -> None:
    assert deployment.properties("TokenFunction")["Timeout"] == 10


def test_it_is_traced(function: dict[str, Json]) -> None:
    assert function["TracingConfig"] == {"Mode": "Active"}


def test_its_handler_resolves_to_a_module_that_can_build_it(function: dict[str, Json]) -> None:
    module, attribute = function["Handler"].rsplit(".", 1)
    assert attribute == "handler"
    assert callable(import_module(module).build)


def test_its_log_is_kept_as_long_as_asked(template: Template) -> None:
    deployment = Deployment(template, LogRetentionDays="90")
    groups = deployment.of_type("AWS::Logs::LogGroup")
    assert {group["RetentionInDays"] for group in groups.values()} == {"90"}
    for function in deployment.of_type("AWS::Lambda::Function").values():
        assert function["LoggingConfig"]["LogGroup"] in groups


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_makefile_packs_it(deployment: Deployment, name: str) -> None:
    assert deployment.resources[name]["Metadata"]["BuildMethod"] == "makefile"
    targets = [line.split(":")[0].split() for line in (ROOT / "Makefile").read_text().splitlines() if ":" in line]
    assert [target for target in targets if f"build-{name}" in target]


def test_its_environment_is_complete(function: dict[str, Json]) -> None:
    settings = read_settings({**function["Environment"]["Variables"], "AWS_LAMBDA_FUNCTION_NAME": "x"})
    assert (settings.trust_table, settings.state_table, settings.audit_table) == (
        "TrustTable",
        "StateTable",
        "AuditTable",
    )
    assert (settings.documents_bucket, settings.signing_key) == ("DocumentsBucket", "SigningKey")


def test_the_secret_of_the_edge_is_told_to_the_functions_that_compare_it_and_to_no_other(template: Template) -> None:
    given = {"DomainName": DOMAIN, "CertificateArn": CERTIFICATE, "WebAclArn": "acl", "EdgeCertificateArn": CERTIFICATE}
    functions = Deployment(template, **given).of_type("AWS::Lambda::Function")
    told = {name for name, one in functions.items() if SECRET in one.get("Environment", {}).get("Variables", {})}
    compare = {name for name in FUNCTIONS if "functions.edge" in _ours(functions[name]["Handler"].rpartition(".")[0])}
    assert told == compare
    assert {"TokenFunction", "AdminFunction"} <= told


def _ours(module: str) -> set[str]:
    """The modules of functions/ that it imports, and what those import."""
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8"))
    imported = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    found = {name for name in imported if name.startswith("functions.")}
    return found.union(*map(_ours, found))


def test_the_first_admins_function_is_packed_and_told_whom(template: Template) -> None:
    parameters = {"FirstAdminIssuer": "https://corp.example.com", "FirstAdminSubject": "alice"}
    function = Deployment(template, **parameters).properties("FirstAdminFunction")
    variables = function["Environment"]["Variables"]
    assert (variables["FEDERATION_FIRST_ADMIN_ISSUER"], variables["FEDERATION_FIRST_ADMIN_SUBJECT"]) == (
        "https://corp.example.com",
        "alice",
    )
    assert callable(import_module(function["Handler"].rpartition(".")[0]).build)
    assert "build-FirstAdminFunction" in (ROOT / "Makefile").read_text()
    rule = template["Rules"]["FirstAdminNeedsBoth"]
    assert "FirstAdminSubject" in json.dumps(rule["Assertions"])


def test_nothing_deployed_believes_loopback_issuers(template: Template) -> None:
    assert not [text for text in _texts(template) if "LOOPBACK" in text.upper()]


def _texts(value: Json) -> Iterator[str]:
    if isinstance(value, dict):
        for key, member in value.items():
            yield key
            yield from _texts(member)
    elif isinstance(value, list):
        for member in value:
            yield from _texts(member)
    else:
        yield str(value)


def test_issuers_are_asked_for_their_keys_twice_within_the_time_that_keys_are_fresh(deployment: Deployment) -> None:
    schedule = deployment.properties("RefreshKeysFunctionSchedule")
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert [target["Arn"] for target in schedule["Targets"]] == ["RefreshKeysFunction"]
    assert FRESH == 2 * 5 * 60


def test_a_refresh_ends_before_its_time_is_up(deployment: Deployment) -> None:
    assert deployment.properties("RefreshKeysFunction")["Timeout"] >= PATIENCE + 10


def test_status_lists_are_looked_after_every_minute_and_at_every_revocation(deployment: Deployment) -> None:
    assert deployment.properties("StatusFunctionSchedule")["ScheduleExpression"] == "rate(1 minute)"
    source = deployment.properties("StatusFunctionRevocation")
    assert (source["EventSourceArn"], source["FunctionName"]) == ("StateTable.StreamArn", "StatusFunction")
    assert "MaximumBatchingWindowInSeconds" not in source, "a revocation does not wait for others"
    (pattern,) = [json.loads(each["Pattern"]) for each in source["FilterCriteria"]["Filters"]]
    assert pattern["dynamodb"]["NewImage"] == {INDEX: {"S": [LISTING]}}
    assert deployment.properties("StateTable")["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_who_decides_is_told_of_every_request_and_of_nothing_else(deployment: Deployment) -> None:
    source = deployment.properties("NotifyFunctionApproval")
    assert (source["EventSourceArn"], source["FunctionName"]) == ("StateTable.StreamArn", "NotifyFunction")
    (pattern,) = [json.loads(each["Pattern"]) for each in source["FilterCriteria"]["Filters"]]
    wanted = {INDEX: {"S": [approval_items.REQUESTS]}, "state": {"S": [ApprovalState.PENDING.value]}}
    assert pattern["dynamodb"]["NewImage"] == wanted
    assert source["MaximumRecordAgeInSeconds"] == ASKED_FOR
    topic = deployment.properties("NotifyFunction")["Environment"]["Variables"]["FEDERATION_APPROVAL_TOPIC"]
    assert deployment.properties(topic)["KmsMasterKeyId"] == "alias/aws/sns"


def test_signals_hear_of_whatever_is_issued_or_refused_and_of_nothing_twice(deployment: Deployment) -> None:
    issued = deployment.properties("SignalsFunctionIssued")
    assert (issued["EventSourceArn"], issued["StartingPosition"]) == ("AuditTable.StreamArn", "TRIM_HORIZON")
    assert issued["MaximumBatchingWindowInSeconds"] <= 5
    assert "MaximumRecordAgeInSeconds" not in issued, "nothing is given up while the stream has it"
    refused = deployment.properties("SignalsFunctionRefused")
    assert refused["LogGroupName"] == "TokenLogGroup"
    late = deployment.properties("SignalsFunctionLate")
    assert late["EventSourceArn"] == "SignalsLate"
    timeout = deployment.properties("SignalsFunction")["Timeout"]
    assert deployment.properties("SignalsLate")["VisibilityTimeout"] >= 6 * timeout


def test_refusals_are_looked_for_where_they_are_logged(deployment: Deployment) -> None:
    variables = deployment.properties("AdminFunction")["Environment"]["Variables"]
    groups = read_settings(variables).log_groups
    answering = ("Token", "Introspect", "Revoke", "IssuerKeys", "Events", "Admin")
    assert set(groups) == {f"{name}LogGroup" for name in answering}


def test_publication_runs_on_a_schedule_and_after_every_deployment(deployment: Deployment) -> None:
    schedule, deployed = (
        deployment.properties("PublishFunctionSchedule"),
        deployment.properties("PublishFunctionDeployment"),
    )
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert deployed["EventPattern"] == {
        "source": ["aws.cloudformation"],
        "detail-type": ["CloudFormation Stack Status Change"],
        "detail": {
            "stack-id": ["AWS::StackId"],
            "status-details": {"status": ["CREATE_COMPLETE", "UPDATE_COMPLETE"]},
        },
    }
    for rule in (schedule, deployed):
        assert [target["Arn"] for target in rule["Targets"]] == ["PublishFunction"]


def test_publication_hears_of_every_move_of_the_key_set_and_of_nothing_else(deployment: Deployment) -> None:
    source = deployment.properties("PublishFunctionKeys")
    assert (source["EventSourceArn"], source["FunctionName"]) == ("TrustTable.StreamArn", "PublishFunction")
    (pattern,) = [json.loads(each["Pattern"]) for each in source["FilterCriteria"]["Filters"]]
    assert pattern["dynamodb"] == {"Keys": {"pk": {"S": [document_partition(Kind.KEY_SET)]}}}
    assert "MaximumBatchingWindowInSeconds" not in source, "a revoked key does not wait for others"


def test_our_keys_are_looked_after_often_enough_that_a_broken_one_is_followed_in_minutes(
    deployment: Deployment,
) -> None:
    assert deployment.properties("RotateFunctionSchedule")["ScheduleExpression"] == "rate(5 minutes)"


def test_keys_sign_for_as_long_as_the_deployment_says(template: Template) -> None:
    variables = Deployment(template, KeyRotationDays="7").properties("RotateFunction")["Environment"]["Variables"]
    settings = read_settings(variables)
    assert (settings.key_lifetime, settings.deployment) == (7 * 24 * 60 * 60, "AWS::StackId")


def test_admins_keys_are_moved_by_the_function_that_rotates(deployment: Deployment) -> None:
    admin = deployment.properties("AdminFunction")
    assert read_settings(admin["Environment"]["Variables"]).rotate_function == "RotateFunction"
    assert admin["Timeout"] > ANSWER_TIMEOUT + 5


@pytest.mark.parametrize(
    ("parameters", "asked"), [({}, True), ({"DpopNonce": "required"}, True), ({"DpopNonce": "off"}, False)]
)
def test_proofs_need_a_nonce_unless_the_deployment_says_otherwise(
    template: Template, parameters: dict[str, str], asked: bool
) -> None:
    variables = Deployment(template, **parameters).properties("TokenFunction")["Environment"]["Variables"]
    assert read_settings(variables).dpop_nonces is asked


@pytest.mark.parametrize(
    ("parameters", "snapshots", "started"),
    [
        ({}, "None", None),
        ({"TokenStart": "snapshot"}, "PublishedVersions", None),
        ({"TokenStart": "provisioned", "TokenProcesses": "3"}, "None", "3"),
    ],
)
def test_the_token_function_starts_as_the_deployment_says(
    template: Template, parameters: dict[str, str], snapshots: str, started: str | None
) -> None:
    """Never both: Lambda starts no processes of a version that has a snapshot."""
    deployment = Deployment(template, **parameters)
    assert deployment.properties("TokenFunction")["SnapStart"] == {"ApplyOn": snapshots}
    provisioned = deployment.properties("TokenFunctionAliaslive").get("ProvisionedConcurrencyConfig")
    assert provisioned == (started and {"ProvisionedConcurrentExecutions": started})
