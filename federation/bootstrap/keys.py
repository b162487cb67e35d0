"""Composes the life of our keys: who publishes them, who rotates them, and whom admins ask for it."""

import time

from federation.admin.key_orders import RecordedOrders
from federation.aws.clients import KEY_TIMEOUT, boto_dynamodb, kms_client, lambda_client, s3_client, tagging_client
from federation.aws.key_maker import KmsKeyMaker
from federation.aws.key_orders import InvokedKeyOrders
from federation.aws.key_sets import DocumentKeySets
from federation.aws.ledger import DynamoLedger, LedgerTables
from federation.aws.publisher import KmsPublicKeys, S3Publisher
from federation.aws.service import DynamoDb
from federation.aws.trust_writer import DynamoTrustWriter
from federation.keys.departure import Departure
from federation.keys.orders import Moves
from federation.keys.publication import Publication
from federation.keys.rotation import Rotation
from federation.keys.standbys import Standbys
from federation.ports import Clock, KeyOrders
from federation.settings import Settings
from federation.system import RandomIdentifiers, SystemClock


def publication(settings: Settings) -> Publication:
    """Publishes to S3 what KMS and the trust table hold."""
    return Publication(
        issuer=settings.issuer,
        kms_key=settings.signing_key,
        algorithm=settings.signing_algorithm,
        public_keys=KmsPublicKeys(kms_client()),
        key_sets=_key_sets(settings),
        publisher=S3Publisher(s3_client(), settings.documents_bucket),
        clock=SystemClock(),
        mtls_url=settings.mtls_url,
    )


def rotation(settings: Settings) -> Rotation:
    """Moves the key set in the trust table; makes and deletes keys at KMS."""
    clock, kms, moves = SystemClock(), kms_client(KEY_TIMEOUT), Moves(_key_sets(settings))
    maker = KmsKeyMaker(kms, tagging_client(), settings.signing_key, settings.deployment)
    public_keys, publisher = KmsPublicKeys(kms), S3Publisher(s3_client(), settings.documents_bucket)
    return Rotation(
        kms_key=settings.signing_key,
        algorithm=settings.signing_algorithm,
        lifetime=settings.key_lifetime,
        public_keys=public_keys,
        standbys=Standbys(settings.signing_algorithm, public_keys, maker, moves, clock),
        custody=maker,
        publisher=publisher,
        moves=moves,
        clock=clock,
        departed=Departure(publisher, time.sleep),
    )


def recorded_orders(settings: Settings, dynamodb: DynamoDb, clock: Clock) -> RecordedOrders:
    """What admins ask for, carried out by the function that rotates where there is one."""
    name = settings.rotate_function
    orders: KeyOrders = InvokedKeyOrders(lambda_client(), name) if name else rotation(settings)
    tables = LedgerTables(settings.audit_table, settings.state_table)
    return RecordedOrders(orders, DynamoLedger(dynamodb, tables, clock), RandomIdentifiers())


def _key_sets(settings: Settings) -> DocumentKeySets:
    return DocumentKeySets(DynamoTrustWriter(boto_dynamodb(), settings.trust_table))
