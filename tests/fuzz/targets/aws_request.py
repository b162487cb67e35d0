"""A signed GetCallerIdentity: what AWS would take for signed is the good request, written anew, and no other."""

from urllib.parse import unquote

from federation.oauth.errors import InvalidRequest
from federation.verification.aws_request.parse import parse_request, rebuild
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.support.sts_sessions import ROLE
from tests.support.sts_signing import sign, signature, token
from tests.support.sts_world import NOW, trusted

_ISSUER = trusted()
_SIGNED = (sign(at=NOW), sign(at=NOW, headers={"content-length": "43"}))
SEEDS = tuple(unquote(token(one)).encode() for one in _SIGNED)


def check(data: bytes) -> None:
    try:
        request = parse_request(token_of(data))
    except InvalidRequest as refusal:
        return TALLY.refuse(refusal.reason)
    TALLY.accepted += 1
    sent, authorization = rebuild(request, _ISSUER), request.authorization
    headers = {name: value for name, value in request.headers.items() if name != "authorization"}
    right = signature("POST", _ISSUER.issuer, headers, sent.body.decode(), ROLE.secret, authorization.region)
    known = (authorization.signature, authorization.access_key_id) == (right, ROLE.access_key_id)
    if known and sent not in _GOOD:
        raise Accepted(data)
    return None


def token_of(data: bytes) -> str:
    """The token whose JSON the data is; libFuzzer changes JSON rather than its escapes."""
    return "".join(f"%{byte:02X}" for byte in data)


_GOOD = tuple(rebuild(parse_request(token_of(seed)), _ISSUER) for seed in SEEDS)
