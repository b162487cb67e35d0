"""AWS's words -> claims: an assumed role, by ids that nobody can choose (ATTACKS D24).

ARN and UserId forms: docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables, Principal key values.
"""

import re

from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.aws_request.answer_xml import CallerIdentity

_WORD = r"[A-Za-z0-9_+=,.@-]"
_ARN = re.compile(
    r"arn:(?P<partition>[a-z-]+):sts::(?P<account>[0-9]{12})"
    rf":assumed-role/(?P<role>{_WORD}{{1,64}})/(?P<session>{_WORD}{{2,64}})"
)
_USER_ID = re.compile(rf"(?P<role_id>AROA[A-Z0-9]{{12,124}}):(?P<session>{_WORD}{{2,64}})")


def role_claims(identity: CallerIdentity, partition: str) -> dict[str, str]:
    """Claims about a session of a role in that partition; raises InvalidRequest for a user, the root, or anybody else.

    `role_id` is the unique id, which no later role of the same name has. `session_name` is the caller's own word,
    and `arn` and `user_id` end in it: they inform, and identify nobody.
    """
    arn, user_id = _ARN.fullmatch(identity.arn), _USER_ID.fullmatch(identity.user_id)
    if arn is None or user_id is None:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "no session of a role")
    if (arn["account"], arn["session"]) != (identity.account, user_id["session"]):
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "Account, Arn and UserId contradict one another")
    if arn["partition"] != partition:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "of another partition")
    return {
        "role_id": user_id["role_id"],
        "account": identity.account,
        "partition": partition,
        "role_name": arn["role"],
        "session_name": arn["session"],
        "arn": identity.arn,
        "user_id": identity.user_id,
    }
