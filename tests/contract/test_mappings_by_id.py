"""MappingsById: the mapping behind one of our own tokens."""

from federation.model.trust import Selector
from tests.support.contract import Trust
from tests.support.trust_documents import SOMEBODY, mapping_body, mapping_ref, write

WORKER = Selector("sub", "worker")


def test_a_mapping_is_found_wherever_it_is_filed(trust: Trust) -> None:
    for selector in (WORKER, None):
        name = f"filed-{selector is None}".lower()
        version = write(trust.writer, mapping_ref(name), mapping_body(), selector)
        found = trust.mappings_by_id.mapping(name)
        assert found is not None
        assert (found.id, found.version, found.issuer) == (name, version, "acme")


def test_one_that_was_never_written_is_none(trust: Trust) -> None:
    assert trust.mappings_by_id.mapping("nobody") is None


def test_the_current_version_is_read(trust: Trust) -> None:
    write(trust.writer, mapping_ref("sync"), mapping_body(principal="a"), WORKER)
    write(trust.writer, mapping_ref("sync"), mapping_body(principal="b"), WORKER)
    found = trust.mappings_by_id.mapping("sync")
    assert found is not None
    assert (found.principal, found.version) == ("b", 2)


def test_a_disabled_one_says_so(trust: Trust) -> None:
    write(trust.writer, mapping_ref("sync"), mapping_body(enabled=False), WORKER)
    found = trust.mappings_by_id.mapping("sync")
    assert found is not None
    assert not found.enabled


def test_a_dangerous_one_that_nobody_confirmed_is_disabled(trust: Trust) -> None:
    write(trust.writer, mapping_ref("sync"), mapping_body(dangerous=True), WORKER)
    found = trust.mappings_by_id.mapping("sync")
    assert found is not None
    assert not found.enabled


def test_a_deleted_one_is_none_until_it_is_written_again(trust: Trust) -> None:
    version = write(trust.writer, mapping_ref("sync"), mapping_body(), WORKER)
    trust.writer.delete(mapping_ref("sync"), version, SOMEBODY)
    assert trust.mappings_by_id.mapping("sync") is None
    write(trust.writer, mapping_ref("sync"), mapping_body(), WORKER)
    assert trust.mappings_by_id.mapping("sync") is not None


def test_a_corrupt_one_is_reported_and_none(trust: Trust) -> None:
    write(trust.writer, mapping_ref("broken"), {"issuer": "acme", "principal": 1}, WORKER)
    assert trust.mappings_by_id.mapping("broken") is None
    assert len(trust.corrupt) == 1
