#!/usr/bin/env bash
# The same for an app registration, by az: a federated credential for one principal of the bridge.
#   APPLICATION=00001111-aaaa-2222-bbbb-3333cccc4444 BRIDGE_URL=https://federation.example.com PRINCIPAL=ci/acme/deployer ./entra.sh
set -euo pipefail
: "${APPLICATION:?the client id of the registration}" "${BRIDGE_URL:?the issuer URL of the bridge}" "${PRINCIPAL:?the sub of the identity}"
AUDIENCE=${AUDIENCE:-azure}

az ad app federated-credential create --id "$APPLICATION" --parameters @- <<JSON
{
  "name": "federation-bridge",
  "issuer": "$BRIDGE_URL",
  "subject": "$PRINCIPAL",
  "audiences": ["$AUDIENCE"]
}
JSON
