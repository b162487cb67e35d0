#!/usr/bin/env bash
# The same as google.tf, by gcloud: a pool, its provider, and a role for one principal of the bridge.
#   PROJECT=acme BRIDGE_URL=https://federation.example.com PRINCIPAL=ci/acme/deployer ./google.sh
set -euo pipefail
: "${PROJECT:?the id of the project}" "${BRIDGE_URL:?the issuer URL of the bridge}" "${PRINCIPAL:?the sub of the identity}"
AUDIENCE=${AUDIENCE:-google}
ROLE=${ROLE:-roles/storage.objectViewer}
if ! [[ $PRINCIPAL =~ ^[A-Za-z0-9._@-]+(/[A-Za-z0-9._@-]+)*$ ]] || ((${#PRINCIPAL} > 127)); then
  echo "PRINCIPAL must be one principal of at most 127 characters, without a wildcard" >&2
  exit 2
fi

gcloud iam workload-identity-pools create federation-bridge --project="$PROJECT" --location=global
gcloud iam workload-identity-pools providers create-oidc bridge \
  --project="$PROJECT" --location=global --workload-identity-pool=federation-bridge \
  --issuer-uri="$BRIDGE_URL" --allowed-audiences="$AUDIENCE" \
  --attribute-mapping="google.subject=assertion.sub,attribute.txn=assertion.txn" \
  --attribute-condition="google.subject == '$PRINCIPAL'"

POOL=$(gcloud iam workload-identity-pools describe federation-bridge \
  --project="$PROJECT" --location=global --format='value(name)')
gcloud projects add-iam-policy-binding "$PROJECT" --role="$ROLE" --condition=None \
  --member="principal://iam.googleapis.com/$POOL/subject/$PRINCIPAL"
echo "--provider $POOL/providers/bridge"
