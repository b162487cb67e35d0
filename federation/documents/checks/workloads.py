"""Registered clients that are SPIFFE workloads: is the Issuer of their trust domain there, and may it vouch for one."""

from collections.abc import Iterator
from difflib import get_close_matches

from federation.documents.document_set import DocumentSet, Written
from federation.documents.problem import Problem
from federation.documents.schema.client import ClientDocument
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.source import Location
from federation.model.admin import ADMIN_AUDIENCE
from federation.policy.ceilings import is_for
from federation.verification.jwk_set import X509_SVID
from federation.verification.spiffe_id import SPIFFE, trust_domain_of

BY_JWT: Location = ("auth", "issuer")
BY_CERTIFICATE: Location = ("auth", "san_uri")


def workload_problems(client: Written[ClientDocument], documents: DocumentSet) -> Iterator[Problem]:
    """Of a client by JWT-SVID, which names its Issuer, or by X.509-SVID, whose name has its trust domain."""
    auth = client.document.auth
    if auth.issuer is not None:
        yield from _issuer_problems(client, auth.issuer, documents)
        yield from _admin_problems(client, BY_JWT)
    if auth.workload is not None:
        yield from _trust_domain_problems(client, str(trust_domain_of(auth.workload)), documents)
        yield from _admin_problems(client, BY_CERTIFICATE)


def _issuer_problems(client: Written[ClientDocument], issuer_id: str, documents: DocumentSet) -> Iterator[Problem]:
    issuer = documents.issuers.get(issuer_id)
    problem = _unfit_for_jwts(client.document, issuer.document) if issuer else None
    if problem:
        yield client.source.problem(BY_JWT, problem)


def _trust_domain_problems(client: Written[ClientDocument], domain: str, documents: DocumentSet) -> Iterator[Problem]:
    """One document of the trust domain that fits will do, as it does for the token endpoint."""
    domains = [one.document for one in documents.issuers.values() if one.document.provider == SPIFFE]
    found = [_unfit_for_certificates(client.document, one) for one in domains if one.issuer == domain]
    if not found and not documents.has_malformed_issuers:
        close = get_close_matches(domain, [one.issuer for one in domains], n=1)
        hint = f"did you mean {close[0]}?" if close else _WITHOUT_ISSUER
        yield client.source.problem(BY_CERTIFICATE, f"there is no Issuer of the trust domain {domain}", hint)
    if found and None not in found:
        yield client.source.problem(BY_CERTIFICATE, str(found[0]))


_WITHOUT_ISSUER = "write one with provider: spiffe; or give certificates, the PEM of the client's own authorities"


def _admin_problems(client: Written[ClientDocument], location: Location) -> Iterator[Problem]:
    """Whoever may write the Issuer would be that admin; of an Issuer whose Mappings make admins that is known (O2)."""
    if ADMIN_AUDIENCE in client.document.audiences:
        message = f"no client of {ADMIN_AUDIENCE} proves itself by an Issuer's keys"
        hint = "write a Mapping of that Issuer with the grant, or take private_key_jwt"
        yield client.source.problem(location, message, hint)


def _unfit_for_jwts(client: ClientDocument, issuer: IssuerDocument) -> str | None:
    if issuer.provider != SPIFFE:
        return f"Issuer {issuer.id} is no trust domain: its provider is {issuer.provider}"
    if issuer.keys.certificates:
        return f"Issuer {issuer.id} has certificates alone and signs no JWT-SVIDs"
    if trust_domain_of(client.auth.spiffe_id) != issuer.issuer:
        return f"the workload is not of {issuer.issuer}"
    return None


def _unfit_for_certificates(client: ClientDocument, issuer: IssuerDocument) -> str | None:
    if issuer.single_use:
        return f"Issuer {issuer.id} is single_use, and a certificate is not used once"
    if issuer.keys.jwks is not None and not any(key.get("use") == X509_SVID for key in issuer.keys.jwks["keys"]):
        return f"the bundle of Issuer {issuer.id} has no authority for certificates (use: {X509_SVID})"
    return _of_another_tenant(client, issuer)


def _of_another_tenant(client: ClientDocument, issuer: IssuerDocument) -> str | None:
    if is_for(issuer.tenant, client.tenant):
        return None
    return f"Issuer {issuer.id} is of tenant {issuer.tenant}, the client of {client.tenant or 'none'}"
