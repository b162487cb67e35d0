"""The attacks, one row each: the row of docs/threat-model.md, what is sent, and the only refusals that count."""

import hmac
import json
import time
from collections.abc import Callable
from hashlib import sha256
from uuid import uuid4

from msgspec import Struct

from federation.client.http import Answer
from federation.client.key import DpopKey
from federation.oauth.identifiers import JWT_BEARER_ASSERTION, TokenType
from federation.prober.aim import ADMIN, INTROSPECT, Aim, duplicated, event_claims
from federation.prober.identity import SUBJECT, encoded, good_claims

_ACCESS, _JWT = TokenType.ACCESS_TOKEN.value, TokenType.JWT.value


class Attack(Struct, frozen=True):
    """One attack. `reasons`: any of them is the refusal that it must meet, with that status."""

    row: str
    name: str
    shoot: Callable[[Aim], Answer]
    status: int
    reasons: frozenset[str]
    needs_identity: bool = True
    """Whether it says something only of a bridge that knows the prober."""


def _attack(row: str, name: str, shoot: Callable[[Aim], Answer], status: int, *reasons: str) -> Attack:
    return Attack(row, name, shoot, status, frozenset(reasons))


def _stranger(row: str, name: str, shoot: Callable[[Aim], Answer], status: int, *reasons: str) -> Attack:
    return Attack(row, name, shoot, status, frozenset(reasons), needs_identity=False)


def _unsigned(aim: Aim) -> Answer:
    header, payload, _ = aim.headed(alg="none").split(".")
    return aim.exchange(f"{header}.{payload}.AA")


def _hmac(aim: Aim) -> Answer:
    """Keyed with the public key, as JSON."""
    message = aim.headed(alg="HS256").rpartition(".")[0]
    signature = hmac.digest(json.dumps(dict(aim.key.jwk)).encode(), message.encode(), sha256)
    return aim.exchange(f"{message}.{encoded(signature)}")


def _edited(aim: Aim) -> Answer:
    """The claims of another, under a good signature of one's own."""
    header, _, signature = aim.good().split(".")
    return aim.exchange(f"{header}.{encoded(json.dumps(good_claims(aim.issuer, scope='*')).encode())}.{signature}")


def _proof_of_another_place(aim: Aim) -> Answer:
    return aim.exchange_with(aim.good(), {"dpop": DpopKey.generate().proof("POST", "https://attacker.example/token")})


def _certificate_in_a_header(aim: Aim) -> Answer:
    """As proxies forward one: the bridge reads it from the connection alone."""
    headers = {"x-forwarded-client-cert": "Subject=admin", "x-amzn-mtls-clientcert-subject": "CN=admin"}
    return aim.exchange_with("mtls", headers, subject_token_type=TokenType.MTLS.value)


def _assertion_of_an_invented_client(aim: Aim) -> Answer:
    now = int(time.time())
    claims = {"iss": "federation-admin", "sub": "federation-admin", "aud": aim.issuer, "iat": now, "exp": now + 60}
    assertion = aim.stranger.token({**claims, "jti": str(uuid4())})
    return aim.exchange(aim.good(), client_assertion=assertion, client_assertion_type=JWT_BEARER_ASSERTION)


def _admin_api(aim: Aim) -> Answer:
    return aim.get(ADMIN, {"authorization": f"Bearer {aim.issued}"})


def _event_as_token(aim: Aim) -> Answer:
    claims = event_claims(aim, sub=SUBJECT, exp=int(time.time()) + 300)
    return aim.exchange(aim.key.token(claims, {"typ": "secevent+jwt"}))


_OF_TOKENS = (
    _attack("A1", "a token with alg none", _unsigned, 400, "unsupported_algorithm"),
    _attack("A2", "a token keyed with the public key (HS256)", _hmac, 400, "unsupported_algorithm"),
    _attack(
        "A4",
        "a token that brings its own key",
        lambda aim: aim.exchange(aim.stranger.token(good_claims(aim.issuer), {"jwk": dict(aim.stranger.jwk)})),
        400,
        "unsafe_token_header",
    ),
    _attack(
        "B5",
        "a stranger's signature under a known kid",
        lambda aim: aim.exchange(aim.stranger.token(good_claims(aim.issuer), {"kid": aim.key.jwk["kid"]})),
        400,
        "bad_signature",
    ),
    _attack("A9", "claims that were edited after the signature", _edited, 400, "bad_signature"),
    _attack(
        "A8",
        "claims that say sub twice",
        lambda aim: aim.exchange(aim.key.token(duplicated(aim))),
        400,
        "malformed_token",
    ),
    _attack("T5", "a security event as a subject token", _event_as_token, 400, "wrong_token_typ"),
    _attack(
        "C1",
        "an issuer in another spelling",
        lambda aim: aim.exchange(aim.good(iss="URN:federation-bridge:prober")),
        400,
        "untrusted_issuer",
    ),
    _attack(
        "C5",
        "a token for another audience",
        lambda aim: aim.exchange(aim.good(aud="https://other.example")),
        400,
        "wrong_audience",
    ),
    _attack(
        "C6",
        "a token for us and another audience",
        lambda aim: aim.exchange(aim.good(aud=[aim.issuer, "https://other.example"])),
        400,
        "wrong_audience",
    ),
    _attack("C8", "a token that ended", lambda aim: aim.exchange(aim.good(iat=1, exp=2)), 400, "token_expired"),
    _attack(
        "C8",
        "a token that lives for a day",
        lambda aim: aim.exchange(aim.good(exp=int(time.time()) + 86_400)),
        400,
        "token_lives_too_long",
    ),
)
_OF_RIGHTS = (
    _attack(
        "E10", "another subject of the same issuer", lambda aim: aim.exchange(aim.good(sub="admin")), 400, "no_mapping"
    ),
    _attack(
        "G10",
        "a target that was not granted: the admin API",
        lambda aim: aim.exchange(aim.good(), audience="federation-admin", scope="trust:write"),
        400,
        "target_not_granted",
    ),
    _attack(
        "I1",
        "a scope that was not granted",
        lambda aim: aim.exchange(aim.good(), scope="probe admin"),
        400,
        "scope_not_granted",
    ),
    _attack(
        "H2",
        "an actor token that is none",
        lambda aim: aim.exchange(aim.good(), actor_token="junk", actor_token_type=_JWT),
        400,
        "malformed_token",
    ),
    _attack(
        "H9",
        "our own token exchanged without an actor",
        lambda aim: aim.exchange(aim.issued, subject_token_type=_ACCESS),
        400,
        "actor_required",
    ),
    _attack("M1", "a token that was used already", lambda aim: aim.exchange(aim.spent), 400, "token_replayed"),
    _attack("J6", "a proof for another place", _proof_of_another_place, 400, "wrong_proof_target"),
    _attack(
        "O1",
        "the admin API by a token for nowhere",
        _admin_api,
        401,
        "wrong_audience",
        "bound_token",
    ),
)
_OF_STRANGERS = (
    _stranger("K1", "a client certificate in a header", _certificate_in_a_header, 400, "certificate_required"),
    _stranger(
        "L10",
        "an assertion of an invented client",
        _assertion_of_an_invented_client,
        401,
        "client_authentication_failed",
    ),
    _stranger(
        "M7",
        "introspection by a stranger",
        lambda aim: aim.form(INTROSPECT, token=aim.good()),
        401,
        "client_required",
    ),
    _stranger(
        "T1",
        "a forged security event",
        lambda aim: aim.push(aim.stranger.token(event_claims(aim), {"typ": "secevent+jwt"})),
        400,
        "unknown_key",
        "untrusted_issuer",
    ),
    _stranger("T4", "a subject token as a security event", lambda aim: aim.push(aim.good()), 400, "wrong_token_typ"),
)

ATTACKS = (*_OF_TOKENS, *_OF_RIGHTS, *_OF_STRANGERS)
