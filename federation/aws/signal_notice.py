"""SignalNotice by an SNS topic: its subscribers are the people, the chat rooms and the pagers of who watches."""

import json
from typing import Any

from federation.aws.boto import translated
from federation.model.signals import Signal
from federation.oauth.reasons import Reason
from federation.signals.notice import message, subject


class SnsSignalNotice:
    """One message for each; a subscription filters by the attributes `tenant`, `severity` and `signal`."""

    def __init__(self, sns: Any, topic: str, bridge: str) -> None:  # noqa: ANN401 (boto3's client of SNS)
        """`topic`: its ARN; `bridge`: our URL."""
        self._sns = sns
        self._topic = topic
        self._bridge = bridge

    def rang(self, signal: Signal) -> None:
        """One Publish."""
        named = {
            "signal": signal.name,
            "severity": signal.severity,
            **({"tenant": signal.tenant} if signal.tenant else {}),
        }
        with translated(Reason.STORE_UNAVAILABLE):
            self._sns.publish(
                TopicArn=self._topic,
                Subject=subject(signal),
                Message=json.dumps(message(signal, self._bridge)),
                MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in named.items()},
            )
