"""A key signs only once verifiers can have seen it, whatever crashes in between."""

import json
from dataclasses import dataclass, field

import jwt
import pytest
from msgspec.structs import replace

from federation.keys.jwk import UnsuitableKey, signing_key
from federation.keys.publication import Publication, PublicationFailed, public_documents
from federation.model.keys import MAX_AGE, KeySet
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

    def tagged(self, path: str) -> tuple[PublishedDocument, str] | None:
        del path
        return None


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
    assert report.waiting == ()


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
    assert not (world.trust.load() or KeySet()).keys
    world.publisher.failing = False
    assert publication.run().active_kid


def test_fault_f14_a_run_that_crashed_after_publishing_is_resumed_and_nobody_is_blamed() -> None:
    world = World()
    publication = world.publication(world.signer.create())
    publication.run()
    keys = world.keys()
    second = signing_key(kms_key := world.signer.create(), "RS256", world.signer.public_key(kms_key))
    world.trust.save(replace(keys.adding(second), version=keys.version + 1))
    (jwks, *_) = public_documents(world.keys(), ISSUER)
    world.publisher.put(jwks)
    report = publication.run()
    assert (report.published, report.waiting, report.rolled_back) == ((), (second.kid,), False)
    assert world.keys().keys[1].published_at == world.clock.now()


def test_fault_f16_a_tampered_document_is_put_right() -> None:
    world = World()
    publication = world.publication(world.signer.create())
    publication.run()
    good = world.publisher.documents[JWKS_PATH]
    world.publisher.documents[JWKS_PATH] = PublishedDocument(JWKS_PATH, b"{}", "text/plain", "")
    report = publication.run()
    assert (report.published, report.rolled_back) == ((JWKS_PATH,), True)
    assert world.publisher.documents[JWKS_PATH] == good


@pytest.mark.parametrize(("made_for", "configured"), [("RS256", "ES256"), ("ES256", "PS256"), ("EdDSA", "RS256")])
def test_a_key_that_does_not_fit_the_algorithm_is_refused(made_for: str, configured: str) -> None:
    signer = FakeSigner()
    kms_key = signer.create(made_for)
    with pytest.raises(UnsuitableKey):
        signing_key(kms_key, configured, signer.public_key(kms_key))
