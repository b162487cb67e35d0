"""What a deployment creates and publishes."""

import pytest

from federation.client.http import send
from federation.oauth.metadata import JWKS_PATH
from tests.deployed.caller import Caller
from tests.deployed.sam import STACK, Stack
from tests.support.eventually import eventually


def test_every_resource_of_the_template_is_there(deployed: Stack) -> None:
    pages = deployed.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=STACK)
    states = [one["ResourceStatus"] for page in pages for one in page["StackResourceSummaries"]]
    assert set(states) == {"CREATE_COMPLETE"}
    assert len(states) >= 100


def test_it_is_alive(caller: Caller) -> None:
    answer = send(f"{caller.url}/health", "GET", timeout=60)
    assert (answer.status, answer.members["status"]) == (200, "ok")


def test_every_function_has_what_it_imports(deployed: Stack) -> None:
    functions, invoke = deployed.resources("AWS::Lambda::Function"), deployed.client("lambda").invoke
    answers = {name: invoke(FunctionName=name, Payload=b"{}")["Payload"].read() for name in functions.values()}
    assert [name for name, answer in answers.items() if b"init failed" in answer] == []


@pytest.mark.parametrize("path", ["/.well-known/nothing", "/.well-known/jwks.json.bak", "/nowhere"])
def test_what_is_not_there_is_a_404_in_json(caller: Caller, path: str) -> None:
    answer = send(f"{caller.url}{path}", "GET", timeout=60)
    assert (answer.status, answer.headers["content-type"]) == (404, "application/json")
    assert answer.members == {"message": "Not Found"}


def test_the_deployment_itself_publishes_the_first_keys(caller: Caller) -> None:
    """Nobody invoked anything: the function hears of the stack's status."""
    eventually(lambda: send(f"{caller.url}{JWKS_PATH}", "GET", timeout=60).status == 200)
    assert caller.published(JWKS_PATH)["keys"]
    answer = send(f"{caller.url}{JWKS_PATH}", "GET")
    assert answer.headers["cache-control"].startswith("public, max-age=300")
    assert caller.published("/.well-known/openid-configuration")["issuer"] == caller.url


def test_the_bucket_is_no_way_to_the_documents(deployed: Stack) -> None:
    bucket = deployed.resource("DocumentsBucket")
    for path in (f"/{bucket}", f"/{bucket}/.well-known/jwks.json"):
        assert send(f"{deployed.cloud.endpoint}{path}", "GET").status == 403
