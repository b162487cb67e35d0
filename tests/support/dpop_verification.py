"""Verifying a DPoP proof on its own."""

import pytest

from federation.oauth.errors import InvalidDpopProof
from federation.oauth.reasons import Reason
from federation.verification.proofs.dpop import DpopVerifier, VerifiedProof
from tests.support.dpop import NOW, URLS
from tests.support.fake_clock import FixedClock


def verified(text: str, htm: str = "POST", urls: frozenset[str] = URLS, at: float = NOW) -> VerifiedProof:
    return DpopVerifier(FixedClock(at)).verify(text, htm, urls)


def refusal(text: str, htm: str = "POST", urls: frozenset[str] = URLS, at: float = NOW) -> Reason:
    with pytest.raises(InvalidDpopProof) as refused:
        verified(text, htm, urls, at)
    assert (refused.value.error, refused.value.http_status) == ("invalid_dpop_proof", 400)
    assert "client" not in refused.value.detail
    return refused.value.reason
