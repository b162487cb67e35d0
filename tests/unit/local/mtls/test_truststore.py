"""Whose certificates the handshake lets through."""

from pathlib import Path

import pytest
from cryptography import x509

from federation.local.mtls.identity import new_identity
from federation.local.mtls.truststore import FRESH, Truststore
from federation.model.trust import Client, ClientAuth, Issuer, IssuerKeys
from federation.verification.discovery import KeySource
from tests.support.fake_clock import FixedClock
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_world import Directory, trusted
from tests.support.x509_authority import authority
from tests.support.x509_world import BUNDLE, bundle, devices, spiffe

CA, OTHER, THIRD = authority(), authority("other"), authority("third")


class Documents(Directory):
    """Issuers, and what clients are registered beside them."""

    registered: tuple[Client, ...] = ()

    def clients(self) -> tuple[Client, ...]:
        return self.registered


def registered(*certificates: str, thumbprints: tuple[str, ...] = (), enabled: bool = True) -> Client:
    auth = ClientAuth("self_signed_tls_client_auth", certificates=certificates, thumbprints=thumbprints)
    return Client("kiosk", 1, auth, ("artifacts",), ("artifacts:read",), enabled=enabled)


def store(folder: Path, *issuers: Issuer, **documents: object) -> tuple[Truststore, Documents, FixedClock]:
    identity = new_identity()
    certificate = folder / "server.pem"
    certificate.write_text(identity.private_key + identity.certificate)
    directory, clock = Documents(*issuers), FixedClock()
    web = FakeFetcher({BUNDLE: documents["bundle"]} if documents else {})
    return Truststore(directory, KeySource(web), clock, certificate), directory, clock


def pool(made: Truststore) -> set[str]:
    """Common names of the authorities."""
    loaded = made.context().get_ca_certs(binary_form=True)
    return {x509.load_der_x509_certificate(der).subject.rfc4514_string().removeprefix("CN=") for der in loaded}


@pytest.mark.parametrize(
    "issuers",
    [
        (devices(CA, OTHER),),
        (devices(CA), devices(OTHER, id_="others")),
        (spiffe(), devices(OTHER)),
        (spiffe(keys=IssuerKeys(jwks=bundle(CA, OTHER))),),
        (spiffe(keys=IssuerKeys(certificates=(CA.pem,))), devices(OTHER)),
    ],
)
def test_the_pool_has_every_authority_that_a_document_names(tmp_path: Path, issuers: tuple[Issuer, ...]) -> None:
    made, _, _ = store(tmp_path, *issuers, bundle=bundle(CA))
    assert pool(made) == {"root", "other"}


def test_it_has_none_of_a_disabled_issuer_and_none_that_is_no_authority_of_clients(tmp_path: Path) -> None:
    keys = IssuerKeys(jwks=bundle(THIRD))
    made, _, _ = store(tmp_path, devices(CA), devices(OTHER, id_="gone", enabled=False), trusted(keys=keys))
    assert pool(made) == {"root"}


def test_it_has_what_enabled_clients_have_registered(tmp_path: Path) -> None:
    made, directory, _ = store(tmp_path, devices(CA))
    gone = registered(THIRD.pem, enabled=False)
    directory.registered = (registered(OTHER.pem), registered(thumbprints=("A" * 43,)), gone)
    assert pool(made) == {"root", "other"}


def test_what_cannot_be_read_or_fetched_leaves_the_others_in(tmp_path: Path) -> None:
    broken = devices(CA, id_="broken", keys=IssuerKeys(certificates=("no certificate", OTHER.pem)))
    made, _, _ = store(tmp_path, broken, spiffe())
    assert pool(made) == {"other"}


def test_a_document_that_is_written_later_is_seen_within_seconds(tmp_path: Path) -> None:
    made, directory, clock = store(tmp_path, devices(CA))
    assert pool(made) == {"root"}
    directory.current = (devices(OTHER),)
    clock.advance(FRESH - 1)
    assert pool(made) == {"root"}
    clock.advance(1)
    assert pool(made) == {"other"}
