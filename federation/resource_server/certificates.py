"""The client's certificate as proxies tell it to the service behind them."""

import re
from base64 import b64decode
from ssl import DER_cert_to_PEM_cert
from urllib.parse import unquote

from federation.oauth.errors import InvalidToken
from federation.oauth.reasons import Reason

_XFCC = re.compile(r'Cert="([^",;]+)"')


def read_certificate(value: str) -> str:
    """PEM; raises InvalidToken.

    `Client-Cert` (RFC 9440), `X-Forwarded-Client-Cert` of Envoy with the one certificate of the connection, or PEM with
    escapes, as nginx (`$ssl_client_escaped_cert`) and AWS's load balancer write it (`X-Amzn-Mtls-Clientcert-Leaf`).
    """
    if value.startswith(":") and value.endswith(":"):
        try:
            return DER_cert_to_PEM_cert(b64decode(value[1:-1], validate=True))
        except ValueError as error:
            raise InvalidToken(Reason.CERTIFICATE_REFUSED) from error
    told = _XFCC.findall(value)
    if len(told) > 1 or (not told and "=" in value.partition("%")[0].partition("-")[0]):
        raise InvalidToken(Reason.CERTIFICATE_REFUSED)
    return unquote(told[0] if told else value)
