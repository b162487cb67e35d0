"""The verification layer over the real network of this machine, with a clock that a test moves."""

import time

from federation.model.trust import Issuer, IssuerKeys
from federation.verification.discovery import KeySource
from federation.verification.providers.oidc import PROVIDER
from federation.web.fetcher import WebFetcher
from tests.support.fake_clock import FixedClock
from tests.support.issuer_world import Directory, Recording, World, trusted


def discovering(url: str) -> Issuer:
    """A trusted issuer whose keys are found by discovery."""
    return trusted(issuer=url, keys=IssuerKeys(discovery=True), audiences=())


def real_world(url: str) -> World:
    """Trusts the issuer at `url`, and counts what is asked of it. Its time begins now and stands still."""
    return World(Directory(discovering(url)), Recording(WebFetcher(loopback=True)), FixedClock(time.time()), PROVIDER)


def key_source() -> KeySource:
    return KeySource(WebFetcher(loopback=True), loopback=True)
