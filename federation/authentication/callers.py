"""Who is asking: an anonymous caller, or a registered client that has proven itself by its one method."""

from typing import TYPE_CHECKING

from federation.authentication import aws_iam
from federation.authentication.credentials import check_one_method, is_anonymous
from federation.authentication.decoys import DecoyKeys, Decoys, spend
from federation.authentication.private_key_jwt import Keys, PrivateKeyJwt
from federation.authentication.proof import Proof, not_proven
from federation.authentication.spiffe_jwt import SpiffeJwt
from federation.later import module_later
from federation.model.tokens import Caller
from federation.model.trust import Client
from federation.oauth.errors import InvalidClient, InvalidRequest
from federation.oauth.identifiers import SPIFFE_ASSERTION
from federation.oauth.reasons import Reason
from federation.oauth.request import ClientCredentials, ExchangeRequest
from federation.ports import ClientsById, Clock, IssuerDirectory
from federation.verification.compact import UnverifiedJwt, parse_compact
from federation.verification.verifier import TokenVerifier

if TYPE_CHECKING:
    from federation.authentication import self_signed_tls, tls_client_auth, x509_svid
    from federation.verification.certificate import CertificateVerifier
else:
    self_signed_tls = module_later("federation.authentication.self_signed_tls")
    tls_client_auth = module_later("federation.authentication.tls_client_auth")
    x509_svid = module_later("federation.authentication.x509_svid")


LONGEST_ID = 128
"""Characters: no document has an id as long. A longer one asks no store, and takes no room where strangers are kept."""
_BEFORE_SIGNATURE = frozenset(
    {
        Reason.CLIENT_AUTHENTICATION_FAILED,
        Reason.WRONG_TOKEN_TYP,
        Reason.UNSAFE_TOKEN_HEADER,
        Reason.UNSUPPORTED_ALGORITHM,
        Reason.UNKNOWN_KEY,
        Reason.UNUSABLE_KEY,
        Reason.UNTRUSTED_ISSUER,
    }
)
"""Refusals of an assertion whose signature was not looked at."""


class Callers:
    """Authenticates. An unknown client, a wrong key, a disabled client and a wrong method are one to the caller.

    They cost the same too: an assertion for which there is no key is verified with one that has no owner (ATTACKS L10).
    """

    def __init__(  # noqa: PLR0913 (who may be asked)
        self,
        clients: ClientsById,
        issuers: IssuerDirectory,
        tokens: TokenVerifier,
        keys: Keys,
        clock: Clock,
        issuer_url: str,
        *,
        certificates: "CertificateVerifier",
        decoys: DecoyKeys | None = None,
    ) -> None:
        """`keys`: a cache of the clients' own, so that many clients never crowd out an issuer's keys."""
        self._clients = clients
        self._private_key_jwt = PrivateKeyJwt(keys, clock, issuer_url)
        self._spiffe_jwt = SpiffeJwt(issuers, tokens, issuer_url)
        self._certificates = certificates
        self._clock = clock
        self._decoys = decoys or Decoys()

    def authenticate(self, request: ExchangeRequest) -> Caller:
        """Who asks; an anonymous caller where the request names no client at all.

        Raises InvalidClient; InvalidRequest for several methods; TemporarilyUnavailable. What it may do is not judged
        here, nor what a client may do that has nothing to prove itself with (`none`).
        """
        check_one_method(request)
        if is_anonymous(request):
            return Caller()
        try:
            client, proof = self._proven(request)
        except InvalidRequest as refusal:
            detail = f"{refusal.reason.value}: {refusal.detail}"
            raise InvalidClient(Reason.CLIENT_AUTHENTICATION_FAILED, detail) from refusal
        documents = (client.document, *proof.documents)
        return Caller(client, proof.one_time, proof.expires_at, documents, proof.vouched)

    def _proven(self, request: ExchangeRequest) -> tuple[Client, Proof]:
        assertion = request.credentials.client_assertion
        if assertion is not None:
            return self._by_assertion(parse_compact(assertion), request)
        client = self._enabled(request.credentials.client_id)
        return client, self._by_connection(client, request)

    def _by_assertion(self, jwt: UnverifiedJwt, request: ExchangeRequest) -> tuple[Client, Proof]:
        named = _named(jwt, request.credentials)
        try:
            client = self._enabled(named)
            return client, self._verify(client, jwt, request)
        except InvalidRequest as refusal:
            if refusal.reason in _BEFORE_SIGNATURE:
                spend(jwt, self._decoys)
            raise

    def _verify(self, client: Client, jwt: UnverifiedJwt, request: ExchangeRequest) -> Proof:
        is_svid = request.credentials.client_assertion_type == SPIFFE_ASSERTION
        if client.auth.method == "spiffe_jwt":
            return self._spiffe_jwt.prove(client, jwt, request)
        if client.auth.method == "private_key_jwt" and not is_svid:
            return self._private_key_jwt.prove(client, jwt)
        raise not_proven(f"client {client.id} has method {client.auth.method}")

    def _by_connection(self, client: Client, request: ExchangeRequest) -> Proof:
        """By what the gateway says about the connection, or by nothing."""
        method, now = client.auth.method, self._clock.now()
        if method == "aws_iam":
            return aws_iam.prove(client, request.iam_caller)
        if request.iam_caller is not None:
            raise not_proven(f"client {client.id} has method {method}, not aws_iam")
        if method == "tls_client_auth" and (workload := x509_svid.registered_workload(client.auth)) is not None:
            return x509_svid.X509Svid(self._certificates).prove(client, workload, request.client_certificate)
        if method == "tls_client_auth":
            return tls_client_auth.prove(client, request.client_certificate, now)
        if method == "self_signed_tls_client_auth":
            return self_signed_tls.prove(client, request.client_certificate, now)
        if method == "none":
            return Proof()
        raise not_proven(f"client {client.id} has method {method}")

    def _enabled(self, client_id: str | None) -> Client:
        known = client_id is not None and len(client_id) <= LONGEST_ID
        client = self._clients.client(str(client_id)) if known else None
        if client is None or not client.enabled:
            raise not_proven("disabled" if client else "unknown or unnamed client")
        return client


def _named(jwt: UnverifiedJwt, credentials: ClientCredentials) -> str | None:
    """Who the caller says to be, in the body or in its assertion alone (ATTACKS L2)."""
    subject = jwt.unverified_claims.get("sub")
    if credentials.client_id is not None:
        return credentials.client_id
    return subject if isinstance(subject, str) else None
