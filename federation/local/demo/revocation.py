"""A token bound to a key, a proof that is used twice, and a chain that ends when its root is revoked."""

import secrets
import time
from collections.abc import Iterator

from federation.client.exchange import post_with_proof
from federation.client.http import Answer, post_form
from federation.client.key import DpopKey
from federation.local.demo.stage import Stage
from federation.local.demo.steps import OK, Moment, seen, verify, without_token
from federation.local.demo.workloads import CALENDAR_TOOL, PARTNER, PLANNER, USER
from federation.model.json import Json
from federation.oauth.identifiers import JWT_BEARER_ASSERTION

READ = "calendar:read"
API = "calendar-api"
INACTIVE = {"active": False}


def binding(stage: Stage) -> Iterator[Moment]:
    """Sender-constrained tokens (RFC 9449)."""
    key, url = DpopKey.generate(), f"{stage.url}/token"
    form = stage.form(stage.token(PARTNER), PARTNER.audience)
    answer = post_with_proof(url, form, key)
    yield _bound(stage, answer, key)
    proof = key.proof("POST", url, nonce=_nonce(url, form, key))
    post_form(url, form, {"dpop": proof})
    yield _replayed(post_form(url, form, {"dpop": proof}))


def revocation(stage: Stage) -> Iterator[Moment]:
    """Revocation of a whole chain (RFC 7009), seen at introspection (RFC 7662)."""
    root = stage.exchange(stage.token(USER), PLANNER.audience, READ, stage.token(PLANNER)).members["access_token"]
    answer = stage.exchange(root, CALENDAR_TOOL.audience, READ, stage.token(CALENDAR_TOOL))
    leaf = answer.members["access_token"]
    yield _active(_introspected(stage, leaf))
    revoked = post_form(f"{stage.url}/revoke", [("token", root)])
    yield _inactive(revoked, _introspected(stage, leaf))


def _nonce(url: str, form: list[tuple[str, str]], key: DpopKey) -> str | None:
    """What the bridge wants in a proof, by asking without."""
    return post_form(url, form, {"dpop": key.proof("POST", url)}).headers.get("dpop-nonce")


def _bound(stage: Stage, answer: Answer, key: DpopKey) -> Moment:
    token = answer.members.get("access_token", "")
    claims = verify(stage, token, PARTNER.audience)["payload"] if token else {}
    return Moment(
        "A token that only its owner can use",
        "The partner sends a DPoP proof of a key of its own, with the nonce that the bridge asked for.",
        [
            ("asks", f"POST /token  audience={PARTNER.audience}  DPoP: a proof"),
            ("gets", f"token_type {answer.members.get('token_type')}"),
            ("cnf", str(claims.get("cnf"))),
        ],
        {
            "the token_type is not DPoP": answer.members.get("token_type") == "DPoP",
            "the token is not bound to the key": claims.get("cnf") == {"jkt": key.thumbprint},
        },
        {"claims": claims},
    )


def _replayed(answer: Answer) -> Moment:
    reason = str(answer.members.get("error_description")).partition(":")[0]
    return Moment(
        "The same proof twice",
        "A thief copied the request with everything in it, and sends it again.",
        seen(answer),
        {"it was not refused as a replay": reason == "proof_replayed"},
        without_token(answer),
    )


def _introspected(stage: Stage, token: str) -> dict[str, object]:
    """As the calendar's API, which proves itself with private_key_jwt."""
    now, url = int(time.time()), stage.url
    claims: dict[str, Json] = {
        "iss": API,
        "sub": API,
        "aud": url,
        "iat": now,
        "exp": now + 60,
        "jti": secrets.token_hex(16),
    }
    form = [
        ("token", token),
        ("client_assertion_type", JWT_BEARER_ASSERTION),
        ("client_assertion", stage.providers.clients[API].sign(claims)),
    ]
    return dict(post_form(f"{url}/introspect", form).members)


def _active(answer: dict[str, object]) -> Moment:
    return Moment(
        "The API asks about a token",
        "At the end of a chain, the calendar's API introspects the token that it received.",
        [("asks", "POST /introspect"), ("active", str(answer.get("active"))), ("act", str(answer.get("act")))],
        {"the token is not active": answer.get("active") is True, "act is missing": "act" in answer},
        answer,
    )


def _inactive(revoked: Answer, answer: dict[str, object]) -> Moment:
    return Moment(
        "The root is revoked, and the leaf is dead",
        "The agent's own token, from which the tool's was made, is revoked. The API asks again.",
        [("asks", f"POST /revoke -> {revoked.status}; POST /introspect"), ("answer", str(answer))],
        {f"/revoke answered {revoked.status}": revoked.status == OK, "the leaf is alive": answer == INACTIVE},
        answer,
    )
