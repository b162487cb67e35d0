"""Whole sets over the admin API: planned, then carried out as planned or not at all."""

from collections.abc import Callable, Collection
from functools import partial

import pytest

from federation.model.documents import StoredDocument
from federation.model.history import Change
from federation.model.json import Json
from federation.model.trust import DocumentRef, DocumentVersion, Kind, Selector
from federation.ports import Seen
from tests.support.admin_world import NOW, AdminWorld, Document, audience, issuer, mapping
from tests.support.fake_trust import SOMEBODY, FakeTrust

SET = [issuer("partner"), mapping("sync", "partner"), audience("ledger"), audience()]
DELETION = [{"kind": "Mapping", "id": "tina"}]
BODY: Document = {"documents": SET, "deletions": DELETION, "reason": "a partner"}


def test_a_plan_says_what_would_change_and_changes_nothing() -> None:
    world = AdminWorld()
    before = world.trust.revision()
    plan = world.call("POST", "/plan", BODY).members
    assert (plan["base"], plan["effects"], world.trust.revision()) == (before, [], before)
    assert [(one["kind"], one["id"], one["action"], one["version"]) for one in plan["changes"]] == [
        ("Audience", "ledger", "create", 1),
        ("Audience", "risk-engine", "unchanged", 1),
        ("Issuer", "partner", "create", 1),
        ("Mapping", "sync", "create", 1),
        ("Mapping", "tina", "delete", 2),
    ]
    assert plan["changes"][1]["diff"] == []
    assert {"path": "/id", "before": "tina"} in plan["changes"][4]["diff"]


def test_what_was_planned_is_applied_and_applying_again_changes_nothing() -> None:
    world = AdminWorld()
    base = world.call("POST", "/plan", BODY).members["base"]
    applied = world.call("POST", "/apply", {**BODY, "base": base}).members
    assert [one["action"] for one in applied["changes"]] == ["create", "unchanged", "create", "create", "delete"]
    assert applied["base"] == world.trust.revision() == base + 4
    again = world.call("POST", "/apply", BODY).members
    assert {one["action"] for one in again["changes"]} == {"unchanged"}


def test_what_was_written_since_it_was_planned_stops_it_before_anything_is() -> None:
    world = AdminWorld()
    base = world.call("POST", "/plan", BODY).members["base"]
    world.put({"kind": "Zone", "id": "corp", "cidrs": ["203.0.113.0/24"]})
    answer = world.call("POST", "/apply", {**BODY, "base": base})
    assert (answer.status, answer.code) == (409, "revision_moved")
    assert world.trust.get(DocumentRef(Kind.ISSUER, "partner")) is None


def test_one_broken_document_writes_nothing_and_every_problem_has_its_place() -> None:
    world = AdminWorld()
    documents = [*SET, mapping("bad", "nobody"), audience("bad", scopes=[])]
    answer = world.call("POST", "/apply", {"documents": documents})
    assert (answer.status, answer.pointers) == (422, ["/documents/4/issuer", "/documents/5/scopes"])
    assert world.trust.get(DocumentRef(Kind.ISSUER, "partner")) is None


def test_a_document_is_named_once() -> None:
    world = AdminWorld()
    twice = {"documents": [audience("a")], "deletions": [{"kind": "Audience", "id": "a"}]}
    assert world.call("POST", "/plan", twice).pointers == ["/deletions/0"]
    assert world.call("POST", "/plan", {"documents": [audience("a"), audience("a")]}).pointers == ["/documents/1/id"]


def test_what_is_to_go_can_not_be_named() -> None:
    body = {"documents": [mapping("sync", "partner")], "deletions": [{"kind": "Issuer", "id": "partner"}]}
    world = AdminWorld()
    world.store(issuer("partner"))
    assert world.call("POST", "/plan", body).pointers == ["/documents/0/issuer"]


def test_an_issuer_may_change_its_provider_together_with_all_its_mappings() -> None:
    world = AdminWorld()
    url = "https://gitlab.example.com"
    line = {"project_id": "74", "ref_protected": "true", "ref_type": "branch", "ref": "main"}
    before = [issuer("gh", issuer=url), mapping("ci", "gh", match=line)]
    assert world.call("POST", "/apply", {"documents": before}).status == 200
    after = [issuer("gh", issuer=url, provider="gitlab"), before[1]]
    assert world.call("POST", "/apply", {"documents": after[:1]}).pointers == ["/documents/0/provider"]
    assert world.call("POST", "/apply", {"documents": after}).status == 200
    assert [one.id for one in world.trust.exact("gh", [Selector("project_id", "74")])] == ["ci"]


class Killed(BaseException):
    """The process ends here."""


class DyingTrust(FakeTrust):
    """Dies at the n-th write, before it or after it was done."""

    left: int | None = None
    after = False

    def put(
        self,
        document: StoredDocument,
        filed_under: Selector | None,
        change: Change | None = SOMEBODY,
        *,
        revision: int | None = None,
        rests_on: Collection[DocumentVersion] = (),
        seen: Seen | None = None,  # noqa: ARG002 (all is at hand)
    ) -> None:
        written = partial(FakeTrust.put, self, document, filed_under, change, revision=revision, rests_on=rests_on)
        self._dying(written)

    def delete(
        self,
        ref: DocumentRef,
        version: int,
        change: Change = SOMEBODY,
        *,
        revision: int | None = None,
        seen: Seen | None = None,  # noqa: ARG002 (all is at hand)
    ) -> None:
        self._dying(lambda: FakeTrust.delete(self, ref, version, change, revision=revision))

    def _dying(self, write: Callable[[], None]) -> None:
        if self.left is None:
            write()
            return
        self.left -= 1
        if self.left or self.after:
            write()
        if not self.left:
            raise Killed


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("step", [1, 2, 3, 4])
def test_killed_at_any_step_and_run_again_it_comes_to_the_same_end(step: int, *, after: bool) -> None:
    trust = DyingTrust()
    world = AdminWorld(trust)
    base = world.call("POST", "/plan", BODY).members["base"]
    trust.left, trust.after = step, after
    with pytest.raises(Killed):
        world.call("POST", "/apply", {**BODY, "base": base}, idempotency_key="k")
    trust.left = None
    again = world.call("POST", "/plan", BODY).members["base"]
    assert world.call("POST", "/apply", {**BODY, "base": again}, idempotency_key="k2").status == 200
    assert [trust.get(DocumentRef(Kind(one["kind"]), one["id"])).body for one in SET] == SET  # type: ignore[union-attr]
    assert trust.get(DocumentRef(Kind.MAPPING, "tina")) is None
    assert trust.revision() == base + 4


def test_a_plan_says_by_whom_its_meaning_was_found() -> None:
    world = AdminWorld()
    assert world.call("POST", "/plan", BODY).members["seen"] == {"days": 2, "identities": 0, "most": 500}
    assert world.call("POST", "/plan", {**BODY, "days": 30}).members["seen"]["days"] == 30
    for days in (0, 31, "2", 1.5):
        answer = world.call("POST", "/plan", {**BODY, "days": days})
        assert (answer.status, answer.pointers) == (422, ["/days"])
    assert world.call("POST", "/apply", {**BODY, "days": 2}).pointers == ["/days"]


def issued(world: AdminWorld, tenant: str | None, every: int) -> None:
    """A dozen tokens of two minutes, one after the other."""
    for number in range(12):
        at = NOW - 60 + every * number
        name = f"{tenant}-{every}-{number}"
        record: dict[str, Json] = {"jti": name, "correlation_id": name, "outcome": "allow", "tenant": tenant}
        times: dict[str, Json] = {"issued_at": at, "expires_at": at + 120, "status_idx": 1, "revocation_keys": ["x"]}
        asked: dict[str, Json] = {"principal": f"partner/{every}", "audience": ["risk-engine"], "mapping": "sync"}
        world.ledger.commit({**record, **times, **asked}, ())


def test_a_plan_tells_who_exchanges_once_per_call_where_its_documents_could_help() -> None:
    world = AdminWorld()
    issued(world, None, 3)
    issued(world, "acme", 4)
    issued(world, "acme", 40)
    told = {"audiences": ["risk-engine"], "mapping": "sync", "lifetime": 120}
    hurried = [{"principal": "partner/3", "every": 3, **told}, {"principal": "partner/4", "every": 4, **told}]
    for documents in ([audience()], [issuer("partner"), mapping("sync", "partner")]):
        assert world.call("POST", "/plan", {"documents": documents}).members["hurried"] == hurried
    assert world.call("POST", "/plan", {"documents": [audience("ledger")]}).members["hurried"] == []
    own = [mapping("sync", "acme")]
    assert world.call("POST", "/plan", {"documents": own}, who="tina").members["hurried"] == hurried[1:]


@pytest.mark.parametrize("name", ["two words", "", "a" * 256, "\u00fc"])
def test_a_name_for_an_action_that_is_none_is_told_so(name: str) -> None:
    answer = AdminWorld().call("POST", "/apply", {"documents": []}, idempotency_key=name)
    assert (answer.status, answer.code) == (400, "malformed_idempotency_key")


def test_validating_says_what_planning_would_refuse_and_changes_nothing() -> None:
    world = AdminWorld()
    before = world.trust.revision()
    good = world.call("POST", "/validate", BODY).members
    assert good["changes"] == world.call("POST", "/plan", BODY).members["changes"]
    documents = [*SET, mapping("bad", "nobody"), audience("bad", scopes=[])]
    bad = [world.call("POST", path, {"documents": documents}) for path in ("/validate", "/plan")]
    assert [(one.status, one.pointers) for one in bad] == [(422, ["/documents/4/issuer", "/documents/5/scopes"])] * 2
    assert world.trust.revision() == before


@pytest.mark.parametrize("path", ["/validate", "/plan"])
def test_a_tenant_admin_learns_there_what_is_not_theirs_to_write(path: str) -> None:
    answer = AdminWorld().call("POST", path, {"documents": [audience()]}, who="tina")
    assert (answer.status, answer.code) == (403, "outside_tenant")
