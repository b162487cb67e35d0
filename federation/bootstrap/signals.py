"""Composes what finds signals."""

from federation.aws.clients import sns_client
from federation.aws.service import AwsServices
from federation.aws.signal_memories import DynamoSignalMemories
from federation.aws.signal_notice import SnsSignalNotice
from federation.aws.signal_records import DynamoSignalRecords
from federation.bootstrap.risk import risk_raiser
from federation.ports import SignalNotice
from federation.settings import Settings, SettingsError
from federation.signals.watch import Watch
from federation.system import SystemClock


def watch(settings: Settings, aws: AwsServices, notice: SignalNotice) -> Watch:
    """On DynamoDB."""
    clock = SystemClock()
    return Watch(
        memories=DynamoSignalMemories(aws.dynamodb, settings.state_table, clock),
        records=DynamoSignalRecords(aws.dynamodb, settings.state_table),
        raiser=risk_raiser(settings, aws.dynamodb, clock),
        notice=notice,
        clock=clock,
    )


def signal_notice(settings: Settings) -> SignalNotice:
    """By SNS; raises SettingsError where there is no topic."""
    if not settings.signal_topic:
        raise SettingsError("FEDERATION_SIGNAL_TOPIC is not set")
    return SnsSignalNotice(sns_client(), settings.signal_topic, settings.issuer)
