import pytest
from pydantic import TypeAdapter, ValidationError

from federation.documents.schema.values import TokenAge
from federation.model.duration import seconds
from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey, Withdrawn
from federation.model.standing_keys import EVERYTHING
from federation.oauth.errors import InsufficientScope, InvalidRequest
from federation.revocation.requested import Admin, read_withdrawal
from federation.revocation.revoker import LONGEST_PROOF, Withdrawal
from tests.support.issued_world import NOW, IssuedWorld

PLATFORM, ACME = Admin("admin/eve", None), Admin("admin/ann", "acme")
TENANTS = {
    RevocationKey(Withdrawn.MAPPING, "acme-sync"): "acme",
    RevocationKey(Withdrawn.ISSUER, "other-idp"): "other",
    RevocationKey(Withdrawn.JTI, "jti-of-acme"): "acme",
}


def read(body: JsonObject, admin: Admin = PLATFORM) -> Withdrawal:
    return read_withdrawal(body, admin, TENANTS.get)


@pytest.mark.parametrize("what", ["jti", "txn", "principal", "client", "issuer", "mapping"])
def test_an_admin_of_the_platform_may_withdraw_anything(what: str) -> None:
    assert read({what: "x", "reason": "lost"}) == Withdrawal(RevocationKey(Withdrawn(what), "x"), "admin/eve", "lost")


def test_everything_is_withdrawn_by_its_own_word() -> None:
    assert read({"all": True, "reason": "incident"}).key == EVERYTHING


def test_a_principal_may_be_one_tenants() -> None:
    asked = read({"principal": "x", "tenant": "acme", "reason": "left"})
    assert asked.key == RevocationKey(Withdrawn.PRINCIPAL, "x", "acme")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"reason": "r"},
        {"jti": "x"},
        {"jti": "x", "reason": ""},
        {"jti": "x", "reason": 7},
        {"jti": "x", "reason": "a\nb"},
        {"jti": "x", "txn": "y", "reason": "r"},
        {"jti": "x", "else": "y", "reason": "r"},
        {"jti": "", "reason": "r"},
        {"jti": ["x"], "reason": "r"},
        {"jti": "a b", "reason": "r"},
        {"jti": "x", "tenant": "acme", "reason": "r"},
        {"principal": "x", "tenant": 1, "reason": "r"},
        {"all": "yes", "reason": "r"},
        {"all": "", "reason": "r"},
    ],
)
def test_anything_else_is_malformed(body: JsonObject) -> None:
    with pytest.raises(InvalidRequest):
        read(body)


def test_a_tenants_admin_means_the_tenants_own_principal() -> None:
    for body in ({"principal": "x", "reason": "r"}, {"principal": "x", "tenant": "acme", "reason": "r"}):
        assert read(body, ACME).key == RevocationKey(Withdrawn.PRINCIPAL, "x", "acme")


@pytest.mark.parametrize("body", [{"mapping": "acme-sync", "reason": "r"}, {"jti": "jti-of-acme", "reason": "r"}])
def test_a_tenants_admin_withdraws_what_is_the_tenants(body: JsonObject) -> None:
    assert read(body, ACME).by == "admin/ann"


@pytest.mark.parametrize(
    "body",
    [
        {"all": True, "reason": "r"},
        {"issuer": "other-idp", "reason": "r"},
        {"issuer": "unknown", "reason": "r"},
        {"jti": "unknown", "reason": "r"},
        {"principal": "x", "tenant": "other", "reason": "r"},
    ],
)
def test_a_tenants_admin_withdraws_nothing_of_others(body: JsonObject) -> None:
    with pytest.raises(InsufficientScope):
        read(body, ACME)


@pytest.mark.parametrize(
    ("what", "kept"),
    [
        (Withdrawn.JTI, 3600),
        (Withdrawn.TXN, 3600),
        (Withdrawn.PRINCIPAL, LONGEST_PROOF),
        (Withdrawn.ISSUER, LONGEST_PROOF),
    ],
)
def test_a_withdrawal_lasts_as_long_as_anything_that_it_could_be_about(what: Withdrawn, kept: int) -> None:
    world = IssuedWorld()
    revocation = world.revoker.revoke(Withdrawal(RevocationKey(what, "x"), "admin/eve"), {"correlation_id": "c"})
    assert (revocation.revoked_at, revocation.expires_at) == (NOW, NOW + kept)


def test_no_foreign_token_may_be_older_than_a_withdrawal_lasts() -> None:
    age = TypeAdapter(TokenAge)
    assert age.validate_python("24h")
    assert seconds("24h") < LONGEST_PROOF
    with pytest.raises(ValidationError):
        age.validate_python("25h")
