"""Every reason for which a request can be refused: a stable code, and what the caller should do.

The advice is fixed text, so nothing that a caller sent can ever be reflected back. Characters stay within
%x20-21 / %x23-5B / %x5D-7E (RFC 6749 section 5.2). What differed in detail goes to the audit record alone.
"""

from enum import StrEnum
from typing import Self


class Reason(StrEnum):
    """A refusal's stable code; `advice` says what to do about it."""

    advice: str

    def __new__(cls, code: str, advice: str) -> Self:
        """Keep `code` as the value and the advice beside it."""
        reason = str.__new__(cls, code)
        reason._value_ = code
        reason.advice = advice
        return reason

    # The request
    METHOD_NOT_ALLOWED = "method_not_allowed", "This endpoint takes POST."
    UNSUPPORTED_CONTENT_TYPE = "unsupported_content_type", "Send one Content-Type: application/x-www-form-urlencoded."
    MALFORMED_BODY = "malformed_body", "The body must be form-encoded UTF-8 without control characters."
    BODY_TOO_LARGE = "body_too_large", "The body must be at most 64 KiB."
    TOO_MANY_PARAMETERS = "too_many_parameters", "Send at most 64 parameters."
    DUPLICATE_PARAMETER = (
        "duplicate_parameter",
        "Send every parameter once; only audience and resource may be repeated.",
    )
    PARAMETERS_IN_QUERY = "parameters_in_query", "Send parameters in the body, not in the URL; replace what leaked."
    MISSING_GRANT_TYPE = "missing_grant_type", "Send grant_type."
    UNSUPPORTED_GRANT_TYPE = "unsupported_grant_type", "Use one of grant_types_supported in this server's metadata."
    MISSING_SUBJECT_TOKEN = "missing_subject_token", "Send subject_token."
    MISSING_SUBJECT_TOKEN_TYPE = "missing_subject_token_type", "Send subject_token_type."
    UNSUPPORTED_SUBJECT_TOKEN_TYPE = (
        "unsupported_subject_token_type",
        "Use one of subject_token_types_supported in the metadata of this server.",
    )
    UNSUPPORTED_REQUESTED_TOKEN_TYPE = (
        "unsupported_requested_token_type",
        "Ask for the access_token or jwt identifier of RFC 8693 section 3, or leave requested_token_type out.",
    )
    INCOMPLETE_ACTOR = "incomplete_actor", "Send actor_token and actor_token_type together, or neither."
    DUPLICATE_HEADER = "duplicate_header", "Send the Authorization, DPoP and Content-Type headers once each."
    TOKENS_FOR_ITSELF = (
        "tokens_for_itself",
        "With client_credentials a client asks for itself; send no subject or actor token.",
    )
    MALFORMED_DETAILS = (
        "malformed_details",
        "authorization_details is a JSON array of 1 to 8 objects that each name a type (RFC 9396), 4 KiB at most.",
    )

    # The caller
    CLIENT_AUTHENTICATION_FAILED = (
        "client_authentication_failed",
        (
            "No registered client proves itself by this. An assertion has our issuer URL alone as aud, ES256, "
            "PS256 or EdDSA as alg, lives 300 seconds at most, and has a new jti. Who is no client leaves client_id "
            "out, or sends client_id=anonymous."
        ),
    )
    SEVERAL_CLIENT_AUTHENTICATIONS = (
        "several_client_authentications",
        "Use one client authentication method, not several.",
    )

    GRANT_NOT_ALLOWED = "grant_not_allowed", "This grant takes a registered client whose document names it."
    CLIENT_NOT_PERMITTED = (
        "client_not_permitted",
        "This client may not present that token: it is of another tenant, or was issued to another client.",
    )
    RATE_LIMITED = "rate_limited", "Too many requests; wait as many seconds as Retry-After says."

    # The target
    MISSING_TARGET = "missing_target", "Name the audience (or the resource) that the token is for."
    MALFORMED_TARGET = "malformed_target", "A resource is an absolute https URL without fragment or user information."
    TARGET_NOT_GRANTED = "target_not_granted", "This identity has no grant for that target; ask its administrator."
    TARGET_UNSUPPORTED = "target_unsupported", "The targets take tokens of different formats; ask for a token for each."
    MALFORMED_SCOPE = "malformed_scope", "A scope is a list of RFC 6749 scope tokens separated by single spaces."
    SCOPE_REQUIRED = "scope_required", "Name the scope; this grant has no default."
    SCOPE_NOT_GRANTED = "scope_not_granted", "Ask only for scopes that this identity is granted at every target."

    DETAILS_NOT_GRANTED = (
        "details_not_granted",
        "Ask only for authorization details that this identity is granted at every target, and its token has.",
    )
    DETAILS_INVALID = (
        "details_invalid",
        "A member of authorization_details is unknown or missing, or has a value that its type does not allow.",
    )

    # The shape of a token
    TOKEN_TOO_LARGE = "token_too_large", "A token may have at most 16 KiB, its header 2 KiB."
    MALFORMED_TOKEN = (
        "malformed_token",
        "The token is no signed JWT in compact serialization, or has white space in or around it.",
    )
    UNSAFE_TOKEN_HEADER = "unsafe_token_header", "The token's header names a key, an extension or a nested token."
    UNSUPPORTED_ALGORITHM = "unsupported_algorithm", "The token is signed with an algorithm not allowed for its issuer."
    MALFORMED_AWS_REQUEST = (
        "malformed_aws_request",
        "Sign a POST of GetCallerIdentity to a regional endpoint; send it as URL-encoded JSON: url, method, headers.",
    )
    UNSIGNED_HEADERS = (
        "unsigned_headers",
        "Sign every header that is sent, X-Fedbridge-Server-Id with the issuer URL of this bridge among them.",
    )
    WRONG_TOKEN_TYP = "wrong_token_typ", "The token's typ does not fit the declared token type."
    MALFORMED_CLAIMS = "malformed_claims", "A claim of the token is missing or has the wrong form."
    TIME_IN_MILLISECONDS = (
        "time_in_milliseconds",
        "A time in the token is in milliseconds; iat, nbf and exp are seconds since 1970 (RFC 7519 section 2).",
    )

    # Its issuer, key and signature
    UNTRUSTED_ISSUER = "untrusted_issuer", "No trusted issuer matches this token's iss and aud, or this certificate."
    AMBIGUOUS_ISSUER = "ambiguous_issuer", "Several trusted issuers match this token; its administrator must part them."
    UNKNOWN_KEY = (
        "unknown_key",
        "The issuer does not publish the key that signed the token; if the key is new, try again in a minute.",
    )
    UNUSABLE_KEY = "unusable_key", "The issuer's key is too weak or is not meant for this use."
    BAD_SIGNATURE = "bad_signature", "The token's signature does not verify."
    ISSUER_KEYS_UNAVAILABLE = "issuer_keys_unavailable", "The issuer's keys cannot be fetched now; try again."
    ISSUER_MISCONFIGURED = (
        "issuer_misconfigured",
        "What the issuer publishes about itself does not fit this bridge's document; its administrator must mend one.",
    )
    CALLER_IDENTITY_UNCLEAR = "caller_identity_unclear", "AWS did not say who signed the request; sign a fresh one."
    CALLER_IDENTITY_UNAVAILABLE = "caller_identity_unavailable", "AWS cannot be asked now who signed; try again."

    # A client certificate
    CERTIFICATE_REQUIRED = (
        "certificate_required",
        "Connect with a client certificate, and send mtls or its x5t#S256 thumbprint as subject_token.",
    )
    CERTIFICATE_REFUSED = (
        "certificate_refused",
        "The client certificate is malformed, revoked, not for clients, or not from its identity's own authority.",
    )

    # Its claims
    WRONG_AUDIENCE = "wrong_audience", "The token is meant for another audience; request it with ours alone."
    TOKEN_EXPIRED = "token_expired", "The token has expired; fetch a fresh one."
    TOKEN_NOT_YET_VALID = "token_not_yet_valid", "The token is not valid yet; check the clocks."
    TOKEN_LIVES_TOO_LONG = "token_lives_too_long", "The token's lifetime exceeds what its issuer is allowed."
    TOKEN_EXPIRES_TOO_SOON = "token_expires_too_soon", "The token has under 30 seconds left; fetch a fresh one."
    AUTHENTICATION_TOO_OLD = (
        "authentication_too_old",
        "The person signed in too long ago; have them sign in again and fetch a fresh token.",
    )
    MALFORMED_SUBJECT = "malformed_subject", "The token's sub is empty, too long or has unsafe characters."
    IDENTITY_REFUSED = "identity_refused", "This kind of identity is not accepted from this provider."

    # What it maps to
    NO_MAPPING = "no_mapping", "This identity is not mapped; give the correlation id to the bridge's administrator."
    AMBIGUOUS_MAPPING = (
        "ambiguous_mapping",
        "Several mappings fit equally; give the correlation id to the administrator.",
    )
    PRINCIPAL_INVALID = "principal_invalid", "The mapping yields no valid principal for this identity."

    # Who acts
    ACTOR_REQUIRED = (
        "actor_required",
        "A token of this bridge is exchanged on its subject's behalf; send an actor_token that says who acts.",
    )
    ACTOR_NOT_PERMITTED = "actor_not_permitted", "This actor may not act for this subject; ask its administrator."
    CHAIN_TOO_LONG = "chain_too_long", "A chain has at most four actors and eight tokens."
    CHAIN_CYCLE = "chain_cycle", "The actor is the subject or acts in this chain already."
    PROOF_REQUIRED = (
        "proof_required",
        "Prove the key that the token is bound to or the target demands: by a DPoP proof, or by a client certificate.",
    )

    # Proofs of possession
    MALFORMED_PROOF = (
        "malformed_proof",
        "Send one DPoP proof: a compact JWT of 4 KiB at most with typ dpop+jwt, and alg and jwk in its header alone.",
    )
    UNSUPPORTED_PROOF_ALGORITHM = (
        "unsupported_proof_algorithm",
        "Sign the proof with one of dpop_signing_alg_values_supported in the metadata of this server.",
    )
    UNUSABLE_PROOF_KEY = (
        "unusable_proof_key",
        "The proof's jwk must be a public key that fits its alg: P-256, Ed25519, or RSA of 2048 to 8192 bits.",
    )
    BAD_PROOF_SIGNATURE = "bad_proof_signature", "The proof is not signed by the key in its header."
    INCOMPLETE_PROOF = "incomplete_proof", "A proof says jti (1 to 128 characters), htm, htu and iat, each once."
    WRONG_PROOF_TARGET = (
        "wrong_proof_target",
        "htm and htu of the proof must be the method and the public URL of this very request.",
    )
    STALE_PROOF = "stale_proof", "The proof's iat is more than a minute from now; make a fresh one, check the clock."
    WRONG_PROOF_TOKEN = (
        "wrong_proof_token",
        "ath of the proof must be the base64url SHA-256 of the token that it is sent with.",
    )
    DPOP_NONCE_REQUIRED = "dpop_nonce_required", "Repeat the request with a proof that has the nonce of DPoP-Nonce."
    UNRELATED_PROOF = (
        "unrelated_proof",
        "subject_token_proof names in cnf the key of the DPoP header, or the certificate; no other proof has a cnf.",
    )
    BOUND_TOKEN = (
        "bound_token",
        "Send a token with cnf.jkt by the scheme DPoP with a proof of its key, and any other by the scheme Bearer.",
    )
    CERTIFICATE_NOT_PROVEN = (
        "certificate_not_proven",
        "The token is bound to a client certificate; send it over a connection with that certificate.",
    )

    # The policies
    POLICY_DENIED = "policy_denied", "A policy does not permit this; give the correlation id to the administrator."
    TOO_MANY_SCOPES = "too_many_scopes", "Ask for fewer scopes at once; a policy limits them here."
    APPROVAL_REQUIRED = "approval_required", "A policy asks for an approval, which cannot be given here."
    APPROVAL_PENDING = (
        "approval_pending",
        "A person must approve this; repeat the request when interval seconds have passed.",
    )
    TOO_MANY_APPROVALS = (
        "too_many_approvals",
        "Too many requests of this identity or its issuer wait for an approval; have some decided, or wait an hour.",
    )
    APPROVAL_DENIED = "approval_denied", "A person was asked to approve this and denied it."
    POLICY_UNAVAILABLE = "policy_unavailable", "The policies cannot be evaluated now; try again."

    # A token that is asked about, or revoked
    MISSING_TOKEN = "missing_token", "Send token."
    STATUS_UNAVAILABLE = "status_unavailable", "Whether the token was revoked cannot be told now; try again."
    CLIENT_REQUIRED = "client_required", "Authenticate as the registered client that this is for."
    TOKEN_OF_ANOTHER_CLIENT = (
        "token_of_another_client",
        "Only the client that the token was issued to may revoke it; nothing was revoked.",
    )
    NOTHING_TO_REVOKE = (
        "nothing_to_revoke",
        "Name exactly one of jti, principal, client, issuer, mapping or txn, and a reason.",
    )
    REVOCATION_NOT_PERMITTED = "revocation_not_permitted", "This is not yours to revoke; ask an admin of the platform."

    # Pushing an issuer's keys
    UNSUPPORTED_KEYS_TYPE = "unsupported_keys_type", "Send one Content-Type: application/jwk-set+json."
    MISSING_BEARER_TOKEN = "missing_bearer_token", "Send one Authorization header with a token for this service."
    PUSH_NOT_AUTHORIZED = "push_not_authorized", "This token does not allow a push of keys to this issuer."
    PUSH_NOT_BOUND = "push_not_bound", "The claim jwks_sha256 must be the base64url SHA-256 of the body as it is sent."
    MISSING_SCOPE = "missing_scope", "The token lacks the scope that this takes."
    MISSING_DETAIL = "missing_detail", "The token has no authorization_details entry for this very call; ask for one."
    WRONG_ACTOR = "wrong_actor", "This takes a token with another actor, or with none."
    TOKEN_TOO_OLD = "token_too_old", "This takes a token that was issued a moment ago; ask for a new one."
    TOKEN_INACTIVE = "token_inactive", "The bridge knows no such token, or not any more; ask for a new one."
    NO_SUCH_ISSUER = "no_such_issuer", "There is no issuer of that id."
    KEYS_NOT_PUSHED = "keys_not_pushed", "The keys of this issuer are not pushed; its document says where they are."
    MALFORMED_KEYS = "malformed_keys", "Send a JWK Set in strict JSON: 1 to 100 keys, each with a kid of its own."
    PRIVATE_KEYS = "private_keys", "The set holds private or shared keys: replace those, and send public ones alone."
    UNUSABLE_KEYS = "unusable_keys", "A key of the set is malformed, too weak or not for signatures; leave it out."
    KEYS_REPLACED_TOO_OFTEN = (
        "keys_replaced_too_often",
        "All keys were replaced less than ten minutes ago; keep one of them in the set, or wait.",
    )

    # Security events
    UNSUPPORTED_EVENT_TYPE = "unsupported_event_type", "Send one Content-Type: application/secevent+jwt."
    EVENT_WITHOUT_JTI = "event_without_jti", "A SET has a jti of 1 to 256 characters; no other SET has the same."
    EVENT_LIKE_A_TOKEN = "event_like_a_token", "A SET has no exp and no sub; it names its subject in sub_id."
    EVENT_TOO_OLD = "event_too_old", "The iat of the SET is more than 12 hours ago; revoke at the bridge instead."
    EVENT_UNSUPPORTED = (
        "event_unsupported",
        "A SET has exactly one event, of a type that the documentation of this bridge lists.",
    )
    EVENT_NOT_ALLOWED = (
        "event_not_allowed",
        "The Issuer document does not list this type of event; ask the administrator of the bridge.",
    )
    EVENT_SUBJECT_UNUSABLE = (
        "event_subject_unusable",
        "Name one subject in sub_id, as iss_sub or opaque, or as the user of a complex subject (RFC 9493).",
    )
    EVENT_OF_ANOTHER_SUBJECT = "event_of_another_subject", "An issuer may send events about its own subjects alone."
    EVENT_REPLAYED = "event_replayed", "This SET was received already and had its effect; do not send it again."
    EVENT_UNDER_WAY = "event_under_way", "This SET is being processed; send it again if no answer of 202 arrives."

    # The admin API
    WRONG_METHOD = "wrong_method", "This path does not take that method; the Allow header says which it takes."
    UNBOUND_ADMIN_TOKEN = (
        "unbound_admin_token",
        "The admin API takes tokens that are bound to a key; ask for yours with a DPoP proof.",
    )
    NO_SUCH_RESOURCE = "no_such_resource", "There is nothing at this path; the openapi.json there lists what is."
    NO_SUCH_DOCUMENT = "no_such_document", "There is no such document, or it is not yours to see."
    UNREADABLE_DOCUMENT = (
        "unreadable_document",
        "A stored document, or a version of one, cannot be read; give the correlation id to the bridge's operator.",
    )
    MALFORMED_PATH = "malformed_path", "A name in this path is not of its form; the openapi.json there has it."
    MALFORMED_QUERY = "malformed_query", "A parameter of the query is unknown, repeated or has the wrong form."
    BAD_CURSOR = "bad_cursor", "The cursor is not one that was given out for this list; begin without it."
    JSON_REQUIRED = "json_required", "Send one Content-Type: application/json, and one JSON object without duplicates."
    REQUEST_TOO_LARGE = "request_too_large", "The body is larger than this operation takes; send less at once."
    PRECONDITION_REQUIRED = (
        "precondition_required",
        "Send If-Match with the ETag that you have read, or If-None-Match: * for what is new.",
    )
    MALFORMED_PRECONDITION = "malformed_precondition", "Send exactly one of If-Match: <ETag> and If-None-Match: *."
    MALFORMED_IDEMPOTENCY_KEY = "malformed_idempotency_key", "An Idempotency-Key is 1 to 255 visible ASCII characters."
    STALE_VERSION = "stale_version", "It was written meanwhile; read it again, and send what you want then."
    INVALID_DOCUMENT = "invalid_document", "Mend what the errors name; nothing was written."
    OUTSIDE_TENANT = "outside_tenant", "This belongs to another tenant or to all of them; ask a global admin."
    BEYOND_OWN_RIGHTS = (
        "beyond_own_rights",
        "You lack a right at the admin API that this gives or takes; ask who has it.",
    )
    OWN_DOCUMENT = "own_document", "The author of a version cannot confirm it; ask a second admin."
    CANNOT_CONFIRM = "cannot_confirm", "Read what the document says now; only its current, pending version waits."
    DOCUMENT_IN_USE = "document_in_use", "Other documents name this one; change those first, or disable this one."
    LAST_ADMIN = "last_admin", "No admin could write trust any more; make another admin first."
    NEW_ADMIN = "new_admin", "Who confirms or approves has been an admin for a day, and since before it was asked for."
    OWN_WAY_IN = "own_way_in", "It would end your own access; use another login, or ask another admin."
    REVISION_MOVED = "revision_moved", "Trust was changed since this was planned; plan again."
    NO_SUCH_APPROVAL = "no_such_approval", "No request waits for this approval any more; have the request repeated."
    OWN_REQUEST = "own_request", "A party of the request cannot decide about it; ask another person."
    ALREADY_DECIDED = "already_decided", "It is decided already; read what it says now."
    NO_SUCH_KEY = "no_such_key", "There is no signing key of that kid."
    KEY_GONE = "key_gone", "This signing key has left already; nothing verifies with it."
    LAST_SIGNING_KEY = "last_signing_key", "No other key could sign in its place; have one made, and ask again."
    STANDBY_NOT_SEEN = "standby_not_seen", "Not every verifier has the next key yet; wait, or revoke if it is urgent."
    NO_SUCH_RECORD = "no_such_record", "There is no such record, or it is not yours to see."
    NOT_ARCHIVED = "not_archived", "The record is not in the archive yet; ask again in a minute."
    KEY_OF_ANOTHER_REQUEST = "key_of_another_request", "This Idempotency-Key was sent with another request."
    STILL_RUNNING = "still_running", "The same request is being answered; ask again in a moment."
    BUCKET_FULL = "bucket_full", "Too many mappings pin the same claim to the same value; pin a more selective claim."

    # The commit
    TOKEN_REPLAYED = "token_replayed", "The token is accepted once and has been used; fetch a fresh one."
    TOKEN_REVOKED = "token_revoked", "The token, or what it rests on, was revoked; start again from a fresh one."
    PROOF_REPLAYED = "proof_replayed", "A DPoP proof is accepted once; make a fresh one for every request."
    APPROVAL_SPENT = "approval_spent", "The approval has been used as often as it was given; repeat to ask for another."
    TRUST_CHANGED = "trust_changed", "Trust was changed while this was decided; repeat the request."
    AUDIT_UNAVAILABLE = "audit_unavailable", "The audit record cannot be written now; try again."
    STORE_UNAVAILABLE = "store_unavailable", "A data store cannot be reached now; try again."
    SIGNING_UNAVAILABLE = "signing_unavailable", "The signing key cannot be used now; try again."
    KEYS_UNPUBLISHED = "keys_unpublished", "The signing keys are not published yet; try again in a minute."
    INTERNAL_ERROR = "internal_error", "Something went wrong here; give the correlation id to the administrator."
