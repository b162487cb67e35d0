"""Devices with a JWT of their own, signed by the issuer that a tenant runs for its devices, or with a certificate.

Claims: RFC 7519 and, if the device attests itself, RFC 9711 section 4 (Entity Attestation Token). Of a certificate, the
one common name is the device (RFC 5280 section 4.1.2.6): it proves `sub`, `cn`, `serial`, `issuer_dn` and `x5t#S256`.
Only the issuer tells whose device it is: the same id from another issuer, or under another authority, is another
device (ATTACKS D25).
"""

import re
from typing import TYPE_CHECKING

from cryptography.x509.oid import NameOID

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.reasons import Reason
from federation.verification.claims import is_numeric_date, numeric_date
from federation.verification.claims_table import REGISTERED, ClaimsTable, flag, one_of, text
from federation.verification.provider import Provider, pins
from federation.verification.telling_apart import tells_apart
from federation.verification.x509.certificates import refused

if TYPE_CHECKING:
    from federation.verification.x509.chain import VerifiedChain
from federation.verification.x509.leaf import facts

MAX_LIFETIME = 3600
"""Seconds. A thief of the device has its token too."""

_WORD = r"[A-Za-z0-9][A-Za-z0-9._-]*"
_DEVICE = re.compile(rf"{_WORD}(?:[/:]{_WORD})*")
_NAMESPACED_PATTERN = re.compile(rf"{_WORD}[/:][A-Za-z0-9._/:*-]+")

# RFC 9711 section 4.2.9: how far a debugger has been locked out, from what can still be undone upwards.
_DEBUG_OPEN = ("enabled", "disabled")
_DEBUG_SHUT = ("disabled-since-boot", "disabled-permanently", "disabled-fully-and-permanently")


def _is_device(value: Json) -> bool:
    """Words between `/` or `:`: nothing that is encoded, that goes up, or that another system takes for a pattern."""
    return isinstance(value, str) and _DEVICE.fullmatch(value) is not None


def _check(_issuer: Issuer, claims: Claims) -> None:
    life = (numeric_date(claims, "exp") or 0) - (numeric_date(claims, "iat") or 0)
    if life > MAX_LIFETIME:
        raise InvalidRequest(Reason.TOKEN_LIVES_TOO_LONG, "a device's token lives for at most an hour")


def _check_certificate(_issuer: Issuer, chain: "VerifiedChain") -> Claims:
    """A certificate is refused whose common name is missing, not the only one, or no plain word (ATTACKS D25, K9)."""
    names = [attribute.value for attribute in chain.leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]
    if len(names) != 1:
        raise refused(f"a device has one common name, not {len(names)}")
    name = names[0]
    if not isinstance(name, str) or not _is_device(name):
        raise refused("the common name is no device id")
    return {"sub": name, "cn": name, **facts(chain)}


def _to_be_named(claims: Claims) -> tuple[str, ...]:
    """A device that may be debugged, or that runs what its maker did not sign."""
    unsigned = tuple(name for name in ("oemboot", "secboot") if claims.get(name) is False)
    return (*unsigned, "dbgstat") if claims.get("dbgstat") in _DEBUG_OPEN else unsigned


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    sub = match.get("sub")
    if pins(match, "sub") and _is_device(sub):
        return None
    named = any(pins(match, path) and tells_apart(path, match[path]) for path in match.keys() - REGISTERED)
    if isinstance(sub, str) and _NAMESPACED_PATTERN.fullmatch(sub) and named:
        return None
    return "pin sub to one device, or to a namespace (acme/presses/*) beside another claim with an exact value"


PROVIDER = Provider(
    name="device",
    table=ClaimsTable(
        required={"iss": text, "sub": _is_device, "jti": text, "iat": is_numeric_date, "exp": is_numeric_date},
        checked={
            "dbgstat": one_of(*_DEBUG_OPEN, *_DEBUG_SHUT),
            "oemboot": flag,
            "secboot": flag,  # as oemboot was called in the drafts
        },
        optional={
            "serial": text,
            "serial_number": text,
            "ueid": text,
        },
        accounted=frozenset(
            {"eat_nonce", "eat_profile", "sueids", "oemid", "hwmodel", "hwversion", "swname", "swversion", "location"}
            | {"uptime", "bootcount", "bootseed", "dloas", "submods", "manifests", "measurements", "measres", "intuse"}
            | {"cnf"}
        ),
    ),
    check=_check,
    certificate_claims=_check_certificate,
    mapping_problem=_mapping_problem,
    to_be_named=_to_be_named,
    named_when={
        "oemboot": "it is false: the device runs what its maker did not sign",
        "secboot": "it is false: the same, as older devices say it",
        "dbgstat": "a debugger can still look into the device (enabled, or disabled until it is enabled again)",
    },
)
