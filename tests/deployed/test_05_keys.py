"""Our keys at KMS: rotated by a schedule's function, and revoked in an emergency, with no wait made shorter for it."""

import json

import jwt

from federation.oauth.metadata import JWKS_PATH
from tests.deployed.caller import Caller
from tests.deployed.sam import Stack
from tests.support.eventually import eventually


def test_a_standby_is_made_and_published_before_it_is_needed(caller: Caller, deployed: Stack) -> None:
    deployed.client("lambda").invoke(FunctionName=deployed.outputs["RotateFunctionName"], Payload=b"{}")
    states = eventually(lambda: _states(caller) if len(_states(caller)) > 1 else {})
    assert sorted(states.values()) == ["active", "next"]
    assert eventually(lambda: {key["kid"] for key in caller.published(JWKS_PATH)["keys"]} == set(states))


def test_a_compromised_key_is_worth_nothing_at_once(caller: Caller) -> None:
    token = str(caller.exchange(caller.parties.partner_token(caller.url)).members["access_token"])
    kid = str(jwt.get_unverified_header(token)["kid"])
    caller.admin().post(f"/keys/{kid}/revoke", {"reason": "signatures that nobody asked for"})
    assert caller.introspect(token) == {"active": False}
    assert eventually(lambda: kid not in {key["kid"] for key in caller.published(JWKS_PATH)["keys"]})


def test_the_next_key_signs_and_everybody_verifies(caller: Caller) -> None:
    answer = caller.exchange(caller.parties.partner_token(caller.url))
    assert caller.verified(answer)["sub"] == "partner/sync"
    assert [former["end"] for former in caller.admin().get("/keys").members["former"]] == ["revoked"]


def test_kms_signs_with_a_revoked_key_for_nobody(deployed: Stack) -> None:
    assert eventually(lambda: _kms_state(deployed) != "Enabled")


def test_the_break_glass_way_is_an_order_as_well(deployed: Stack) -> None:
    payload = b'{"order": {"revoke": "RS256-none", "why": "a drill"}}'
    answer = deployed.client("lambda").invoke(FunctionName=deployed.outputs["RotateFunctionName"], Payload=payload)
    assert json.loads(answer["Payload"].read())["refused"] == "unknown"


def _states(caller: Caller) -> dict[str, str]:
    return {str(key["kid"]): str(key["state"]) for key in caller.admin().get("/keys").members["items"]}


def _kms_state(deployed: Stack) -> str:
    key = deployed.client("kms").describe_key(KeyId=deployed.outputs["SigningKeyId"])
    return str(key["KeyMetadata"]["KeyState"])
