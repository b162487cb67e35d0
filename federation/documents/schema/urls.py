"""URLs in trust documents. An issuer is compared as an exact string, so it has one spelling only (ATTACKS C1, B11)."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

MAX_URL = 512

_CHARACTERS = re.compile(r"[A-Za-z0-9:/._~!$&'()*+,;=@-]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)+")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_NUMBER = re.compile(r"[0-9][0-9a-z]*")
_INTERNAL = (".svc", ".local", ".internal", ".localdomain")
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost)(:[1-9][0-9]{0,4})?(/.*)?")


def url_problem(url: str, *, loopback: bool = False) -> str | None:
    """What is wrong with the URL of an issuer or its keys; None: nothing. `loopback`: allow http on this machine."""
    if len(url) > MAX_URL or not _CHARACTERS.fullmatch(url):
        return "a URL here is plain ASCII without query, fragment, escapes or spaces, at most 512 characters"
    parts = urlsplit(url)
    if loopback and _LOOPBACK.fullmatch(url):
        return _path_problem(parts.path)
    return _authority_problem(parts, url) or _path_problem(parts.path)


def fetch_problem(url: str, *, loopback: bool = False) -> str | None:
    """What keeps this bridge from connecting to a well-formed URL; None: nothing (ATTACKS N1, D18).

    Clusters sign under names of their own network, which may even be somebody else's here.
    """
    host = urlsplit(url).hostname or ""
    if loopback and _LOOPBACK.fullmatch(url):
        return None
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return "keys are fetched from a host with a name, never from an address"
    if host.endswith(_INTERNAL):
        return "keys cannot be fetched at a name of another network: give jwks, or pushed: true"
    return None


def _authority_problem(parts: SplitResult, url: str) -> str | None:
    if not url.startswith("https://"):
        return "must begin with https://"
    if "@" in parts.netloc:
        return "must not hold user information"
    host, colon, port = parts.netloc.partition(":")
    if colon and (not _PORT.fullmatch(port) or port == "443"):
        return "the port is a number other than 443, which https means anyway"
    return _host_problem(host)


def _host_problem(host: str) -> str | None:
    if not _HOST.fullmatch(host):
        return "the host is a full name in lower case"
    try:
        address = ip_address(host)
    except ValueError:
        return None
    reachable = not (address.is_loopback or address.is_link_local or address.is_unspecified or address.is_multicast)
    return None if reachable else "this address is not another machine's"


def _path_problem(path: str) -> str | None:
    segments = path.split("/")[1:]
    if any(segment in {".", ".."} for segment in segments) or "" in segments[:-1]:
        return "the path has no empty, . or .. segments"
    return None


def resource_problem(url: str, *, loopback: bool = False) -> str | None:
    """What is wrong with a resource indicator (RFC 8707 section 2: absolute, no fragment); None: nothing."""
    if not _CHARACTERS.fullmatch(url):
        return "plain ASCII without query"
    return None if loopback and _LOOPBACK.fullmatch(url) else _authority_problem(urlsplit(url), url)
