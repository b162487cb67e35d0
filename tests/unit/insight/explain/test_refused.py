"""Why an early step refused: a sentence of what is missing or wrong, beside the reason and the audit's detail."""

import pytest
from msgspec.structs import replace

from federation.insight.explain.explanation import explain
from federation.insight.explain.question import Identity, Question
from federation.insight.explain.steps import Explanation
from federation.model.json import Json
from tests.support.admin_trust import BRIDGE, CLAIMS, ISSUER, NOW, trust
from tests.support.jose_keys import rsa_key
from tests.support.jose_tokens import signed

GITHUB = "https://token.actions.githubusercontent.com"
TIME = "whole seconds since the epoch, as a number"


def told(explanation: Explanation) -> tuple[str, str, str]:
    """The step, the reason, and what is said."""
    assert explanation.refusal is not None
    step = explanation.step(explanation.refusal.step)
    return step.step, explanation.refusal.reason, step.detail


def asked(subject: Identity, *bodies: dict[str, Json], actor: Identity | None = None) -> Explanation:
    return explain(trust(*bodies), Question(subject, NOW, actor, audiences=("risk-engine",)), BRIDGE)


def claiming(*without: str, **changes: Json) -> Identity:
    return Identity({name: value for name, value in {**CLAIMS, **changes}.items() if name not in without})


def token(header: dict[str, Json], *without: str, **changes: Json) -> Identity:
    key = rsa_key()
    times: dict[str, Json] = {"iat": NOW, "exp": NOW + 600, "jti": "j-1", "aud": BRIDGE}
    claims = {name: value for name, value in {**CLAIMS, **times, **changes}.items() if name not in without}
    return Identity(token=signed({"alg": "RS256", "kid": key.kid, "typ": "JWT", **header}, claims, key))


@pytest.mark.parametrize(
    ("subject", "step", "said"),
    [
        (
            claiming("iss"),
            "issuer",
            "the claim iss is missing: it must be the URL of the token's issuer, as text",
        ),
        (claiming(iss=7), "issuer", "the claim iss has the wrong form: it must be the URL of the token's issuer"),
        (claiming(aud=[]), "issuer", "the claim aud has the wrong form: it must be whom the token is for, as text or"),
        (
            token({}, "aud"),
            "issuer",
            "the claim aud is missing: it must be whom the token is for, as text or as a list",
        ),
        (claiming("sub"), "claims", "the claim sub is missing: it must be whom the token is about, as text"),
        (claiming(sub=["x"]), "claims", "the claim sub has the wrong form: it must be whom the token is about"),
        (claiming(exp="soon"), "claims", f"the claim exp has the wrong form: it must be {TIME}"),
        (token({}, "exp"), "claims", f"the claim exp is missing: it must be {TIME}"),
        (claiming(nbf=True), "claims", f"the claim nbf has the wrong form: it must be {TIME}"),
        (token({}, **{f"c{n}": n for n in range(101)}), "issuer", "the claims cannot be read: more than 100 claims"),
    ],
)
def test_a_claim_that_is_missing_or_wrong_is_named_with_what_it_must_be(
    subject: Identity, step: str, said: str
) -> None:
    where, reason, words = told(asked(subject))
    assert (where, reason) == (step, "malformed_claims")
    assert words.startswith(said)


@pytest.mark.parametrize(
    ("provider", "iss", "changes", "said"),
    [
        ("github", GITHUB, {}, "the claim repository is missing: it must be non-empty text"),
        (
            "spiffe",
            "spiffe://acme.example",
            {"sub": "x"},
            "the claim sub has the wrong form: it must be a SPIFFE ID in",
        ),
        (
            "terraform",
            "https://x",
            {},
            "the claim iss has the wrong form: it must be HCP Terraform's URL, or a Terraform",
        ),
    ],
)
def test_what_a_provider_documents_is_said_in_its_own_words(
    provider: str, iss: str, changes: dict[str, Json], said: str
) -> None:
    documented: dict[str, Json] = {**ISSUER, "provider": provider, "issuer": iss}
    where, reason, words = told(asked(replace(claiming(**{"iss": iss, **changes}), issuer="acme"), documented))
    assert (where, reason) == ("claims", "malformed_claims")
    assert words.startswith(said)
    assert "ATTACKS" not in words


@pytest.mark.parametrize(
    ("subject", "bodies", "reason", "said"),
    [
        (
            Identity(token="a.b"),
            [],
            "malformed_token",
            "the text is no signed JWT: not three segments of ASCII",
        ),
        (
            token({"kid": ""}),
            [],
            "malformed_token",
            "the member kid of the token's header is missing or has the wrong form",
        ),
        (
            token({"jku": "https://x"}),
            [],
            "unsafe_token_header",
            "the token's header says more than it may: header member: jku",
        ),
        (Identity(token="a" * 20_000), [], "token_too_large", "the token is longer than 16 KiB"),
        (
            claiming(),
            [{**ISSUER, "enabled": False}],
            "untrusted_issuer",
            "the issuer that the token names is known, but disabled",
        ),
        (
            claiming(aud=[BRIDGE, "x"]),
            [],
            "wrong_audience",
            "aud names several parties, and any of them could present the token here: it must name one",
        ),
        (
            claiming(aud=BRIDGE),
            [{**ISSUER, "id": "twin"}],
            "ambiguous_issuer",
            "several issuers fit the token's iss and aud: acme, twin",
        ),
        (claiming(exp=NOW - 600), [], "token_expired", "the token expired 600 seconds ago"),
        (
            replace(claiming(), issuer="acme"),
            [{**ISSUER, "enabled": False}],
            "untrusted_issuer",
            "issuer acme is disabled",
        ),
        (replace(claiming(), issuer="nobody"), [], "untrusted_issuer", "there is no issuer nobody"),
    ],
)
def test_other_early_refusals_are_sentences_too(
    subject: Identity, bodies: list[dict[str, Json]], reason: str, said: str
) -> None:
    assert told(asked(subject, *bodies))[1:] == (reason, said)


def test_of_an_actor_its_own_claims_are_looked_at() -> None:
    said = "the claim iss is missing: it must be the URL of the token's issuer, as text"
    assert told(asked(claiming(), actor=claiming("iss"))) == ("actor", "malformed_claims", said)


def test_of_one_of_our_own_tokens_a_claim_may_be_missing_within_another() -> None:
    said = told(asked(Identity({"iss": BRIDGE, "sub": "partner/acme/sync", "fed": {}})))[2]
    assert said.startswith("the claim mapping is missing, at the top or within another claim")


def test_what_the_audit_record_would_have_stays_a_word() -> None:
    refusal = asked(claiming("iss")).refusal
    assert refusal is not None
    assert (refusal.reason, refusal.detail) == ("malformed_claims", "iss")
