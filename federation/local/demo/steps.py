"""What happens on the stage: tokens exchanged, requests refused and explained. Every step checks itself."""

import time
from collections.abc import Iterator
from typing import Any

import jwt
from msgspec import Struct, field

from federation.client.http import Answer, send
from federation.local.audit_trail import Record
from federation.local.demo.stage import Stage
from federation.local.demo.workloads import ELSEWHERE, GITHUB, PARTNER, WORKLOADS, Workload
from federation.local.issuers.claims import ClaimSet
from federation.oauth.metadata import JWKS_PATH
from federation.oauth.reasons import Reason


def verify(stage: Stage, token: str, audience: str) -> dict[str, Any]:
    """`header` and `payload` of the token; raises what PyJWT raises."""
    published = jwt.PyJWKSet.from_dict(send(stage.url + JWKS_PATH, "GET").members)
    key = published[jwt.get_unverified_header(token)["kid"]]
    return jwt.decode_complete(token, key, algorithms=["RS256"], audience=audience, issuer=stage.url)


class Moment(Struct, frozen=True):
    """What a caller did, and what came of it."""

    title: str
    story: str
    facts: list[tuple[str, str]]
    """(label, text), as they are read."""
    checks: dict[str, bool]
    """What is wrong if it is false."""
    details: dict[str, Any] = field(default_factory=dict)
    """For machines: claims and answers, never token text."""

    @property
    def problems(self) -> list[str]:
        """What did not end as it should."""
        return [problem for problem, good in self.checks.items() if not good]


def seen(answer: Answer) -> list[tuple[str, str]]:
    """What a caller sees of a refusal."""
    members = answer.members
    return [
        ("caller", f"{answer.status} {members.get('error', 'issued')}"),
        ("sees", str(members.get("error_description", ""))),
    ]


def without_token(answer: Answer) -> dict[str, Any]:
    """The answer's members, for a report that may end up in a log."""
    return {name: value for name, value in answer.members.items() if name != "access_token"}


class Exchanged(Struct, frozen=True):
    """A foreign token became ours."""

    workload: Workload
    claims: ClaimSet
    """Of the foreign token."""
    answer: Answer
    token_header: dict[str, Any]
    token_claims: dict[str, Any]
    """Of ours, verified by stock PyJWT; empty where there is none."""
    record: Record | None
    """The durable audit record."""

    @property
    def problems(self) -> list[str]:
        """What did not end as it should."""
        checks = {
            f"the bridge answered {self.answer.status}": self.answer.status == OK,
            "no token verified": bool(self.token_claims),
            f"the principal is not {self.workload.principal}": self.token_claims.get("sub") == self.workload.principal,
            "the audit trail has no record of it": self.record is not None and self.record["outcome"] == "allow",
        }
        return [problem for problem, good in checks.items() if not good]


class Attempt(Struct, frozen=True):
    """Something that must be refused."""

    title: str
    story: str
    token: str
    audience: str
    error: str
    reason: Reason
    scope: str | None = None
    actor: str | None = None
    """The actor token."""


class Refused(Struct, frozen=True):
    """An attempt, and what came of it."""

    attempt: Attempt
    answer: Answer
    records: list[Record]
    """What the audit log says of it."""

    @property
    def problems(self) -> list[str]:
        """What did not end as it should."""
        members = self.answer.members
        reasons = [record["reason"] for record in self.records]
        checks = {
            "a token was issued": "access_token" not in members,
            f"the error is not {self.attempt.error}": members.get("error") == self.attempt.error,
            f"the audit log does not say {self.attempt.reason} once": reasons == [self.attempt.reason.value],
        }
        return [problem for problem, good in checks.items() if not good]


OK = 200


def exchanges(stage: Stage) -> Iterator[Exchanged]:
    """Every workload trades its token for ours."""
    for workload in WORKLOADS:
        yield _exchange(stage, workload)


def exchanges_elsewhere(stage: Stage) -> Iterator[Exchanged]:
    """The same with the tokens of every other provider."""
    for workload in ELSEWHERE:
        yield _exchange(stage, workload)


def refusals(stage: Stage) -> Iterator[Refused]:
    """What must be refused is refused."""
    for attempt in _attempts(stage):
        yield refuse(stage, attempt)


def refuse(stage: Stage, attempt: Attempt) -> Refused:
    """What comes of the attempt."""
    answer = stage.exchange(attempt.token, attempt.audience, attempt.scope, attempt.actor)
    return Refused(attempt, answer, stage.trail.refused(answer.headers.get("x-correlation-id", "")))


def _exchange(stage: Stage, workload: Workload) -> Exchanged:
    claims = stage.claims(workload)
    answer = stage.exchange(stage.providers.sign(workload, claims), workload.audience)
    token = answer.members.get("access_token", "")
    verified = verify(stage, token, workload.audience) if token else {"header": {}, "payload": {}}
    record = stage.trail.issued(str(verified["payload"].get("jti", "")))
    return Exchanged(workload, claims, answer, verified["header"], verified["payload"], record)


def _attempts(stage: Stage) -> Iterator[Attempt]:
    yield _wrong_audience(stage)
    yield _unknown_issuer(stage)
    yield _scope_too_wide(stage)
    yield _renamed_repository(stage)
    yield _expired(stage)


def _wrong_audience(stage: Stage) -> Attempt:
    claims = {**stage.claims(PARTNER), "aud": "https://somebody-else.example.com"}
    return Attempt(
        "A token for another audience",
        "The partner's token is genuine, but it was made for another service.",
        stage.providers.sign(PARTNER, claims),
        PARTNER.audience,
        "invalid_request",
        Reason.WRONG_AUDIENCE,
    )


def _unknown_issuer(stage: Stage) -> Attempt:
    claims = {**stage.claims(PARTNER), "iss": "https://login.stranger.example.com"}
    return Attempt(
        "An issuer that is not trusted",
        "No document names this issuer; the bridge asks it for nothing, not even its keys.",
        stage.providers.sign(PARTNER, claims),
        PARTNER.audience,
        "invalid_request",
        Reason.UNTRUSTED_ISSUER,
    )


def _scope_too_wide(stage: Stage) -> Attempt:
    return Attempt(
        "A scope too wide",
        "The partner may read and write scores; it asks to administer them as well.",
        stage.providers.sign(PARTNER, stage.claims(PARTNER)),
        PARTNER.audience,
        "invalid_scope",
        Reason.SCOPE_NOT_GRANTED,
        scope="risk:score:read risk:score:admin",
    )


def _renamed_repository(stage: Stage) -> Attempt:
    claims = {**stage.claims(GITHUB), "repository_id": "777777777"}
    return Attempt(
        "A repository under a taken-over name",
        "A stranger registered acme/deployer anew: the name is the same, repository_id is not.",
        stage.providers.sign(GITHUB, claims),
        GITHUB.audience,
        "invalid_request",
        Reason.NO_MAPPING,
    )


def _expired(stage: Stage) -> Attempt:
    now = int(time.time())
    claims = {**stage.claims(PARTNER), "iat": now - 1800, "exp": now - 600}
    return Attempt(
        "An expired token",
        "It was good until ten minutes ago.",
        stage.providers.sign(PARTNER, claims),
        PARTNER.audience,
        "invalid_request",
        Reason.TOKEN_EXPIRED,
    )


_MARKS = {"ok": "ok", "refused": "NO", "skipped": "-"}


def explained(stage: Stage) -> Iterator[Moment]:
    """An identity that almost fits a rule."""
    claims = {**stage.claims(PARTNER), "department": "sales"}
    asked = {"claims": claims, "audience": PARTNER.audience, "scope": "risk:score:read", "ip": "127.0.0.1"}
    yield _told(stage.admin.post("/explain", asked).members)


def _told(explanation: dict[str, Any]) -> Moment:
    refusal = explanation.get("refusal") or {}
    edits = explanation.get("edits") or []
    return Moment(
        "Why was the partner's call refused?",
        "A machine of another department: nothing is minted, the same decision is made step by step.",
        [
            *((str(step["step"]), f"{_MARKS[step['outcome']]}  {step['detail']}") for step in explanation["steps"]),
            ("reason", str(refusal.get("reason"))),
            ("edit", str(edits[0]["description"]) if edits else "none"),
        ],
        {
            "it was allowed": explanation["allowed"] is False,
            "no mapping is the reason": refusal.get("reason") == "no_mapping",
            "nobody says what would allow it": bool(edits),
        },
        explanation,
    )
