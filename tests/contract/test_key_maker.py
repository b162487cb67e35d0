"""KeyMaker and KeyCustody: on keys in this process, and on KMS."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import pytest

from federation.aws.clients import kms_client, tagging_client
from federation.aws.key_maker import SPECS, TAG, KmsKeyMaker
from federation.aws.publisher import KmsPublicKeys
from federation.keys.jwk import signing_key
from federation.oauth.errors import ServerError
from federation.ports import KeyCustody, KeyMaker, PublicKeys
from tests.support.contract import Engine
from tests.support.fake_clock import FixedClock
from tests.support.fake_key_maker import FakeKeyMaker
from tests.support.fake_signer import FakeSigner

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

POLICY = '{"Version": "2012-10-17", "Statement": []}'
OTHER_POLICY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "kms:Sign"}]}'


class Maker(KeyMaker, KeyCustody, Protocol):
    """Both."""


@dataclass(frozen=True, slots=True)
class Keys:
    """`own`: the deployment's; `disable`: what an administrator may do."""

    maker: Maker
    public_keys: PublicKeys
    own: str
    disable: Callable[[str], object]


def own_key(kms: "KMSClient") -> str:
    created = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256", Policy=POLICY)
    return created["KeyMetadata"]["Arn"]


def maker(kms: "KMSClient", own: str) -> KmsKeyMaker:
    return KmsKeyMaker(kms, tagging_client(), own, f"deployment of {own}")


@pytest.fixture
def keys(engine: Engine | None) -> Keys:
    if engine is None:
        signer = FakeSigner()
        return Keys(FakeKeyMaker(signer, FixedClock()), signer, signer.create("ES256"), signer.disabled.add)
    kms = kms_client()
    own = own_key(kms)
    return Keys(maker(kms, own), KmsPublicKeys(kms), own, lambda key: kms.disable_key(KeyId=key.rpartition("/")[2]))


@pytest.mark.parametrize("algorithm", SPECS)
def test_a_key_that_is_made_signs_what_was_asked_for(keys: Keys, algorithm: str) -> None:
    made = keys.maker.make(algorithm)
    assert signing_key(made, algorithm, keys.public_keys.public_key(made)).algorithm == algorithm
    assert keys.maker.tend(made)


def test_what_was_made_is_found_again_and_nothing_else_is(keys: Keys) -> None:
    made = [keys.maker.make("ES256") for _ in range(2)]
    found = {each.kms_key for each in keys.maker.made()}
    assert found == set(made)
    assert all(each.made_at > 0 for each in keys.maker.made())


def test_what_cannot_sign_is_not_found(keys: Keys) -> None:
    made = keys.maker.make("ES256")
    keys.disable(made)
    assert (list(keys.maker.made()), keys.maker.tend(made)) == ([], False)


@pytest.mark.parametrize("compromised", [False, True])
def test_what_was_made_is_deleted_once_it_is_not_needed(keys: Keys, compromised: bool) -> None:
    made = keys.maker.make("ES256")
    for _ in range(2):
        keys.maker.dispose(made, compromised=compromised)
    assert (list(keys.maker.made()), keys.maker.tend(made)) == ([], False)


@pytest.mark.parametrize("compromised", [False, True])
def test_the_deployments_own_key_is_disabled_at_most(keys: Keys, compromised: bool) -> None:
    keys.maker.dispose(keys.own, compromised=compromised)
    assert keys.maker.tend(keys.own) is not compromised


def test_a_key_that_is_not_there_signs_nothing_and_needs_no_end(keys: Keys) -> None:
    nowhere = "11111111-2222-3333-4444-555555555555"
    keys.maker.dispose(nowhere, compromised=True)
    assert not keys.maker.tend(nowhere)


# What concerns KMS alone


def policy_of(kms: "KMSClient", key: str) -> str:
    return kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"]


def test_a_new_key_has_the_policy_and_the_tag_of_its_deployment(kms: "KMSClient") -> None:
    own = own_key(kms)
    made = maker(kms, own).make("ES256")
    assert policy_of(kms, made) == POLICY
    tags = kms.list_resource_tags(KeyId=made)["Tags"]
    assert tags == [{"TagKey": TAG, "TagValue": f"deployment of {own}"}]


def test_who_may_sign_follows_the_deployments_own_key(kms: "KMSClient") -> None:
    own = own_key(kms)
    made = maker(kms, own).make("ES256")
    kms.put_key_policy(KeyId=own, PolicyName="default", Policy=OTHER_POLICY)
    assert maker(kms, own).tend(made)
    assert policy_of(kms, made) == OTHER_POLICY


def test_but_not_on_a_key_of_another_kind_whose_conditions_are_others(kms: "KMSClient") -> None:
    own = own_key(kms)
    made = maker(kms, own).make("RS256")
    kms.put_key_policy(KeyId=own, PolicyName="default", Policy=OTHER_POLICY)
    assert maker(kms, own).tend(made)
    assert policy_of(kms, made) == POLICY


def test_a_deleted_key_can_be_had_back_for_a_month(kms: "KMSClient") -> None:
    own = own_key(kms)
    made = maker(kms, own).make("ES256")
    maker(kms, own).dispose(made, compromised=True)
    key = kms.describe_key(KeyId=made)["KeyMetadata"]
    assert key.get("KeyState") == "PendingDeletion"


def test_another_deployments_keys_are_never_deleted(kms: "KMSClient") -> None:
    own = own_key(kms)
    theirs = maker(kms, own).make("ES256")
    KmsKeyMaker(kms, tagging_client(), own, "somebody else").dispose(theirs, compromised=False)
    assert maker(kms, own).tend(theirs)


def test_an_algorithm_that_nobody_knows_makes_no_key(kms: "KMSClient") -> None:
    with pytest.raises(ServerError):
        maker(kms, own_key(kms)).make("HS256")


def test_a_key_that_only_bears_our_tag_is_none_of_ours(kms: "KMSClient") -> None:
    """Whoever may tag a key of their own would have us sign with it."""
    own = own_key(kms)
    foreign = kms.create_key(KeyUsage="SIGN_VERIFY", KeySpec="ECC_NIST_P256", Policy=OTHER_POLICY)["KeyMetadata"]["Arn"]
    kms.tag_resource(KeyId=foreign, Tags=[{"TagKey": TAG, "TagValue": f"deployment of {own}"}])
    made = maker(kms, own).make("ES256")
    assert [each.kms_key for each in maker(kms, own).made()] == [made]
