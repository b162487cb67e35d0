"""Who can sign: sessions with temporary credentials as AWS would hand them out, and others who should get nowhere."""

from msgspec import Struct
from msgspec.structs import replace

ACCOUNT = "123456789012"
ROLE_ID = "AROA123456789EXAMPLE1"


class Session(Struct, frozen=True):
    """Credentials, and what AWS says about whoever uses them."""

    access_key_id: str
    secret: str
    token: str
    account: str
    arn: str
    user_id: str


ROLE = Session(
    access_key_id="ASIAIOSFODNN7EXAMPLE",
    secret="wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    token="IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJHMEUCIQ+/TOKEN==",
    account=ACCOUNT,
    arn=f"arn:aws:sts::{ACCOUNT}:assumed-role/data-processing/i-0abc1234def567890",
    user_id=f"{ROLE_ID}:i-0abc1234def567890",
)
"""An EC2 instance with a role."""


def others() -> dict[str, Session]:
    """Identities that AWS knows and that are no session of a role in the usual partition."""
    whom = {
        "root": (f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT),
        "user": (f"arn:aws:iam::{ACCOUNT}:user/Alice", "AIDACKCEVSQ6C2EXAMPLE"),
        "user named like a session": (
            f"arn:aws:iam::{ACCOUNT}:user/assumed-role/data-processing/x",
            "AIDACKCEVSQ6C2EXAMPLE",
        ),
        "federated user": (f"arn:aws:sts::{ACCOUNT}:federated-user/Bob", f"{ACCOUNT}:Bob"),
        "instance without role": (
            f"arn:aws:sts::{ACCOUNT}:assumed-role/aws:ec2-instance/i-0abc1234def567890",
            f"{ACCOUNT}:aws:ec2-instance:i-0abc1234def567890",
        ),
        "China": (
            f"arn:aws-cn:sts::{ACCOUNT}:assumed-role/data-processing/i-0abc1234def567890",
            f"{ROLE_ID}:i-0abc1234def567890",
        ),
        "GovCloud": (
            f"arn:aws-us-gov:sts::{ACCOUNT}:assumed-role/data-processing/i-0abc1234def567890",
            f"{ROLE_ID}:i-0abc1234def567890",
        ),
    }
    return {name: replace(ROLE, arn=arn, user_id=user_id) for name, (arn, user_id) in whom.items()}
