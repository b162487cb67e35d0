"""D17-D19: Kubernetes tokens of old, of other clusters, and of accounts that have been replaced."""

from typing import Any

import pytest

from federation.documents.source import InvalidDocuments
from federation.oauth.reasons import Reason
from tests.support.document_vectors import base
from tests.support.jose_keys import rsa_key
from tests.support.provider_bridge import BRIDGE, ProviderBridge

EXAMPLE = "the documented example, bound to a pod and its node"
SUB = {"sub": "system:serviceaccount:my-namespace:my-serviceaccount"}
NESTED = {
    '"kubernetes.io".namespace': "my-namespace",
    '"kubernetes.io".serviceaccount.name': "my-serviceaccount",
}
UID = {'"kubernetes.io".serviceaccount.uid': "14ee3fa4-a7e2-420f-9f9a-dbc4507c3798"}
DEFAULT_ISSUER = "https://kubernetes.default.svc.cluster.local"


@pytest.mark.parametrize("match", [SUB, NESTED, {**SUB, **UID}])
def test_D17_a_projected_token_is_accepted(match: dict[str, str]) -> None:
    bridge = ProviderBridge("kubernetes", match)
    assert bridge.principal(bridge.claims(EXAMPLE)) == "to/0"


def test_D17_a_legacy_token_is_refused_and_so_is_trusting_its_issuer() -> None:
    bridge = ProviderBridge("kubernetes", SUB)
    assert bridge.refusal(bridge.claims(EXAMPLE, iss="kubernetes/serviceaccount")) is Reason.UNTRUSTED_ISSUER
    with pytest.raises(InvalidDocuments):
        ProviderBridge("kubernetes", SUB, issuer="kubernetes/serviceaccount")


def test_D17_a_token_without_audience_is_refused() -> None:
    bridge = ProviderBridge("kubernetes", SUB)
    assert bridge.refusal(bridge.claims(EXAMPLE, aud=None)) is Reason.MALFORMED_CLAIMS


def cluster(name: str, audience: str) -> dict[str, Any]:
    """A private cluster, which signs as the issuer that every cluster has by default."""
    return base(
        "issuer",
        id=name,
        provider="kubernetes",
        issuer=DEFAULT_ISSUER,
        audiences=[audience],
        keys={"jwks": {"keys": [rsa_key().jwk()]}},
    )


def test_D18_two_clusters_of_one_name_need_audiences_of_their_own() -> None:
    bridge = ProviderBridge("kubernetes")
    with pytest.raises(InvalidDocuments, match="same issuer and audience"):
        bridge.write(cluster("blue", BRIDGE), cluster("green", BRIDGE))


def test_D18_the_same_account_in_another_cluster_is_somebody_else() -> None:
    bridge = ProviderBridge("kubernetes")
    mapping = base("mapping", issuer="blue", match=SUB, principal="k8s/blue")
    blue, green = (f"{BRIDGE}/{name}" for name in ("blue", "green"))
    bridge.write(cluster("blue", blue), cluster("green", green), mapping, base("audience"))
    assert bridge.principal(bridge.claims(EXAMPLE, iss=DEFAULT_ISSUER, aud=[blue])) == "k8s/blue"
    assert bridge.refusal(bridge.claims(EXAMPLE, iss=DEFAULT_ISSUER, aud=[green])) is Reason.NO_MAPPING


def test_D18_keys_of_a_private_cluster_are_not_looked_up_on_our_own_network() -> None:
    with pytest.raises(InvalidDocuments, match="give jwks"):
        ProviderBridge("kubernetes", SUB, issuer=DEFAULT_ISSUER)


def test_D19_an_account_that_was_deleted_and_created_again_is_somebody_else() -> None:
    bridge = ProviderBridge("kubernetes", {**SUB, **UID})
    claims = bridge.claims(EXAMPLE)
    claims["kubernetes.io"]["serviceaccount"]["uid"] = "0d8b260e-ef0e-45fb-be8e-ff44f97722e8"
    assert bridge.refusal(claims) is Reason.NO_MAPPING


@pytest.mark.parametrize("api_server", ["https://kubernetes.default.svc", f"{DEFAULT_ISSUER}"])
def test_D19_a_token_for_the_api_server_is_not_for_us(api_server: str) -> None:
    bridge = ProviderBridge("kubernetes", SUB)
    assert bridge.refusal(bridge.claims(EXAMPLE, aud=[api_server])) is Reason.WRONG_AUDIENCE
    careless = ProviderBridge("kubernetes", SUB, audiences=[api_server])
    assert careless.refusal(careless.claims(EXAMPLE, aud=[api_server])) is Reason.IDENTITY_REFUSED
