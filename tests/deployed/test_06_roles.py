"""Every function's role tries everything: what is not in its list is refused, by IAM as it is deployed."""

import json
from collections.abc import Mapping
from functools import partial

import pytest

from tests.deployed.probes import Probe, permitted, probes
from tests.deployed.roles import Account
from tests.deployed.sam import Stack
from tests.deployed.trust import ACCOUNT

READS = {"read trust", "read the key set", "query trust"}
WRITES = {"write a policy", "write a mapping", "delete a policy"}
MAY: dict[str, set[str]] = {
    "Token": {*READS, "sign", "read state", "claim", "ask for an approval", "count", "record"},
    "Introspect": {*READS, "sign", "read state", "claim", "count"},
    "Revoke": {*READS, "read state", "claim", "give a token back", "count", "record"},
    "Events": {*READS, "revoke a subject", "score a subject", "count", "record"},
    "Status": {"read the key set", "sign", "publish a status list"},
    "Archive": {
        *{"read the key set", "move the archive's head", "mark what is archived", "sign", "say what is missing"},
        *{"read a segment", "write a segment"},
    },
    "Notify": {"tell who decides"},
    "IssuerKeys": {*READS, "write pushed keys", "claim", "record"},
    "RefreshKeys": {*READS, "write fetched keys"},
    "Health": set(),
    "Probe": set(),
    "Signals": {"score", "score a subject", "record"},
    "Reconcile": {"read the key set", "read refusals"},
    "NotFound": set(),
    "Publish": {"read the key set", "write the key set", "publish keys", "publish a status list"},
    "Rotate": {"read the key set", "write the key set"},
    "Admin": {
        *READS | WRITES | {"read state", "claim", "approve", "count", "record", "read a record"},
        *{
            "revoke a token",
            "revoke an issuer",
            "revoke a subject",
            "score",
            "score a subject",
            "record a change of trust",
        },
        *{"read a segment", "order keys", "read refusals"},
    },
    "FirstAdmin": {*READS, "write a mapping", "record a change of trust"},
    "ApplyTrust": {"read trust", "read the key set", *WRITES, "record a change of trust"},
    "ConfirmTrust": {"read trust", "read the key set", "write a mapping", "record a change of trust"},
}

USUAL = {
    "Version": "2012-10-17",
    "Statement": {
        "Sid": "Account",
        "Effect": "Allow",
        "Action": "kms:*",
        "Resource": "*",
        "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
    },
}
"""A key's policy where nobody thought about one: what the account's IAM policies say decides."""


@pytest.fixture(scope="module")
def tried(deployed: Stack) -> Mapping[str, Probe]:
    kms = deployed.client("kms")
    foreign = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY", Policy=json.dumps(USUAL))
    return probes(deployed, foreign["KeyMetadata"]["Arn"])


@pytest.mark.parametrize("name", MAY)
def test_a_role_may_do_what_its_function_does_and_nothing_else(
    deployed: Stack, account: Account, tried: Mapping[str, Probe], name: str
) -> None:
    session = account.of_function(deployed.resource(f"{name}FunctionRole"))
    client = partial(deployed.client, **session.credentials)
    assert {probe for probe in tried if permitted(tried[probe], client)} == MAY[name]


def test_every_role_of_the_stack_was_tried(deployed: Stack) -> None:
    assert {f"{name}FunctionRole" for name in MAY} == set(deployed.resources("AWS::IAM::Role"))
