"""A client certificate in DER, before one authority: nothing but the certificate that it signed is taken."""

import base64
from pathlib import Path

from federation.model.trust import IssuerKeys
from federation.oauth.errors import InvalidRequest, TemporarilyUnavailable
from federation.oauth.identifiers import TokenType
from federation.verification.certificate import ANY
from federation.verification.verifier import UnverifiedToken
from tests.fuzz.targets.outcome import TALLY, Accepted
from tests.support.x509_world import certificate_world, devices, spiffe

_KEPT = Path(__file__).parents[1] / "certificates"
_ROOT = (_KEPT / "root.pem").read_text(encoding="ascii")
_GOOD = tuple(file.read_bytes() for file in sorted(_KEPT.glob("*.der")))
_KEYS = IssuerKeys(certificates=(_ROOT,))
_WORLD = certificate_world(devices(keys=_KEYS), spiffe(keys=_KEYS))
SEEDS = _GOOD


def check(data: bytes) -> None:
    text = base64.encodebytes(data).decode()
    pem = f"-----BEGIN CERTIFICATE-----\n{text}-----END CERTIFICATE-----\n"
    try:
        _WORLD.verifier.verify(UnverifiedToken(ANY, TokenType.MTLS, pem))
    except (InvalidRequest, TemporarilyUnavailable) as refusal:
        return TALLY.refuse(f"{refusal.reason} {refusal.detail}")
    TALLY.accepted += 1
    if data not in _GOOD:
        raise Accepted(data)
    return None
