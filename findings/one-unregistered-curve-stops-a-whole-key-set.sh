#!/usr/bin/env bash
# joserfc 1.8.0: a key set that has one key of a curve it does not know is refused as a whole.
#
# RFC 7517 section 5: "Implementations SHOULD ignore JWKs within a JWK Set that use "kty" (key type) values that are not understood by
# them, that are missing required members, or for which values are out of the supported ranges." joserfc raises for the whole set, so
# a good RSA key beside it is of no use. PyJWT 2.15.1 reads the same set and leaves the one key out.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check 'joserfc==1.8.0' 'pyjwt[crypto]==2.15.1'
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import jwt
from joserfc.jwk import KeySet, RSAKey

good = RSAKey.generate_key(2048, {"kid": "good"}).as_dict(private=False)
other = {"kty": "OKP", "crv": "Ed9999", "kid": "other", "x": "AAAA"}
members = {"keys": [good, other]}
try:
    KeySet.import_key_set(members)
    joserfc = "taken"
except Exception as error:
    joserfc = type(error).__name__
pyjwt = [key.key_id for key in jwt.PyJWKSet.from_dict(members).keys]
print("joserfc", version("joserfc"), joserfc, "| PyJWT", version("pyjwt"), pyjwt)
raise SystemExit(0 if joserfc != "taken" and pyjwt == ["good"] else "changed")
PYTHON
