"""ATTACKS K, L9, L10: a client that is a workload, known by its SPIFFE ID alone, and whoever is not quite that one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography import x509
from msgspec.structs import replace

from federation.model.trust import Kind
from federation.oauth.errors import InvalidClient, TemporarilyUnavailable
from federation.verification.held_keys import FRESH, MAX_STALE
from tests.support.attacked_bridge import Attacked, Connection, attacked, issued_claims
from tests.support.client_world import GATEWAY, ClientWorld
from tests.support.exchange_world import body
from tests.support.x509_authority import HOUR, NOW, SERVER, Wanted, authority, pem, svid, uri_names, usage
from tests.support.x509_world import BUNDLE, TRUST_DOMAIN, bundle

CA, OTHER = authority("mesh"), authority("globex-mesh")
WEB = f"{TRUST_DOMAIN}/ns/prod/sa/web"
FAILED = ("invalid_client", "client_authentication_failed", 401)
AUTH: dict[str, Any] = {"method": "tls_client_auth", "san_uri": WEB}
MESH: dict[str, Any] = {"provider": "spiffe", "issuer": TRUST_DOMAIN, "keys": {"jwks_uri": BUNDLE}}
GLOBEX: dict[str, Any] = {
    "provider": "spiffe",
    "issuer": "spiffe://globex.example",
    "keys": {"certificates": [OTHER.pem]},
}


def write(world: ClientWorld, id_: str = "mesh", **changes: Any) -> None:  # noqa: ANN401 (JSON)
    """The next version of an Issuer document; it holds at once."""
    world.trust.add(Kind.ISSUER, id_, {**MESH, **changes})
    world.known.forget()


@pytest.fixture
def world() -> ClientWorld:
    world = ClientWorld()
    world.web.documents[BUNDLE] = bundle(CA)
    write(world)
    world.trust.add(Kind.ISSUER, "globex-mesh", GLOBEX)
    world.register(AUTH, tenant="acme")
    assert asked(world, CA.sign(svid(WEB))).client_id == GATEWAY
    return world


def asked(world: ClientWorld, *certificates: x509.Certificate) -> Any:  # noqa: ANN401 (a Caller)
    return world.ask(client_id=GATEWAY, client_certificate=pem(*certificates))


def refused(world: ClientWorld, *certificates: x509.Certificate) -> str:
    return world.refusal(client_id=GATEWAY, client_certificate=pem(*certificates))


def test_K3_another_workload_of_the_trust_domain_is_another(world: ClientWorld) -> None:
    for other in (
        f"{TRUST_DOMAIN}/ns/prod/sa/web2",
        f"{TRUST_DOMAIN}/ns/prod/sa",
        f"{WEB}/x",
        f"{TRUST_DOMAIN}/ns/PROD/sa/web",
    ):
        assert "another workload" in refused(world, CA.sign(svid(other)))


def test_K3_another_trust_domain_is_another_whatever_its_path_says(world: ClientWorld) -> None:
    theirs = "spiffe://globex.example/ns/prod/sa/web"
    assert "another workload" in refused(world, OTHER.sign(svid(theirs)))
    assert "another workload" in refused(world, CA.sign(svid(theirs)))


def test_K3_another_issuers_authority_names_nobody_here(world: ClientWorld) -> None:
    """Its certificates get past the handshake, whose pool is one for all."""
    write(world, "presses", provider="device", issuer="https://presses.example.com", keys={"certificates": [OTHER.pem]})
    assert "certificate_refused" in refused(world, OTHER.sign(svid(WEB)))
    assert "certificate_refused" in refused(world, authority("mesh", key=OTHER.key).sign(svid(WEB)))


def test_K3_another_tenants_document_of_the_trust_domain_vouches_for_none_of_ours(world: ClientWorld) -> None:
    write(world, tenant="globex")
    assert "another tenant" in refused(world, CA.sign(svid(WEB)))
    world.register(AUTH)  # what is shared is nobody's of theirs either
    assert "another tenant" in refused(world, CA.sign(svid(WEB)))
    world.register(AUTH, tenant="globex")
    assert asked(world, CA.sign(svid(WEB))).client_id == GATEWAY


def test_K3_a_trust_domain_that_others_wrote_when_ours_had_gone_is_not_ours(world: ClientWorld) -> None:
    write(world, enabled=False, tenant="acme")
    write(world, "taken-over", keys={"certificates": [OTHER.pem]}, tenant="globex")
    refused(world, OTHER.sign(svid(WEB)))
    refused(world, CA.sign(svid(WEB)))


def test_K3_two_documents_that_both_vouch_are_one_too_many(world: ClientWorld) -> None:
    write(world, "again", audiences=["https://other.example.com"])
    assert "ambiguous_issuer" in refused(world, CA.sign(svid(WEB)))


UNFIT: dict[str, Callable[[Wanted], Wanted]] = {
    "two SPIFFE IDs": lambda wanted: wanted.but(uri_names(WEB, f"{WEB}2")),
    "the same twice": lambda wanted: wanted.but(uri_names(WEB, WEB)),
    "another URI before it": lambda wanted: wanted.but(uri_names("urn:uuid:1", WEB)),
    "no URI": lambda wanted: wanted.but(without=(x509.SubjectAlternativeName,)),
    "another spelling": lambda wanted: wanted.but(uri_names(WEB.replace("spiffe:", "SPIFFE:"))),
    "an authority": lambda wanted: wanted.but(x509.BasicConstraints(ca=True, path_length=None)),
    "a signer of certificates": lambda wanted: wanted.but(usage("digital_signature", "key_cert_sign")),
    "no key usage": lambda wanted: wanted.but(without=(x509.KeyUsage,)),
    "for servers alone": lambda wanted: wanted.but(SERVER),
    "expired": lambda wanted: replace(wanted, not_after=NOW - 1),
    "not valid yet": lambda wanted: replace(wanted, not_before=NOW + 60),
}


@pytest.mark.parametrize("name", UNFIT)
def test_K4_what_only_looks_like_its_svid_proves_nobody(world: ClientWorld, name: str) -> None:
    refused(world, CA.sign(UNFIT[name](svid(WEB))))


def test_K5_a_name_is_read_from_the_certificate_that_was_verified(world: ClientWorld) -> None:
    mine, other = CA.sign(svid(WEB)), CA.sign(svid(f"{WEB}2"))
    refused(world, other, mine)
    refused(world, OTHER.sign(svid(WEB)), mine)


def test_K7_a_revoked_serial_number_is_nobody_in_the_next_request(world: ClientWorld) -> None:
    certificate, other = CA.sign(svid(WEB)), CA.sign(svid(WEB))
    write(world, revoked=[f"{certificate.serial_number:x}"])
    assert "revoked" in refused(world, certificate)
    assert asked(world, other).client_id == GATEWAY


def test_K7_an_authority_that_left_the_bundle_vouches_for_nobody_once_it_was_read_again(world: ClientWorld) -> None:
    world.web.documents[BUNDLE] = bundle(OTHER)
    world.clock.at += FRESH
    later = replace(svid(WEB), not_after=world.clock.at + HOUR)
    assert asked(world, OTHER.sign(later)).client_id == GATEWAY
    refused(world, CA.sign(later))


def test_K7_a_bundle_that_is_not_to_be_had_is_no_answer_about_anybody(world: ClientWorld) -> None:
    del world.web.documents[BUNDLE]
    world.clock.at += MAX_STALE + 1
    later = replace(svid(WEB), not_after=world.clock.at + HOUR)
    world.web.fetched.clear()
    refused(world, CA.sign(later.but(uri_names(f"{WEB}2"))))  # a stranger hears what it always hears, and costs no look
    assert world.web.fetched == []
    with pytest.raises(TemporarilyUnavailable):
        asked(world, CA.sign(later))


def test_K7_the_proof_rests_on_the_clients_document_and_on_its_trust_domains(world: ClientWorld) -> None:
    """Whoever answers looks whether these are current."""
    caller = asked(world, CA.sign(svid(WEB)))
    assert [document.ref.id for document in caller.documents] == [GATEWAY, "mesh"]


def test_K10_the_caller_says_when_its_certificate_ends(world: ClientWorld) -> None:
    leaf = CA.sign(replace(svid(WEB), not_after=NOW + HOUR / 2))
    assert asked(world, leaf).expires_at == NOW + HOUR // 2


@pytest.mark.parametrize("changes", [{"enabled": False}, {"provider": "oidc", "issuer": "https://idp.example.com"}])
def test_L9_a_trust_domain_that_is_not_trusted_any_more_vouches_for_nobody(
    world: ClientWorld, changes: dict[str, Any]
) -> None:
    write(world, **changes)
    refused(world, CA.sign(svid(WEB)))


def test_L9_a_disabled_client_or_one_of_another_method_is_nobody(world: ClientWorld) -> None:
    certificate = CA.sign(svid(WEB))
    for auth, changes in (
        (AUTH, {"enabled": False}),
        ({"method": "none"}, {"sender_constraint": "dpop", "enabled": False}),
        ({"method": "spiffe_jwt", "spiffe_id": WEB, "issuer": "mesh"}, {}),
        ({"method": "tls_client_auth", "san_uri": WEB, "certificates": [OTHER.pem]}, {}),
        ({"method": "tls_client_auth", "san_uri": "urn:acme:gateway"}, {}),
        ({"method": "tls_client_auth", "san_dns": "web.example.org"}, {}),
        # What no admin can write, and a document may hold all the same.
        ({"method": "tls_client_auth", "san_dns": WEB}, {}),
        ({"method": "self_signed_tls_client_auth", "san_uri": WEB}, {}),
    ):
        world.register(auth, tenant="acme", **changes)
        refused(world, certificate)


def test_L10_whatever_was_wrong_the_caller_hears_the_same(world: ClientWorld) -> None:
    answers = set()
    sent = [CA.sign(svid(f"{WEB}2")), OTHER.sign(svid(WEB)), CA.sign(replace(svid(WEB), not_after=NOW - 1))]
    for name, certificate in [("nobody", CA.sign(svid(WEB))), *((GATEWAY, one) for one in sent)]:
        with pytest.raises(InvalidClient) as refusal:
            world.ask(client_id=name, client_certificate=pem(certificate))
        answers.add((refusal.value.http_status, refusal.value.description, tuple(refusal.value.headers.items())))
    assert len(answers) == 1


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    with attacked() as made:
        made.world.write({"kind": "Issuer", "id": "mesh", **MESH, "keys": {"certificates": [CA.pem]}})
        made.register(auth=AUTH, sender_constraint="mtls")
        yield made


def over(certificate: x509.Certificate) -> Connection:
    return Connection(certificate=pem(certificate))


def test_K7_disabling_the_trust_domain_holds_from_the_very_next_exchange(bridge: Attacked) -> None:
    """Whatever documents are remembered: the commit looks again."""
    connection = over(CA.sign(svid(WEB)))
    assert issued_claims(bridge.post(None, connection, client_id=GATEWAY))["client_id"] == GATEWAY
    bridge.world.write({"kind": "Issuer", "id": "mesh", **MESH, "keys": {"certificates": [CA.pem]}, "enabled": False})
    bridge.refused(lambda: bridge.post(None, connection, client_id=GATEWAY), *FAILED)


def test_K7_so_does_revoking_one_certificate(bridge: Attacked) -> None:
    certificate = CA.sign(svid(WEB))
    assert bridge.post(None, over(certificate), client_id=GATEWAY).status == 200
    revoked = [f"{certificate.serial_number:x}"]
    bridge.world.write({"kind": "Issuer", "id": "mesh", **MESH, "keys": {"certificates": [CA.pem]}, "revoked": revoked})
    bridge.refused(lambda: bridge.post(None, over(certificate), client_id=GATEWAY), *FAILED)
    assert bridge.post(None, over(CA.sign(svid(WEB))), client_id=GATEWAY).status == 200


def test_K10_its_tokens_end_with_its_certificate(bridge: Attacked) -> None:
    certificate = CA.sign(replace(svid(WEB), not_after=NOW + 90))
    for grant in (
        bridge.post(None, over(certificate), client_id=GATEWAY),
        bridge.for_itself(over(certificate), client_id=GATEWAY, scope="risk:read"),
    ):
        assert body(grant)["expires_in"] == 90
