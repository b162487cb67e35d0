"""ApprovalNotice by an SNS topic: its subscribers are the people, the chat rooms and the queues that decide."""

import json
from typing import Any

from federation.admin.approval_notice import SUBJECT, notice
from federation.aws.boto import translated
from federation.model.approval import StoredApproval
from federation.oauth.reasons import Reason


class SnsApprovalNotice:
    """One message for each; the attribute `tenant` lets a subscription ask for its own alone."""

    def __init__(self, sns: Any, topic: str, bridge: str) -> None:  # noqa: ANN401 (boto3's client of SNS)
        """`topic`: its ARN; `bridge`: our URL."""
        self._sns = sns
        self._topic = topic
        self._bridge = bridge

    def asked(self, approval: StoredApproval) -> None:
        """One Publish."""
        tenant = approval.request.tenant
        with translated(Reason.STORE_UNAVAILABLE):
            self._sns.publish(
                TopicArn=self._topic,
                Subject=SUBJECT,
                Message=json.dumps(notice(approval, self._bridge)),
                MessageAttributes={"tenant": {"DataType": "String", "StringValue": tenant}} if tenant else {},
            )
