"""D23, D24: a signed GetCallerIdentity proves a role to us alone, and nothing in it reaches AWS as it was written."""

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from federation.admin.editor import TrustEditor
from federation.documents.source import InvalidDocuments
from federation.documents.validate import validate
from federation.mapping.mapper import Mapper
from federation.model.trust import IssuerKeys, Selector
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.providers import provider_named
from tests.support import issuer_world
from tests.support.document_vectors import base, sources
from tests.support.fake_trust import FakeTrust
from tests.support.sts_server import StsServer, reply, silence
from tests.support.sts_service import NAMESPACE, document
from tests.support.sts_sessions import ACCOUNT, ROLE, ROLE_ID, others
from tests.support.sts_signing import BODY, BRIDGE, ENDPOINT, sign, token
from tests.support.sts_vectors import refused_tokens
from tests.support.sts_world import NOW, StsWorld, sts_world, trusted
from tests.support.trust_documents import SOMEBODY
from tests.support.trust_values import asking

FACTS = {"Arn": ROLE.arn, "UserId": ROLE.user_id, "Account": ROLE.account}
SERVER_ID = "x-fedbridge-server-id"


@pytest.fixture(scope="module")
def one_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StsWorld]:
    with sts_world(tmp_path_factory.mktemp("sts")) as world:
        yield world


@pytest.fixture
def world(one_world: StsWorld) -> StsWorld:
    """The one world as it was in the beginning."""
    one_world.clock.at = NOW
    one_world.directory.current = (trusted(),)
    one_world.server.behaviour = None
    one_world.server.service.sessions = {ROLE.access_key_id: ROLE}
    return one_world


def last(server: StsServer) -> tuple[str, str, str]:
    request = server.asked[-1]
    return request.method, request.target, request.body


@pytest.mark.parametrize(("text", "reason"), refused_tokens(NOW, "D23"))
def test_D23_what_is_not_exactly_such_a_request_never_reaches_aws(world: StsWorld, text: str, reason: Reason) -> None:
    assert world.refusal_unasked(text) is reason


@pytest.mark.parametrize(
    ("name", "value", "reason"),
    [
        ("x-amz-security-token", "a" * 8193, Reason.MALFORMED_AWS_REQUEST),
        ("x-amz-security-token", "a" * 16 * 1024, Reason.TOKEN_TOO_LARGE),
        (SERVER_ID, "a" * 513, Reason.MALFORMED_AWS_REQUEST),
    ],
)
def test_D23_what_is_too_large_never_reaches_aws(world: StsWorld, name: str, value: str, reason: Reason) -> None:
    assert world.refusal_unasked(sign(at=NOW, headers={name: value})) is reason


def test_D23_more_headers_than_there_are_names_never_reach_aws(world: StsWorld) -> None:
    request = sign(at=NOW)
    assert (
        world.refusal_unasked({**request, "headers": [{"key": "host", "value": "x"}] * 99})
        is Reason.MALFORMED_AWS_REQUEST
    )


@pytest.mark.parametrize(
    "signed",
    [
        {"body": "Action=GetSessionToken&Version=2011-06-15"},
        {"body": "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&ProviderId=x"},
        {"body": f"{BODY}&x=y"},
        {"body": ""},
        {"method": "GET", "body": ""},
        {"url": f"{ENDPOINT}/?{BODY}"},
        {"url": f"{ENDPOINT}/elsewhere"},
        {"headers": {"host": "iam.amazonaws.com"}},
        {"headers": {SERVER_ID: "https://other.example.com"}},
        {"headers": {"content-type": "application/json"}},
    ],
)
def test_D23_whatever_was_signed_getcalleridentity_is_sent(world: StsWorld, signed: dict[str, object]) -> None:
    """The caller signed one thing and calls it another: AWS sees what we wrote, and the signature does not fit."""
    good, other = sign(at=NOW), sign(at=NOW, **signed)  # type: ignore[arg-type]
    authorization = [header for header in other["headers"] if header["key"] == "Authorization"]
    headers = [header for header in good["headers"] if header["key"] != "Authorization"]
    assert world.refusal_by_aws({**good, "headers": headers + authorization}) is Reason.BAD_SIGNATURE
    assert last(world.server) == ("POST", "/", BODY)


def test_D23_aws_gets_these_headers_and_no_other(world: StsWorld) -> None:
    world.verify(sign(at=NOW, headers={"content-length": "43"}))
    sent = world.server.asked[-1].headers
    signed = {"content-type", "x-amz-date", "x-amz-security-token", SERVER_ID, "authorization"}
    assert sent.keys() == signed | {"host", "content-length", "accept", "accept-encoding", "user-agent", "connection"}
    assert (sent["host"], sent["accept"]) == ("sts.us-east-1.amazonaws.com", "text/xml")


@pytest.mark.parametrize("forged", ["0" * 64, "f" * 64])
def test_D23_a_forged_signature_is_refused_by_aws(world: StsWorld, forged: str) -> None:
    request = sign(at=NOW)
    for header in request["headers"]:
        if header["key"] == "Authorization":
            header["value"] = header["value"][:-64] + forged
    assert world.refusal_by_aws(request) is Reason.BAD_SIGNATURE


@pytest.mark.parametrize(
    "session",
    [
        replace(ROLE, secret="x"),
        replace(ROLE, token="eHh4eA=="),
        replace(ROLE, access_key_id="ASIASTRANGEREXAMPLE1"),
    ],
)
def test_D23_other_credentials_are_refused_by_aws(world: StsWorld, session: object) -> None:
    assert world.refusal_by_aws(sign(at=NOW, session=session)) is Reason.BAD_SIGNATURE  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("age", "reason"),
    [
        *((age, Reason.TOKEN_EXPIRED) for age in (301, 901, 86_400)),
        *((age, Reason.TOKEN_NOT_YET_VALID) for age in (-61, -901)),
    ],
)
def test_D23_a_request_is_taken_for_minutes(world: StsWorld, age: int, reason: Reason) -> None:
    assert world.refusal_unasked(sign(at=NOW - age)) is reason


@pytest.mark.parametrize("age", [0, 299, 300, -59])
def test_D23_a_fresh_request_is_taken(world: StsWorld, age: int) -> None:
    assert world.verify(sign(at=NOW - age)).subject == ROLE_ID


def test_D23_the_same_request_is_the_same_jti_however_its_text_is_bent(world: StsWorld) -> None:
    request = sign(at=NOW)
    bent = {**request, "headers": request["headers"][::-1], "url": f"{ENDPOINT}/", "body": BODY}
    first, second = world.verify(request), world.verify(token(bent).replace("%7B", "%7b"))
    assert first.claims["jti"] == second.claims["jti"] == first.digest
    assert world.verify(sign(at=NOW - 1)).claims["jti"] != first.claims["jti"]


@pytest.mark.parametrize("said", ["application/json", "application/xml", "text/html", "text/plain", "", "text/xml2"])
@pytest.mark.parametrize("as_json", [True, False])
def test_D23_an_answer_of_another_type_is_not_read(world: StsWorld, said: str, as_json: bool) -> None:
    nested = {"GetCallerIdentityResponse": {"GetCallerIdentityResult": FACTS}}
    body = json.dumps(nested) if as_json else document("GetCallerIdentity", FACTS)
    world.server.behaviour = reply(body.encode(), content_type=said)
    assert world.refusal_by_aws(sign(at=NOW)) is Reason.CALLER_IDENTITY_UNCLEAR


def test_D23_json_that_holds_the_xml_is_not_the_xml(world: StsWorld) -> None:
    body = json.dumps({"Message": document("GetCallerIdentity", FACTS)})
    world.server.behaviour = reply(body.encode())
    assert world.refusal_by_aws(sign(at=NOW)) is Reason.CALLER_IDENTITY_UNCLEAR


def test_D23_the_answer_to_another_question_is_not_believed(world: StsWorld) -> None:
    """STS repeats, in some answers, what a caller without any credentials has said."""
    world.server.behaviour = reply(document("AssumeRoleWithWebIdentity", FACTS).encode())
    assert world.refusal_by_aws(sign(at=NOW)) is Reason.CALLER_IDENTITY_UNCLEAR


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308, 304, 201, 204, 206])
def test_D23_a_redirect_is_not_followed_and_only_200_is_yes(world: StsWorld, status: int) -> None:
    body = b"" if status in {204, 304} else document("GetCallerIdentity", FACTS).encode()
    world.server.behaviour = reply(body, status, location=f"{ENDPOINT}/elsewhere")
    assert world.refusal_by_aws(sign(at=NOW)) is Reason.CALLER_IDENTITY_UNCLEAR


def test_D23_credentials_that_have_expired_say_so(world: StsWorld) -> None:
    error = f'<ErrorResponse xmlns="{NAMESPACE}"><Error><Code>ExpiredToken</Code></Error></ErrorResponse>'
    world.server.behaviour = reply(error.encode(), 403)
    assert world.refusal_by_aws(sign(at=NOW)) is Reason.TOKEN_EXPIRED


@pytest.mark.parametrize(
    "behaviour",
    [
        *(reply(b"", status) for status in (429, 500, 503)),
        *(reply(b"<Code>Throttling</Code>", 400), reply(b"x", content_encoding="gzip"), reply(bytes(256 * 1024 + 1))),
    ],
)
def test_D23_an_endpoint_that_does_not_answer_decides_nothing(world: StsWorld, behaviour: object) -> None:
    world.server.behaviour = behaviour  # type: ignore[assignment]
    assert world.unavailable(sign(at=NOW)) is Reason.CALLER_IDENTITY_UNAVAILABLE


def test_D23_an_endpoint_that_is_silent_decides_nothing(tmp_path: Path) -> None:
    with sts_world(tmp_path, total=0.5) as world:
        world.server.behaviour = silence
        assert world.unavailable(sign(at=NOW)) is Reason.CALLER_IDENTITY_UNAVAILABLE


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"enabled": False}, Reason.UNTRUSTED_ISSUER),
        ({"issuer": "https://sts.eu-west-1.amazonaws.com"}, Reason.UNTRUSTED_ISSUER),
        ({"audiences": ("https://other.example.com",)}, Reason.WRONG_AUDIENCE),
        ({"max_token_age": 60}, Reason.TOKEN_EXPIRED),
    ],
)
def test_D23_the_trust_document_decides_whom_to_ask(
    world: StsWorld, changes: dict[str, object], reason: Reason
) -> None:
    world.directory.current = (trusted(**changes),)
    assert world.refusal_unasked(sign(at=NOW - 61)) is reason


def test_D23_an_issuer_that_signs_its_own_tokens_is_not_asked(world: StsWorld) -> None:
    for keys in ({"discovery": True}, {"jwks_uri": f"{ENDPOINT}/jwks"}, {"pushed": True}):
        world.directory.current = (trusted(keys=replace(trusted().keys, caller_identity=False, **keys)),)
        assert world.refusal_unasked(sign(at=NOW)) is Reason.UNTRUSTED_ISSUER


@pytest.mark.parametrize("url", ["https://idp.example.com", "https://sts.amazonaws.com", f"{ENDPOINT}/x"])
def test_D23_what_is_no_endpoint_of_aws_is_not_asked_even_if_a_document_says_so(world: StsWorld, url: str) -> None:
    world.directory.current = (trusted(issuer=url),)
    assert world.refusal_unasked(sign(at=NOW, url=url)) in {Reason.UNTRUSTED_ISSUER, Reason.MALFORMED_AWS_REQUEST}


@pytest.mark.parametrize("name", others())
def test_D24_whoever_is_no_role_of_this_partition_is_refused(world: StsWorld, name: str) -> None:
    session = others()[name]
    world.server.service.sessions = {session.access_key_id: session}
    assert world.refusal_by_aws(sign(at=NOW, session=session)) is Reason.IDENTITY_REFUSED


def test_D24_the_subject_is_the_roles_own_id_whatever_the_session_is_called(world: StsWorld) -> None:
    for name in ("admin", ROLE_ID, "root", "arn=aws", ACCOUNT):
        arn = ROLE.arn.rpartition("/")[0]
        session = replace(ROLE, arn=f"{arn}/{name}", user_id=f"{ROLE_ID}:{name}")
        world.server.service.sessions = {session.access_key_id: session}
        verified = world.verify(sign(at=NOW, session=session))
        assert (verified.subject, verified.claims["session_name"]) == (ROLE_ID, name)
        assert (verified.claims["account"], verified.claims["role_id"]) == (ACCOUNT, ROLE_ID)


def test_D24_a_later_role_of_the_same_name_is_another_subject(world: StsWorld) -> None:
    later = replace(ROLE, user_id="AROA999999999EXAMPLE9:i-0abc1234def567890")
    world.server.service.sessions = {later.access_key_id: later}
    assert world.verify(sign(at=NOW, session=later)).subject == "AROA999999999EXAMPLE9"


def test_what_is_issued_for_it_ends_a_quarter_of_an_hour_after_its_signature(world: StsWorld) -> None:
    verified = world.verify(sign(at=NOW - 100))
    assert (verified.issued_at, verified.expires_at) == (NOW - 100, NOW + 800)
    world.directory.current = (trusted(max_token_age=200),)
    assert world.verify(sign(at=NOW - 100)).expires_at == NOW + 100
    assert verified.claims["aud"] == BRIDGE


def test_D23_a_request_has_to_be_url_encoded(world: StsWorld) -> None:
    text = json.dumps(sign(at=NOW), separators=(",", ":"))
    assert world.refusal_unasked(text) is Reason.MALFORMED_AWS_REQUEST
    assert world.verify(quote(text)).subject == ROLE_ID


def test_D23_a_jwt_that_names_the_endpoint_as_its_issuer_is_nobodys() -> None:
    keyless = issuer_world.trusted(issuer=ENDPOINT, provider="aws", keys=IssuerKeys(caller_identity=True))
    verifying = issuer_world.world(keyless)
    text = issuer_world.token(issuer_world.claims(iss=ENDPOINT))
    assert issuer_world.refusal(verifying, text) is Reason.UNTRUSTED_ISSUER
    assert verifying.alarms == []


ISSUER = base("issuer", id="aws", provider="aws", issuer=ENDPOINT, keys={"caller_identity": True})
PINNED = {"account": ACCOUNT, "role_id": ROLE_ID}


def written(**changes: object) -> FakeTrust:
    """A trust table with one mapping; raises InvalidDocuments."""
    trust = FakeTrust()
    mapping = base("mapping", issuer="aws", **{"match": PINNED, "principal": "aws/acme/data", **changes})
    TrustEditor(trust).apply(validate(sources(ISSUER, base("audience"), mapping)), SOMEBODY)
    return trust


def test_D24_a_role_is_mapped_by_account_and_id_in_one_read(world: StsWorld) -> None:
    trust = written()
    [mapping] = trust.exact("aws", [Selector("role_id", ROLE_ID)])
    verified = replace(world.verify(sign(at=NOW)), issuer=trust.issuers()[0])
    assert Mapper(trust, provider_named).resolve(verified, asking()).mapping == mapping
    assert trust.patterns("aws") == ()


@pytest.mark.parametrize("value", [{"account": "999999999999"}, {"role_id": "AROA999999999EXAMPLE9"}])
def test_D24_the_same_role_of_another_account_or_another_role_is_nobody(world: StsWorld, value: dict[str, str]) -> None:
    trust = written(match={**PINNED, **value})
    verified = replace(world.verify(sign(at=NOW)), issuer=trust.issuers()[0])
    with pytest.raises(InvalidRequest) as refused:
        Mapper(trust, provider_named).resolve(verified, asking())
    assert refused.value.reason is Reason.NO_MAPPING


@pytest.mark.parametrize("claim", ["session_name", "arn", "user_id"])
def test_D24_a_sessions_name_identifies_nobody_wherever_it_is_written(claim: str) -> None:
    wishes: list[dict[str, object]] = [
        {"match": {claim: "deploy"}},
        {"match": {"account": ACCOUNT, claim: "deploy"}},
        {"match": {**PINNED, claim: "deploy"}},
        {"principal": f"aws/{{{claim}}}"},
        {"attributes": {"who": f"{{{claim}}}"}},
    ]
    for wish in wishes:
        with pytest.raises(InvalidDocuments, match="caller chose"):
            written(**wish)


@pytest.mark.parametrize("missing", ["account", "role_id"])
def test_D24_account_and_role_id_are_pinned_together(missing: str) -> None:
    lines = {name: value for name, value in PINNED.items() if name != missing}
    for match in (lines, {**lines, missing: "*"}, {**lines, missing: f"{PINNED[missing][:-1]}*"}):
        with pytest.raises(InvalidDocuments, match="pin account and role_id"):
            written(match=match)
