"""D22, D24: an account's role, and nothing that its caller chose."""

from typing import Any

import pytest

from federation.mapping.mapper import Mapper
from federation.mapping.match import filed_under
from federation.model.json import JsonObject
from federation.model.tokens import VerifiedToken
from federation.model.trust import Kind, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.issuers import TrustedIssuers
from federation.verification.providers import provider_named
from tests.support.fake_trust import FakeTrust
from tests.support.guarded_mappings import mapping_problems
from tests.support.provider_vectors import claims_of, issuer
from tests.support.trust_values import asking, verified

AWS = provider_named("aws")
NAMESPACE = "https://sts.amazonaws.com/"
ROLE = "arn:aws:iam::123456789012:role/DataProcessingRole"
OURS = "https://abc123-def456-ghi789-jkl012.tokens.sts.global.api.aws"
THEIRS = "https://fff999-def456-ghi789-jkl012.tokens.sts.global.api.aws"


def documented() -> dict[str, Any]:
    return claims_of("aws", "the documented example, of a Lambda function")


def verify(claims: dict[str, Any], url: str = OURS) -> VerifiedToken:
    by = issuer("aws", url, "ours" if url == OURS else "theirs")
    AWS.table.verify(claims)
    AWS.check(by, claims)
    return verified(by=by, claims=claims)


def trusting(*urls: str) -> TrustedIssuers:
    trust = FakeTrust()
    for url in urls:
        body = {"provider": "aws", "issuer": url, "audiences": ["https://federation.example.com"]}
        trust.add(Kind.ISSUER, url, body)
    return TrustedIssuers(trust, "https://federation.example.com")


def test_D22_another_accounts_issuer_is_nobody() -> None:
    assert trusting(OURS).select(documented()).issuer == OURS
    with pytest.raises(InvalidRequest) as refusal:
        trusting(OURS).select(documented() | {"iss": THEIRS})
    assert refusal.value.reason is Reason.UNTRUSTED_ISSUER


def test_D22_a_role_that_another_trusted_account_calls_ours_fits_no_mapping_of_ours() -> None:
    trust = FakeTrust()
    match: dict[str, MatchValue] = {"sub": ROLE}
    body: JsonObject = {"issuer": "ours", "match": match, "principal": "aws/acme/data", "grants": []}
    trust.add(Kind.MAPPING, "rule", body, filed_under(tuple(match.items()), AWS.table.selectors))
    mapper = Mapper(trust, provider_named)
    assert mapper.resolve(verify(documented()), asking("risk-engine")).principal == "aws/acme/data"
    with pytest.raises(InvalidRequest) as refusal:
        mapper.resolve(verify(documented() | {"iss": THEIRS}, THEIRS), asking("risk-engine"))
    assert refusal.value.reason is Reason.NO_MAPPING


@pytest.mark.parametrize("account", ["999999999999", "12345678901", "", None])
def test_D22_an_account_that_is_not_the_roles_is_refused(account: str | None) -> None:
    with pytest.raises(InvalidRequest):
        verify(documented() | {NAMESPACE: {"aws_account": account}})


@pytest.mark.parametrize("tag", ["request_tags", "request_tags.team", 'request_tags."cost center"', "source_identity"])
def test_D22_what_the_caller_chose_is_refused_at_write(tag: str) -> None:
    line = f'"{NAMESPACE}".{tag}'
    matches: list[dict[str, MatchValue]] = [{line: "data"}, {line: "data", "sub": ROLE}, {line: "*", "sub": ROLE}]
    for match in matches:
        assert any("caller" in problem for problem in mapping_problems("aws", match))


@pytest.mark.parametrize("tag", ["request_tags.team", 'request_tags."cost center"', "source_identity"])
def test_D22_what_the_caller_chose_makes_neither_a_principal_nor_an_attribute(tag: str) -> None:
    template = f'{{"{NAMESPACE}".{tag}}}'
    assert "/principal: " in "".join(mapping_problems("aws", {"sub": ROLE}, principal=f"aws/{template}"))
    assert "/attributes/team: " in "".join(mapping_problems("aws", {"sub": ROLE}, attributes={"team": template}))
    by_danger = mapping_problems("aws", {"sub": ROLE}, principal=f"aws/{template}", dangerous=True)
    assert "caller chose" in "".join(by_danger)


def test_D22_a_token_for_ten_audiences_is_refused() -> None:
    audiences = ["https://federation.example.com", *(f"https://{n}.example.com" for n in range(9))]
    with pytest.raises(InvalidRequest) as refusal:
        trusting(OURS).select(documented() | {"aud": audiences})
    assert refusal.value.reason is Reason.WRONG_AUDIENCE


@pytest.mark.parametrize(
    "sub",
    [
        "arn:aws:sts::123456789012:assumed-role/DataProcessingRole/DataProcessingRole",
        "arn:aws:iam::123456789012:root",
        "arn:aws:iam::123456789012:user/DataProcessingRole",
        "arn:aws-us-gov:iam::123456789012:role/DataProcessingRole",
    ],
)
def test_D24_a_session_name_the_root_a_user_and_another_partition_are_no_role(sub: str) -> None:
    with pytest.raises(InvalidRequest) as refusal:
        verify(documented() | {"sub": sub})
    assert refusal.value.reason is Reason.MALFORMED_CLAIMS
    assert mapping_problems("aws", {"sub": sub})
