"""The admin API over HTTP, on the whole bridge: what an admin changes holds from the very next exchange."""

import json
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from federation.aws.clients import boto_dynamodb
from federation.aws.filing_writer import filing_writer
from federation.client.http import Answer, post_form, send
from federation.documents.source import SourceDocument
from federation.documents.validate import validate
from federation.local.admin_token import AUDIENCE, admin_documents, request_admin_token
from federation.local.bridge import LocalBridge
from federation.local.issuers.loopback import IssuerKey, generate_key
from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.trust import Kind
from federation.oauth.identifiers import GrantType, TokenType
from tests.support.eventually import eventually

PARTNERS = [f"partner-{number}" for number in range(6)]
TARGET = "risk-engine"

Document = dict[str, Any]


class Laptop:
    """A bridge, a partner, and an admin."""

    def __init__(self, local: LocalBridge, partner: IssuerKey, token: str) -> None:
        self.local = local
        self._partner = partner
        self._token = token

    def admin(self, method: str, path: str, body: object = None, **headers: str) -> Answer:
        """A request to the admin API; header names with underscores."""
        content = None if body is None else json.dumps(body).encode()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        typed = {"content-type": "application/json"} if content else {}
        proven = {"authorization": f"Bearer {self._token}"}
        return send(f"{self.local.url}/admin/v1{path}", method, content, {**proven, **typed, **named})

    def exchange(self, partner: str = PARTNERS[0]) -> Answer:
        """The partner's worker asks for a token."""
        now = int(time.time())
        claims: Document = {
            "iss": f"https://{partner}.example.com",
            "sub": "worker",
            "aud": self.local.url,
            "iat": now,
            "exp": now + 300,
        }
        form: dict[str, str] = {
            "grant_type": GrantType.TOKEN_EXCHANGE,
            "subject_token": self._partner.sign(claims),
            "subject_token_type": TokenType.JWT,
            "audience": TARGET,
        }
        return post_form(f"{self.local.url}/token", list(form.items()))

    def edit(self, path: str, changes: Mapping[str, Any]) -> Answer:
        """Read, change, write."""
        read = self.admin("GET", path)
        return self.admin("PUT", path, {**read.members["document"], **changes}, if_match=read.headers["etag"])


def documents(key: IssuerKey) -> Iterator[Document]:
    yield {"kind": "Audience", "id": TARGET, "scopes": ["risk:read", "risk:write"]}
    for name in PARTNERS:
        url = f"https://{name}.example.com"
        yield {"kind": "Issuer", "id": name, "provider": "oidc", "issuer": url, "keys": {"jwks": key.jwks}}
        yield {
            "kind": "Mapping",
            "id": name,
            "issuer": name,
            "match": {"sub": "worker"},
            "principal": f"partner/{name}",
            "grants": [{"audience": TARGET, "scopes": ["risk:read"]}],
        }


@pytest.fixture(scope="module")
def laptop() -> Iterator[Laptop]:
    partner, admin = generate_key("partner-1", "RS256"), generate_key("admin-1", "ES256")
    trust = [SourceDocument("tests", document) for document in documents(partner)]
    with LocalBridge(validate([*trust, *admin_documents(admin, trust)], loopback=True)) as local:
        yield Laptop(local, partner, request_admin_token(local.url, admin))


def test_a_change_holds_from_the_very_next_exchange(laptop: Laptop) -> None:
    for _ in range(5):
        assert laptop.exchange().status == 200
        assert laptop.edit("/mappings/partner-0", {"enabled": False}).status == 200
        assert laptop.exchange().status == 400
        assert laptop.edit("/mappings/partner-0", {"enabled": True}).status == 200


def test_what_is_taken_away_is_gone_with_the_very_next_exchange(laptop: Laptop) -> None:
    for name in PARTNERS[1:]:
        assert laptop.exchange(name).status == 200
        assert laptop.edit(f"/issuers/{name}", {"enabled": False}).status == 200
        assert laptop.exchange(name).status == 400


def test_a_document_lives_its_whole_life_over_http(laptop: Laptop) -> None:
    zone = {"kind": "Zone", "id": "office", "cidrs": ["203.0.113.0/24"], "reason": "a new office"}
    created = laptop.admin("PUT", "/zones/office", zone, if_none_match="*")
    assert (created.status, created.headers["etag"]) == (201, '"1"')
    assert laptop.admin("DELETE", "/zones/office?reason=it+moved", if_match='"1"').status == 204
    deleted, first = laptop.admin("GET", "/history/zones/office").members["items"]
    assert (deleted["changed"]["why"], first["changed"]["why"]) == ("it moved", "a new office")
    assert first["changed"]["who"] == "admin/laptop"
    restored = laptop.admin("POST", "/history/zones/office/restore", {"version": 1}, if_none_match="*")
    assert (restored.status, restored.headers["etag"]) == (200, '"3"')


def test_a_set_is_planned_and_applied(laptop: Laptop) -> None:
    body: Document = {"documents": [{"kind": "Audience", "id": "ledger", "scopes": ["ledger:post"]}]}
    plan = laptop.admin("POST", "/plan", body).members
    assert [one["action"] for one in plan["changes"]] == ["create"]
    applied = laptop.admin("POST", "/apply", {**body, "base": plan["base"]}, idempotency_key="once")
    again = laptop.admin("POST", "/apply", {**body, "base": plan["base"]}, idempotency_key="once")
    assert (applied.status, again.status, applied.body) == (200, 200, again.body)
    assert laptop.admin("POST", "/apply", {**body, "base": plan["base"]}).status == 409


POLICY: Document = {"kind": "Policy", "id": "strict"}
DENIED = {"principal": "partner/x", "audience": TARGET, "expect": "allow"}


@pytest.mark.parametrize(
    ("members", "pointer", "said"),
    [
        ({"cedar": "permit (\n  principal, action,\n  resourc);"}, "/cedar", "line 3, column 3: "),
        ({"cedar": "permit (principal, action, resource)\nwhen { context.nope };"}, "/cedar", "line 2, column 16: "),
        ({"cedar": "forbid (principal, action, resource);", "examples": [DENIED]}, "/examples/0/expect", "expected"),
    ],
)
def test_a_policy_that_is_wrong_is_refused_with_its_place(
    laptop: Laptop, members: Document, pointer: str, said: str
) -> None:
    for prefix, answer in (
        ("", laptop.admin("PUT", "/policies/strict", {**POLICY, **members}, if_none_match="*")),
        ("/documents/0", laptop.admin("POST", "/apply", {"documents": [{**POLICY, **members}]})),
    ):
        (error,) = answer.members["errors"]
        assert (answer.status, error["pointer"]) == (422, prefix + pointer)
        assert error["detail"].startswith(said)
    assert laptop.admin("GET", "/policies/strict").status == 404
    assert laptop.exchange().status == 200


def test_with_a_policy_that_cannot_be_read_nothing_is_issued(laptop: Laptop) -> None:
    """No admin writes such a one: the table was written to by somebody else."""
    settings = laptop.local.settings
    writer = filing_writer(boto_dynamodb(), settings.trust_table, settings.audit_table)
    broken = {**POLICY, "id": "broken", "cedar": "permit ("}
    writer.put(StoredDocument(Kind.POLICY, "broken", 1, broken), None, Change("somebody else", "2027-01-15T08:00:00Z"))
    answer = laptop.exchange()
    assert (answer.status, answer.members["error"]) == (503, "temporarily_unavailable")
    assert laptop.admin("DELETE", "/policies/broken", if_match='"1"').status == 204
    assert eventually(lambda: laptop.exchange().status == 200)  # once what was remembered is read again


def test_the_seeded_admin_cannot_lock_everybody_out(laptop: Laptop) -> None:
    answer = laptop.edit("/mappings/fedbridge-serve", {"enabled": False})
    assert (answer.status, answer.members["code"]) == (409, "last_admin")
    assert laptop.edit(f"/audiences/{AUDIENCE}", {"enabled": False}).status in (409, 422)


def test_editors_over_http_lose_no_update(laptop: Laptop) -> None:
    laptop.admin("PUT", "/zones/busy", {"kind": "Zone", "id": "busy", "cidrs": ["192.0.2.0/24"]}, if_none_match="*")

    def edit(number: int) -> int:
        while True:
            answer = laptop.edit("/zones/busy", {"description": f"edit {number}"})
            if answer.status == 200:
                return int(answer.headers["etag"].strip('"'))
            assert answer.status == 412, answer.body

    with ThreadPoolExecutor(4) as editors:
        versions = list(editors.map(edit, range(10)))
    assert sorted(versions) == list(range(2, 12))
    history = laptop.admin("GET", "/history/zones/busy?limit=50").members["items"]
    assert [one["version"] for one in history] == list(range(11, 0, -1))


def test_the_routes_own_description_is_for_everybody(laptop: Laptop) -> None:
    answer = send(f"{laptop.local.url}/admin/v1/openapi.json", "GET")
    assert (answer.status, answer.members["openapi"]) == (200, "3.1.0")


@pytest.mark.parametrize("path", ["/mappings/a%2F..", "/mappings/..%23", "/mappings/%00", "/mappings/A"])
def test_O7_an_id_that_none_has_is_refused_through_the_gateway_too(laptop: Laptop, path: str) -> None:
    assert laptop.admin("GET", path).status == 400


def test_O1_without_a_token_there_is_a_challenge(laptop: Laptop) -> None:
    answer = send(f"{laptop.local.url}/admin/v1/mappings", "GET")
    assert (answer.status, answer.headers["www-authenticate"]) == (401, 'Bearer realm="federation-bridge"')
