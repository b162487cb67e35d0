"""What AWS answered: believed only in the one form that GetCallerIdentity documents."""

import re
from collections.abc import Mapping as ReadOnly
from http import HTTPStatus

from federation.oauth.errors import InvalidRequest, OAuthError, TemporarilyUnavailable
from federation.oauth.reasons import Reason
from federation.ports import CallerIdentityAnswer
from federation.verification.aws_request.answer_xml import CallerIdentity, NotTheAnswer, parse_answer

_CODE = re.compile(rb"<Code>([A-Za-z]{1,64})</Code>")
_THROTTLED = frozenset({"Throttling", "ThrottlingException", "RequestLimitExceeded", "TooManyRequestsException"})
_MEANT: ReadOnly[str, Reason] = {"ExpiredToken": Reason.TOKEN_EXPIRED, "ExpiredTokenException": Reason.TOKEN_EXPIRED}


def read_answer(answer: CallerIdentityAnswer) -> CallerIdentity:
    """Who signed, as AWS says; raises InvalidRequest, or TemporarilyUnavailable if it said nothing of the kind."""
    if answer.status != HTTPStatus.OK:
        raise _refusal(answer)
    # JSON may hold, as text, whatever an attacker had AWS repeat (CVE-2020-16250); it is not looked at.
    if answer.content_type.partition(";")[0].strip().lower() != "text/xml":
        raise InvalidRequest(Reason.CALLER_IDENTITY_UNCLEAR, "the answer is not text/xml")
    try:
        return parse_answer(answer.body)
    except NotTheAnswer as error:
        raise InvalidRequest(Reason.CALLER_IDENTITY_UNCLEAR, str(error)) from None


def _refusal(answer: CallerIdentityAnswer) -> OAuthError:
    code = _error_code(answer.body)
    detail = f"status {answer.status} {code}".rstrip()
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or _is_throttled(answer, code):
        return TemporarilyUnavailable(Reason.CALLER_IDENTITY_UNAVAILABLE, detail)
    if answer.status < HTTPStatus.BAD_REQUEST:
        return InvalidRequest(Reason.CALLER_IDENTITY_UNCLEAR, detail)
    return InvalidRequest(_MEANT.get(code, Reason.BAD_SIGNATURE), detail)


def _is_throttled(answer: CallerIdentityAnswer, code: str) -> bool:
    return answer.status == HTTPStatus.TOO_MANY_REQUESTS or code in _THROTTLED


def _error_code(body: bytes) -> str:
    """AWS's word for what is wrong, for the audit record; it decides between two refusals and nothing else."""
    found = _CODE.search(body)
    return found[1].decode() if found else ""
