"""aws_iam: API Gateway has verified the request's AWS signature and says whose it is.

Source: "Control access to HTTP APIs with IAM authorization" in the API Gateway developer guide; ARN forms as in "IAM
identifiers" of the IAM user guide.
"""

import re

from federation.authentication.proof import Proof, not_proven
from federation.model.trust import Client

_WORD = r"[A-Za-z0-9_+=,.@-]"
_ROLE = re.compile(
    rf"arn:(?P<partition>aws[a-z-]*):iam::(?P<account>[0-9]{{12}}):role/(?:{_WORD}{{1,64}}/)*(?P<name>{_WORD}{{1,64}})"
)
_SESSION = re.compile(
    rf"arn:(?P<partition>aws[a-z-]*):sts::(?P<account>[0-9]{{12}})"
    rf":assumed-role/(?P<name>{_WORD}{{1,64}})/{_WORD}{{2,64}}"
)


def prove(client: Client, caller: str | None) -> Proof:
    """That the registered role signed; raises InvalidRequest. `caller`: the gateway's word, never a header's.

    A session's ARN names the role without its path. No two roles of one account share a name, whatever their paths, so
    no other is let in; but a role that was deleted and made anew by that name, elsewhere or not, is the same here.
    """
    if caller is None:
        raise not_proven("no IAM authorizer has spoken")
    if caller != client.auth.role and _identity(_SESSION, caller) != _identity(_ROLE, client.auth.role or ""):
        raise not_proven("another role")
    return Proof()


def _identity(form: re.Pattern[str], arn: str) -> tuple[str, str, str] | None:
    """(partition, account, role name), compared exactly; None never equals a role that could be registered."""
    found = form.fullmatch(arn)
    if found is None:
        raise not_proven("no role, and no session of one")
    return found["partition"], found["account"], found["name"]
