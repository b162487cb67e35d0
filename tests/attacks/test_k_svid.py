"""K4: what an X.509-SVID must be, and every way in which a certificate only looks like one."""

from collections.abc import Callable

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from tests.support.spiffe_ids import refused
from tests.support.x509_authority import NOT_CA, Wanted, authority, device, svid, uri_names, usage
from tests.support.x509_world import TRUST_DOMAIN, CertificateWorld, bundle, certificate_world, devices, spiffe

CA = authority()
WEB = f"{TRUST_DOMAIN}/ns/prod/sa/web"
ADMIN = f"{TRUST_DOMAIN}/ns/prod/sa/admin"


@pytest.fixture
def world() -> CertificateWorld:
    """Believes one authority about its trust domain, and about its devices as well."""
    return certificate_world(spiffe(), devices(CA), bundle=bundle(CA))


def test_K4_an_svid_is_the_workload_in_its_uri(world: CertificateWorld) -> None:
    verified = world.verify(CA.sign(svid(WEB)))
    assert (verified.issuer.issuer, verified.subject) == (TRUST_DOMAIN, WEB)
    assert verified.token_type is TokenType.MTLS
    assert verified.claims.keys() == {"sub", "trust_domain", "serial", "issuer_dn", "x5t#S256"}
    assert (verified.claims["sub"], verified.claims["trust_domain"]) == (WEB, "example.org")
    assert world.web.fetched == ["https://bundle.example.org/bundle.json"]


@pytest.mark.parametrize("name", [x509.DNSName("web.example.org"), x509.RFC822Name("web@example.org")])
def test_K4_other_names_beside_the_uri_are_allowed_and_mean_nothing(
    world: CertificateWorld, name: x509.GeneralName
) -> None:
    wanted = svid().but(uri_names(WEB, others=(name,)))
    assert world.verify(CA.sign(wanted)).subject == WEB


REFUSED: dict[str, Callable[[Wanted], Wanted]] = {
    "two SPIFFE IDs": lambda wanted: wanted.but(uri_names(WEB, ADMIN)),
    "the same SPIFFE ID twice": lambda wanted: wanted.but(uri_names(WEB, WEB)),
    "another URI behind the SPIFFE ID": lambda wanted: wanted.but(uri_names(WEB, "https://web.example.org")),
    "another URI before the SPIFFE ID": lambda wanted: wanted.but(uri_names("urn:uuid:1", WEB)),
    "CA:true": lambda wanted: wanted.but(x509.BasicConstraints(ca=True, path_length=None)),
    "keyCertSign": lambda wanted: wanted.but(usage("digital_signature", "key_cert_sign")),
    "cRLSign": lambda wanted: wanted.but(usage("digital_signature", "crl_sign")),
    "no digitalSignature": lambda wanted: wanted.but(usage("key_encipherment")),
    "no key usage at all": lambda wanted: wanted.but(without=(x509.KeyUsage,)),
}


@pytest.mark.parametrize("change", REFUSED.values(), ids=REFUSED)
def test_K4_a_certificate_that_only_looks_like_an_svid_is_refused(
    world: CertificateWorld, change: Callable[[Wanted], Wanted]
) -> None:
    assert world.detail(CA.sign(change(svid(WEB))))


# A URI in a certificate is ASCII (IA5String), so the others cannot even be written.
MALFORMED = [(text, why) for text, why in refused() if text.lower().startswith("spiffe:") and text.isascii()]


@pytest.mark.parametrize(("text", "why"), MALFORMED)
def test_K4_a_malformed_spiffe_id_is_refused_and_never_taken_for_a_device(
    world: CertificateWorld, text: str, why: str
) -> None:
    certificate = CA.sign(device().but(uri_names(text)))
    assert world.refusal(certificate) is Reason.CERTIFICATE_REFUSED, why


def test_K4_a_spiffe_id_is_as_long_as_any_subject_may_be(world: CertificateWorld) -> None:
    longest = f"{TRUST_DOMAIN}/".ljust(2048, "a")
    assert world.verify(CA.sign(svid(longest))).subject == longest
    with pytest.raises(InvalidRequest) as refused_with:
        world.verify(CA.sign(svid(f"{longest}a")))
    assert refused_with.value.reason is Reason.CERTIFICATE_REFUSED
    assert refused_with.value.detail == "SPIFFE ID: 2049 bytes, the limit is 2048"


def test_K4_without_a_uri_a_certificate_is_no_svid() -> None:
    world = certificate_world(spiffe(), bundle=bundle(CA))
    wanted = svid().but(without=(x509.SubjectAlternativeName,))
    assert world.refusal(CA.sign(wanted)) is Reason.UNTRUSTED_ISSUER
    assert world.web.fetched == []


@pytest.mark.parametrize(
    "domain", ["spiffe://evil.example", "spiffe://example.org.evil.example", "spiffe://xample.org", "spiffe://org"]
)
def test_K4_an_svid_of_an_unknown_trust_domain_is_refused_and_nothing_is_fetched(domain: str) -> None:
    world = certificate_world(spiffe(), bundle=bundle(CA))
    assert world.refusal(CA.sign(svid(f"{domain}/ns/prod/sa/web"))) is Reason.UNTRUSTED_ISSUER
    assert world.web.fetched == []


def test_K4_an_svid_of_a_disabled_trust_domain_is_refused_and_nothing_is_fetched() -> None:
    world = certificate_world(spiffe(enabled=False), bundle=bundle(CA))
    assert world.refusal(CA.sign(svid())) is Reason.UNTRUSTED_ISSUER
    assert world.web.fetched == []


@pytest.mark.parametrize(
    ("purposes", "accepted"),
    [
        ([ExtendedKeyUsageOID.CLIENT_AUTH], True),
        ([ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH], True),
        ([ExtendedKeyUsageOID.SERVER_AUTH], False),
        ([ExtendedKeyUsageOID.CODE_SIGNING], False),
        ([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE], False),
    ],
)
def test_K4_an_svid_that_names_its_purposes_names_clients(
    world: CertificateWorld, purposes: list[x509.ObjectIdentifier], accepted: bool
) -> None:
    certificate = CA.sign(svid().but(x509.ExtendedKeyUsage(purposes)))
    assert (world.verify(certificate).subject == WEB) if accepted else world.detail(certificate)


def test_K4_an_svid_need_name_no_purposes(world: CertificateWorld) -> None:
    assert world.verify(CA.sign(svid().but(without=(x509.ExtendedKeyUsage,)))).subject == WEB


def test_K4_an_svid_need_not_say_that_it_is_no_authority(world: CertificateWorld) -> None:
    assert world.verify(CA.sign(svid().but(without=(x509.BasicConstraints,)))).subject == WEB
    assert world.verify(CA.sign(svid().but(NOT_CA))).subject == WEB


def test_K4_an_authority_of_the_bundle_is_no_workload() -> None:
    signing = authority("signing", uri_names(WEB))
    world = certificate_world(spiffe(), bundle=bundle(signing))
    assert world.detail(signing.certificate) == "an authority is no client"
