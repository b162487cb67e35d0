"""M1, M2, M4, M5, M9 in the whole pipeline: what was used or revoked is worth nothing at the next exchange."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from federation.model.json import Json
from federation.model.revocation import Revocation, RevocationKey, RevocationTarget
from federation.model.trust import DocumentRef, Kind, Selector
from tests.support.attacked_bridge import Attacked, attacked, by_assertion, issued, issued_claims
from tests.support.client_world import GATEWAY
from tests.support.delegation_world import claims_of
from tests.support.exchange_world import ISSUER, MAPPING, NOW, reason, subject_token
from tests.support.jose_keys import ec_key
from tests.support.jose_tokens import signed
from tests.support.jose_twins import respelled, twin

REPLAYED = ("invalid_request", "token_replayed")
REVOKED = ("invalid_request", "token_revoked")
SIGNER = ec_key("idp-ec")


@pytest.fixture
def bridge() -> Iterator[Attacked]:
    with attacked() as made:
        yield made


@pytest.fixture
def once(bridge: Attacked) -> Attacked:
    """Whose issuer's tokens are used once."""
    keys: Json = {"jwks": {"keys": [SIGNER.jwk()]}}
    bridge.world.write({**ISSUER, "single_use": True, "algorithms": ["ES256"], "keys": keys})
    return bridge


def single(**changes: Any) -> str:  # noqa: ANN401  (JSON)
    claims = claims_of(subject_token(**changes))
    return signed({"alg": "ES256", "kid": SIGNER.kid, "typ": "JWT"}, claims, SIGNER, "ES256")


def revoke(
    bridge: Attacked, what: RevocationTarget, value: str, at: int | None = None, tenant: str | None = None
) -> None:
    now = int(bridge.world.clock.at) if at is None else at
    bridge.world.state.revoke(Revocation(RevocationKey(what, value, tenant), now, now + 90_000, "admin/eve"))


def test_M1_a_token_that_is_used_once_is_refused_the_second_time(once: Attacked) -> None:
    token = single()
    once.token(token)
    once.refused(lambda: once.post(token), *REPLAYED)
    once.token(single(jti="another"))


def test_M1_of_fifty_uses_at_once_one_wins_and_the_others_leave_nothing(once: Attacked) -> None:
    token = single()
    once.race(lambda: once.post(token), *REPLAYED)
    assert len(once.world.ledger.claims) == 1


def test_M1_an_actor_token_is_used_once_in_whichever_slot(once: Attacked) -> None:
    once.world.write({**MAPPING, "may_act": ["partner/*/*"]}, Selector("sub", "worker"))
    once.world.write(
        {**MAPPING, "id": "agent", "match": {"sub": "agent"}, "principal": "partner/acme/agent"},
        Selector("sub", "agent"),
    )
    agent = single(sub="agent", jti="a-1")
    once.token(agent)
    acting: dict[str, Json] = {"actor_token": agent, "actor_token_type": "urn:ietf:params:oauth:token-type:jwt"}
    subject = single(jti="s-1")
    once.refused(lambda: once.post(subject, **acting), *REPLAYED)
    once.token(subject)  # it was not used up by what was refused


def test_M1_a_use_is_remembered_as_long_as_the_token_is_good(once: Attacked) -> None:
    token = single(exp=NOW + 120)
    once.token(token)
    once.world.clock.advance(89)
    once.refused(lambda: once.post(token), *REPLAYED)
    (claim,) = once.world.ledger.claims.values()
    assert claim.expires_at >= NOW + 120 + 60 + 300


def test_M1_whoever_is_refused_at_the_commit_for_another_reason_may_come_again(once: Attacked) -> None:
    token = single()
    once.world.signer.disabled.add("key-1")
    once.refused(lambda: once.post(token), "temporarily_unavailable", "signing_unavailable", 503)
    once.world.signer.disabled.clear()
    once.token(token)
    once.refused(lambda: once.post(token), *REPLAYED)


def test_M2_the_twin_of_a_signature_is_the_same_use(once: Attacked) -> None:
    token = single()
    assert twin(token) != token
    once.token(twin(token))
    for text in (token, twin(token), single()):  # the last: signed anew, with another signature
        once.refused(partial(once.post, text), *REPLAYED)


def test_M2_of_fifty_uses_of_twins_at_once_one_wins(once: Attacked) -> None:
    token = single()
    texts = iter([token, twin(token)] * 25)
    once.race(lambda: once.post(next(texts)), *REPLAYED)
    assert len(once.world.ledger.claims) == 1


@pytest.mark.parametrize("number", range(6))
def test_M2_another_spelling_of_the_same_bytes_is_no_token(once: Attacked, number: int) -> None:
    token = single()
    text = respelled(token)[number]
    once.refused_unsigned(lambda: once.post(text), "invalid_request", "malformed_token")
    once.token(token)


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_M2_a_file_s_line_break_behind_a_token_makes_it_no_other_token(once: Attacked, ending: str) -> None:
    """google-auth and botocore send what stands in a file."""
    token = single()
    once.token(f"{token}{ending}")
    for text in (token, f"{token}{ending}"):
        assert reason(once.post(text)) == REPLAYED[1]


@pytest.fixture
def chains(bridge: Attacked) -> Attacked:
    """Whose tokens may be exchanged again."""
    bridge.let_impersonate()
    return bridge


def test_M4_what_is_revoked_between_its_verification_and_the_commit_yields_nothing(chains: Attacked) -> None:
    parent = chains.token()
    chains.world.state.meanwhile = lambda: revoke(chains, RevocationTarget.JTI, claims_of(parent)["jti"])
    signed_before = len(chains.world.signer.signed)
    chains.refused(lambda: chains.post(parent), *REVOKED)
    assert len(chains.world.signer.signed) == signed_before + 1  # made beside the look, and thrown away
    assert set(chains.world.ledger.discarded.values()) == {"token_revoked"}


def test_M4_a_use_is_given_back_where_the_commit_refuses_for_another_reason(once: Attacked) -> None:
    token = single()
    once.world.state.meanwhile = lambda: revoke(once, RevocationTarget.MAPPING, "acme-sync")
    once.refused(lambda: once.post(token), *REVOKED)
    assert not once.world.ledger.claims


@pytest.mark.parametrize("revoked", ["root", "middle", "leaf"])
def test_M5_no_descendant_of_a_revoked_token_is_exchanged(chains: Attacked, revoked: str) -> None:
    tokens = {"root": chains.token()}
    tokens["middle"] = chains.token(tokens["root"])
    tokens["leaf"] = chains.token(tokens["middle"])
    other = chains.token(chains.foreign())
    revoke(chains, RevocationTarget.JTI, claims_of(tokens[revoked])["jti"])
    alive = {"root": [], "middle": ["root"], "leaf": ["root", "middle"]}[revoked]
    for name, token in tokens.items():
        if name in alive:
            chains.token(token)
        else:
            chains.refused(partial(chains.post, token), *REVOKED)
    chains.token(other)


def test_M5_a_mapping_that_was_deleted_and_written_anew_revives_no_token(chains: Attacked) -> None:
    token, trust, ref = chains.token(), chains.world.trust, DocumentRef(Kind.MAPPING, "acme-sync")
    trust.delete(ref, trust.next_version(ref) - 1)
    chains.world.write(MAPPING, Selector("sub", "worker"))
    for _ in range(2):
        chains.refused(lambda: chains.post(token), "invalid_request", "no_mapping")
        chains.world.restart()
    chains.token(chains.token(chains.foreign()))


def test_M5_nor_does_a_client(chains: Attacked) -> None:
    trust, ref = chains.world.trust, DocumentRef(Kind.CLIENT, GATEWAY)

    def asking() -> dict[str, Any]:
        return {"scope": "risk:read", **by_assertion(jti=chains.name("c"))}

    chains.register()
    token = issued(chains.for_itself(chains.proving(), **asking()))
    chains.token(token, chains.proving(), **asking())
    trust.delete(ref, trust.next_version(ref) - 1)
    chains.register()
    chains.refused(lambda: chains.post(token, chains.proving(), **asking()), "invalid_request", "no_mapping")


def test_M5_nor_has_a_new_client_its_predecessors_tokens(chains: Attacked) -> None:
    chains.register()
    token = chains.token(chains.foreign(), **by_assertion(jti="c-1"))
    chains.register()  # another version is the same client
    chains.token(token, **by_assertion(jti="c-2"))
    trust, ref = chains.world.trust, DocumentRef(Kind.CLIENT, GATEWAY)
    trust.delete(ref, trust.next_version(ref) - 1)
    chains.register()
    again = by_assertion(jti="c-3")
    chains.refused(lambda: chains.post(token, **again), "invalid_request", "client_not_permitted")


def test_M5_a_whole_chain_is_revoked_whatever_it_still_grows(chains: Attacked) -> None:
    root = chains.token()
    leaf = chains.token(root)
    other = chains.token(chains.foreign())
    revoke(chains, RevocationTarget.TXN, claims_of(root)["txn"])
    chains.world.clock.advance(2)
    for token in (root, leaf):
        chains.refused(partial(chains.post, token), *REVOKED)
    chains.token(other)


WHOSE = [
    (RevocationTarget.PRINCIPAL, "partner/acme/sync", None),
    (RevocationTarget.PRINCIPAL, "partner/acme/sync", "acme"),
    (RevocationTarget.ISSUER, "acme", None),
    (RevocationTarget.MAPPING, "acme-sync", None),
    (RevocationTarget.CLIENT, GATEWAY, None),
    (RevocationTarget.ALL, "", None),
]
NOBODYS = [
    (RevocationTarget.PRINCIPAL, "partner/acme", None),
    (RevocationTarget.PRINCIPAL, "partner/acme/sync", "globex"),
    (RevocationTarget.ISSUER, "acme-sync", None),
    (RevocationTarget.MAPPING, "acme", None),
    (RevocationTarget.CLIENT, "another", None),
    (RevocationTarget.JTI, "j-1", None),
]


@pytest.mark.parametrize(("what", "value", "tenant"), WHOSE)
def test_M5_what_was_issued_until_then_is_not_exchanged_again(
    chains: Attacked, what: RevocationTarget, value: str, tenant: str | None
) -> None:
    """Tokens of ours, and the foreign tokens that are older, until somebody vouches anew."""
    chains.register()
    asked = (chains.post(**by_assertion(jti=f"c-{number}")) for number in (1, 2))
    parent, sibling = (issued_claims(answer) for answer in asked)
    assert parent["client_id"] == sibling["client_id"] == GATEWAY
    token = chains.token(**by_assertion(jti="c-3"))
    child = chains.token(token, **by_assertion(jti="c-4"))
    revoke(chains, what, value, tenant=tenant)
    chains.world.clock.advance(5)
    for number, text in enumerate((token, child, subject_token())):
        chains.refused(
            partial(chains.post, text, **by_assertion(jti=f"d-{number}")),
            *REVOKED,
        )
    chains.token(subject_token(iat=NOW + 1, jti="j-2"), **by_assertion(jti="e-1"))


@pytest.mark.parametrize(("what", "value", "tenant"), NOBODYS)
def test_M5_what_is_revoked_is_what_is_named_and_nothing_like_it(
    chains: Attacked, what: RevocationTarget, value: str, tenant: str | None
) -> None:
    chains.register()
    token = chains.token(**by_assertion(jti="c-1"))
    revoke(chains, what, value, tenant=tenant)
    chains.token(token, **by_assertion(jti="c-2"))
    chains.token(**by_assertion(jti="c-3"))


def test_M9_of_several_revocations_the_strictest_decides(chains: Attacked) -> None:
    chains.register()
    revoke(chains, RevocationTarget.ALL, "", NOW + 10)
    revoke(chains, RevocationTarget.CLIENT, GATEWAY, NOW + 20)
    revoke(chains, RevocationTarget.ISSUER, "acme", NOW + 30)
    chains.world.clock.advance(40)
    for number, issued_at in enumerate((0, 10, 11, 20, 21, 30)):
        token = chains.foreign(iat=NOW + issued_at)
        chains.refused(
            partial(chains.post, token, **by_assertion(jti=f"c-{number}")),
            *REVOKED,
        )
    chains.token(subject_token(jti="s-9", iat=NOW + 31), **by_assertion(jti="c-9"))


def test_M9_an_earlier_revocation_takes_nothing_back(chains: Attacked) -> None:
    revoke(chains, RevocationTarget.ISSUER, "acme", NOW + 5)
    revoke(chains, RevocationTarget.ISSUER, "acme", NOW - 100)
    chains.refused(chains.post, *REVOKED)


def test_M10_what_a_process_remembers_plays_no_part(chains: Attacked) -> None:
    """A cold process over the same stores refuses as a warm one does."""
    token = chains.token()
    revoke(chains, RevocationTarget.JTI, claims_of(token)["jti"])
    for _ in range(2):
        chains.refused(lambda: chains.post(token), *REVOKED)
        chains.world.restart()


def test_M12_while_it_cannot_be_told_what_was_revoked_nothing_is_issued(chains: Attacked) -> None:
    token = chains.token()
    chains.world.state.failing = True
    response = chains.refused(lambda: chains.post(token), "temporarily_unavailable", "store_unavailable", 503)
    assert "retry-after" in response.headers
