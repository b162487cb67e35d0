#!/usr/bin/env bash
# Lets an identity of a federation bridge log in to Vault or OpenBao by the JWT auth method. Nothing here is secret.
#   VAULT_ADDR=https://vault.example.com BRIDGE_URL=https://federation.example.com PRINCIPAL=ci/acme/deployer ./vault.sh
set -euo pipefail
: "${BRIDGE_URL:?the issuer URL of the bridge}" "${PRINCIPAL:?the sub of the identity}"
MOUNT=${MOUNT:-jwt}
ROLE=${ROLE:-reader}
POLICY=${POLICY:-default}

vault auth enable -path="$MOUNT" jwt || true
vault write "auth/$MOUNT/config" oidc_discovery_url="$BRIDGE_URL" bound_issuer="$BRIDGE_URL" jwt_supported_algs=RS256
sed -e "s|PRINCIPAL|$PRINCIPAL|" -e "s|POLICY|$POLICY|" "$(dirname "$0")/vault-role.json" |
  vault write "auth/$MOUNT/role/$ROLE" -
