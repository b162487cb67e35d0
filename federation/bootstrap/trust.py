"""Composes the reading of trust documents, and of the keys of whom they trust."""

import logging

from federation.aws.current_state import DynamoCurrentState
from federation.aws.service import DynamoDb
from federation.aws.trust_reader import DynamoTrustReader
from federation.bootstrap.second_level import second_level
from federation.later import later
from federation.model.documents import CorruptDocument
from federation.ports import Clock, Fetcher
from federation.settings import Settings
from federation.trust.directory import CachedTrust
from federation.trust.versions import KnownVersions
from federation.verification.discovery import KeySource
from federation.verification.key_cache import KeyCache

_log = logging.getLogger(__name__)


def known_versions(settings: Settings, clock: Clock, dynamodb: DynamoDb) -> KnownVersions:
    """By which what is kept close at hand is known to be current."""
    return KnownVersions(DynamoCurrentState(dynamodb, settings.trust_table, settings.state_table, clock), clock)


def cached_trust(settings: Settings, clock: Clock, dynamodb: DynamoDb, versions: KnownVersions) -> CachedTrust:
    """Documents on DynamoDB, kept close at hand."""
    return CachedTrust(DynamoTrustReader(dynamodb, settings.trust_table, _report_corrupt), versions, clock)


def issuer_keys(settings: Settings, clock: Clock, dynamodb: DynamoDb) -> KeyCache:
    """Issuers' keys, fetched by the first process that needs them, beside what others of our processes know."""
    return KeyCache(_source(settings), clock, second_level=second_level(settings, dynamodb))


def client_keys(settings: Settings, clock: Clock) -> KeyCache:
    """Clients' keys, in a cache of their own: no number of clients crowds out an issuer's keys."""
    return KeyCache(_source(settings), clock)


def _source(settings: Settings) -> KeySource:
    return KeySource(later(lambda: _fetcher(settings)), loopback=settings.loopback_issuers)


def _fetcher(settings: Settings) -> Fetcher:
    from federation.web.fetcher import WebFetcher  # noqa: PLC0415 - most processes find every key in the table

    return WebFetcher(loopback=settings.loopback_issuers)


def _report_corrupt(error: CorruptDocument) -> None:
    _log.error("left out: %s", error)
