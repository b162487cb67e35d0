"""The stack, deployed once. `make deployed` runs these tests in the order of their files: the last one deletes it."""

import json
import os
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.deployed.caller import Caller
from tests.deployed.cloud import REGION, ROOT, cloud
from tests.deployed.idp import IDP, open_idp
from tests.deployed.roles import Account, Session
from tests.deployed.sam import Stack
from tests.deployed.trust import ACCOUNT, CALLER, Parties

BUILT = "--built"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(BUILT, action="store_true", help="deploy what was built before")


@pytest.fixture(scope="session")
def deployed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    (runtime,) = set(re.findall(r"Runtime: python([0-9.]+)", (ROOT / "template.yaml").read_text(encoding="utf-8")))
    with cloud(tmp_path_factory.mktemp("cloud"), runtime) as running:
        os.environ["SSL_CERT_FILE"] = running.environment["SSL_CERT_FILE"]
        stack = Stack(running, open_idp(running.idp))
        if not request.config.getoption(BUILT):
            stack.build()
        stack.deploy(FirstAdminIssuer=IDP, FirstAdminSubject="alice")
        yield stack


@pytest.fixture(scope="session")
def caller(deployed: Stack) -> Caller:
    return Caller(deployed.url, Parties(), deployed.idp)


@pytest.fixture(scope="session")
def account(deployed: Stack) -> Account:
    return Account(deployed)


@pytest.fixture(scope="session")
def session(account: Account) -> Session:
    """Of the role that signs requests, and may invoke the route for them."""
    route = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:*/*/POST/iam/token"
    return account.role(CALLER, {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": route})


@pytest.fixture(scope="session")
def stranger(account: Account) -> Session:
    """Of a role that may do nothing."""
    return account.role("stranger")


@pytest.fixture(scope="session")
def told(deployed: Stack) -> Callable[[str], Any]:
    """approval id -> what the approval topic told its subscribers of it, or None so far."""
    sqs, sns = deployed.client("sqs"), deployed.client("sns")
    topic, queue = deployed.outputs["ApprovalTopicArn"], sqs.create_queue(QueueName="deciders")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sends = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage"}
    by_topic = {"Resource": arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}
    policy = json.dumps({"Version": "2012-10-17", "Statement": {**sends, **by_topic}})
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    heard: list[dict[str, Any]] = []

    def look(approval: str) -> dict[str, Any] | None:
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        heard.extend(json.loads(json.loads(message["Body"])["Message"]) for message in messages)
        return next((one for one in heard if one["approval_id"] == approval), None)

    return look
