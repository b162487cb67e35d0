"""AWS's answer to GetCallerIdentity: an accepted document says the same to another reader, in that one place."""

from xml.etree import ElementTree as ET  # what it is compared with

from federation.verification.aws_request.answer import CallerIdentity, NotTheAnswer, parse_answer
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.support.sts_service import NAMESPACE, document
from tests.support.sts_sessions import ROLE

_FACTS = {"Arn": ROLE.arn, "UserId": ROLE.user_id, "Account": ROLE.account}
_GOOD = document("GetCallerIdentity", _FACTS).encode()
SEEDS = (_GOOD, b'<?xml version="1.0" encoding="UTF-8"?>' + _GOOD)


def check(data: bytes) -> None:
    try:
        identity = parse_answer(data)
    except NotTheAnswer as refusal:
        return TALLY.refuse(refusal)
    TALLY.accepted += 1
    if identity != _lax(data):
        raise Accepted(data)
    return None


def _lax(data: bytes) -> CallerIdentity:
    result = ET.fromstring(data).findall(f"{{{NAMESPACE}}}GetCallerIdentityResult")  # noqa: S314 (accepted before)
    values = [[one.text or "" for one in result[0].findall(f"{{{NAMESPACE}}}{name}")] for name in _NAMES]
    ((account,), (arn,), (user_id,)) = values
    return CallerIdentity(account, arn, user_id)


_NAMES = ("Account", "Arn", "UserId")
