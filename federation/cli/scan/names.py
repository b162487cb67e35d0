"""Names by which long-lived secrets are called: variables, CI settings, members of files."""

import re
from typing import Final

from federation.cli.scan.finding import Kind

_NAMES: Final = {
    Kind.AWS_KEY: r"AWS_(ACCESS_KEY_ID|SECRET_ACCESS_KEY|SECRET_KEY|ACCESS_KEY)",
    Kind.GOOGLE_KEY: r"(GOOGLE|GCP|GCLOUD)_(CREDENTIALS|SA_KEY|SERVICE_ACCOUNT_KEY|KEY_JSON)|GOOGLE_CREDENTIALS_JSON",
    Kind.AZURE_SECRET: r"(AZURE|ARM|AAD)_(CLIENT_SECRET|CREDENTIALS|PASSWORD)",
    Kind.KUBERNETES_TOKEN: r"KUBE(_?CONFIG(_DATA|_BASE64)?|_TOKEN|RNETES_TOKEN)",
    Kind.VAULT_TOKEN: r"VAULT_(TOKEN|SECRET_ID)",
    Kind.NPM_TOKEN: r"(NPM|NODE_AUTH)_TOKEN",
    Kind.REGISTRY_PASSWORD: r"(DOCKER|DOCKERHUB|REGISTRY|GHCR|CI_REGISTRY)_(PASSWORD|TOKEN|AUTH_CONFIG)",
}
"""They may stand within longer ones: PROD_AWS_SECRET_ACCESS_KEY."""
_PATTERNS: Final = {kind: re.compile(rf"(?:^|_)(?:{names})(?:$|_)", re.IGNORECASE) for kind, names in _NAMES.items()}
_FILE: Final = re.compile(r"(^|_)(FILE|PATH|URL|URI)$", re.IGNORECASE)


def kind_of(name: str) -> Kind | None:
    """The kind of secret that is called so; None: no such name, or one of a place."""
    if _FILE.search(name):
        return None
    return next((kind for kind, pattern in _PATTERNS.items() if pattern.search(name.replace("-", "_"))), None)
