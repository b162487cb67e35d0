"""What each function may do: exactly this, named action by action."""

from fnmatch import fnmatchcase
from typing import get_args

import pytest

from federation.audit.trust_change import trust_record_id
from federation.aws import archive_index
from federation.aws.answers import answer_key
from federation.aws.audit_items import record_key
from federation.aws.issuer_keys import Store
from federation.aws.items import item_key
from federation.aws.key_maker import SPECS
from federation.aws.revocations import revocation_pk, surrendered_pk
from federation.aws.trust_items import (
    MAPPING_SHARDS,
    admin_partition,
    bucket_key,
    document_partition,
    filed_key,
    naming_partition,
    patterns_partition,
    pending_partition,
    shards,
)
from federation.model.identity import identity_of, subject_key
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.risk import RiskOf
from federation.model.trust import DocumentRef, Kind, Selector
from federation.system import RandomIdentifiers
from tests.support.lambda_template import Deployment, Statement, Template, statements

KEY_SET = document_partition(Kind.KEY_SET)
KEYS = [KEY_SET, Store.FETCHED.partition_key, Store.PUSHED.partition_key, archive_index.PARTITION]
"""Partitions of the trust table that nobody may write who edits trust."""

LOGGING_REFUSALS = ("Token", "Introspect", "Revoke", "IssuerKeys", "Events", "Admin")


def allowed(log_group: str, *own: tuple[str, str]) -> set[tuple[str, str]]:
    """(action, resource) of a function: its own, its log, and traces, which know no resource."""
    log = {("logs:CreateLogStream", log_group), ("logs:PutLogEvents", log_group)}
    return {*own, *log, ("xray:PutTraceSegments", "*"), ("xray:PutTelemetryRecords", "*")}


FOLLOW = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
HEARING = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
READ_AND_WRITE = ("BatchGetItem", "DeleteItem", "GetItem", "PutItem", "UpdateItem")
ALLOWED = {
    "TokenFunction": allowed(
        "TokenLogGroup",
        ("kms:Sign", "SigningKey"),
        ("dynamodb:BatchGetItem", "TrustTable"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:Query", "TrustTable"),
        ("dynamodb:PutItem", "AuditTable"),
        ("dynamodb:UpdateItem", "AuditTable"),
        ("dynamodb:BatchGetItem", "StateTable"),  # revocations and risk scores, in the commit's consistent read
        ("dynamodb:GetItem", "StateTable"),  # approvals, and the secrets of nonces
        ("dynamodb:PutItem", "StateTable"),
        ("dynamodb:UpdateItem", "StateTable"),  # claims of what may be used a counted number of times
        ("dynamodb:DeleteItem", "StateTable"),
    ),
    "HealthFunction": allowed("HealthLogGroup"),
    "NotFoundFunction": allowed("NotFoundLogGroup"),
    "PublishFunction": allowed(
        "PublishLogGroup",
        *((f"dynamodb:{action}", "TrustTable/stream/*") for action in HEARING),
        ("kms:GetPublicKey", "SigningKey"),
        ("s3:GetObject", "DocumentsBucket/.well-known/*"),
        ("s3:PutObject", "DocumentsBucket/.well-known/*"),
        ("s3:ListBucket", "DocumentsBucket"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:PutItem", "TrustTable"),
    ),
    "IssuerKeysFunction": allowed(
        "IssuerKeysLogGroup",
        ("dynamodb:BatchGetItem", "TrustTable"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:Query", "TrustTable"),
        ("dynamodb:PutItem", "TrustTable"),
        ("dynamodb:PutItem", "AuditTable"),
        ("dynamodb:UpdateItem", "AuditTable"),
        ("dynamodb:BatchGetItem", "StateTable"),
        ("dynamodb:PutItem", "StateTable"),
        ("dynamodb:DeleteItem", "StateTable"),
    ),
    "IntrospectFunction": allowed(
        "IntrospectLogGroup",
        ("kms:Sign", "SigningKey"),
        ("dynamodb:BatchGetItem", "TrustTable"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:Query", "TrustTable"),
        ("dynamodb:BatchGetItem", "StateTable"),
        ("dynamodb:GetItem", "StateTable"),
        ("dynamodb:PutItem", "StateTable"),
        ("dynamodb:UpdateItem", "StateTable"),
    ),
    "RevokeFunction": allowed(
        "RevokeLogGroup",
        ("dynamodb:BatchGetItem", "TrustTable"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:Query", "TrustTable"),
        ("dynamodb:GetItem", "StateTable"),
        ("dynamodb:PutItem", "StateTable"),
        ("dynamodb:UpdateItem", "StateTable"),
        ("dynamodb:PutItem", "AuditTable"),
        ("dynamodb:UpdateItem", "AuditTable"),
    ),
    "EventsFunction": allowed(
        "EventsLogGroup",
        ("dynamodb:BatchGetItem", "TrustTable"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:Query", "TrustTable"),
        *(("dynamodb:" + action, "StateTable") for action in READ_AND_WRITE),
        ("dynamodb:PutItem", "AuditTable"),
        ("dynamodb:UpdateItem", "AuditTable"),
    ),
    "ReconcileFunction": allowed(
        "ReconcileLogGroup",
        ("dynamodb:GetItem", "TrustTable"),
        ("cloudtrail:LookupEvents", "*"),
        *(("logs:FilterLogEvents", f"{name}LogGroup") for name in ("Token", "Introspect", "Status", "Archive")),
    ),
    "ProbeFunction": allowed("ProbeLogGroup", ("kms:Sign", "ProberKey"), ("kms:GetPublicKey", "ProberKey")),
    "StatusFunction": allowed(
        "StatusLogGroup",
        ("kms:Sign", "SigningKey"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:Query", "StateTable/index/listing"),
        ("dynamodb:Query", "AuditTable/index/recent"),
        ("dynamodb:DescribeStream", "StateTable/stream/*"),
        ("dynamodb:GetRecords", "StateTable/stream/*"),
        ("dynamodb:GetShardIterator", "StateTable/stream/*"),
        ("dynamodb:ListStreams", "StateTable/stream/*"),
        ("s3:GetObject", "DocumentsBucket/.well-known/status-list-*"),
        ("s3:PutObject", "DocumentsBucket/.well-known/status-list-*"),
        ("s3:ListBucket", "DocumentsBucket"),
    ),
    "RefreshKeysFunction": allowed(
        "RefreshKeysLogGroup",
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:Query", "TrustTable"),
        ("dynamodb:PutItem", "TrustTable"),
    ),
    "ApplyTrustFunction": allowed(
        "ApplyTrustLogGroup",
        ("dynamodb:BatchGetItem", "TrustTable"),
        ("dynamodb:ConditionCheckItem", "TrustTable"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:PutItem", "TrustTable"),
        ("dynamodb:UpdateItem", "TrustTable"),
        ("dynamodb:DeleteItem", "TrustTable"),
        ("dynamodb:PutItem", "AuditTable"),
        ("dynamodb:BatchGetItem", "AuditTable"),
        ("dynamodb:Query", "AuditTable/index/recent"),
    ),
    "AdminFunction": allowed(
        "AdminLogGroup",
        ("lambda:InvokeFunction", "RotateFunction"),
        *(("dynamodb:" + action, "TrustTable") for action in ("ConditionCheckItem", "Query", *READ_AND_WRITE)),
        *(("dynamodb:" + action, "StateTable") for action in ("ConditionCheckItem", *READ_AND_WRITE)),
        ("dynamodb:Query", "StateTable/index/listing"),
        *((f"dynamodb:{action}", "AuditTable") for action in ("BatchGetItem", "GetItem", "PutItem", "UpdateItem")),
        ("dynamodb:Query", "AuditTable/index/recent"),
        ("s3:GetObject", "ArchiveBucket/segments/*"),
        ("s3:ListBucket", "ArchiveBucket"),
        *(("logs:FilterLogEvents", f"{name}LogGroup") for name in LOGGING_REFUSALS),
        ("cloudwatch:DescribeAlarms", "*"),
        ("cloudwatch:GetMetricData", "*"),
        ("cloudwatch:ListMetrics", "*"),
    ),
    "RotateFunction": allowed(
        "RotateLogGroup",
        ("kms:CreateKey", "*"),
        ("tag:GetResources", "*"),
        *((f"kms:{action}", "SigningKey") for action in ("DescribeKey", "DisableKey", "GetKeyPolicy", "GetPublicKey")),
        *((f"kms:{action}", "SigningKey") for action in ("ListResourceTags", "PutKeyPolicy", "ScheduleKeyDeletion")),
        ("kms:TagResource", "SigningKey"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:PutItem", "TrustTable"),
        ("s3:GetObject", "DocumentsBucket/.well-known/jwks.json"),
        ("s3:ListBucket", "DocumentsBucket"),
    ),
    "NotifyFunction": allowed(
        "NotifyLogGroup",
        ("sns:Publish", "ApprovalTopic"),
        ("dynamodb:DescribeStream", "StateTable/stream/*"),
        ("dynamodb:GetRecords", "StateTable/stream/*"),
        ("dynamodb:GetShardIterator", "StateTable/stream/*"),
        ("dynamodb:ListStreams", "StateTable/stream/*"),
    ),
    "SignalsFunction": allowed(
        "SignalsLogGroup",
        *((f"dynamodb:{action}", "AuditTable/stream/*") for action in FOLLOW),
        *((f"dynamodb:{action}", "StateTable") for action in ("BatchGetItem", "PutItem", "UpdateItem")),
        *((f"dynamodb:{action}", "AuditTable") for action in ("PutItem", "UpdateItem")),
        ("sns:Publish", "SignalTopic"),
        *((f"sqs:{action}", "SignalsLate") for action in ("DeleteMessage", "GetQueueAttributes", "ReceiveMessage")),
        ("sqs:SendMessage", "SignalsLate"),
    ),
    "ArchiveFunction": allowed(
        "ArchiveLogGroup",
        ("kms:Sign", "SigningKey"),
        *((f"dynamodb:{action}", "AuditTable/stream/*") for action in FOLLOW),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:PutItem", "TrustTable"),
        ("dynamodb:BatchGetItem", "StateTable"),
        ("dynamodb:BatchWriteItem", "StateTable"),
        ("s3:GetObject", "ArchiveBucket/segments/*"),
        ("s3:PutObject", "ArchiveBucket/segments/*"),
        ("s3:ListBucket", "ArchiveBucket"),
        ("sqs:SendMessage", "ArchiveFailures"),
    ),
    "ConfirmTrustFunction": allowed(
        "ConfirmTrustLogGroup",
        ("dynamodb:ConditionCheckItem", "TrustTable"),
        ("dynamodb:DeleteItem", "TrustTable"),
        ("dynamodb:GetItem", "TrustTable"),
        ("dynamodb:PutItem", "TrustTable"),
        ("dynamodb:UpdateItem", "TrustTable"),
        ("dynamodb:PutItem", "AuditTable"),
    ),
}


FIRST_ADMIN = {"FirstAdminIssuer": "https://corp.example.com", "FirstAdminSubject": "alice"}
KNOW_NO_RESOURCE = (
    *("cloudtrail:LookupEvents", "kms:CreateKey", "tag:GetResources"),
    *("cloudwatch:DescribeAlarms", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"),
)


def granted(deployment: Deployment, role: str) -> set[tuple[str, str]]:
    """(action, resource) that the role's policies and the key's policy allow it."""
    return {
        (action, resource)
        for each in deployment.role_statements(role)
        if each.effect == "Allow"
        for action in each.actions
        for resource in each.resources
    }


def test_every_function_is_listed_here(deployment: Deployment) -> None:
    assert deployment.of_type("AWS::Lambda::Function").keys() == ALLOWED.keys()


@pytest.mark.parametrize("function", ALLOWED)
def test_a_function_may_do_exactly_what_is_listed(deployment: Deployment, function: str) -> None:
    role = deployment.properties(function)["Role"]
    assert role == f"{function}Role"
    assert granted(deployment, role) == ALLOWED[function]


def test_no_role_is_shared_or_has_policies_from_elsewhere(deployment: Deployment) -> None:
    roles = deployment.of_type("AWS::IAM::Role")
    assert len(roles) == len(ALLOWED)
    for role in roles.values():
        assert not role.get("ManagedPolicyArns"), "in a closed network it has one: test_hardening.py"
        assert len(role["Policies"]) == 1
        (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
        assert (trust["Principal"], trust["Action"]) == ({"Service": "lambda.amazonaws.com"}, "sts:AssumeRole")
    assert not deployment.of_type("AWS::IAM::Policy")


def test_no_action_has_a_wildcard_and_only_traces_have_no_resource(deployment: Deployment) -> None:
    for role in deployment.of_type("AWS::IAM::Role"):
        for action, resource in granted(deployment, role):
            assert "*" not in action
            assert resource != "*" or action.startswith("xray:Put") or action in KNOW_NO_RESOURCE


@pytest.mark.parametrize("role", ["PublishFunctionRole", "RotateFunctionRole"])
def test_who_moves_the_key_set_writes_no_other_document(deployment: Deployment, role: str) -> None:
    (own,) = [each for each in deployment.role_statements(role) if "TrustTable" in each.resources]
    assert own.condition == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [KEY_SET]}}


OWN = {"aws:ResourceTag/federation-bridge:belongs-to": "AWS::StackId"}


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256"])
def test_who_rotates_makes_keys_of_our_kind(template: Template, algorithm: str) -> None:
    deployment = Deployment(template, SigningAlgorithm=algorithm)
    (making,) = [each for each in deployment.own_statements("RotateFunctionRole") if "kms:CreateKey" in each.actions]
    assert making.condition == {"StringEquals": {"kms:KeySpec": SPECS[algorithm], "kms:KeyUsage": "SIGN_VERIFY"}}
    assert deployment.properties("SigningKey")["KeySpec"] == SPECS[algorithm]


def test_O2_nothing_in_a_role_gives_authority_over_a_key_that_is_there(deployment: Deployment) -> None:
    """A key of another team would come under it by a tag, or by its usage: a key's own policy says who may what."""
    for role in deployment.of_type("AWS::IAM::Role"):
        actions = {action for each in deployment.own_statements(role) for action in each.actions}
        assert {action for action in actions if action.startswith("kms:")} <= {"kms:CreateKey", "kms:GetPublicKey"}


def test_who_rotates_ends_what_it_made_and_disables_the_deployments_own_at_most(deployment: Deployment) -> None:
    policy = statements(deployment.properties("SigningKey")["KeyPolicy"])
    rotating = [each for each in policy if each.principal == {"AWS": "RotateFunctionRole"}]
    by_action = {action: each.condition for each in rotating for action in each.actions}
    never_the_own = {"StringNotEquals": OWN}
    assert {
        action: by_action[f"kms:{action}"] for action in ("ScheduleKeyDeletion", "TagResource", "PutKeyPolicy")
    } == {
        "ScheduleKeyDeletion": never_the_own,
        "TagResource": never_the_own,
        "PutKeyPolicy": never_the_own,
    }
    assert not by_action["kms:DisableKey"]
    tags = {tag["Key"]: tag["Value"] for tag in deployment.properties("SigningKey")["Tags"]}
    assert tags["federation-bridge:belongs-to"] == "AWS::StackId"


def test_who_rotates_cannot_sign(deployment: Deployment) -> None:
    assert "kms:Sign" not in {action for action, _ in granted(deployment, "RotateFunctionRole")}


@pytest.mark.parametrize(
    ("role", "store"), [("IssuerKeysFunctionRole", Store.PUSHED), ("RefreshKeysFunctionRole", Store.FETCHED)]
)
def test_who_keeps_issuers_keys_writes_no_others_and_no_document(
    deployment: Deployment, role: str, store: Store
) -> None:
    trust = [each for each in deployment.role_statements(role) if "TrustTable" in each.resources]
    (own,) = [each for each in trust if "dynamodb:PutItem" in each.actions]
    assert own.actions == ("dynamodb:PutItem",)
    assert own.condition == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [store.partition_key]}}


STATE = (
    "once",
    "token",
    "nonce_secret",
    "cursor_secret",
    "allowance",
    "action",
    "approval-request",
    "approval-decision",
    "approval-asked",
    "revoked",
    "risk",
    "signal",
    "signal-memory",
    "archived",
)
"""What items of the state table are about: the first part of their keys."""
WRITES = {
    "TokenFunctionRole": {
        "PutItem": {"once", "token", "nonce_secret", "approval-request", "approval-asked"},
        "UpdateItem": {"once", "allowance"},
        "DeleteItem": {"once"},
    },
    "IntrospectFunctionRole": {"PutItem": {"once"}, "UpdateItem": {"allowance"}},
    "RevokeFunctionRole": {"PutItem": {"once"}, "UpdateItem": {"allowance"}},
    "EventsFunctionRole": {"UpdateItem": {"allowance"}},
    "IssuerKeysFunctionRole": {"PutItem": {"once"}, "DeleteItem": {"once"}},
    "AdminFunctionRole": {
        "PutItem": {"once", "action", "revoked", "approval-decision", "cursor_secret", "risk"},
        "UpdateItem": {"action", "allowance"},
        "DeleteItem": {"once", "action"},
    },
    "ArchiveFunctionRole": {"BatchWriteItem": {"archived"}},
    "SignalsFunctionRole": {"PutItem": {"signal-memory", "risk"}, "UpdateItem": {"signal"}},
}
"""Role -> action -> what it may write of the state table. Nothing may erase a revocation."""


RECORDS = {
    "TokenFunctionRole": {"PutItem": {"token"}, "UpdateItem": {"token"}},
    "RevokeFunctionRole": {"PutItem": {"token"}, "UpdateItem": {"token"}},
    "EventsFunctionRole": {"PutItem": {"token"}, "UpdateItem": {"token"}},
    "IssuerKeysFunctionRole": {"PutItem": {"token"}, "UpdateItem": {"token"}},
    "AdminFunctionRole": {"PutItem": {"token", "trust"}, "UpdateItem": {"token"}},
    "SignalsFunctionRole": {"PutItem": {"token"}, "UpdateItem": {"token"}},
    "ApplyTrustFunctionRole": {"PutItem": {"trust"}},
    "ConfirmTrustFunctionRole": {"PutItem": {"trust"}},
    "FirstAdminFunctionRole": {"PutItem": {"trust"}},
}
"""Role -> action -> whose records it may write: those of tokens and deeds, or those of writes of trust."""


def writing_trust(deployment: Deployment, role: str) -> Statement:
    """The one by which the role puts items into the trust table."""
    (writing,) = [
        each
        for each in deployment.role_statements(role)
        if "dynamodb:PutItem" in each.actions and "TrustTable" in each.resources and each.effect == "Allow"
    ]
    return writing


def writable(deployment: Deployment, role: str, action: str, part: str) -> bool:
    """By the role's statements on the state table."""
    keys = (item_key(part, "x"), item_key(part, "x" * 600), item_key(part, "\u212a"))
    return any(may_write(deployment, role, action, "StateTable", key) for key in keys)


def may_write(deployment: Deployment, role: str, action: str, table: str, key: str) -> bool:
    """By the role's statements on the table; one without leading keys allows every item."""
    return any(
        any(fnmatchcase(key, pattern) for pattern in leading_keys(each))
        for each in deployment.role_statements(role)
        if each.effect == "Allow" and table in each.resources and f"dynamodb:{action}" in each.actions
    )


def leading_keys(statement: Statement) -> list[str]:
    condition = statement.condition or {}
    patterns: list[str] = condition.get("ForAllValues:StringLike", {}).get("dynamodb:LeadingKeys", ["*"])
    return patterns


def test_O2_each_role_writes_the_state_that_is_its_own_and_no_other(deployment: Deployment) -> None:
    actions = ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
    found = {
        (role, action, part)
        for role in deployment.of_type("AWS::IAM::Role")
        for action in actions
        for part in STATE
        if writable(deployment, role, action, part)
    }
    assert found == {(role, action, part) for role, may in WRITES.items() for action in may for part in may[action]}


def test_P10_only_who_writes_trust_writes_its_records_and_nothing_changes_or_deletes_one(template: Template) -> None:
    deployment = Deployment(template, **FIRST_ADMIN)
    ids = {"token": RandomIdentifiers().new(), "trust": trust_record_id(DocumentRef(Kind.ISSUER, "acme"), 7)}
    found = {
        (role, action, whose)
        for role in deployment.of_type("AWS::IAM::Role")
        for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem")
        for whose, jti in ids.items()
        if may_write(deployment, role, action, "AuditTable", record_key(jti)["pk"]["S"])
    }
    assert found == {(role, action, one) for role, may in RECORDS.items() for action in may for one in may[action]}


def test_O2_who_gives_up_a_token_revokes_that_token_and_nothing_wider(deployment: Deployment) -> None:
    """Whatever an admin revoked is an admin's alone, a single token too: who may put an item may put a shorter one."""
    keys = {what: RevocationKey(what, "x") for what in RevocationTarget}
    for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem"):
        for key in keys.values():
            assert not may_write(deployment, "RevokeFunctionRole", action, "StateTable", revocation_pk(key))
    may = {what for what, key in keys.items() if _puts(deployment, "RevokeFunctionRole", surrendered_pk(key))}
    assert may == {RevocationTarget.JTI}
    token = surrendered_pk(keys[RevocationTarget.JTI])
    assert not may_write(deployment, "RevokeFunctionRole", "DeleteItem", "StateTable", token)
    assert all(
        may_write(deployment, "AdminFunctionRole", "PutItem", "StateTable", revocation_pk(key)) for key in keys.values()
    )


def test_T_who_receives_events_revokes_and_scores_subjects_and_nothing_wider(deployment: Deployment) -> None:
    role, issuer = "EventsFunctionRole", subject_key("acme", identity_of("acme", "worker"))
    keys = {what: RevocationKey(what, "x") for what in RevocationTarget} | {RevocationTarget.SUBJECT: issuer}
    revoked = {what for what in keys if _puts(deployment, role, revocation_pk(keys[what]))}
    scored = {what for what in get_args(RiskOf) if _puts(deployment, role, item_key("risk", what, issuer.value))}
    assert revoked == {RevocationTarget.SUBJECT}
    assert scored == {"subject"}
    for action in ("PutItem", "UpdateItem", "DeleteItem"):
        answers = [answer_key((whose, "acme", "jti-1"))["pk"]["S"] for whose in ("(events)", "", "acme")]
        assert [may_write(deployment, role, action, "StateTable", one) for one in answers] == [True, False, False]


def _puts(deployment: Deployment, role: str, key: str) -> bool:
    return may_write(deployment, role, "PutItem", "StateTable", key)


@pytest.mark.parametrize("role", ["ApplyTrustFunctionRole", "AdminFunctionRole"])
def test_P10_who_writes_trust_writes_documents_and_where_they_are_found_alone(
    deployment: Deployment, role: str
) -> None:
    mapping, issuer = DocumentRef(Kind.MAPPING, "m"), DocumentRef(Kind.ISSUER, "acme")
    found = [
        *(document_partition(kind, shard) for kind in Kind if kind is not Kind.KEY_SET for shard in shards(kind)),
        *(bucket_key("acme", Selector(claim, "*"))["pk"]["S"] for claim in ("sub", "x" * 600, "h\u00e9")),
        *(patterns_partition("acme"), admin_partition(), pending_partition(), naming_partition(issuer, Kind.MAPPING)),
        filed_key("1-layout", ("issuer", "https://acme.example.com"))["pk"]["S"],
    ]
    for action in ("PutItem", "UpdateItem", "DeleteItem"):
        assert all(may_write(deployment, role, action, "TrustTable", key) for key in found)
        for key in (item_key("history", mapping.kind, mapping.id), *KEYS[1:]):
            assert not may_write(deployment, role, action, "TrustTable", key)


@pytest.mark.parametrize("role", ["ApplyTrustFunctionRole", "AdminFunctionRole"])
def test_who_writes_trust_cannot_write_keys(deployment: Deployment, role: str) -> None:
    (denied,) = [each for each in deployment.role_statements(role) if each.effect == "Deny"]
    assert set(denied.actions) == {"dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"}
    assert denied.resources == ("TrustTable",)
    assert denied.condition == {"ForAnyValue:StringEquals": {"dynamodb:LeadingKeys": KEYS}}


def test_the_archive_moves_its_own_head_and_marks_events_and_writes_nothing_else(deployment: Deployment) -> None:
    statements = deployment.role_statements("ArchiveFunctionRole")
    (head,) = [each for each in statements if "dynamodb:PutItem" in each.actions]
    assert head.condition == {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [archive_index.PARTITION]}}
    (marks,) = [each for each in statements if "dynamodb:BatchWriteItem" in each.actions]
    (pattern,) = marks.condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]
    assert fnmatchcase(item_key("archived", "0" * 32), pattern)


def test_who_confirms_what_is_dangerous_writes_mappings_and_no_other_document(deployment: Deployment) -> None:
    writing = writing_trust(deployment, "ConfirmTrustFunctionRole")
    assert writing.condition.keys() == {"ForAllValues:StringLike"}
    patterns = writing.condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]

    def may_write(partition: str) -> bool:
        return any(fnmatchcase(partition, pattern) for pattern in patterns)

    assert all(may_write(document_partition(Kind.MAPPING, str(shard))) for shard in range(MAPPING_SHARDS))
    for claim in ("sub", "x" * 600, "h\u00e9"):
        assert may_write(bucket_key("acme", Selector(claim, "*"))["pk"]["S"])
    assert may_write(patterns_partition("acme"))
    assert may_write(admin_partition())
    assert may_write(naming_partition(DocumentRef(Kind.ISSUER, "acme"), Kind.MAPPING))
    moved = (Kind.MAPPING, Kind.TRUST_REVISION)
    assert all(map(may_write, map(document_partition, moved)))
    assert not [kind for kind in Kind if kind not in moved and may_write(document_partition(kind))]
    assert not any(map(may_write, KEYS))


def test_writing_and_confirming_are_two_functions_with_two_roles_that_nobody_is_given(deployment: Deployment) -> None:
    """Who may invoke which is decided outside of the stack, so both can be given to different people."""
    apply, confirm = (deployment.properties(f"{name}TrustFunction") for name in ("Apply", "Confirm"))
    assert apply["FunctionName"] != confirm["FunctionName"]
    assert apply["Role"] != confirm["Role"]
    invoked = {each["FunctionName"] for each in deployment.of_type("AWS::Lambda::Permission").values()}
    assert not invoked & {"ApplyTrustFunction", "ConfirmTrustFunction"}
    invoking = {
        (role, each)
        for role in deployment.of_type("AWS::IAM::Role")
        for each in granted(deployment, role)
        if each[0].startswith("lambda:")
    }
    assert invoking == {("AdminFunctionRole", ("lambda:InvokeFunction", "RotateFunction"))}


def test_functions_are_invoked_by_what_triggers_them_and_nothing_else(
    deployment: Deployment, documents: Deployment
) -> None:
    permissions = [
        each for stack in (deployment, documents) for each in stack.of_type("AWS::Lambda::Permission").values()
    ]
    assert {(each["FunctionName"], each["Principal"]) for each in permissions} == {
        ("TokenFunctionAliaslive", "apigateway.amazonaws.com"),
        ("HealthFunction", "apigateway.amazonaws.com"),
        ("NotFoundFunction", "cloudfront.amazonaws.com"),
        ("AdminFunction", "apigateway.amazonaws.com"),
        ("PublishFunction", "events.amazonaws.com"),
        ("RotateFunction", "events.amazonaws.com"),
        ("IssuerKeysFunction", "apigateway.amazonaws.com"),
        ("RefreshKeysFunction", "events.amazonaws.com"),
        ("IntrospectFunction", "apigateway.amazonaws.com"),
        ("RevokeFunction", "apigateway.amazonaws.com"),
        ("EventsFunction", "apigateway.amazonaws.com"),
        ("ProbeFunction", "events.amazonaws.com"),
        ("ReconcileFunction", "events.amazonaws.com"),
        ("StatusFunction", "events.amazonaws.com"),
        ("ArchiveFunction", "events.amazonaws.com"),
        ("SignalsFunction", "logs.amazonaws.com"),
    }
    assert all(each["SourceArn"] for each in permissions)
    otherwise = {each["FunctionName"] for each in permissions if each["Action"] != "lambda:InvokeFunction"}
    assert otherwise == {"NotFoundFunction"}  # by its URL


def test_a_first_admin_is_written_once_by_a_function_that_writes_nothing_else(template: Template) -> None:
    assert "FirstAdminFunction" not in Deployment(template).resources
    with_admin = Deployment(template, **FIRST_ADMIN)
    role = with_admin.properties("FirstAdminFunction")["Role"]
    assert granted(with_admin, role) == allowed(
        "FirstAdminLogGroup",
        *((f"dynamodb:{action}", "TrustTable") for action in ("BatchGetItem", "GetItem", "Query")),
        *((f"dynamodb:{action}", "TrustTable") for action in ("ConditionCheckItem", "PutItem", "UpdateItem")),
        ("dynamodb:PutItem", "AuditTable"),
    )
    writing = writing_trust(with_admin, role)
    patterns = writing.condition["ForAllValues:StringLike"]["dynamodb:LeadingKeys"]

    def may_write(partition: str) -> bool:
        return any(fnmatchcase(partition, pattern) for pattern in patterns)

    assert not any(map(may_write, KEYS))
    named = DocumentRef(Kind.ISSUER, "first-admin"), DocumentRef(Kind.AUDIENCE, "federation-admin")
    naming = [naming_partition(ref, Kind.MAPPING) for ref in named]
    for partition in (admin_partition(), *naming, document_partition(Kind.AUDIENCE)):
        assert may_write(partition)
    assert may_write(bucket_key("first-admin", Selector("sub", "alice"))["pk"]["S"])
    assert not may_write(bucket_key("acme", Selector("sub", "alice"))["pk"]["S"])
    assert with_admin.properties("Alarms")["Parameters"]["FirstAdmin"] == "true"
