"""HCP Terraform runs with a workload identity token (developer.hashicorp.com, manual-generation)."""

from federation.client.sources.variables import variable_place

PLACE = variable_place(
    "terraform",
    "TFC_RUN_ID",
    "TFC_WORKLOAD_IDENTITY_TOKEN",
    "set TFC_WORKLOAD_IDENTITY_AUDIENCE in the workspace to the bridge's URL",
)
