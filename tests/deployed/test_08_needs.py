"""What a role may do, its function was seen to do: a right that nothing uses is one too many."""

import json
from collections.abc import Iterator

from tests.deployed.roles import SESSION
from tests.deployed.sam import Stack

BY_THE_SERVICE = {
    *("logs:CreateLogStream", "logs:PutLogEvents", "xray:PutTelemetryRecords", "xray:PutTraceSegments"),
    *("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"),
    "sqs:SendMessage",
}
"""In AWS, Lambda does these with the function's role: the engine logs, follows streams and gives up by itself."""
GIVES_BACK = "gives back what a request claimed that was refused afterwards: tests/attacks"
LISTS = "to whom may not list, S3 answers 403 for what is not there, where these functions want to know"
SETS = "takes an issuer's security event: tests/functional/test_events.py"
FOUND = "keeps and tells what is unusual, which nothing here is: tests/functional/test_signals.py"
LATE = "comes back to what failed, by Lambda's own poller in AWS: tests/unit/functions"
UNSEEN = {
    ("Token", "dynamodb:DeleteItem"): GIVES_BACK,
    ("IssuerKeys", "dynamodb:DeleteItem"): GIVES_BACK,
    ("IssuerKeys", "dynamodb:UpdateItem"): GIVES_BACK,
    ("Admin", "dynamodb:DeleteItem"): GIVES_BACK,
    ("Introspect", "dynamodb:Query"): "whose certificate a client has: tests/functional/test_mtls_clients.py",
    ("Revoke", "dynamodb:Query"): "as above",
    ("ApplyTrust", "dynamodb:Query"): "brings trust forward after a restore: tests/functional/test_restore.py",
    **{
        ("Events", f"dynamodb:{action}"): SETS for action in ("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem")
    },
    **{("Signals", action): FOUND for action in ("dynamodb:UpdateItem", "sns:Publish")},
    **{("Signals", f"sqs:{action}Message"): LATE for action in ("Delete", "Receive")},
    ("Signals", "sqs:GetQueueAttributes"): LATE,
    **{(name, "s3:ListBucket"): LISTS for name in ("Archive", "Publish", "Rotate", "Status")},
}
"""What no request of this suite can make a function do, and where it is seen."""


def test_a_function_needs_every_action_that_its_role_has(deployed: Stack) -> None:
    used = set(_used(deployed))
    granted = {(name, action) for name, action in _granted(deployed) if action not in BY_THE_SERVICE}
    unused = sorted(granted - used - UNSEEN.keys())
    assert not unused, "\n".join(f"{name} {action}" for name, action in unused)


def test_nothing_that_a_function_asked_for_was_refused(deployed: Stack) -> None:
    refused = [call for call in _calls(deployed) if not call["allowed"] and not call["who"].endswith(f"/{SESSION}")]
    assert refused == []


def _calls(deployed: Stack) -> list[dict[str, str]]:
    return [json.loads(line) for line in deployed.cloud.calls.read_text(encoding="utf-8").splitlines()]


def _used(deployed: Stack) -> Iterator[tuple[str, str]]:
    names = {role: name.removesuffix("FunctionRole") for name, role in deployed.resources("AWS::IAM::Role").items()}
    for call in _calls(deployed):
        _, role, session = call["who"].split("/")
        if session != SESSION and role in names:
            yield names[role], call["action"]


def _granted(deployed: Stack) -> Iterator[tuple[str, str]]:
    """What the roles' own policies allow; what a key's policy gives is tried in test_06_roles."""
    iam = deployed.client("iam")
    for name, role in deployed.resources("AWS::IAM::Role").items():
        for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=policy)["PolicyDocument"]
            for statement in document["Statement"]:
                actions = statement["Action"]
                for action in [actions] if isinstance(actions, str) else actions:
                    if statement["Effect"] == "Allow":
                        yield name.removesuffix("FunctionRole"), action
