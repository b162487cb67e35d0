"""Fault model (section 2): what the signer does when KMS throttles, breaks, loses answers or refuses."""

from base64 import b64encode
from collections.abc import Iterator

import pytest

from federation.aws.service import Kms
from federation.aws.signer import KmsSigner
from federation.local.embedded_aws import sealed_environment
from federation.model.keys import SigningKey
from federation.model.made_signature import Purpose
from federation.oauth.errors import ServerError, TemporarilyUnavailable
from tests.support.fault_plan import CLIENTS, Fault, FaultPlan, answer, error, faulty_services, lost

KEY = SigningKey("kid", "RS256", "key-1", {})
SIGNED = answer({"KeyId": "key-1", "Signature": b64encode(b"signature").decode()})


@pytest.fixture(params=CLIENTS)
def kms(request: pytest.FixtureRequest) -> Iterator[Kms]:
    with sealed_environment(None):
        yield faulty_services(request.param).kms


def test_fault_F1_a_throttled_signature_is_tried_once_more(kms: Kms) -> None:
    plan = FaultPlan(kms, [error("ThrottlingException"), SIGNED])
    assert KmsSigner(kms, Purpose.TOKEN).sign(KEY, b"message") == b"signature"
    assert len(plan.sent) == 2


def test_fault_F1_and_then_the_caller_is_asked_to_come_again(kms: Kms) -> None:
    plan = FaultPlan(kms, [error("ThrottlingException")] * 2)
    with pytest.raises(TemporarilyUnavailable) as refusal:
        KmsSigner(kms, Purpose.TOKEN).sign(KEY, b"message")
    assert (refusal.value.reason, refusal.value.detail) == ("signing_unavailable", "ThrottlingException")
    assert int(refusal.value.headers["retry-after"]) > 0
    assert len(plan.sent) == 2


def test_fault_F2_a_signature_whose_answer_was_lost_is_asked_for_again_byte_for_byte(kms: Kms) -> None:
    plan = FaultPlan(kms, [lost, SIGNED])
    KmsSigner(kms, Purpose.TOKEN).sign(KEY, b"message")
    assert plan.sent[0] == plan.sent[1]


@pytest.mark.parametrize("fault", [error("KMSInternalException", 500), error("Whatever", 503), lost])
def test_fault_F3_a_kms_that_is_down_is_unavailable(kms: Kms, fault: Fault) -> None:
    plan = FaultPlan(kms, [fault] * 2)
    with pytest.raises(TemporarilyUnavailable):
        KmsSigner(kms, Purpose.TOKEN).sign(KEY, b"message")
    assert len(plan.sent) == 2


@pytest.mark.parametrize("code", ["DisabledException", "KMSInvalidStateException", "NotFoundException"])
def test_fault_F4_a_key_that_cannot_sign_is_not_tried_again(kms: Kms, code: str) -> None:
    plan = FaultPlan(kms, [error(code)])
    with pytest.raises(TemporarilyUnavailable) as refusal:
        KmsSigner(kms, Purpose.TOKEN).sign(KEY, b"message")
    assert (refusal.value.reason, refusal.value.detail) == ("signing_unavailable", code)
    assert len(plan.sent) == 1


@pytest.mark.parametrize("signature", [b"", b"junk", bytes.fromhex("3006020101020100") + b"!"])
def test_fault_F5_what_is_no_ecdsa_signature_is_never_passed_on(kms: Kms, signature: bytes) -> None:
    FaultPlan(kms, [answer({"Signature": b64encode(signature).decode()})])
    with pytest.raises(ServerError):
        KmsSigner(kms, Purpose.TOKEN).sign(SigningKey("kid", "ES256", "key-1", {}), b"message")


def test_fault_F6_a_kms_that_denies_us_is_our_own_fault(kms: Kms) -> None:
    plan = FaultPlan(kms, [error("AccessDeniedException")])
    with pytest.raises(ServerError) as refusal:
        KmsSigner(kms, Purpose.TOKEN).sign(KEY, b"message")
    assert (refusal.value.reason, refusal.value.detail) == ("internal_error", "AccessDeniedException")
    assert len(plan.sent) == 1
