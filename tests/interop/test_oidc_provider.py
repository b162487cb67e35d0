"""npm's oidc-provider: a certified OpenID provider, its tokens and its keys."""

from collections.abc import Iterator

import pytest

from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.discovery import KeysRefused
from federation.verification.held_keys import COOL_DOWN
from tests.interop.support.bridge import US, Document, InteropBridge, bridge_trusting, issuer, mapping
from tests.interop.support.exchanges import Exchanges
from tests.interop.support.oidc_provider import PORTAL, OidcProvider
from tests.interop.support.real_keys import discovering, key_source, real_world
from tests.support.issuer_world import refusal

WORKERS = {"worker-rs256": "RS256", "worker-ps256": "PS256", "worker-es256": "ES256", "worker-eddsa": "EdDSA"}
WORKER = "worker-rs256"
PERSON = "248289761001"


def trust(url: str) -> list[Document]:
    """Workers by access tokens for us, and the portal's people by its ID tokens."""
    return [
        issuer("workers", url, algorithms=list(WORKERS.values())),
        mapping("workers", "workers", {"sub": "worker-*"}, "partner/oidc-provider/{sub}"),
        issuer("people", url, audiences=[PORTAL], algorithms=["ES256"]),
        mapping("people", "people", {"sub": PERSON}, "user/oidc-provider/{sub}"),
    ]


@pytest.fixture(scope="module")
def bridge(oidc_provider: OidcProvider, exchanges: Exchanges) -> Iterator[InteropBridge]:
    with bridge_trusting(trust(oidc_provider.issuer), exchanges) as bridge:
        yield bridge


@pytest.mark.parametrize(("client", "algorithm"), WORKERS.items())
def test_its_access_tokens_are_exchanged(
    bridge: InteropBridge, oidc_provider: OidcProvider, client: str, algorithm: str
) -> None:
    token = oidc_provider.access_token(client, US)
    assert token.header["alg"] == algorithm
    assert bridge.principal(token) == f"partner/oidc-provider/{client}"


@pytest.mark.parametrize("slot", [TokenType.JWT, TokenType.ID_TOKEN])
def test_an_access_token_of_rfc_9068_is_nothing_else(
    bridge: InteropBridge, oidc_provider: OidcProvider, slot: TokenType
) -> None:
    token = oidc_provider.access_token(WORKER, US)
    assert token.header["typ"] == "at+jwt"
    assert bridge.refusal(token, slot) == Reason.WRONG_TOKEN_TYP


@pytest.mark.parametrize("slot", [TokenType.JWT, TokenType.ID_TOKEN])
def test_its_id_tokens_are_exchanged_where_the_client_is_trusted(
    bridge: InteropBridge, oidc_provider: OidcProvider, slot: TokenType
) -> None:
    token = oidc_provider.id_token(PERSON)
    assert token.claims["aud"] == PORTAL
    assert bridge.principal(token, slot) == f"user/oidc-provider/{PERSON}"


def test_a_person_without_mapping_is_nobody(bridge: InteropBridge, oidc_provider: OidcProvider) -> None:
    assert bridge.refusal(oidc_provider.id_token("somebody-else"), TokenType.ID_TOKEN) == Reason.NO_MAPPING


def test_a_token_for_another_resource_is_refused(bridge: InteropBridge, oidc_provider: OidcProvider) -> None:
    token = oidc_provider.access_token(WORKER, "https://somebody-else.example.com")
    assert bridge.refusal(token) == Reason.WRONG_AUDIENCE


def test_an_opaque_token_is_refused(bridge: InteropBridge, oidc_provider: OidcProvider) -> None:
    token = oidc_provider.access_token(WORKER, "https://opaque.example.com")
    assert bridge.refusal(token) == Reason.MALFORMED_TOKEN


def test_the_same_software_elsewhere_is_a_stranger(bridge: InteropBridge, another_oidc_provider: OidcProvider) -> None:
    assert bridge.refusal(another_oidc_provider.access_token(WORKER, US)) == Reason.UNTRUSTED_ISSUER


def test_the_discovery_document_must_name_the_issuer_exactly(oidc_provider: OidcProvider) -> None:
    assert set(key_source().load(discovering(oidc_provider.issuer)).keys.by_kid) == {"rsa-1", "ec-1", "okp-1"}
    with pytest.raises(KeysRefused, match="another issuer"):
        key_source().load(discovering(f"{oidc_provider.issuer}/"))


def test_a_new_key_is_learned_after_the_cool_down_and_not_before(another_oidc_provider: OidcProvider) -> None:
    old = another_oidc_provider.access_token(WORKER, US).text
    world = real_world(another_oidc_provider.issuer)
    assert world.verify(old, TokenType.ACCESS_TOKEN).key_id == "rsa-1"
    another_oidc_provider.rotate()
    new = another_oidc_provider.access_token(WORKER, US).text
    assert refusal(world, new, TokenType.ACCESS_TOKEN) is Reason.UNKNOWN_KEY
    world.clock.advance(COOL_DOWN)
    assert world.verify(new, TokenType.ACCESS_TOKEN).key_id == "rsa-2"
    assert world.verify(old, TokenType.ACCESS_TOKEN).key_id == "rsa-1"


def test_after_a_rotation_a_bridge_takes_what_is_published_and_no_more(
    another_oidc_provider: OidcProvider, exchanges: Exchanges
) -> None:
    old = another_oidc_provider.access_token(WORKER, US)
    another_oidc_provider.rotate()
    new = another_oidc_provider.access_token(WORKER, US)
    documents = trust(another_oidc_provider.issuer)
    with bridge_trusting(documents, exchanges) as bridge:
        assert bridge.principal(new) == bridge.principal(old) == f"partner/oidc-provider/{WORKER}"
    another_oidc_provider.revoke()
    with bridge_trusting(documents, exchanges) as bridge:
        assert bridge.principal(new) == f"partner/oidc-provider/{WORKER}"
        assert bridge.refusal(old) == Reason.UNKNOWN_KEY
