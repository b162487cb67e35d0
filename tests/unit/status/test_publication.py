import zlib
from base64 import urlsafe_b64decode

import jwt
import pytest
from msgspec.structs import replace

from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.status_list import LONGEST_LIFE, SIZE, SPAN, list_path, read_status_list, status_reference
from federation.ports import PublishedDocument, VersionConflict
from federation.status.publication import LIFETIME, RENEWED, TTL
from tests.support.fake_publisher import FakePublisher
from tests.support.issued_world import BRIDGE, NOW, USUAL, IssuedWorld, claims_of, made_from

PATHS = tuple(list_path(NOW // SPAN + ahead) for ahead in range(7))


@pytest.fixture
def world() -> IssuedWorld:
    return IssuedWorld()


def revoked(world: IssuedWorld, jti: str, expires_at: int = USUAL.expires_at) -> bool:
    """What a verifier reads in the list that the token names."""
    place = status_reference(BRIDGE, expires_at, jti)
    text = world.publisher.documents[place.uri.removeprefix(BRIDGE)].body.decode()
    bits = zlib.decompress(urlsafe_b64decode(claims_of(text)["status_list"]["lst"] + "=="))
    assert len(bits) == SIZE // 8
    return bool(bits[place.index // 8] >> (place.index % 8) & 1)


def test_lists_are_there_before_a_token_needs_them(world: IssuedWorld) -> None:
    assert world.status.run().published == PATHS


def test_a_list_is_a_status_list_token(world: IssuedWorld) -> None:
    world.status.run()
    document = world.publisher.documents[PATHS[0]]
    assert (document.content_type, document.cache_control) == ("application/statuslist+jwt", "public, max-age=5")
    text = document.body.decode()
    header, claims = jwt.get_unverified_header(text), claims_of(text)
    assert (header["typ"], claims["status_list"]["bits"]) == ("statuslist+jwt", 1)
    assert {name: claims[name] for name in ("iss", "sub", "iat", "exp", "ttl")} == {
        "iss": BRIDGE,
        "sub": BRIDGE + PATHS[0],
        "iat": NOW,
        "exp": NOW + LIFETIME,
        "ttl": TTL,
    }
    keys = world.trust.load()
    assert keys is not None
    jwt.decode(text, jwt.PyJWK(dict(keys.keys[0].jwk)), ["RS256"], options={"verify_exp": False, "verify_iat": False})


def test_an_empty_list_is_small_enough_to_poll(world: IssuedWorld) -> None:
    world.status.run()
    assert len(world.publisher.documents[PATHS[0]].body) < 3000


def test_what_is_revoked_is_set_and_nothing_else(world: IssuedWorld) -> None:
    for jti in ("root", "other"):
        world.token(jti=jti)
    leaf = made_from("root", expires_at=NOW + SPAN - 1)
    world.token(leaf, "leaf")
    world.status.run()
    world.revoke(world.token(jti="root-again"))
    world.state.revoke(Revocation(RevocationKey(RevocationTarget.JTI, "root"), NOW, NOW + 7200, "admin/eve"))
    report = world.status.run()
    assert report.revoked == 3
    assert [revoked(world, jti) for jti in ("root", "root-again", "other")] == [True, True, False]
    assert revoked(world, "leaf", leaf.expires_at)


def test_what_was_issued_after_a_revocation_of_its_principal_is_not_set(world: IssuedWorld) -> None:
    world.token(made_from(issued_at=NOW - 1), "before")
    world.token(made_from(issued_at=NOW + 1), "after")
    world.state.revoke(
        Revocation(RevocationKey(RevocationTarget.PRINCIPAL, USUAL.principal, "acme"), NOW, NOW + 90_000, "admin/eve")
    )
    world.status.run()
    assert (revoked(world, "before"), revoked(world, "after")) == (True, False)


def test_old_revocations_of_what_is_proven_elsewhere_cost_no_search(world: IssuedWorld) -> None:
    """They stand for years, because of certificates; tokens of ours that they are about are dead within the hour."""
    key = RevocationKey(RevocationTarget.PRINCIPAL, USUAL.principal, "acme")
    world.state.revoke(Revocation(key, NOW - LONGEST_LIFE - 1, NOW + 90_000, "admin/eve"))
    assert (world.status.run().revocations, world.tokens.reads) == (0, 0)
    world.state.revoke(Revocation(key, NOW - LONGEST_LIFE, NOW + 90_000, "admin/eve"))
    assert world.status.run().revocations == 1


def test_what_the_store_does_not_list_yet_may_be_heard(world: IssuedWorld) -> None:
    world.token(jti="leaf")
    world.status.run([Revocation(RevocationKey(RevocationTarget.JTI, "leaf"), NOW, NOW + 7200, "admin/eve")])
    assert revoked(world, "leaf")


def test_M9_of_what_is_heard_and_what_is_stored_the_later_revocation_counts(world: IssuedWorld) -> None:
    key = RevocationKey(RevocationTarget.PRINCIPAL, USUAL.principal, "acme")
    for number, (stored, heard) in enumerate([(NOW, NOW - 20), (NOW - 20, NOW)]):
        world.token(made_from(issued_at=NOW - 10), f"between-{number}")
        world.state.revoked.clear()
        world.state.revoke(Revocation(key, stored, NOW + 90_000, "admin/eve"))
        world.status.run([Revocation(key, heard, NOW + 90_000, "admin/eve")])
        assert revoked(world, f"between-{number}")


def test_16_a_bit_is_never_cleared(world: IssuedWorld) -> None:
    world.revoke(world.token(jti="leaf"))
    world.status.run()
    world.state.revoked.clear()
    world.ledger.records.clear()
    world.clock.advance(LIFETIME - 1)
    world.status.run()
    assert revoked(world, "leaf")


def test_nothing_is_written_while_nothing_changes(world: IssuedWorld) -> None:
    world.status.run()
    signed = len(world.signer.signed)
    world.clock.advance(LIFETIME - RENEWED)
    assert world.status.run().published == ()
    assert (len(world.signer.signed), world.tokens.reads) == (signed, 0)


def test_a_list_is_signed_anew_long_before_it_expires(world: IssuedWorld) -> None:
    world.status.run()
    world.clock.advance(LIFETIME - RENEWED + 1)
    assert set(world.status.run().published) == set(PATHS)


@pytest.mark.parametrize("body", [b"", b"junk", b"a.b.c", b"\xff.\xff.\xff"])
def test_what_nobody_of_us_signed_is_replaced(world: IssuedWorld, body: bytes) -> None:
    world.status.run()
    found = world.publisher.documents[PATHS[0]]
    world.publisher.put(replace(found, body=body))
    assert world.status.run().published == (PATHS[0],)


def test_what_we_signed_for_something_else_is_no_list(world: IssuedWorld) -> None:
    world.status.run()
    found = world.publisher.documents[PATHS[0]]
    again = world.sign(claims_of(found.body.decode()), "at+jwt")
    world.publisher.put(replace(found, body=again.encode()))
    assert world.status.run().published == (PATHS[0],)


def test_a_list_of_another_hour_is_replaced(world: IssuedWorld) -> None:
    world.status.run()
    world.publisher.put(replace(world.publisher.documents[PATHS[1]], path=PATHS[0]))
    assert world.status.run().published == (PATHS[0],)


class Rival(FakePublisher):
    """Before we write for the first time, somebody else has set a bit of theirs."""

    def __init__(self, theirs: PublishedDocument) -> None:
        super().__init__()
        self._theirs: PublishedDocument | None = theirs

    def replace(self, document: PublishedDocument, tag: str | None) -> None:
        if self._theirs is not None and document.path == self._theirs.path:
            theirs, self._theirs = self._theirs, None
            self.put(theirs)
        super().replace(document, tag)


def test_two_who_publish_at_once_lose_no_bit(world: IssuedWorld) -> None:
    world.revoke(world.token(jti="theirs"))
    world.status.run()
    rival = Rival(world.publisher.documents[list_path(USUAL.expires_at // SPAN)])
    world.state.revoked.clear()
    world.revoke(world.token(jti="ours"))
    world.publisher = rival
    replace(world.status, publisher=rival).run()
    assert (revoked(world, "theirs"), revoked(world, "ours")) == (True, True)


def test_the_fake_keeps_the_contract() -> None:
    publisher = FakePublisher()
    with pytest.raises(VersionConflict):
        publisher.replace(PublishedDocument("/x", b"", "text/plain", ""), "tag")


def test_the_example_of_the_draft_reads_as_it_says() -> None:
    """draft-ietf-oauth-status-list section 4.1: the same bits, in a list of our length."""
    stated = zlib.decompress(urlsafe_b64decode("eNrbuRgAAhcBXQ=="))
    bits = stated + bytes(SIZE // 8 - len(stated))
    text = jwt.utils.base64url_encode(zlib.compress(bits, 9)).decode()
    expected = [1, 0, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0, 1]
    assert [int(read_status_list(text).holds([index])) for index in range(16)] == expected
