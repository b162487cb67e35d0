"""What verifiers read: the key set and both discovery documents, through the gateway."""

import pytest

from tests.support.bridge_server import Bridge

DOCUMENTS = ["/.well-known/jwks.json", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"]


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_is_json_that_caches_for_a_while(bridge: Bridge, path: str) -> None:
    answer = bridge.get(path)
    media_type = "application/jwk-set+json" if path == DOCUMENTS[0] else "application/json"
    assert (answer.status, answer.headers["content-type"]) == (200, media_type)
    assert "max-age=" in answer.headers["cache-control"]
    assert answer.members


@pytest.mark.parametrize("path", DOCUMENTS)
def test_a_document_that_the_reader_has_is_not_sent_again(bridge: Bridge, path: str) -> None:
    again = bridge.get(path, {"if-none-match": bridge.get(path).headers["etag"]})
    assert (again.status, again.body) == (304, b"")


def test_discovery_names_the_bridge_by_its_own_url(bridge: Bridge) -> None:
    for path in DOCUMENTS[1:]:
        members = bridge.get(path).members
        assert members["issuer"] == bridge.url
        assert members["token_endpoint"] == f"{bridge.url}/token"
        assert members["jwks_uri"] == f"{bridge.url}/.well-known/jwks.json"


def test_the_key_set_holds_public_keys_alone(bridge: Bridge) -> None:
    keys = bridge.get("/.well-known/jwks.json").members["keys"]
    assert keys
    assert not [key for key in keys if key.keys() & {"d", "p", "q", "dp", "dq", "qi", "k"}]


def test_every_refusal_links_to_its_explanation(bridge: Bridge) -> None:
    uri = bridge.exchange(subject_token="x").members["error_uri"]
    path, _, anchor = uri.removeprefix(bridge.url).partition("#")
    page = bridge.get(path)
    assert (page.status, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f'id="{anchor}"'.encode() in page.body


def test_what_is_not_published_is_not_found(bridge: Bridge) -> None:
    answer = bridge.get("/.well-known/secrets.json")
    assert (answer.status, answer.members) == (404, {"message": "Not Found"})
