"""MappingIndex: candidates for a token."""

from federation.model.trust import Selector
from tests.support.contract import Trust
from tests.support.trust_documents import SOMEBODY, mapping_body, mapping_ref, write

WORKER = Selector("sub", "worker")
REPOSITORY = Selector("repository_id", "4711")


def exact(trust: Trust, *selectors: Selector, issuer: str = "acme") -> list[str]:
    return [mapping.id for mapping in trust.mappings.exact(issuer, selectors)]


def patterns(trust: Trust, issuer: str = "acme") -> list[str]:
    return [mapping.id for mapping in trust.mappings.patterns(issuer)]


def test_a_mapping_is_found_under_its_selector_alone(trust: Trust) -> None:
    write(trust.writer, mapping_ref("sync"), mapping_body(), WORKER)

    assert exact(trust, WORKER) == ["sync"]
    assert exact(trust, Selector("sub", "Worker")) == []
    assert exact(trust, Selector("SUB", "worker")) == []
    assert exact(trust, WORKER, issuer="other") == []
    assert exact(trust) == []
    assert patterns(trust) == []


def test_what_comes_back_is_what_was_written(trust: Trust) -> None:
    version = write(trust.writer, mapping_ref("sync"), mapping_body(match={"sub": "worker", "level": 3}), WORKER)
    (mapping,) = trust.mappings.exact("acme", [WORKER])
    assert (mapping.version, mapping.match) == (version, (("sub", "worker"), ("level", 3)))


def test_several_selectors_find_what_is_filed_under_any(trust: Trust) -> None:
    write(trust.writer, mapping_ref("one"), mapping_body(), WORKER)
    write(trust.writer, mapping_ref("two"), mapping_body(), WORKER)
    write(trust.writer, mapping_ref("three"), mapping_body(), REPOSITORY)
    write(trust.writer, mapping_ref("four"), mapping_body(), Selector("repository_id", "4712"))

    assert exact(trust, REPOSITORY, Selector("oid", "none"), WORKER) == ["one", "three", "two"]
    assert exact(trust, WORKER, WORKER) == ["one", "two"]


def test_values_that_look_alike_are_different_selectors(trust: Trust) -> None:
    write(trust.writer, mapping_ref("one"), mapping_body(), Selector("a", "b:c"))
    assert exact(trust, Selector("a:b", "c")) == []
    assert exact(trust, Selector("a", "b:c")) == ["one"]


def test_a_mapping_without_selector_is_one_of_its_issuers_patterns(trust: Trust) -> None:
    write(trust.writer, mapping_ref("any"), mapping_body(match={"sub": "worker-*"}))
    assert patterns(trust) == ["any"]
    assert patterns(trust, "other") == []


def test_a_dangerous_mapping_is_found_nowhere_until_it_is_confirmed_and_not_after_it_was_changed(trust: Trust) -> None:
    confirmed = {"confirmation": {"issuer": "https://idp.example.com"}}
    for selector in (WORKER, None):
        ref = mapping_ref(f"mapping-{selector}")
        found: list[list[str]] = []
        for body in ({}, confirmed, {"description": "changed"}, confirmed | {"enabled": False}, confirmed):
            write(trust.writer, ref, mapping_body(dangerous=True, **body), selector)
            found.append(exact(trust, WORKER) if selector else patterns(trust))
        assert found == [[], [ref.id], [], [], [ref.id]]


def test_a_disabled_mapping_is_found_nowhere_until_it_is_enabled_again(trust: Trust) -> None:
    for selector in (WORKER, None):
        ref = mapping_ref(f"mapping-{selector}")
        write(trust.writer, ref, mapping_body(), selector)
        write(trust.writer, ref, mapping_body(enabled=False), selector)
    assert exact(trust, WORKER) + patterns(trust) == []

    write(trust.writer, mapping_ref(f"mapping-{WORKER}"), mapping_body(), WORKER)
    assert exact(trust, WORKER) == [f"mapping-{WORKER}"]


def test_a_deleted_mapping_is_found_nowhere(trust: Trust) -> None:
    for selector in (WORKER, None):
        ref = mapping_ref(f"mapping-{selector}")
        trust.writer.delete(ref, write(trust.writer, ref, mapping_body(), selector), SOMEBODY)
    assert exact(trust, WORKER) + patterns(trust) == []


def test_a_mapping_that_pins_something_else_moves(trust: Trust) -> None:
    ref = mapping_ref("sync")
    write(trust.writer, ref, mapping_body(), WORKER)

    write(trust.writer, ref, mapping_body(), REPOSITORY)
    assert (exact(trust, WORKER), exact(trust, REPOSITORY)) == ([], ["sync"])

    write(trust.writer, ref, mapping_body(), None)
    assert (exact(trust, REPOSITORY), patterns(trust)) == ([], ["sync"])

    write(trust.writer, ref, mapping_body("other"), None)
    assert (patterns(trust), patterns(trust, "other")) == ([], ["sync"])

    write(trust.writer, ref, mapping_body("other"), WORKER)
    assert (patterns(trust, "other"), exact(trust, WORKER, issuer="other")) == ([], ["sync"])


def test_an_edit_in_place_shows_at_once(trust: Trust) -> None:
    ref = mapping_ref("sync")
    for selector in (WORKER, None):
        write(trust.writer, ref, mapping_body(principal="a"), selector)
        write(trust.writer, ref, mapping_body(principal="b"), selector)
        found = (*trust.mappings.exact("acme", [WORKER]), *trust.mappings.patterns("acme"))
        assert [mapping.principal for mapping in found] == ["b"]


def test_a_corrupt_mapping_is_reported_and_takes_no_other_down(trust: Trust) -> None:
    for selector in (WORKER, None):
        write(trust.writer, mapping_ref(f"broken-{selector}"), {"issuer": "acme", "principal": 1}, selector)
        write(trust.writer, mapping_ref(f"good-{selector}"), mapping_body(), selector)

    assert exact(trust, WORKER) == [f"good-{WORKER}"]
    assert patterns(trust) == ["good-None"]
    assert len(trust.corrupt) == 2


def test_patterns_beyond_one_page_are_all_found(trust: Trust) -> None:
    for number in range(5):
        write(trust.writer, mapping_ref(f"pattern-{number}"), mapping_body(description="x" * 300_000))
    assert len(patterns(trust)) == 5
