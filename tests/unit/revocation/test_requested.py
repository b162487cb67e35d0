import pytest
from pydantic import TypeAdapter, ValidationError

from federation.documents.schema.document import TokenAge
from federation.model.document_values import seconds
from federation.model.json import JsonObject
from federation.model.revocation import RevocationKey, RevocationTarget
from federation.model.revocation_keys import EVERYTHING
from federation.oauth.errors import InsufficientScope, InvalidRequest
from federation.revocation.revoker import LONGEST_PROOF, Admin, RevocationRequest, read_revocation
from tests.support.issued_world import NOW, IssuedWorld

PLATFORM, ACME = Admin("admin/eve", None), Admin("admin/ann", "acme")
TENANTS = {
    RevocationKey(RevocationTarget.MAPPING, "acme-sync"): "acme",
    RevocationKey(RevocationTarget.ISSUER, "other-idp"): "other",
    RevocationKey(RevocationTarget.JTI, "jti-of-acme"): "acme",
}


def read(body: JsonObject, admin: Admin = PLATFORM) -> RevocationRequest:
    return read_revocation(body, admin, TENANTS.get)


@pytest.mark.parametrize("what", ["jti", "txn", "principal", "client", "issuer", "mapping"])
def test_an_admin_of_the_platform_may_revoke_anything(what: str) -> None:
    assert read({what: "x", "reason": "lost"}) == RevocationRequest(
        RevocationKey(RevocationTarget(what), "x"), "admin/eve", "lost"
    )


def test_everything_is_revoked_by_its_own_word() -> None:
    assert read({"all": True, "reason": "incident"}).key == EVERYTHING


def test_a_principal_may_be_one_tenants() -> None:
    asked = read({"principal": "x", "tenant": "acme", "reason": "left"})
    assert asked.key == RevocationKey(RevocationTarget.PRINCIPAL, "x", "acme")


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
        assert read(body, ACME).key == RevocationKey(RevocationTarget.PRINCIPAL, "x", "acme")


@pytest.mark.parametrize("body", [{"mapping": "acme-sync", "reason": "r"}, {"jti": "jti-of-acme", "reason": "r"}])
def test_a_tenants_admin_revokes_what_is_the_tenants(body: JsonObject) -> None:
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
def test_a_tenants_admin_revokes_nothing_of_others(body: JsonObject) -> None:
    with pytest.raises(InsufficientScope):
        read(body, ACME)


@pytest.mark.parametrize(
    ("what", "kept"),
    [
        (RevocationTarget.JTI, 3600),
        (RevocationTarget.TXN, 3600),
        (RevocationTarget.PRINCIPAL, LONGEST_PROOF),
        (RevocationTarget.ISSUER, LONGEST_PROOF),
    ],
)
def test_a_revocation_lasts_as_long_as_anything_that_it_could_be_about(what: RevocationTarget, kept: int) -> None:
    world = IssuedWorld()
    revocation = world.revoker.revoke(RevocationRequest(RevocationKey(what, "x"), "admin/eve"), {"correlation_id": "c"})
    assert (revocation.revoked_at, revocation.expires_at) == (NOW, NOW + kept)


def test_no_foreign_token_may_be_older_than_a_revocation_lasts() -> None:
    age = TypeAdapter(TokenAge)
    assert age.validate_python("24h")
    assert seconds("24h") < LONGEST_PROOF
    with pytest.raises(ValidationError):
        age.validate_python("25h")
