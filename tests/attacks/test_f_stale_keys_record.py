"""Fault F17, to its end: a token that rests on stale keys says so in its audit record."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from federation.verification.held_keys import FRESH, MAX_STALE
from tests.support.exchange_world import ISSUER, NOW, Bridge, subject_token
from tests.support.fake_fetcher import FakeFetcher
from tests.support.issuer_world import JWKS_URI, jwks
from tests.support.jose_keys import rsa_key


@pytest.mark.parametrize(("age", "stale"), [(FRESH - 1, False), (FRESH, True), (MAX_STALE, True)])
def test_fault_F17_the_record_says_how_old_the_keys_were_and_whether_the_issuer_was_silent(
    age: int, stale: bool
) -> None:
    with ThreadPoolExecutor(6) as pool:
        bridge = Bridge(pool, web=FakeFetcher({JWKS_URI: jwks(rsa_key())}))
        bridge.write({**ISSUER, "keys": {"jwks_uri": JWKS_URI}})
        assert bridge.post().status == 200
        bridge.web.documents.clear()
        bridge.clock.advance(age)
        assert bridge.post(subject_token(iat=NOW + age, exp=NOW + age + 600)).status == 200
        *_, entry = bridge.ledger.records.values()
        assert (entry["jwks_stale"], entry["jwks_as_of"]) == (stale, NOW)
