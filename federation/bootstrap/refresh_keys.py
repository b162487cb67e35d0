"""Composes the scheduled refresh of issuers' keys."""

import logging

from federation.aws.clients import boto_dynamodb
from federation.aws.issuer_keys import Store
from federation.aws.trust_reader import DynamoTrustReader
from federation.bootstrap.second_level import issuer_keys
from federation.issuer_keys.refresh import KeyRefresh
from federation.model.documents import CorruptDocument
from federation.settings import Settings
from federation.system import SystemClock
from federation.verification.discovery import KeySource
from federation.web.certificate_ends import CertificateEnds
from federation.web.connection import Connector
from federation.web.fetcher import WebFetcher

_log = logging.getLogger(__name__)


def key_refresh(settings: Settings) -> KeyRefresh:
    """Reads trust, asks the web, writes the fetched keys."""
    dynamodb, loopback, ends = boto_dynamodb(), settings.loopback_issuers, CertificateEnds()
    return KeyRefresh(
        issuers=DynamoTrustReader(dynamodb, settings.trust_table, _report_corrupt),
        source=KeySource(WebFetcher(loopback=loopback, connector=Connector(note=ends)), loopback=loopback),
        fetched=issuer_keys(settings, dynamodb, Store.FETCHED),
        pushed=issuer_keys(settings, dynamodb, Store.PUSHED),
        clock=SystemClock(),
        endings=ends.days_left,
    )


def _report_corrupt(error: CorruptDocument) -> None:
    _log.error("left out: %s", error)
