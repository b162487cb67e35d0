"""`htu`: the URL that a proof was made for (RFC 9449 section 4.3, step 9; ATTACKS J6)."""

import re
from collections.abc import Mapping as ReadOnly

_URL = re.compile(
    r"(?P<scheme>[A-Za-z]+)://"
    r"(?P<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]+))?"
    r"(?P<path>/[^?#]*)?(?:[?#].*)?"
)
_DEFAULT_PORTS: ReadOnly[str, str] = {"https": "443", "http": "80"}


def is_one_of(htu: str, urls: frozenset[str]) -> bool:
    """Whether `htu` is one of our configured public URLs; what a request says of its own host counts for nothing.

    Query and fragment are ignored, scheme and host compared without case, a default port may be written. Nothing else
    is the same: `..`, `%2e` and a trailing slash are for whoever resolves paths, which we do not.
    """
    wanted = _parts(htu)
    return wanted is not None and wanted in map(_parts, urls)


def _parts(url: str) -> tuple[str, str, str | None, str | None] | None:
    match = _URL.fullmatch(url)
    if match is None:
        return None
    scheme, port = match["scheme"].lower(), match["port"]
    default = _DEFAULT_PORTS.get(scheme)
    return scheme, match["host"].lower(), default if port is None else port, match["path"]
