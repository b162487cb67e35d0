"""K3, K5, K9, D25: whose certificate it is, is said by the authority that signed it, and only of its own."""

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicNumbers
from cryptography.x509.oid import NameOID
from msgspec.structs import replace

from federation.oauth.reasons import Reason
from tests.support.jose_keys import b64u_int
from tests.support.x509_authority import (
    authority,
    common_name,
    device,
    ec_private,
    pem,
    svid,
    uri_names,
)
from tests.support.x509_world import BUNDLE, bundle, certificate_world, devices, spiffe, x509_svid

OURS, THEIRS = authority("ours"), authority("theirs")
TWIN = authority("ours", key=ec_private("an authority of the same name"))

EXAMPLE, EVIL = "spiffe://example.org", "spiffe://evil.example"


def test_K3_a_workload_of_another_trust_domain_is_refused_although_both_are_trusted() -> None:
    theirs = "https://evil.example/bundle.json"
    evil = spiffe(EVIL, replace(spiffe().keys, jwks_uri=theirs))
    world = certificate_world(spiffe(), evil, bundle=bundle(OURS))
    world.web.documents[theirs] = bundle(THEIRS)
    assert world.verify(THEIRS.sign(svid(f"{EVIL}/web"))).issuer.issuer == EVIL
    assert world.detail(THEIRS.sign(svid(f"{EXAMPLE}/web")))
    assert world.detail(OURS.sign(svid(f"{EVIL}/web")))


def test_K3_the_same_device_under_another_authority_is_another_device() -> None:
    world = certificate_world(devices(OURS, id_="ours"), devices(THEIRS, id_="theirs"))
    for owner, ca in (("ours", OURS), ("theirs", THEIRS)):
        verified = world.verify(ca.sign(device("press-7")))
        assert (verified.issuer.id, verified.subject) == (owner, "press-7")


def test_K3_an_authority_that_takes_another_ones_name_signs_for_nobody() -> None:
    world = certificate_world(devices(OURS))
    assert TWIN.name == OURS.name
    assert world.detail(TWIN.sign(device())) == "no valid path to the issuer's authorities"
    assert world.detail(TWIN.sign(device()), TWIN.certificate)


def test_K3_two_authorities_of_one_name_are_told_apart_by_their_keys() -> None:
    world = certificate_world(devices(OURS, id_="ours"), devices(TWIN, id_="twin"))
    assert world.verify(OURS.sign(device())).issuer.id == "ours"
    assert world.verify(TWIN.sign(device())).issuer.id == "twin"


def test_K3_an_authority_of_two_issuers_cannot_say_whose_device_it_is() -> None:
    world = certificate_world(devices(OURS, id_="a"), devices(OURS, id_="b"))
    assert world.refusal(OURS.sign(device())) is Reason.AMBIGUOUS_ISSUER
    world.directory.current = (devices(OURS, id_="a"), devices(OURS, id_="b", enabled=False))
    assert world.verify(OURS.sign(device())).issuer.id == "a"


def test_K3_two_documents_of_one_trust_domain_cannot_say_which_of_them_it_is() -> None:
    world = certificate_world(spiffe(id="a"), spiffe(id="b"), bundle=bundle(OURS))
    assert world.refusal(OURS.sign(svid())) is Reason.AMBIGUOUS_ISSUER


def test_K3_an_intermediate_that_comes_with_the_leaf_is_no_authority_of_its_own() -> None:
    world = certificate_world(devices(OURS))
    stranger = THEIRS.below("intermediate")
    assert world.refusal(stranger.sign(device()), stranger.certificate) is Reason.UNTRUSTED_ISSUER
    assert world.detail(stranger.sign(device()), stranger.certificate, OURS.certificate)


def test_K3_a_device_authority_signs_no_workloads_and_a_bundle_no_devices() -> None:
    world = certificate_world(spiffe(), devices(THEIRS), bundle=bundle(OURS))
    assert world.detail(THEIRS.sign(svid()))
    assert world.refusal(OURS.sign(device())) is Reason.UNTRUSTED_ISSUER


def test_K5_the_identity_is_that_of_the_certificate_that_was_verified() -> None:
    world = certificate_world(devices(OURS), spiffe(), bundle=bundle(OURS))
    mine, yours = OURS.sign(device("press-7")), OURS.sign(device("press-8"))
    # A second leaf in the intermediates' place proves nothing, in either order.
    assert world.verify(mine, yours).subject == "press-7"
    assert world.verify(yours, mine).subject == "press-8"
    forged = THEIRS.sign(device("press-8"))
    assert world.detail(forged, mine) == "no valid path to the issuer's authorities"
    assert world.verify(mine, forged).subject == "press-7"


def test_K5_a_common_name_in_an_svid_is_read_by_nobody() -> None:
    world = certificate_world(spiffe(), bundle=bundle(OURS))
    wanted = replace(svid(), subject=common_name("spiffe://example.org/ns/prod/sa/admin"))
    verified = world.verify(OURS.sign(wanted))
    assert verified.subject == "spiffe://example.org/ns/prod/sa/web"
    assert "cn" not in verified.claims


def test_K5_the_coordinates_beside_x5c_are_not_what_verifies() -> None:
    theirs = THEIRS.key.public_key().public_numbers()
    assert isinstance(theirs, EllipticCurvePublicNumbers)
    lying = x509_svid(OURS, x=b64u_int(theirs.x, 32), y=b64u_int(theirs.y, 32))
    world = certificate_world(spiffe(), bundle={"keys": [lying]})
    assert world.verify(OURS.sign(svid()))
    assert world.detail(THEIRS.sign(svid()))


def test_K9_a_certificate_that_vouches_for_itself_is_refused() -> None:
    wanted = replace(device(), subject=common_name("ours"))
    self_signed = authority("ours", key=wanted.key).sign(wanted)  # type: ignore[arg-type]
    assert certificate_world(devices(OURS)).detail(self_signed)
    assert certificate_world(devices(THEIRS)).refusal(self_signed) is Reason.UNTRUSTED_ISSUER


def test_K9_a_leaf_in_the_place_of_an_authority_vouches_for_nobody_not_even_itself() -> None:
    leaf = OURS.sign(device())
    careless = devices(OURS, keys=replace(devices(OURS).keys, certificates=(pem(leaf),)))
    assert certificate_world(careless).refusal(leaf) is Reason.UNTRUSTED_ISSUER


def organisation(name: str) -> x509.NameAttribute[str]:
    return x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)


TWO_NAMES = {
    "no common name": x509.Name([organisation("press-7")]),
    "two common names": common_name("press-7", "press-8"),
    "the same common name twice": common_name("press-7", "press-7"),
    "two in one relative name": x509.Name(
        [
            x509.RelativeDistinguishedName(
                [
                    x509.NameAttribute(NameOID.COMMON_NAME, "press-7"),
                    x509.NameAttribute(NameOID.COMMON_NAME, "press-8"),
                ]
            )
        ]
    ),
    "no subject": x509.Name([]),
}


@pytest.mark.parametrize("subject", TWO_NAMES.values(), ids=TWO_NAMES)
def test_K9_a_subject_that_can_be_read_in_two_ways_is_nobody(subject: x509.Name) -> None:
    world = certificate_world(devices(OURS))
    assert "common name" in world.detail(OURS.sign(replace(device(), subject=subject)))


@pytest.mark.parametrize(
    "name",
    [
        *("press-7,O=acme", "press-7+CN=press-8", "CN=press-7", "press-7\\", 'press"7"', "press-7;", "#press"),
        *(
            " press-7",
            "press-7 ",
            "press 7",
            "press-7\x00.evil",
            "press-7\n",
            "pre%2Fss",
            "../press-7",
            "press-7/",
            "a//b",
            "*",
        ),
        *("press-.*", "\u212aey", "pre\u0301ss", "\u202epress"),
    ],
)
def test_D25_a_common_name_that_is_no_plain_word_is_nobody(name: str) -> None:
    attribute = x509.NameAttribute(NameOID.COMMON_NAME, name, _validate=False)
    wanted = replace(device(), subject=x509.Name([attribute]))
    assert certificate_world(devices(OURS)).detail(OURS.sign(wanted)) == "the common name is no device id"


def test_D25_the_order_of_the_other_attributes_changes_nothing() -> None:
    world = certificate_world(devices(OURS))
    unit = x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "presses")
    for extra in ((organisation("acme"), unit), (unit, organisation("acme"))):
        wanted = replace(device(), subject=common_name("press-7", extra=extra))
        assert world.verify(OURS.sign(wanted)).subject == "press-7"


def test_D25_a_device_is_what_its_subject_says_and_not_its_other_names() -> None:
    world = certificate_world(devices(OURS))
    names = uri_names("urn:dev:press-8", others=(x509.DNSName("press-9"),))
    assert world.verify(OURS.sign(device("press-7").but(names))).subject == "press-7"


def test_D25_an_authority_below_an_owners_own_speaks_for_that_owner_alone() -> None:
    factory = OURS.below("factory")
    world = certificate_world(devices(OURS, id_="ours"), devices(THEIRS, id_="theirs"))
    verified = world.verify(factory.sign(device()), factory.certificate)
    assert (verified.issuer.id, verified.claims["issuer_dn"]) == ("ours", "CN=factory")


def test_D25_without_its_intermediate_a_leaf_is_vouched_for_only_if_that_is_trusted_itself() -> None:
    factory = OURS.below("factory")
    leaf = factory.sign(device())
    assert certificate_world(devices(OURS)).refusal(leaf) is Reason.UNTRUSTED_ISSUER
    assert certificate_world(devices(factory)).verify(leaf).subject == "press-7"


def test_K3_an_unknown_authority_costs_no_fetch() -> None:
    world = certificate_world(spiffe(), devices(OURS), bundle=bundle(OURS))
    assert world.refusal(THEIRS.sign(device())) is Reason.UNTRUSTED_ISSUER
    assert BUNDLE not in world.web.fetched
