"""aws_iam: the role behind an AWS signature, as API Gateway's authorizer names it."""

import pytest

from tests.support.client_world import GATEWAY, ClientWorld

ROLE = "arn:aws:iam::123456789012:role/service/gateway"
SESSION = "arn:aws:sts::123456789012:assumed-role/gateway/i-0123456789abcdef0"


@pytest.fixture
def world() -> ClientWorld:
    world = ClientWorld()
    world.register({"method": "aws_iam", "role": ROLE})
    return world


@pytest.mark.parametrize("caller", [SESSION, ROLE])
def test_a_session_of_the_registered_role_is_the_client(world: ClientWorld, caller: str) -> None:
    found = world.ask(client_id=GATEWAY, iam_caller=caller)
    assert (found.client_id, found.expires_at, found.one_time) == (GATEWAY, None, ())


@pytest.mark.parametrize(
    "caller",
    [
        None,
        "",
        SESSION.replace("123456789012", "210987654321"),
        SESSION.replace("arn:aws:", "arn:aws-cn:"),
        SESSION.replace("gateway", "Gateway"),
        SESSION.replace("gateway", "gateway2"),
        SESSION.replace("/gateway/", "/service/gateway/"),
        SESSION.replace("assumed-role", "federated-user"),
        f"{SESSION}/gateway",
        f"{SESSION}\n",
        ROLE.replace("/service/", "/other/"),
        ROLE.replace("/service/", "/"),
        "arn:aws:iam::123456789012:user/gateway",
        "arn:aws:iam::123456789012:root",
        "gateway",
    ],
)
def test_anybody_else_is_not(world: ClientWorld, caller: str | None) -> None:
    world.refusal(client_id=GATEWAY, iam_caller=caller)
