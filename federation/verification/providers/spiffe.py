"""SPIFFE workloads, by JWT-SVID, and the same ones by X.509-SVID over mutual TLS.

Form: the SPIFFE standards JWT-SVID, X509-SVID and SPIFFE-ID. The trust domain in `sub` names whose bundle must verify
it; `iss` is optional there, and believed in nothing (ATTACKS D20-D21). An X.509-SVID proves `sub`, `trust_domain`,
`serial`, `issuer_dn` and `x5t#S256`.
"""

import re
from typing import TYPE_CHECKING

from federation.model.json import Claims, Json
from federation.model.trust import Issuer, MatchValue
from federation.oauth.errors import InvalidRequest
from federation.oauth.identifiers import TokenType
from federation.oauth.reasons import Reason
from federation.verification.claims import is_numeric_date
from federation.verification.claims_table import ClaimsTable
from federation.verification.compact import UnverifiedHeader
from federation.verification.jwk import JWT_SVID
from federation.verification.provider import Provider
from federation.verification.spiffe_id import SPIFFE, is_trust_domain, trust_domain_of

if TYPE_CHECKING:
    from federation.verification.x509.chain import VerifiedChain
from federation.verification.x509.leaf import svid_claims

_ALGORITHMS = frozenset(f"{family}{bits}" for family in ("RS", "ES", "PS") for bits in ("256", "384", "512"))
_TYPES = (None, "JWT", "JOSE")

# One workload, or the workloads of one folder, which must not be the trust domain itself.
_FOLDER = re.compile(r"(?P<folder>spiffe://[^*]+)/[A-Za-z0-9._*-]+")


def _is_workload(value: Json) -> bool:
    """A SPIFFE ID in its one spelling, with a path."""
    return trust_domain_of(value) is not None


def _is_audience(value: Json) -> bool:
    """One text, or a list of one: each of several parties could present the token here (JWT-SVID section 6.2)."""
    one = value[0] if isinstance(value, list) and len(value) == 1 else value
    return isinstance(one, str) and one != ""


def _check_header(header: UnverifiedHeader, token_type: TokenType) -> None:
    """The header has nothing but alg, kid and typ, and typ is JWT or JOSE or absent (JWT-SVID section 2)."""
    if token_type is not TokenType.JWT or header.typ not in _TYPES:
        raise InvalidRequest(Reason.WRONG_TOKEN_TYP, f"a JWT-SVID declared as {token_type}")
    if header.ignored:
        raise InvalidRequest(Reason.UNSAFE_TOKEN_HEADER, f"header member: {' '.join(sorted(header.ignored))}")
    if header.alg not in _ALGORITHMS:
        raise InvalidRequest(Reason.UNSUPPORTED_ALGORITHM, "not an algorithm of JWT-SVIDs")


def _check(issuer: Issuer, claims: Claims) -> None:
    """A workload of another trust domain is refused, by any signer (ATTACKS D21)."""
    if trust_domain_of(claims["sub"]) != issuer.issuer:
        raise InvalidRequest(Reason.IDENTITY_REFUSED, "sub is of another trust domain")


def _check_certificate(issuer: Issuer, chain: "VerifiedChain") -> Claims:
    """An X.509-SVID has one URI, is no authority, and is signed by its own trust domain's (ATTACKS K3-K4)."""
    return svid_claims(chain, issuer.issuer)


def _issuer_problem(issuer: str) -> str | None:
    if is_trust_domain(issuer):
        return None
    return "write the trust domain as spiffe://example.org: lower case, without a port or a path"


def _mapping_problem(match: dict[str, MatchValue]) -> str | None:
    sub = match.get("sub")
    if isinstance(sub, str) and (_is_workload(sub) or _is_folder(sub)):
        return None
    return "pin sub to one SPIFFE ID, or to those directly below one path: spiffe://example.org/ns/prod/sa/*"


def _is_folder(pattern: str) -> bool:
    below = _FOLDER.fullmatch(pattern)
    return below is not None and _is_workload(below["folder"])


PROVIDER = Provider(
    name=SPIFFE,
    table=ClaimsTable(
        required={"sub": _is_workload, "aud": _is_audience, "exp": is_numeric_date}, checked={"iat": is_numeric_date}
    ),
    check=_check,
    check_header=_check_header,
    key_use=JWT_SVID,
    certificate_claims=_check_certificate,
    issuer_problem=_issuer_problem,
    mapping_problem=_mapping_problem,
)
