"""What a partner's token says becomes the documents that let in exactly it, pinned as its provider asks."""

import json
from pathlib import Path

import pytest

from federation.documents.source import InvalidDocuments, SourceDocument
from federation.documents.validate import validate
from federation.insight.drafts.examples import example_tokens
from federation.insight.drafts.partner import Shown, draft
from federation.insight.snapshot.snapshot import Snapshot
from federation.model.json import Json
from federation.verification.providers import provider_names
from tests.support.admin_trust import AUDIENCE, BRIDGE, IDP, trust

VECTORS = Path(__file__).parents[3] / "vectors" / "providers"
WHEN = {"aud", "iat", "nbf", "exp", "jti"}
EMPTY = Snapshot.of_bodies([])


def shown(claims: dict[str, Json], **more: Json) -> Shown:
    return Shown(claims, "risk-engine", ("risk:read",), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("provider", provider_names())
def test_the_example_is_what_its_provider_documents(provider: str) -> None:
    vectors = json.loads((VECTORS / f"{provider}.json").read_text("utf-8"))
    documented = {name: value for name, value in vectors["accepted"][0]["claims"].items() if name not in WHEN}
    assert example_tokens()[provider].claims == documented
    assert example_tokens()[provider].issuer == vectors["issuer"]


@pytest.mark.parametrize("provider", provider_names())
def test_every_providers_example_is_let_in_by_a_draft_that_may_be_written(provider: str) -> None:
    example = example_tokens()[provider]
    wanted = shown(dict(example.claims), provider=provider, issuer="" if "iss" in example.claims else example.issuer)
    drafted = draft(EMPTY, wanted, BRIDGE)
    assert (drafted.provider, drafted.problem) == (provider, None)
    assert [pin for pin in drafted.pins if pin.pinned and not pin.why] == []
    issuer, mapping = drafted.documents
    bundle = {"keys": {"jwks_uri": "https://spire.example.org/bundle"}} if provider == "spiffe" else {}
    sources = [SourceDocument("t", one) for one in ({**issuer, **bundle}, mapping, AUDIENCE)]
    try:
        validate(sources, own_issuer=BRIDGE)
    except InvalidDocuments as error:
        pytest.fail(str(error.problems))


def test_of_an_issuer_that_is_there_a_mapping_alone_is_drafted() -> None:
    drafted = draft(trust(), shown({"iss": IDP, "sub": "newcomer"}), BRIDGE)
    (mapping,) = drafted.documents
    assert (drafted.known_issuer, mapping["issuer"], mapping["match"]) == ("acme", "acme", {"sub": "newcomer"})


def test_a_job_that_must_be_named_is_named() -> None:
    claims = {**example_tokens()["github"].claims, "event_name": "pull_request_target"}
    pinned = {pin.path: pin.why for pin in draft(EMPTY, shown(claims), BRIDGE).pins if pin.pinned}
    assert set(pinned) == {"repository_id", "event_name"}
    assert "without write access" in pinned["event_name"]


def test_what_an_admin_wants_pinned_is_judged_as_a_write_would() -> None:
    claims = dict(example_tokens()["github"].claims)
    drafted = draft(EMPTY, shown(claims, pins=("repository_visibility",)), BRIDGE)
    assert drafted.documents[1]["match"] == {"repository_visibility": "private"}
    assert drafted.problem is not None
    unfit = draft(EMPTY, shown({"iss": IDP, "sub": "s", "email": "a@b.example"}, pins=("email",)), BRIDGE)
    assert unfit.documents[1]["match"] == {}
    assert next(pin for pin in unfit.pins if pin.path == "email").unfit


def test_what_is_unusual_about_the_token_stands_in_its_issuer() -> None:
    claims: dict[str, Json] = {"iss": "https://idp.example.net", "sub": "s", "aud": "api://x", "iat": 0, "exp": 7200}
    issuer, _ = draft(EMPTY, shown(claims, algorithm="PS256", tenant="acme"), BRIDGE).documents
    assert (issuer["audiences"], issuer["algorithms"], issuer["max_token_age"]) == (["api://x"], ["PS256"], "7200s")
    assert (issuer["tenant"], issuer["id"]) == ("acme", "idp-example-net")
    ours, _ = draft(EMPTY, shown({**claims, "aud": [BRIDGE]}, algorithm="none"), BRIDGE).documents
    assert not {"audiences", "algorithms"} & ours.keys()


def test_an_id_that_is_taken_is_not_taken_again() -> None:
    taken = EMPTY.with_body(
        {"kind": "Issuer", "id": "idp-example-net", "provider": "oidc", "issuer": "https://a.example"}
    )
    issuer, _ = draft(taken, shown({"iss": "https://idp.example.net", "sub": "s"}), BRIDGE).documents
    assert issuer["id"] == "idp-example-net-2"


@pytest.mark.parametrize("value", ["eyJhbGciOiJSUzI1NiJ9.x", "a*", "", ["a"], None, 1.5])
def test_what_may_be_a_secret_or_no_value_of_a_line_is_never_pinned(value: Json) -> None:
    drafted = draft(EMPTY, shown({"iss": IDP, "sub": "s", "odd": value}, pins=("odd",)), BRIDGE)
    assert "odd" not in drafted.documents[1]["match"]  # type: ignore[operator]
