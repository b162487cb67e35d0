"""A distinguished name as one text, the same for names that X.509 takes for the same (RFC 5280 section 7.1)."""

import json

from cryptography import x509


def authority_name(name: x509.Name) -> str:
    """Its attributes by type and value: how a value is encoded plays no part."""
    return json.dumps([sorted((one.oid.dotted_string, str(one.value)) for one in rdn) for rdn in name.rdns])
