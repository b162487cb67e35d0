"""A key signs only once verifiers can have seen it, whatever crashes in between."""

import json
from dataclasses import dataclass, field

import jwt
import pytest

from federation.keys.documents import MAX_AGE
from federation.keys.jwk import UnsuitableKey, signing_key
from federation.keys.publication import SEEN_BY_ALL, Publication, PublicationFailed
from federation.model.keys import KeySet, KeyState
from federation.oauth.errors import TemporarilyUnavailable
from federation.oauth.metadata import ERRORS_PATH, JWKS_PATH, OAUTH_PATH, OPENID_PATH
from federation.ports import PublishedDocument
from tests.support.fake_clock import FixedClock
from tests.support.fake_publisher import FakePublisher
from tests.support.fake_signer import FakeSigner
from tests.support.fake_trust import FakeTrust

ISSUER = "https://federation.example.com"


class Forgetful(FakePublisher):
    """Takes everything and keeps nothing."""

    def put(self, document: PublishedDocument) -> None:
        pass


@dataclass
class World:
    signer: FakeSigner = field(default_factory=FakeSigner)
    trust: FakeTrust = field(default_factory=FakeTrust)
    publisher: FakePublisher = field(default_factory=FakePublisher)
    clock: FixedClock = field(default_factory=FixedClock)

    def publication(self, kms_key: str, algorithm: str = "RS256") -> Publication:
        return Publication(
            issuer=ISSUER,
            kms_key=kms_key,
            algorithm=algorithm,
            public_keys=self.signer,
            key_sets=self.trust,
            publisher=self.publisher,
            clock=self.clock,
        )

    def keys(self) -> KeySet:
        keys = self.trust.load()
        assert keys is not None
        return keys


def test_the_first_run_publishes_everything_and_lets_the_key_sign() -> None:
    world = World()
    report = world.publication(world.signer.create()).run()
    assert report.published == (JWKS_PATH, OAUTH_PATH, OPENID_PATH, ERRORS_PATH)
    active = world.keys().active
    assert active is not None
    assert active.kid == report.active_kid
    assert report.next_kid is None


def test_a_second_run_changes_nothing() -> None:
    world = World()
    publication = world.publication(world.signer.create())
    publication.run()
    version = world.keys().version
    assert publication.run().published == ()
    assert world.keys().version == version


@pytest.mark.parametrize("algorithm", ["RS256", "PS256", "ES256", "EdDSA"])
def test_stock_libraries_read_the_published_keys(algorithm: str) -> None:
    world = World()
    kid = world.publication(world.signer.create(algorithm), algorithm).run().active_kid
    document = world.publisher.documents[JWKS_PATH]
    key = jwt.PyJWKSet.from_json(document.body.decode())[kid]
    assert key.algorithm_name == algorithm
    assert document.content_type == "application/jwk-set+json"
    assert f"max-age={MAX_AGE}" in document.cache_control


def test_discovery_names_the_issuer_and_its_keys() -> None:
    world = World()
    world.publication(world.signer.create()).run()
    for path in (OPENID_PATH, OAUTH_PATH):
        metadata = json.loads(world.publisher.documents[path].body)
        assert metadata["issuer"] == ISSUER
        assert metadata["jwks_uri"] == ISSUER + JWKS_PATH
        assert metadata["token_endpoint"] == f"{ISSUER}/token"


def test_r2_a_successor_signs_only_after_every_verifier_has_seen_it() -> None:
    world = World()
    first = world.publication(world.signer.create()).run().active_kid
    successor = world.publication(world.signer.create("ES256"), "ES256")
    report = successor.run()
    assert (report.active_kid, report.next_kid is None) == (first, False)
    assert report.published[0] == JWKS_PATH
    world.clock.advance(SEEN_BY_ALL - 1)
    assert successor.run().active_kid == first
    world.clock.advance(1)
    assert successor.run().active_kid == report.next_kid
    assert {key.state for key in world.keys().keys} == {KeyState.ACTIVE, KeyState.RETIRED}


def test_another_algorithm_on_the_same_key_is_a_key_change_too() -> None:
    world = World()
    kms_key = world.signer.create()
    first = world.publication(kms_key).run().active_kid
    assert world.publication(kms_key, "PS256").run().active_kid == first
    world.clock.advance(SEEN_BY_ALL)
    assert world.publication(kms_key, "PS256").run().active_kid != first


def test_r1_a_key_that_does_not_read_back_never_signs() -> None:
    world = World(publisher=Forgetful())
    with pytest.raises(PublicationFailed):
        world.publication(world.signer.create()).run()
    assert world.keys().active is None


def test_fault_f14_a_run_that_crashed_while_publishing_is_resumed() -> None:
    world = World()
    world.publisher.failing = True
    publication = world.publication(world.signer.create())
    with pytest.raises(TemporarilyUnavailable):
        publication.run()
    assert world.keys().active is None
    world.publisher.failing = False
    assert publication.run().active_kid


def test_fault_f16_a_tampered_document_is_put_right() -> None:
    world = World()
    publication = world.publication(world.signer.create())
    publication.run()
    good = world.publisher.documents[JWKS_PATH]
    world.publisher.documents[JWKS_PATH] = PublishedDocument(JWKS_PATH, b"{}", "text/plain", "")
    assert publication.run().published == (JWKS_PATH,)
    assert world.publisher.documents[JWKS_PATH] == good


@pytest.mark.parametrize(("made_for", "configured"), [("RS256", "ES256"), ("ES256", "PS256"), ("EdDSA", "RS256")])
def test_a_key_that_does_not_fit_the_algorithm_is_refused(made_for: str, configured: str) -> None:
    signer = FakeSigner()
    kms_key = signer.create(made_for)
    with pytest.raises(UnsuitableKey):
        signing_key(kms_key, configured, signer.public_key(kms_key))
