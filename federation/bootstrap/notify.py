"""Composes the notice of requests for approval."""

from federation.aws.approval_notice import SnsApprovalNotice
from federation.aws.clients import sns_client
from federation.ports import ApprovalNotice
from federation.settings import Settings, SettingsError


def approval_notice(settings: Settings) -> ApprovalNotice:
    """By SNS; raises SettingsError where there is no topic."""
    if not settings.approval_topic:
        raise SettingsError("FEDERATION_APPROVAL_TOPIC is not set")
    return SnsApprovalNotice(sns_client(), settings.approval_topic, settings.issuer)
