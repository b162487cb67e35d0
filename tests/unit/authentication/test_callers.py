"""Who is asking, by whatever method."""

import pytest

from federation.model.tokens import Caller
from federation.model.trust import DocumentRef, DocumentVersion, Kind
from federation.oauth.errors import InvalidClient, InvalidRequest, UnauthorizedClient
from federation.oauth.identifiers import GrantType
from federation.oauth.reasons import Reason
from tests.support.client_world import GATEWAY, ClientWorld, assertion, by_key, itself

ROLE = {"method": "aws_iam", "role": "arn:aws:iam::123456789012:role/gateway"}


@pytest.fixture
def world() -> ClientWorld:
    return ClientWorld()


def test_who_names_no_client_is_nobody_in_particular(world: ClientWorld) -> None:
    assert world.ask() == Caller()
    assert world.ask(client_certificate="any, perhaps the subject") == Caller()
    assert world.trust.reads == 0


def test_a_client_is_its_document_in_the_version_that_was_read(world: ClientWorld) -> None:
    world.register(by_key())
    world.register(by_key(), scopes=["risk:write"])
    caller = world.ask(client_assertion=assertion())
    assert caller.client is not None
    assert (caller.client_id, caller.client.scopes) == (GATEWAY, ("risk:write",))
    assert caller.documents == (DocumentVersion(DocumentRef(Kind.CLIENT, GATEWAY), 2),)


@pytest.mark.parametrize(
    "sent",
    [
        {"client_secret": "x", "client_id": GATEWAY},
        {"authorization": "Basic YTpi"},
        {"authorization": "Bearer x", "client_id": GATEWAY},
    ],
)
def test_there_are_no_secrets_so_nobody_is_looked_up(world: ClientWorld, sent: dict[str, str]) -> None:
    world.register(by_key())
    before = world.trust.reads
    world.refusal(**sent)
    assert world.trust.reads == before


@pytest.mark.parametrize(
    "sent",
    [
        {"client_id": "stranger"},
        {"client_id": GATEWAY},
        {"client_assertion": "x"},
        {"client_assertion": assertion(), "client_assertion_type": None},
        {"client_assertion": assertion(), "client_assertion_type": "urn:example:saml"},
        {"client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer", "client_id": GATEWAY},
    ],
)
def test_half_a_proof_is_none(world: ClientWorld, sent: dict[str, str]) -> None:
    world.register(by_key())
    world.refusal(**sent)


def test_a_document_that_cannot_be_read_is_no_client(world: ClientWorld) -> None:
    world.register({"method": "client_secret_post"})
    assert "unknown" in world.refusal(client_assertion=assertion())


def test_a_grant_that_the_document_does_not_name_is_refused_after_the_proof(world: ClientWorld) -> None:
    world.register(by_key())
    for sent, refused in ((assertion(), UnauthorizedClient), (assertion(sub="x"), InvalidClient)):
        with pytest.raises(refused):
            world.callers.authenticate(itself(client_assertion=sent))
    world.register(by_key(), grants=["client-credentials"], sender_constraint="dpop")
    assert world.callers.authenticate(itself(client_assertion=assertion())).client_id == GATEWAY
    with pytest.raises(UnauthorizedClient) as refusal:
        world.ask(client_assertion=assertion())
    assert refusal.value.reason is Reason.GRANT_NOT_ALLOWED


def test_nobody_in_particular_has_no_token_of_its_own(world: ClientWorld) -> None:
    with pytest.raises(InvalidClient) as refusal:
        world.callers.authenticate(itself())
    assert refusal.value.reason is Reason.GRANT_NOT_ALLOWED


def test_a_client_that_may_not_exchange_may_still_be_known(world: ClientWorld) -> None:
    world.register(by_key(), grants=[])
    assert world.callers.callers.authenticate(itself(client_assertion=assertion())).client_id == GATEWAY
    with pytest.raises(UnauthorizedClient):
        world.ask(client_assertion=assertion(), grant=GrantType.TOKEN_EXCHANGE)


def test_L6_an_aws_signature_beside_another_proof_is_two_methods(world: ClientWorld) -> None:
    world.register(ROLE)
    with pytest.raises(InvalidRequest) as refusal:
        world.ask(client_id=GATEWAY, iam_caller="arn", client_assertion=assertion())
    assert refusal.value.reason is Reason.SEVERAL_CLIENT_AUTHENTICATIONS
    assert "unnamed" in world.refusal(iam_caller="arn:aws:sts::123456789012:assumed-role/gateway/i-1")
