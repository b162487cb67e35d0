"""A client certificate: `mtls:CERTIFICATE,KEY`, two files in PEM that may be replaced at any time.

Both are looked at before they are shown: a handshake that fails would not say why.
"""

import ssl
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

from federation.client.errors import BrokenSource
from federation.client.identity import MTLS, Subject
from federation.client.sources.reading import STALE
from federation.client.sources.source import NAMED, Asked, Place, always
from federation.later import module_later
from federation.oauth.identifiers import TokenType

if TYPE_CHECKING:
    from cryptography import x509
else:
    x509 = module_later("cryptography.x509")

_TRIES, _SPACE = 4, 0.05
"""How often two files are read that do not belong together yet, and the seconds between."""
_ENCRYPTED: Final = "the key needs a passphrase"


def _subject(asked: Asked) -> Subject:
    certificate, comma, key = asked.argument.partition(",")
    if not comma or not certificate or not key:
        raise BrokenSource("mtls", "it needs two files", "write mtls:CERTIFICATE,KEY")
    for path in (certificate, key):
        if not Path(path).is_file():
            raise BrokenSource("mtls", f"{path} cannot be read", "see its name and its rights")
    _check_pair(certificate, key)
    _check_time(Path(certificate))
    return Subject(MTLS, TokenType.MTLS, (certificate, key))


def _check_pair(certificate: str, key: str) -> None:
    """Whether they can be shown; one of them may just be replaced. Raises BrokenSource."""
    for left in reversed(range(_TRIES)):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_cert_chain(certificate, key, _no_passphrase)
        except (OSError, ValueError) as error:
            if not left:
                told = (
                    _ENCRYPTED
                    if str(error) == _ENCRYPTED
                    else f"{certificate} and {key} are no certificate and its key"
                )
                raise BrokenSource("mtls", told, "write both in PEM, the key without a passphrase") from None
        else:
            return
        time.sleep(_SPACE)


def _no_passphrase() -> str:
    """Python would ask for one at the terminal."""
    raise ValueError(_ENCRYPTED)


def _check_time(certificate: Path, now: Callable[[], float] = time.time) -> None:
    """Raises BrokenSource for one that ended long ago."""
    ends = x509.load_pem_x509_certificate(certificate.read_bytes()).not_valid_after_utc.timestamp()
    if ends < now() - STALE:
        told = f"the certificate in {certificate} expired {int(now() - ends)} s ago"
        raise BrokenSource("mtls", told, "see why it is not replaced")


PLACE = Place("mtls", always(NAMED), _subject, "CERTIFICATE,KEY", argument_required=True)
