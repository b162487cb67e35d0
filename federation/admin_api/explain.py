"""`POST /admin/v1/explain` and `GET /admin/v1/whocan`: why, and who; nothing is minted, fetched or written."""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from federation.admin_api.explain_asked import ExplainBody, ExplanationShown, ReachShown
from federation.admin_api.operation import AdminRequest, Answer, Operation, Parameter
from federation.admin_api.refusals import AdminRefusal, forbidden
from federation.insight.explain.decision import Decisions
from federation.insight.explain.explanation import explain
from federation.insight.explain.question import Question
from federation.insight.render import render
from federation.insight.snapshot.loading import TrustLoader
from federation.insight.snapshot.snapshot import Snapshot
from federation.insight.whocan.reach import reach_of, who_can
from federation.model.admin import TRUST_READ
from federation.model.policy import Risk
from federation.oauth.reasons import Reason
from federation.policy.decider import risk_keys
from federation.ports import Clock, CurrentState, CurrentVersionsQuery

MOST_WAYS = 500

AUDIENCE = Parameter("audience", r"[a-z0-9][a-z0-9._-]{0,62}", "Who reaches this?")
SCOPE = Parameter("scope", r"[\x21\x23-\x5B\x5D-\x7E]{1,128}", "With audience: for this scope alone.")
PRINCIPAL = Parameter("principal", r"[A-Za-z0-9._@/-]{1,256}", "What does this one reach, and for whom may it act?")


class Explanations(Struct, frozen=True):
    """A tenant's admin asks about identities of the tenant's issuers alone."""

    loader: TrustLoader
    state: CurrentState
    clock: Clock

    def operations(self) -> Iterator[Operation]:
        """The table."""
        yield Operation(
            "POST",
            "/explain",
            TRUST_READ,
            "Decide a request as the token endpoint would, step by step, with the smallest edit that would allow it.",
            handle=self._explain,
            name="explain",
            request=ExplainBody,
            response=ExplanationShown,
        )
        yield Operation(
            "GET",
            "/whocan",
            TRUST_READ,
            "Who reaches an audience, or what a principal reaches, by the documents alone.",
            handle=self._whocan,
            name="whocan",
            query=(AUDIENCE, SCOPE, PRINCIPAL),
            response=ReachShown,
        )

    def _explain(self, request: AdminRequest) -> Answer:
        asked: ExplainBody = request.body
        question = asked.question(int(self.clock.now()), request.admin.principal)
        rest = self.loader.rest(request.admin.tenant)
        self._check_tenant(request, question, rest)
        snapshot = self.loader.for_question(question, rest, request.admin.tenant)
        live = self._revoked(self._scored(question, snapshot), snapshot)
        explained = explain(snapshot, live, self.loader.own_issuer)
        shown: Any = render(explained)
        edits = shown["suggestions"][0]["edits"] if shown["suggestions"] else []
        return Answer(HTTPStatus.OK, {**shown, "edits": edits})

    def _check_tenant(self, request: AdminRequest, question: Question, rest: Snapshot) -> None:
        tenant = request.admin.tenant
        if tenant is None:
            return
        for identity in (question.subject, question.actor):
            for one in self.loader.select(identity, rest, question.now) if identity else ():
                whose = one.claims.get("tenant") if one.ours else one.issuer.tenant
                if whose != tenant:
                    raise forbidden(Reason.OUTSIDE_TENANT)

    def _scored(self, question: Question, snapshot: Snapshot) -> Question:
        """With the risk scores of whom it turns out to be about, and of whoever acts: the highest count."""
        trail = Decisions(snapshot, self.loader.own_issuer).decide(question)
        people = [trail.mapped, trail.mapped and trail.mapped.current_actor, trail.acting and trail.acting.mapped]
        keys = frozenset(key for somebody in people if somebody for key in risk_keys(somebody))
        found = self.state.standing(CurrentVersionsQuery(risks=keys)).risks if keys else {}
        scores = {what: [one.now(question.now) for key, one in found.items() if key.what == what] for what in _SCORED}
        return replace(question, risk=Risk(*(max(scores[what], default=0) for what in _SCORED)))

    def _revoked(self, question: Question, snapshot: Snapshot) -> Question:
        """With what is revoked at this moment of all that the token would rest on."""
        terms = Decisions(snapshot, self.loader.own_issuer).decide(question).terms
        proofs = terms.not_revoked if terms else ()
        keys = frozenset(key for proof in proofs for key in proof.keys)
        found = self.state.standing(CurrentVersionsQuery(revocations=keys)).revocations if keys else {}
        return replace(question, revoked=found)

    def _whocan(self, request: AdminRequest) -> Answer:
        audience, scope, principal = (request.query.get(name) for name in ("audience", "scope", "principal"))
        if (audience is None) == (principal is None) or (scope is not None and audience is None):
            raise AdminRefusal(
                HTTPStatus.BAD_REQUEST, Reason.MALFORMED_QUERY, "name audience, perhaps with scope, or principal"
            )
        snapshot, truncated = self.loader.everything(request.admin.tenant)
        if principal is not None:
            reach: Any = render(reach_of(snapshot, principal))
            return Answer(HTTPStatus.OK, {**reach, **_cut(reach, ("itself", "acts_for"), truncated=truncated)})
        ways: Any = {"items": render(who_can(snapshot, audience or "", scope))}
        return Answer(HTTPStatus.OK, _cut(ways, ("items",), truncated=truncated))


def _cut(shown: dict[str, Any], lists: tuple[str, ...], *, truncated: bool) -> dict[str, Any]:
    more = any(len(shown[name]) > MOST_WAYS for name in lists)
    return {**{name: shown[name][:MOST_WAYS] for name in lists}, "truncated": truncated or more}


_SCORED = ("principal", "issuer")
