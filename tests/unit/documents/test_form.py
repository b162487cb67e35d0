"""One document against the schema of its kind."""

from collections.abc import Callable

import pytest

from federation.documents.form import parse_document
from federation.documents.source import InvalidDocuments, Problem, SourceDocument
from federation.model.documents import StoredDocument, decode_audience, decode_client, decode_issuer, decode_mapping
from federation.model.trust import Audience, Client, Issuer, Kind, Mapping
from tests.support.document_vectors import DocumentCase, base, cases

Decoded = Issuer | Mapping | Audience | Client
DECODE: dict[Kind, Callable[[StoredDocument], Decoded]] = {
    Kind.ISSUER: decode_issuer,
    Kind.MAPPING: decode_mapping,
    Kind.AUDIENCE: decode_audience,
    Kind.CLIENT: decode_client,
}


def problems_of(body: object) -> tuple[Problem, ...]:
    with pytest.raises(InvalidDocuments) as refusal:
        parse_document(SourceDocument("request", body), loopback=False)  # type: ignore[arg-type]
    return refusal.value.problems


@pytest.mark.parametrize("case", cases("accepted"), ids=lambda case: case.name)
def test_a_well_formed_document_is_accepted_and_can_be_read_on_the_token_path(case: DocumentCase) -> None:
    document = parse_document(SourceDocument("request", case.body), loopback=False)
    kind = Kind(case.body["kind"])
    decoded = DECODE[kind](StoredDocument(kind, document.id, 1, case.body))
    assert decoded.id == document.id
    assert decoded.enabled == (document.enabled and not case.body.get("dangerous", False))


@pytest.mark.parametrize("case", cases("refused"), ids=lambda case: case.name)
def test_a_document_that_is_wrong_in_one_thing_is_refused_where_it_is_wrong(case: DocumentCase) -> None:
    problems = problems_of(case.body)
    assert [problem.pointer for problem in problems] == [case.at]
    assert case.says in f"{problems[0].message} {problems[0].hint}"


def test_all_mistakes_of_a_document_are_told_at_once() -> None:
    body = base("mapping", principal="{sub}", grants=[], tenant="acme", match={"sub": None})
    assert {problem.pointer for problem in problems_of(body)} == {"/principal", "/grants", "/tenant", "/match/sub"}


def test_our_own_keys_are_never_written_by_hand() -> None:
    [problem] = problems_of({"kind": "KeySet", "id": "signing"})
    assert "never by hand" in problem.message


@pytest.mark.parametrize("body", ["text", 1, True, [], [{"kind": "Issuer"}]])
def test_what_is_no_mapping_of_keys_is_no_document(body: object) -> None:
    [problem] = problems_of(body)
    assert "a document is a mapping of keys to values" in problem.message


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("Isuer", "did you mean Issuer?"),
        ("issuer", "did you mean Issuer?"),
        ("", "known here: Issuer, Mapping, Audience"),
        (["Issuer"], "known here"),
        ({"a": 1}, "known here"),
        (7, "known here"),
    ],
)
def test_an_unknown_kind_names_the_nearest(kind: object, says: str) -> None:
    [problem] = problems_of({"kind": kind, "id": "x"})
    assert says in problem.hint


def test_issuers_on_this_machine_are_for_laptops() -> None:
    for url in ("http://127.0.0.1:8080", "http://localhost:8080/realms/acme"):
        body = base("issuer", issuer=url, keys={"jwks_uri": f"{url}/keys"})
        assert parse_document(SourceDocument("request", body), loopback=True).id == "acme-okta"
        assert {problem.pointer for problem in problems_of(body)} == {"/issuer", "/keys/jwks_uri"}


def test_targets_on_this_machine_are_for_laptops() -> None:
    body = base("audience", resource="http://127.0.0.1:8080")
    assert parse_document(SourceDocument("request", body), loopback=True).id == body["id"]
    assert {problem.pointer for problem in problems_of(body)} == {"/resource"}


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1.example.com", "http://127.0.0.1@example.com", "http://192.0.2.1", "http://127.0.0.1/a/../b"],
)
def test_a_laptop_still_refuses_plain_http_to_elsewhere(url: str) -> None:
    with pytest.raises(InvalidDocuments):
        parse_document(SourceDocument("request", base("issuer", issuer=url)), loopback=True)


def test_a_private_key_is_refused_without_being_repeated() -> None:
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", "d": "nWGxne_9Wmc"}
    [problem] = problems_of(base("issuer", keys={"jwks": {"keys": [key]}}))
    assert "nWGxne" not in str(problem)
