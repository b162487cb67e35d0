"""Our own tokens are traced back to what made them, and that must still stand."""

from dataclasses import dataclass

import pytest
from msgspec.structs import replace

from federation.mapping.own import OwnMappings
from federation.model.client_credentials import as_principal
from federation.model.own_claims import OwnClaims
from federation.model.trust import Client, Issuer, Mapping
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from tests.support.policy_world import client
from tests.support.trust_values import grant, issuer, mapping, own_token

URL = "https://idp.example.com"


@dataclass(frozen=True)
class Table:
    """Every port."""

    vouching: Issuer
    known: tuple[Mapping, ...]
    registered: tuple[Client, ...] = ()

    def issuer(self, id_: str) -> Issuer | None:
        return self.vouching if self.vouching.id == id_ else None

    def mapping(self, id_: str) -> Mapping | None:
        return next((one for one in self.known if one.id == id_), None)

    def client(self, id_: str) -> Client | None:
        return next((one for one in self.registered if one.id == id_), None)


ROOT = mapping(grant())
HOLDER = replace(ROOT, id="planner", principal="agent/planner")


def claims(*, delegated: bool = False) -> OwnClaims:
    own = own_token(act={"sub": "agent/planner"} if delegated else None).own
    assert own is not None
    return own


def table(root: Mapping = ROOT, current_actor: Mapping = HOLDER, by: Issuer | None = None) -> OwnMappings:
    made = Table(by or issuer(), (root, current_actor))
    return OwnMappings(made, made)


def test_the_principal_is_the_tokens_and_the_mapping_the_current_one() -> None:
    found = table(replace(ROOT, version=7, principal="somebody/else")).resolve(claims())
    assert (found.principal, found.mapping.version, found.current_actor) == ("partner/acme/sync", 7, None)
    assert found.delegator is found


def test_the_holder_is_who_acts_in_front() -> None:
    found = table().resolve(claims(delegated=True))
    assert (found.delegator.principal, found.delegator.mapping) == ("agent/planner", HOLDER)
    assert [document.ref.id for document in found.documents] == ["acme", "acme-sync", "acme", "planner"]


def test_attributes_that_the_mapping_gave_up_are_gone() -> None:
    own = replace(claims(), context={"team": "sales", "pod": "x"})
    assert table(replace(ROOT, attributes={"team": "{other}", "more": "x"})).resolve(own).attributes == {
        "team": "sales"
    }


@pytest.mark.parametrize(
    "stale",
    [
        table(replace(ROOT, enabled=False)),
        table(replace(ROOT, id="other")),
        table(replace(ROOT, since=2, version=2)),
        table(replace(ROOT, issuer="other")),
        table(replace(ROOT, confirmed_for="https://elsewhere.example.com")),
        table(by=issuer(enabled=False)),
        table(by=issuer(document_id="other")),
        table(by=issuer(tenant="globex")),
        table(by=issuer(tenant=None)),
        table(current_actor=replace(HOLDER, enabled=False)),
        table(current_actor=replace(HOLDER, id="other")),
        table(current_actor=replace(HOLDER, since=2, version=2)),
        table(current_actor=replace(HOLDER, confirmed_for="https://elsewhere.example.com")),
    ],
)
def test_what_no_longer_stands_vouches_for_nobody(stale: OwnMappings) -> None:
    with pytest.raises(InvalidRequest) as caught:
        stale.resolve(claims(delegated=True))
    assert caught.value.reason is Reason.NO_MAPPING


def test_a_mapping_that_is_confirmed_for_this_issuer_stands() -> None:
    assert table(replace(ROOT, confirmed_for=URL)).resolve(claims()).mapping.confirmed_for == URL


def of_a_client(*registered: Client) -> OwnMappings:
    made = Table(issuer(), (), registered)
    return OwnMappings(made, made)


def test_what_a_client_got_for_itself_stands_as_long_as_the_client_does() -> None:
    one = client()
    who = as_principal(one)
    own = replace(
        claims(), mapping=who.mapping.id, issuer=who.issuer.id, tenant=who.issuer.tenant, principal=who.principal
    )
    assert of_a_client(one).resolve(own).principal == "client/gateway"
    for gone in (of_a_client(), of_a_client(replace(one, enabled=False))):
        with pytest.raises(InvalidRequest) as refusal:
            gone.resolve(own)
        assert refusal.value.reason is Reason.NO_MAPPING
