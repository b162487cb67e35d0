"""What fuzzing found worth keeping is tried in every run of the suite; and a target does find what it is for."""

import json

import pytest

from federation.model.status_list import StatusList
from federation.resource_server.status_lists import TYP
from tests.fuzz.registry import NAMES, kept, target
from tests.fuzz.targets import claims, service, status_list, token
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.support.issuer_world import claims as some_claims
from tests.support.jose_tokens import signed


@pytest.mark.parametrize("name", NAMES)
def test_what_was_kept_is_read_or_refused_with_a_type(name: str) -> None:
    for data in kept(name):
        target(name).check(data)


@pytest.mark.parametrize("name", NAMES)
def test_a_target_begins_with_what_is_good(name: str) -> None:
    before = TALLY.accepted
    for seed in target(name).SEEDS:
        target(name).check(seed)
    assert TALLY.accepted - before == len(target(name).SEEDS)


def test_a_target_finds_another_token_that_is_taken() -> None:
    other = signed({"alg": "EdDSA", "kid": "ed-1"}, some_claims(sub="another"), claims.KEY, "EdDSA")
    with pytest.raises(Accepted):
        token.check(other.encode())
    header = {"alg": "EdDSA", "kid": "ed-1", "typ": "at+jwt"}
    with pytest.raises(Accepted):
        service.check(signed(header, {**service.CLAIMS, "scope": "a:write"}, service.ED, "EdDSA").encode())


def test_a_target_finds_a_list_that_says_nothing_of_what_was_revoked() -> None:
    empty = {**status_list.CLAIMS, "status_list": {"bits": 1, "lst": StatusList().text}}
    header = {"alg": "EdDSA", "kid": "ed-1", "typ": TYP}
    with pytest.raises(Accepted):
        status_list.check(signed(header, json.dumps(empty), status_list.KEY, "EdDSA").encode())
