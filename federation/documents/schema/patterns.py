"""The forms of short texts, as patterns for machines and in words for people."""

DOCUMENT_ID = r"^[a-z0-9][a-z0-9._-]{0,62}$"
# RFC 6749 section 3.3 without the star, which only looks as if it meant something (ATTACKS I2).
SCOPE = r"^[\x21\x23-\x29\x2B-\x5B\x5D-\x7E]{1,128}$"
DURATION = r"^[1-9][0-9]{0,5}[smhd]$"
DURATION_OR_NONE = r"^(0s|[1-9][0-9]{0,5}[smhd])$"
TOKEN_AUDIENCE = r"^[\x21\x23-\x29\x2B-\x5B\x5D-\x7E]{1,512}$"
ATTRIBUTE_NAME = r"^[A-Za-z][A-Za-z0-9_]{0,63}$"
SERIAL = r"^[0-9A-Fa-f]{2}(:?[0-9A-Fa-f]{2}){0,19}$"
DETAIL_TYPE = r"^[\x21\x23-\x5B\x5D-\x7E]{1,128}$"
MEMBER_NAME = r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$"
ROLE_ARN = r"^arn:aws(-[a-z]+)*:iam::[0-9]{12}:role(/[A-Za-z0-9_+=,.@-]{1,64}){1,9}$"
THUMBPRINT = r"^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$"
URI_NAME = r"^[A-Za-z][A-Za-z0-9+.-]*:[\x21\x23-\x5B\x5D-\x7E]{1,1000}$"
DNS_NAME = r"^([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$"
EMAIL_ADDRESS = r"^[\x21\x23-\x3F\x41-\x5B\x5D-\x7E]{1,64}@[a-z0-9.-]{1,255}$"
PRINCIPAL_GLOB = r"^[A-Za-z0-9._@*-]{1,255}(/[A-Za-z0-9._@*-]{1,255})*$"

WORDS = {
    DOCUMENT_ID: "lower-case letters, digits, `.`, `_` and `-`, at most 63",
    SCOPE: "a scope token (RFC 6749 section 3.3) without `*`, at most 128 characters",
    DURATION: "a whole number and a unit: 90s, 5m, 1h or 1d",
    DURATION_OR_NONE: "a whole number and a unit, such as 90s, 5m or 4h, or 0s for not at all",
    TOKEN_AUDIENCE: "printable ASCII without spaces and `*`, compared exactly, at most 512 characters",
    ATTRIBUTE_NAME: "a letter, then letters, digits and `_`, at most 64",
    SERIAL: "a serial number in hex, two digits per octet, with or without colons; quote it",
    DETAIL_TYPE: "printable ASCII without spaces, quotes and backslashes, at most 128 characters",
    MEMBER_NAME: "a letter, then letters, digits, `_`, `.` and `-`, at most 64",
    ROLE_ARN: "the ARN of a role: arn:aws:iam::123456789012:role/name",
    THUMBPRINT: "an x5t#S256: the base64url SHA-256 of the certificate, 43 characters",
    URI_NAME: "an absolute URI, compared exactly",
    DNS_NAME: "a full name in lower case, without wildcards",
    EMAIL_ADDRESS: "an address whose host is in lower case, compared exactly",
    PRINCIPAL_GLOB: "words of A-Z a-z 0-9 . _ @ - and `*`, separated by single slashes",
}
