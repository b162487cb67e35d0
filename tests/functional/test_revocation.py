"""Introspect, revoke the root, and see the leaf die everywhere: over HTTP, with real keys, on the example documents."""

import io
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from typing import Any

import jwt
import pytest

from federation.client.http import Answer, post_form, send
from federation.local.demo.stage import EXAMPLES, Stage, open_stage
from federation.local.demo.workloads import CALENDAR_TOOL, PLANNER, USER
from federation.model.json import Json
from federation.oauth.errors import InvalidToken, TemporarilyUnavailable
from federation.oauth.identifiers import JWT_BEARER_ASSERTION
from federation.oauth.reasons import Reason
from federation.resource_server.verifier import Verifier
from tests.support.eventually import eventually

API, READ = "calendar-api", "calendar:read"
_numbers = count()


@dataclass(frozen=True, slots=True)
class Calendar:
    """The API at the end of a chain, and everybody before it."""

    stage: Stage

    @property
    def url(self) -> str:
        return self.stage.url

    def chain(self) -> tuple[str, str]:
        """What the agent got for a person, and what the tool made of it."""
        root = self.stage.exchange(self.stage.token(USER), "calendar-tool", READ, self.stage.token(PLANNER))
        leaf = self.tool(root.members["access_token"])
        return root.members["access_token"], leaf.members["access_token"]

    def tool(self, root: str) -> Answer:
        return self.stage.exchange(root, "calendar", READ, self.stage.token(CALENDAR_TOOL))

    def introspect(self, token: str, accept: str = "application/json") -> Answer:
        form = [("token", token), *self._authentication()]
        return post_form(f"{self.url}/introspect", form, {"accept": accept})

    def revoke(self, token: str) -> Answer:
        return post_form(f"{self.url}/revoke", [("token", token)])

    def _authentication(self) -> list[tuple[str, str]]:
        now = int(time.time())
        claims: dict[str, Json] = {
            "iss": API,
            "sub": API,
            "aud": self.url,
            "iat": now,
            "exp": now + 60,
            "jti": f"a-{next(_numbers)}",
        }
        assertion = self.stage.providers.clients[API].sign(claims)
        return [("client_assertion", assertion), ("client_assertion_type", JWT_BEARER_ASSERTION)]


@pytest.fixture(scope="module")
def calendar() -> Iterator[Calendar]:
    """The documents that everybody starts from let the calendar's API introspect."""
    with open_stage(EXAMPLES, log=io.StringIO()) as stage:
        yield Calendar(stage)


def test_a_resource_server_is_told_who_asked_and_who_acts(calendar: Calendar) -> None:
    _, leaf = calendar.chain()
    told = calendar.introspect(leaf).members
    assert (told["active"], told["token_type"], told["scope"]) == (True, "Bearer", READ)
    assert told["sub"] == "user/acme/24400320"
    assert told["act"] == {"sub": "service/calendar-tool", "act": {"sub": "agent/planner"}}


def test_evidence_that_can_be_kept_verifies_with_the_published_keys(calendar: Calendar) -> None:
    text = calendar.introspect(calendar.chain()[1], "application/token-introspection+jwt").body.decode()
    key = jwt.PyJWKClient(f"{calendar.url}/.well-known/jwks.json").get_signing_key_from_jwt(text)
    claims = jwt.decode(text, key.key, algorithms=["RS256"], audience=API, issuer=calendar.url)
    assert claims["token_introspection"]["active"] is True


def test_a_token_for_another_audience_is_none_of_its_business(calendar: Calendar) -> None:
    root, _ = calendar.chain()
    assert calendar.introspect(root).body == b'{"active":false}'


def test_revoking_the_root_kills_the_leaf_at_introspection_and_at_the_next_exchange(calendar: Calendar) -> None:
    root, leaf = calendar.chain()
    assert calendar.introspect(leaf).members["active"] is True
    assert calendar.revoke(root).status == 200
    assert calendar.introspect(leaf).body == b'{"active":false}'
    refused = calendar.tool(root)
    assert (refused.status, refused.members["error"]) == (400, "invalid_request")
    assert refused.members["error_description"].startswith("token_revoked: ")


def test_whoever_verifies_offline_learns_of_it_from_the_list(calendar: Calendar) -> None:
    root, leaf = calendar.chain()
    now = _Now()
    verifier = Verifier(calendar.url, "calendar", now=now)
    assert verifier.verify(leaf)["scope"] == READ
    calendar.revoke(root)
    assert eventually(lambda: now.passes() and _refused(verifier, leaf))


class _Now:
    """The wall clock, run ahead so that every look is a while after the last and finds its list too old."""

    ahead = 0.0

    def passes(self) -> float:
        self.ahead += 1.0
        return self()

    def __call__(self) -> float:
        return time.time() + self.ahead


def _refused(verifier: Verifier, token: str) -> bool:
    try:
        verifier.verify(token)
    except (InvalidToken, TemporarilyUnavailable) as refusal:
        return refusal.reason is Reason.TOKEN_REVOKED
    return False


def test_lists_are_public_small_and_kept_for_a_moment_only(calendar: Calendar) -> None:
    claims: dict[str, Any] = jwt.decode(calendar.chain()[1], options={"verify_signature": False})
    answer = send(claims["status"]["status_list"]["uri"], "GET")
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/statuslist+jwt"
    assert answer.headers["cache-control"] == "public, max-age=5"
    assert len(answer.body) < 4000
