"""Trust in memory answers as the trust table does."""

from collections.abc import Mapping as ReadOnly

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.insight.snapshot.parts import Filing
from federation.insight.snapshot.snapshot import Snapshot
from federation.mapping.match import filed_under
from federation.model.documents import StoredDocument, decode_mapping
from federation.model.json import Json
from federation.model.trust import DocumentRef, Kind, Selector
from federation.oauth.errors import TemporarilyUnavailable
from federation.verification.providers import provider_named
from tests.support.admin_trust import AUDIENCE, ISSUER, MAPPING
from tests.support.fake_trust import FakeTrust

MAPPING_REF = DocumentRef(Kind.MAPPING, "acme-sync")
ISSUER_REF = DocumentRef(Kind.ISSUER, "acme")
POLICY: dict[str, Json] = {"kind": "Policy", "id": "no", "cedar": "forbid (principal, action, resource);"}
ZONE: dict[str, Json] = {"kind": "Zone", "id": "corp", "cidrs": ["192.0.2.0/24"]}
WORKER = (Selector("sub", "worker"),)


def snapshot() -> Snapshot:
    return Snapshot.of_bodies([ISSUER, MAPPING, AUDIENCE, ZONE])


def test_every_directory_of_the_token_path_is_answered() -> None:
    trust = snapshot()
    assert [one.id for one in trust.issuers()] == ["acme"]
    assert [one.id for one in trust.audiences()] == ["risk-engine"]
    assert [one.id for one in trust.exact("acme", WORKER)] == ["acme-sync"]
    assert trust.patterns("acme") == ()
    assert trust.mapping("acme-sync") == trust.exact("acme", WORKER)[0]
    assert trust.mapping("other") is None
    assert trust.client("other") is None
    assert [zone.id for zone in trust.policies().zones] == ["corp"]


def test_directories_give_the_same_objects_until_something_changed() -> None:
    trust = snapshot()
    changed = trust.with_body({**MAPPING, "enabled": False})
    assert trust.issuers() is changed.issuers()
    assert trust.policies() is changed.policies()
    assert trust.audiences() is changed.audiences()


def test_a_copy_leaves_its_original_as_it_is() -> None:
    trust = snapshot()
    assert trust.without(MAPPING_REF).exact("acme", WORKER) == ()
    assert trust.with_body({**MAPPING, "match": {"sub": "other"}}).exact("acme", WORKER) == ()
    assert [one.version for one in trust.exact("acme", WORKER)] == [1]


def test_a_changed_document_is_a_next_version_and_found_where_it_lies_now() -> None:
    trust = snapshot().with_body({**MAPPING, "match": {"sub": "work*"}})
    assert [(one.id, one.version) for one in trust.patterns("acme")] == [("acme-sync", 2)]


def test_a_disabled_or_a_pending_mapping_is_filed_nowhere_but_known_by_name() -> None:
    for member in ({"enabled": False}, {"dangerous": True}):
        trust = snapshot().with_body({**MAPPING, **member})
        assert trust.exact("acme", WORKER) == ()
        assert trust.mapping("acme-sync") is not None


def test_another_provider_files_mappings_under_other_claims() -> None:
    pinned: dict[str, Json] = {**MAPPING, "match": {"repository_id": "7", "sub": "worker"}}
    trust = snapshot().with_body(pinned)
    assert trust.exact("acme", (Selector("repository_id", "7"),)) == ()
    moved = trust.with_body({**ISSUER, "provider": "github"})
    assert [one.id for one in moved.exact("acme", (Selector("repository_id", "7"),))] == ["acme-sync"]
    assert moved.exact("acme", WORKER) == ()


def test_without_its_issuer_a_mapping_fits_nobody_until_the_issuer_is_back() -> None:
    trust = snapshot().without(ISSUER_REF)
    assert trust.exact("acme", WORKER) == ()
    assert [one.id for one in trust.with_body(ISSUER).exact("acme", WORKER)] == ["acme-sync"]


def test_a_corrupt_mapping_is_left_out_and_a_corrupt_policy_stops_everything() -> None:
    trust = snapshot().with_body({**MAPPING, "grants": 7})
    assert trust.exact("acme", WORKER) == ()
    assert trust.corrupt == {MAPPING_REF}
    broken = snapshot().with_body({**POLICY, "cedar": 7})
    with pytest.raises(TemporarilyUnavailable):
        broken.policies()
    assert broken.with_body(POLICY).policies().policies[0].id == "no"


def test_every_write_of_a_policy_or_a_zone_is_a_new_version_of_them_all() -> None:
    trust = snapshot()
    assert trust.with_body(POLICY).policies().version == trust.policies().version + 1
    assert trust.without(DocumentRef(Kind.ZONE, "corp")).policies().zones == ()


def test_what_the_bridge_writes_itself_is_left_out() -> None:
    keys = StoredDocument(Kind.KEY_SET, "signing", 3, {})
    assert Snapshot.of_stored([keys]).documents == {}


_matches = st.fixed_dictionaries(
    {}, optional={"sub": st.sampled_from(["a", "b", "a*"]), "repository_id": st.sampled_from(["1", "2"])}
).filter(bool)
_edits = st.lists(
    st.tuples(st.sampled_from(["one", "two"]), _matches, st.booleans()) | st.sampled_from(["one", "two"]), max_size=8
)


@given(_edits)
def test_after_any_edits_mappings_lie_where_the_table_has_them(
    edits: list[tuple[str, ReadOnly[str, str], bool] | str],
) -> None:
    issuer: dict[str, Json] = {**ISSUER, "provider": "github"}
    table, trust = FakeTrust(), Snapshot.of_bodies([issuer])
    table.add(Kind.ISSUER, "acme", issuer)
    for edit in edits:
        if isinstance(edit, str):
            ref = DocumentRef(Kind.MAPPING, edit)
            stored = table.get(ref)
            if stored:
                table.delete(ref, stored.version)
            trust = trust.without(ref)
            continue
        name, match, enabled = edit
        body: dict[str, Json] = {**MAPPING, "id": name, "match": dict(match), "enabled": enabled}
        table.add(Kind.MAPPING, name, body, _selector(body))
        trust = trust.with_body(body)
    names = [Selector("repository_id", "1"), Selector("repository_id", "2"), Selector("sub", "a"), Selector("sub", "b")]
    for selector in names:
        assert _ids(trust.exact("acme", (selector,))) == _ids(table.exact("acme", (selector,)))
    assert _ids(trust.patterns("acme")) == _ids(table.patterns("acme"))
    assert trust.filed.keys() <= {Filing("acme", one) for one in (*names, None)}
    rebuilt = Snapshot.of_stored(trust.documents.values())
    assert rebuilt.filed == trust.filed


def _selector(body: dict[str, Json]) -> Selector | None:
    mapping = decode_mapping(StoredDocument(Kind.MAPPING, "x", 1, body))
    return filed_under(mapping.match, provider_named("github").table.selectors)


def _ids(found: object) -> list[str]:
    assert isinstance(found, tuple)
    return [one.id for one in found]
