"""AWS's words about a caller."""

import pytest

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.aws_request.answer import CallerIdentity, role_claims

ARN = "arn:aws:sts::123456789012:assumed-role/data-processing/session-1"
USER_ID = "AROA123456789EXAMPLE1:session-1"


def said(account: str = "123456789012", arn: str = ARN, user_id: str = USER_ID) -> CallerIdentity:
    return CallerIdentity(account, arn, user_id)


def test_a_session_of_a_role_is_that_role() -> None:
    assert role_claims(said(), "aws") == {
        "account": "123456789012",
        "role_id": "AROA123456789EXAMPLE1",
        "role_name": "data-processing",
        "partition": "aws",
        "session_name": "session-1",
        "arn": ARN,
        "user_id": USER_ID,
    }


@pytest.mark.parametrize("partition", ["aws-cn", "aws-us-gov"])
def test_another_partition_is_itself_where_it_is_asked(partition: str) -> None:
    claims = role_claims(said(arn=ARN.replace("arn:aws:", f"arn:{partition}:")), partition)
    assert claims["partition"] == partition


@pytest.mark.parametrize(
    ("identity", "why"),
    [
        (said(account="999999999999"), "contradict"),
        (said(arn=ARN.replace("123456789012", "999999999999")), "contradict"),
        (said(user_id="AROA123456789EXAMPLE1:session-2"), "contradict"),
        (said(arn=ARN.replace("session-1", "session-2")), "contradict"),
        (said(arn=ARN.replace("arn:aws:", "arn:aws-cn:")), "partition"),
        (said(arn="arn:aws:iam::123456789012:root", user_id="123456789012"), "no session"),
        (said(user_id="123456789012"), "no session"),
        (said(user_id="AIDA123456789EXAMPLE1:session-1"), "no session"),
        (said(user_id="AROA:session-1"), "no session"),
        (said(user_id="aroa123456789example1:session-1"), "no session"),
        (said(user_id=f"{USER_ID}:x"), "no session"),
        (said(user_id=f"{USER_ID}\n"), "no session"),
        (said(arn=f"{ARN}/x"), "no session"),
        (said(arn=f" {ARN}"), "no session"),
        (said(arn=ARN.replace(":sts:", ":iam:")), "no session"),
        (said(arn=ARN.replace("assumed-role", "role")), "no session"),
        (said(arn=ARN.replace("data-processing", "dat\u00e1")), "no session"),
        (said(arn="", user_id=""), "no session"),
        (said(account=""), "contradict"),
    ],
)
def test_everybody_else_is_refused(identity: CallerIdentity, why: str) -> None:
    with pytest.raises(InvalidRequest, match=Reason.IDENTITY_REFUSED.value) as refused:
        role_claims(identity, "aws")
    assert why in refused.value.detail
