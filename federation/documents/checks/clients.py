"""Registered clients, and who vouches for certificates, beside the other documents of a set."""

from collections.abc import Iterable, Iterator

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from federation.documents.document_set import DocumentSet, Written
from federation.documents.schema.audience import AudienceDocument
from federation.documents.schema.client import ClientDocument
from federation.documents.schema.issuer import IssuerDocument
from federation.documents.source import Location, Problem
from federation.model.confirmation import ADMIN_AUDIENCE
from federation.model.nearest import did_you_mean
from federation.policy.ceilings import is_for
from federation.verification.jwk_set import X509_SVID
from federation.verification.spiffe_id import SPIFFE, trust_domain_of
from federation.verification.x509.authorities import read_authority


def shared_authorities(issuers: Iterable[Written[IssuerDocument]]) -> Iterator[Problem]:
    """With one authority under two owners, a certificate could not say whose device it is.

    Workloads name their trust domain themselves, so an authority may vouch for several of those.
    """
    seen: dict[tuple[bytes, bytes], str] = {}
    for issuer in issuers:
        if not issuer.document.enabled or issuer.document.provider == SPIFFE:
            continue
        for number, pem in enumerate(issuer.document.keys.certificates or ()):
            other = seen.setdefault(_signer(pem), issuer.document.id)
            if other != issuer.document.id:
                message = f"Issuer {other} has the same authority; a certificate could not choose"
                yield issuer.source.problem(("keys", "certificates", number), message, "give each owner its own")


def shared_trust_domains(issuers: Iterable[Written[IssuerDocument]]) -> Iterator[Problem]:
    """An X.509-SVID names its trust domain and no audience, so every document of that is asked to vouch for it.

    One that vouches too, or does not answer, keeps all callers out: that is for one tenant to decide (invariant 28).
    """
    seen: dict[str, IssuerDocument] = {}
    for issuer in issuers:
        if not issuer.document.enabled or issuer.document.provider != SPIFFE:
            continue
        other = seen.setdefault(issuer.document.issuer, issuer.document)
        if other.tenant != issuer.document.tenant:
            message = f"Issuer {other.id} has the same trust domain and another tenant; a certificate could not choose"
            yield issuer.source.problem(("issuer",), message, "give both the same tenant")


def _signer(pem: str) -> tuple[bytes, bytes]:
    """What a certificate is signed by: a name and a key, however often the authority's own certificate is renewed."""
    authority = read_authority(pem)
    key = authority.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return authority.subject.public_bytes(), key


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
        hint = did_you_mean(domain, [one.issuer for one in domains]) or _WITHOUT_ISSUER
        yield client.source.problem(BY_CERTIFICATE, f"there is no Issuer of the trust domain {domain}", hint)
    if found and None not in found:
        yield client.source.problem(BY_CERTIFICATE, str(found[0]))


_WITHOUT_ISSUER = "write one with provider: spiffe; or give certificates, the PEM of the client's own authorities"


def _admin_problems(client: Written[ClientDocument], location: Location) -> Iterator[Problem]:
    """A writer of the Issuer would be that admin; of an Issuer whose Mappings make admins that is known (O2)."""
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


def client_problems(documents: DocumentSet) -> Iterator[Problem]:
    """What does not fit what the clients name."""
    for client in documents.clients.values():
        yield from _scope_problems(client, documents)
        yield from workload_problems(client, documents)


def _scope_problems(client: Written[ClientDocument], documents: DocumentSet) -> Iterator[Problem]:
    """Judged only where every audience is there to be read."""
    audiences = [documents.audiences.get(audience) for audience in client.document.audiences]
    known = {scope for audience in audiences for scope in _scopes(audience)}
    for number, scope in enumerate(client.document.scopes if None not in audiences else ()):
        if scope not in known:
            yield client.source.problem(
                ("scopes", number), f"none of its audiences has it: {scope}", did_you_mean(scope, known)
            )


def _scopes(audience: Written[AudienceDocument] | None) -> list[str]:
    return audience.document.scopes if audience else []
