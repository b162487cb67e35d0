"""K8, K11: authorities that may vouch for some names only, or whose constraints no library can read."""

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtensionOID, NameOID
from msgspec.structs import replace

from federation.documents.source import InvalidDocuments, SourceDocument
from federation.documents.validate import validate
from federation.model.json import Json
from federation.verification.x509.authorities import UnusableAuthority, read_authority
from tests.support.client_world import GATEWAY, ClientWorld
from tests.support.x509_authority import Authority, Wanted, authority, common_name, device, ec_private, pem, svid
from tests.support.x509_world import bundle, certificate_world, devices, spiffe

CONSTRAINED = "a name constraint of an authority does not permit its subject"
GOOD = authority("good")


def organization(*names: str, common: str = "press-7") -> x509.Name:
    extra = tuple(x509.NameAttribute(NameOID.ORGANIZATION_NAME, name) for name in names)
    return common_name(common, extra=extra)


def base(name: str) -> x509.DirectoryName:
    return x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, name)]))


def permitted(*names: str) -> x509.NameConstraints:
    return x509.NameConstraints([base(name) for name in names], None)


def excluded(*names: str) -> x509.NameConstraints:
    return x509.NameConstraints(None, [base(name) for name in names])


def press(*organizations: str) -> Wanted:
    return replace(device(), subject=organization(*organizations))


def constraints_with(address: bytes) -> x509.UnrecognizedExtension:
    """Permits one iPAddress, which a constraint writes with its mask (RFC 5280 section 4.2.1.10)."""
    inner = bytes([0x87, len(address)]) + address
    subtree = bytes([0x30, len(inner)]) + inner
    trees = bytes([0xA0, len(subtree)]) + subtree
    return x509.UnrecognizedExtension(ExtensionOID.NAME_CONSTRAINTS, bytes([0x30, len(trees)]) + trees)


UNREADABLE = {
    "an IPv4 address without a mask": constraints_with(bytes(4)),
    "an IPv6 address without a mask": constraints_with(bytes(16)),
    "an address of five bytes": constraints_with(bytes(5)),
    "no address at all": constraints_with(b""),
    "a mask with holes": constraints_with(bytes([10, 0, 0, 0, 255, 0, 255, 0])),
    "no DER": x509.UnrecognizedExtension(ExtensionOID.NAME_CONSTRAINTS, b"\x30\x05\xa0"),
}
unreadable = pytest.mark.parametrize("constraints", UNREADABLE.values(), ids=UNREADABLE)


@unreadable
def test_K8_an_authority_that_the_library_cannot_read_is_refused_where_it_is_written(
    constraints: x509.UnrecognizedExtension,
) -> None:
    bad = authority("bad", constraints)
    with pytest.raises(UnusableAuthority):
        read_authority(bad.pem)
    document: dict[str, Json] = {
        "kind": "Issuer",
        "id": "presses",
        "provider": "device",
        "issuer": "https://presses.example.com",
        "keys": {"certificates": [bad.pem]},
    }
    with pytest.raises(InvalidDocuments, match="/keys/certificates/0: malformed"):
        validate([SourceDocument("trust.yaml", document)])


@unreadable
@pytest.mark.parametrize("name", ["another", "good"])
def test_K8_one_unreadable_authority_in_a_bundle_stops_none_of_the_others(
    constraints: x509.UnrecognizedExtension, name: str
) -> None:
    bad = authority(name, constraints, key=ec_private("bad"))
    for authorities in ((bad, GOOD), (GOOD, bad)):
        world = certificate_world(spiffe(), bundle=bundle(*authorities))
        assert world.verify(GOOD.sign(svid())).subject
        assert world.detail(bad.sign(svid()))


@unreadable
def test_K8_a_chain_over_an_unreadable_intermediate_is_refused(constraints: x509.UnrecognizedExtension) -> None:
    below = GOOD.below("below", constraints)
    world = certificate_world(devices(GOOD))
    assert world.detail(below.sign(device()), below.certificate) == "malformed"


def test_K8_a_leaf_that_the_library_cannot_read_is_refused(world: ClientWorld) -> None:
    leaf = GOOD.sign(device().but(constraints_with(bytes(4))))
    assert certificate_world(devices(GOOD)).detail(leaf) == "malformed"
    assert world.refusal(client_id=GATEWAY, client_certificate=pem(leaf))


@pytest.fixture
def world() -> ClientWorld:
    """A client that is known by its whole subject, below an authority for one organization."""
    world = ClientWorld()
    auth = {"method": "tls_client_auth", "certificates": [ONLY_ACME.pem], "subject_dn": "CN=press-7,O=Acme"}
    world.register(auth)
    return world


ONLY_ACME = authority("only Acme", permitted("Acme"))
NO_EVIL = authority("no Evil", excluded("Evil"))

HELD = {
    "the very name": (ONLY_ACME, press("Acme")),
    "below it": (ONLY_ACME, press("Acme", "Presses")),
    "in another case, with more spaces": (ONLY_ACME, press("  aCME ")),
    "one of several": (authority("two", permitted("Globex", "Acme")), press("Acme")),
    "not the excluded one": (NO_EVIL, press("Acme")),
    "without an organization, none being wanted": (NO_EVIL, device()),
}


@pytest.mark.parametrize(("ca", "wanted"), HELD.values(), ids=HELD)
def test_K11_a_subject_within_the_constraints_is_a_device(ca: Authority, wanted: Wanted) -> None:
    assert certificate_world(devices(ca)).verify(ca.sign(wanted)).subject == "press-7"


BROKEN = {
    "another organization": (ONLY_ACME, press("Evil")),
    "none": (ONLY_ACME, device()),
    "the permitted one further in": (ONLY_ACME, press("Evil", "Acme")),
    "a longer name": (ONLY_ACME, press("Acme Evil")),
    "the excluded one": (NO_EVIL, press("Evil")),
    "below the excluded one": (NO_EVIL, press("Evil", "Acme")),
    "the excluded one in another case": (NO_EVIL, press("eVIL")),
    "the excluded one with a character nobody sees": (NO_EVIL, press("E\u200bvil")),
    "the excluded one in full width": (NO_EVIL, press("\uff25vil")),
    "everything": (authority("all", x509.NameConstraints(None, [x509.DirectoryName(x509.Name([]))])), press("Acme")),
}


@pytest.mark.parametrize(("ca", "wanted"), BROKEN.values(), ids=BROKEN)
def test_K11_a_subject_beyond_the_constraints_of_its_anchor_is_no_device(ca: Authority, wanted: Wanted) -> None:
    assert certificate_world(devices(ca)).detail(ca.sign(wanted)) == CONSTRAINED


def test_K11_a_directory_name_among_the_alternatives_is_refused_where_directory_names_are_constrained() -> None:
    beside = x509.SubjectAlternativeName([x509.DirectoryName(organization("Evil"))])
    assert certificate_world(devices(ONLY_ACME)).detail(ONLY_ACME.sign(press("Acme").but(beside)))
    assert certificate_world(devices(GOOD)).verify(GOOD.sign(press("Acme").but(beside)))


@pytest.mark.parametrize("constraints", [permitted("Acme"), excluded("Evil")], ids=["permitted", "excluded"])
def test_K11_the_constraints_of_an_intermediate_hold_as_well(constraints: x509.NameConstraints) -> None:
    one = GOOD.below("one", constraints)
    two = one.below("two") if constraints.excluded_subtrees else one
    world = certificate_world(devices(GOOD))
    chain = (one.certificate, two.certificate)
    assert world.verify(two.sign(press("Acme")), *chain).subject == "press-7"
    assert world.detail(two.sign(press("Evil")), *chain) == CONSTRAINED


def test_K11_an_intermediate_of_another_name_is_beyond_its_anchor() -> None:
    evil = ONLY_ACME.below("no organization at all")
    world = certificate_world(devices(ONLY_ACME))
    assert world.detail(evil.sign(press("Acme")), evil.certificate) == CONSTRAINED


def test_K11_an_authority_that_may_vouch_is_found_beside_its_constrained_twin() -> None:
    twin = authority("only Acme", key=ONLY_ACME.key)
    for order in ((ONLY_ACME, twin), (twin, ONLY_ACME)):
        assert certificate_world(devices(*order)).verify(twin.sign(press("Evil"))).subject == "press-7"


def test_K11_a_client_known_by_its_subject_is_within_the_constraints(world: ClientWorld) -> None:
    good = ONLY_ACME.sign(replace(device(), subject=organization("Acme")))
    assert world.ask(client_id=GATEWAY, client_certificate=pem(good)).client_id == GATEWAY
    world.register({"method": "tls_client_auth", "certificates": [ONLY_ACME.pem], "subject_dn": "CN=press-7,O=Evil"})
    assert world.refusal(client_id=GATEWAY, client_certificate=pem(ONLY_ACME.sign(press("Evil"))))
