"""A bridge in memory under attack: requests of every kind, also at once; a refusal leaves its record and no more."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from threading import Barrier
from typing import Any
from urllib.parse import urlencode

from msgspec.structs import replace

from federation.admin.approvals import Approver, Decider
from federation.endpoint import TokenEndpoint
from federation.exchange import Exchange
from federation.model.approval import ApprovalState
from federation.model.json import Json, JsonObject
from federation.oauth.http import HttpRequest, HttpResponse
from federation.oauth.identifiers import FORM, JWT_BEARER_ASSERTION, GrantType, TokenType
from federation.ports import Ledger
from tests.support.client_world import GATEWAY, assertion, by_key
from tests.support.delegation_world import claims_of
from tests.support.dpop import CLIENT, proof
from tests.support.exchange_world import Bridge, body, bridge, reason, subject_token
from tests.support.fake_approvals import FakeApprovalLog, decision_trail
from tests.support.jose_keys import JoseKey
from tests.support.policy_world import IMPERSONATE

TOGETHER = 50
"""Requests of a race."""
SECRETS = ("subject_token", "actor_token", "client_assertion", "subject_token_proof")


@dataclass(frozen=True)
class Connection:
    """How a request came."""

    dpop: str | None = None
    certificate: str | None = None
    source_ip: str = "192.0.2.7"
    iam_caller: str | None = None
    headers: tuple[tuple[str, str], ...] = ()


PLAIN = Connection()


@dataclass(frozen=True)
class Left:
    """All that requests leave behind."""

    released: frozenset[str]
    claims: frozenset[tuple[str, ...]]
    entries: int


class Attacked:
    """A bridge with whom it trusts by default, and callers from as many threads as there are."""

    def __init__(self, world: Bridge) -> None:
        self.world = world
        self._numbers = count(1)
        self._sent: list[str] = []

    # Requests

    def post(self, token: str | None = None, over: Connection = PLAIN, /, **parameters: Any) -> HttpResponse:  # noqa: ANN401  (JSON)
        """One exchange of a foreign token, or of `token`; a parameter that is None is left out."""
        form: dict[str, Json] = {
            "grant_type": GrantType.TOKEN_EXCHANGE.value,
            "subject_token_type": TokenType.JWT.value,
            "subject_token": token or subject_token(),
            "audience": "risk-engine",
            **parameters,
        }
        return self.send({name: value for name, value in form.items() if value is not None}, over)

    def for_itself(self, over: Connection = PLAIN, /, **parameters: Any) -> HttpResponse:  # noqa: ANN401  (JSON)
        """A client asks for itself."""
        form: dict[str, Json] = {"grant_type": GrantType.CLIENT_CREDENTIALS.value, "audience": "risk-engine"}
        return self.send({**form, **parameters}, over)

    def send(self, form: JsonObject, over: Connection = PLAIN) -> HttpResponse:
        self._sent += [text for name in SECRETS if isinstance(text := form.get(name), str)]
        headers = {"content-type": FORM, **dict(over.headers)}
        if over.dpop is not None:
            self._sent.append(over.dpop)
            headers["dpop"] = over.dpop
        sent = urlencode(dict(form)).encode()
        name = self.name("r")
        http = HttpRequest(
            "POST", "/token", sent, name, headers, "", over.source_ip, over.certificate, iam_caller=over.iam_caller
        )
        return self.world.endpoint.handle(http)

    def token(self, token: str | None = None, over: Connection = PLAIN, /, **parameters: Any) -> str:  # noqa: ANN401  (JSON)
        """The token that must come of it."""
        return issued(self.post(token, over, **parameters))

    def proof(self, key: JoseKey = CLIENT, **members: Any) -> str:  # noqa: ANN401  (claims)
        """A fresh DPoP proof, or one with the members that are given."""
        fresh = {"jti": self.name("p"), "iat": int(self.world.clock.at)}
        return proof(key, **{**fresh, "nonce": self.world.nonces.fresh(), **members})

    def proving(self, key: JoseKey = CLIENT, **members: Any) -> Connection:  # noqa: ANN401  (claims)
        return Connection(self.proof(key, **members))

    def name(self, of: str) -> str:
        """That nothing else has."""
        return f"{of}-{next(self._numbers)}"

    def foreign(self, **claims: Any) -> str:  # noqa: ANN401  (JSON)
        """A foreign token that is no other's twin."""
        now = int(self.world.clock.at)
        return subject_token(**{"jti": self.name("s"), "iat": now, "exp": now + 600, **claims})

    # Documents

    def register(self, id_: str = GATEWAY, *keys: JoseKey, **changes: Any) -> None:  # noqa: ANN401  (JSON)
        """The next version of a Client document, by default with private_key_jwt."""
        usual: dict[str, Json] = {
            "kind": "Client",
            "id": id_,
            "tenant": "acme",
            "auth": by_key(*keys),
            "audiences": ["risk-engine"],
            "scopes": ["risk:read", "risk:write"],
            "grants": ["token-exchange", "client-credentials"],
        }
        self.world.write({**usual, **changes})

    def let_impersonate(self) -> None:
        """Our tokens may be exchanged without anybody who acts, so that a test needs no actor."""
        self.world.write({"kind": "Policy", "id": "impersonate", "cedar": IMPERSONATE})

    def approve(self, uses: int) -> None:
        """Somebody says yes to the one request that waits."""
        found = self.world.approvals.page(None, 100).items
        (waiting,) = [one.request.id for one in found if one.state is ApprovalState.PENDING]
        trail = decision_trail(self.world.clock)
        approver = Approver(self.world.approvals, self.world.clock, FakeApprovalLog(), trail)
        approver.approve(waiting, Decider("user/acme/boss"), uses=uses)

    def commit_to(self, ledger: Ledger) -> None:
        """Another ledger in the place of the fake."""
        exchange = self.world.endpoint.exchange
        assert isinstance(exchange, Exchange)
        commit = replace(exchange.minter.commit, ledger=ledger)
        again = replace(exchange, minter=replace(exchange.minter, commit=commit))
        self.world.endpoint = TokenEndpoint(again, self.world.endpoint.error_page)

    # What must hold

    def left(self) -> Left:
        ledger = self.world.ledger
        released = frozenset(ledger.records.keys() - ledger.discarded.keys())
        return Left(released, frozenset(ledger.claims), len(self.world.log.entries))

    def refused(self, ask: Callable[[], HttpResponse], error: str, why: str, status: int = 400) -> HttpResponse:
        """The refusal, which left nothing but one record of it."""
        before = self.left()
        response = ask()
        assert (response.status, body(response)["error"], reason(response)) == (status, error, why), body(response)
        after = self.left()
        assert (after.released, after.claims) == (before.released, before.claims)
        assert after.entries == before.entries + 1
        self._check_refusal(response, self.world.log.entries[-1])
        return response

    def refused_unsigned(
        self, ask: Callable[[], HttpResponse], error: str, why: str, status: int = 400
    ) -> HttpResponse:
        """Refused before the commit: nothing was signed, not even to be thrown away, and nothing written."""
        signed, records = len(self.world.signer.signed), len(self.world.ledger.records)
        response = self.refused(ask, error, why, status)
        assert (len(self.world.signer.signed), len(self.world.ledger.records)) == (signed, records)
        return response

    def race(
        self, attempt: Callable[[], HttpResponse], error: str, why: str, status: int = 400, winners: int = 1
    ) -> None:
        """Fifty at once: exactly `winners` tokens, for each of the others one typed refusal, and no claim of theirs."""
        before = self.left()
        answers = together(attempt)
        assert Counter(answer.status for answer in answers) == {200: winners, status: TOGETHER - winners}
        after, ledger = self.left(), self.world.ledger
        won = [ledger.records[jti]["correlation_id"] for jti in after.released - before.released]
        assert len(won) == winners
        for key in after.claims - before.claims:
            assert ledger.claims[key].correlation_ids <= set(won)
        losers = [answer for answer in answers if answer.status == status]
        entries = {entry["correlation_id"]: entry for entry in self.world.log.entries[before.entries :]}
        assert len(entries) == after.entries - before.entries == len(losers)
        for answer in losers:
            assert (body(answer)["error"], reason(answer)) == (error, why)
            self._check_refusal(answer, entries[body(answer)["correlation_id"]])

    def _check_refusal(self, response: HttpResponse, entry: JsonObject) -> None:
        told = body(response)
        assert "access_token" not in told
        assert response.headers["cache-control"] == "no-store"
        assert response.headers["content-type"].startswith("application/json")
        assert (entry["outcome"], entry["reason"], entry["error"]) == ("deny", reason(response), told["error"])
        assert entry["correlation_id"] == told["correlation_id"]
        written = json.dumps(entry) + json.dumps(told)
        assert not [text for text in parts_of(self._sent) if text in written]


def parts_of(tokens: Sequence[str]) -> set[str]:
    """What must be in no record: payloads and signatures, long enough to be nothing else."""
    return {part for token in tokens for part in token.split(".")[1:] if len(part) > 16}


def together(attempt: Callable[[], HttpResponse]) -> list[HttpResponse]:
    """The answers to fifty requests that begin at the same moment."""
    line = Barrier(TOGETHER)

    def run(_: int) -> HttpResponse:
        line.wait()
        return attempt()

    with ThreadPoolExecutor(TOGETHER) as threads:
        return list(threads.map(run, range(TOGETHER)))


def issued(response: HttpResponse) -> str:
    """The token of what must be a 200."""
    assert response.status == 200, body(response)
    return str(body(response)["access_token"])


def issued_claims(response: HttpResponse) -> dict[str, Any]:
    return claims_of(issued(response))


def by_assertion(text: str | None = None, **claims: Any) -> dict[str, Json]:  # noqa: ANN401  (JSON)
    """Parameters of a client that proves itself by a JWT."""
    return {"client_assertion": text or assertion(**claims), "client_assertion_type": JWT_BEARER_ASSERTION}


@contextmanager
def attacked() -> Iterator[Attacked]:
    with bridge() as world:
        yield Attacked(world)
