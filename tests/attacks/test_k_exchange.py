"""K6 and K10 in the whole pipeline: tokens that are bound to the certificate of a connection."""

from collections.abc import Iterator
from functools import partial

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from msgspec.structs import replace

from federation.model.json import Json
from federation.oauth.http import HttpResponse
from tests.support.attacked_bridge import PLAIN, Attacked, Connection, attacked, issued_claims
from tests.support.client_world import GATEWAY
from tests.support.exchange_world import AUDIENCE, NOW, body
from tests.support.x509_authority import Authority, authority, device, ec_private, pem
from tests.support.x509_thumbprint import x5t_s256

CA, OTHER = authority("acme-clients"), authority("globex-clients")
REQUIRED = ("invalid_request", "proof_required")


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    """Whose audience takes tokens that are bound to a certificate, and no others."""
    with attacked() as made:
        made.let_impersonate()
        made.world.write({**AUDIENCE, "sender_constraint": "mtls"})
        yield made


def over(certificate: x509.Certificate) -> Connection:
    return Connection(certificate=pem(certificate))


def made_by(ca: Authority = CA, *, left: int = 3600, key: str = "device") -> x509.Certificate:
    return ca.sign(replace(device(), not_after=NOW + left, key=ec_private(key)))


def test_K6_a_token_is_bound_to_the_connections_certificate(bridge: Attacked) -> None:
    certificate = made_by()
    answer = bridge.post(None, over(certificate))
    assert issued_claims(answer)["cnf"] == {"x5t#S256": x5t_s256(certificate)}
    assert body(answer)["token_type"] == "Bearer"  # RFC 8705 section 3: the type has no word for it


def test_K6_without_a_certificate_or_with_a_dpop_key_alone_there_is_no_such_token(bridge: Attacked) -> None:
    for connection in (PLAIN, bridge.proving(), Connection(headers=(("x-client-cert", pem(made_by())),))):
        bridge.refused_unsigned(partial(bridge.post, None, connection), *REQUIRED)


def test_K6_a_bound_token_is_exchanged_over_the_same_certificate_alone(bridge: Attacked) -> None:
    certificate = made_by()
    token = bridge.token(None, over(certificate))
    renewed, others = made_by(), made_by(OTHER)  # the same name and key, and yet another certificate
    for connection in (PLAIN, over(renewed), over(others), bridge.proving()):
        bridge.refused_unsigned(partial(bridge.post, token, connection), *REQUIRED)
    again = issued_claims(bridge.post(token, over(certificate)))
    assert again["cnf"] == {"x5t#S256": x5t_s256(certificate)}


def test_K6_the_thumbprint_has_one_spelling_at_the_exchange_too(bridge: Attacked) -> None:
    certificate = made_by()
    right = x5t_s256(certificate)
    hexadecimal = certificate.fingerprint(SHA256()).hex()
    for spelling in (hexadecimal, hexadecimal.upper(), f"{right}=", right.upper(), right[:-1]):
        token = bridge.foreign(cnf={"x5t#S256": spelling})
        bridge.refused_unsigned(partial(bridge.post, token, over(certificate)), *REQUIRED)
    bridge.token(bridge.foreign(cnf={"x5t#S256": right}), over(certificate))


def test_K6_a_certificate_that_nobody_asked_for_binds_nothing(bridge: Attacked) -> None:
    bridge.world.write(AUDIENCE)
    assert "cnf" not in issued_claims(bridge.post(None, over(made_by())))


def test_K6_a_bound_foreign_token_stays_bound_where_nobody_asks_for_it(bridge: Attacked) -> None:
    bridge.world.write(AUDIENCE)
    certificate = made_by()
    token = bridge.foreign(cnf={"x5t#S256": x5t_s256(certificate)})
    bridge.refused_unsigned(lambda: bridge.post(token), *REQUIRED)
    assert issued_claims(bridge.post(token, over(certificate)))["cnf"] == {"x5t#S256": x5t_s256(certificate)}


@pytest.mark.parametrize(("left", "lifetime"), [(31, 31), (120, 120), (301, 300)])
def test_K10_a_bound_token_ends_with_its_certificate(bridge: Attacked, left: int, lifetime: int) -> None:
    answer = bridge.post(None, over(made_by(left=left)))
    given = issued_claims(answer)
    assert (body(answer)["expires_in"], given["exp"] - given["iat"]) == (lifetime, lifetime)


def test_K10_nor_does_what_comes_of_it_live_longer(bridge: Attacked) -> None:
    connection = over(made_by(left=100))
    token = bridge.token(None, connection)
    bridge.world.clock.advance(50)
    assert body(bridge.post(token, connection))["expires_in"] == 50
    bridge.world.clock.advance(21)
    bridge.refused_unsigned(lambda: bridge.post(token, connection), "invalid_request", "token_expires_too_soon")


@pytest.mark.parametrize("left", [29, 0, -1])
def test_K10_a_certificate_about_to_end_or_ended_binds_nothing(bridge: Attacked, left: int) -> None:
    connection = over(made_by(left=left))
    reasons = ("invalid_request", "token_expires_too_soon") if left >= 0 else REQUIRED
    bridge.refused_unsigned(lambda: bridge.post(None, connection), *reasons)


@pytest.mark.parametrize("method", ["tls_client_auth", "self_signed_tls_client_auth"])
def test_K10_a_client_that_proves_itself_by_a_certificate_gets_no_more_time(bridge: Attacked, method: str) -> None:
    certificate = CA.sign(replace(device("gateway"), not_after=NOW + 90))
    known: dict[str, dict[str, Json]] = {
        "tls_client_auth": {"certificates": [CA.pem], "subject_dn": "CN=gateway"},
        "self_signed_tls_client_auth": {"thumbprints": [x5t_s256(certificate)]},
    }
    bridge.register(auth={"method": method, **known[method]})
    for grant in (bridge.post(None, over(certificate), client_id=GATEWAY), _itself(bridge, certificate)):
        assert body(grant)["expires_in"] == 90
        assert issued_claims(grant)["cnf"] == {"x5t#S256": x5t_s256(certificate)}
    bridge.refused_unsigned(
        lambda: bridge.post(None, over(made_by(OTHER)), client_id=GATEWAY),
        "invalid_client",
        "client_authentication_failed",
        401,
    )


def _itself(bridge: Attacked, certificate: x509.Certificate) -> HttpResponse:
    return bridge.for_itself(over(certificate), client_id=GATEWAY, scope="risk:read")
