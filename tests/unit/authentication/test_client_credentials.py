"""A client that asks for itself, and its token when it comes back."""

import pytest
from msgspec import Struct
from msgspec.structs import replace

from federation.authentication.client_credentials import as_verified_token
from federation.mapping.mapper import Mapper
from federation.mapping.own import OwnMappings
from federation.mapping.principals import Principals
from federation.model.client_credentials import as_principal, client_of
from federation.model.own_claims import OwnClaims
from federation.model.trust import Client, ClientAuth, Grant, Issuer, Mapping
from federation.oauth.errors import InvalidRequest
from federation.verification.providers import provider_named
from tests.support.fake_trust import FakeTrust
from tests.support.trust_values import NOW, asking, issuer, own_token

CLIENT = Client("gateway", 3, ClientAuth("private_key_jwt"), ("risk-engine", "ledger"), ("risk:read",), tenant="acme")


class Known(Struct, frozen=True):
    """What stands behind our tokens."""

    registered: Client | None = CLIENT

    def client(self, id_: str) -> Client | None:
        return self.registered if id_ == CLIENT.id else None

    def mapping(self, _id: str) -> Mapping | None:
        return None

    def issuer(self, id_: str) -> Issuer | None:
        return issuer() if issuer().id == id_ else None


def principals(known: Known) -> Principals:
    return Principals(Mapper(FakeTrust(), provider_named), OwnMappings(known, known))


def token_of(client: Client) -> OwnClaims:
    own = own_token().own
    assert own is not None
    found = as_principal(client)
    return replace(own, principal=found.principal, issuer="(client)", mapping=found.mapping.id, tenant=client.tenant)


def test_it_is_a_principal_of_its_own_with_what_its_document_grants() -> None:
    token = as_verified_token(CLIENT, NOW + 0.5)
    mapped = principals(Known()).resolve(token, asking())
    assert (mapped.principal, mapped.mapping.id, mapped.mapping.version) == ("client/gateway", "client:gateway", 3)
    assert mapped.mapping.grants == (Grant("risk-engine", ("risk:read",)), Grant("ledger", ("risk:read",)))
    assert (mapped.issuer.id, mapped.issuer.tenant, mapped.mapping.may_act) == ("(client)", "acme", ())


def test_all_of_it_rests_on_its_document_alone() -> None:
    token = as_verified_token(CLIENT, NOW)
    assert token.documents == as_principal(CLIENT).documents == (CLIENT.document,)
    assert (token.issued_at, token.expires_at, token.own) == (NOW, NOW + 3600, None)


def test_its_token_is_traced_back_to_the_client_as_it_is_now() -> None:
    now = replace(CLIENT, version=4, scopes=("risk:write",))
    found = principals(Known(now)).own.resolve(token_of(CLIENT))
    assert (found.principal, found.mapping.version, found.client) == ("client/gateway", 4, now)
    assert found.documents == (now.document,)


@pytest.mark.parametrize(
    "registered", [None, replace(CLIENT, enabled=False), replace(CLIENT, tenant="globex"), replace(CLIENT, tenant=None)]
)
def test_L9_a_client_that_is_gone_disabled_or_somebody_elses_stands_behind_nothing(registered: Client | None) -> None:
    with pytest.raises(InvalidRequest):
        principals(Known(registered)).own.resolve(token_of(CLIENT))


def test_no_mapping_can_be_taken_for_a_client() -> None:
    assert client_of("gateway") is None
    assert client_of("client:gateway") == "gateway"
