"""Composes the reading of issuers' keys that any process of ours may use."""

import logging

from federation.aws.issuer_keys import DynamoIssuerKeys, Store
from federation.aws.service import DynamoDb
from federation.settings import Settings
from federation.verification.second_level import SecondLevel

_log = logging.getLogger(__name__)


def issuer_keys(settings: Settings, dynamodb: DynamoDb, store: Store) -> DynamoIssuerKeys:
    """What lies in the trust table of issuers' keys."""
    return DynamoIssuerKeys(dynamodb, settings.trust_table, store, _report_corrupt)


def second_level(settings: Settings, dynamodb: DynamoDb) -> SecondLevel:
    """What the refresh has fetched, and what issuers have pushed."""
    fetched, pushed = (issuer_keys(settings, dynamodb, store) for store in (Store.FETCHED, Store.PUSHED))
    return SecondLevel(fetched, pushed)


def _report_corrupt(what: str) -> None:
    _log.error("not believed: %s", what)
