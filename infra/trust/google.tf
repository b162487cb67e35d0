# Lets an identity of a federation bridge act in a Google Cloud project, by a workload identity pool. Nothing here is secret.
# The attribute condition lets one principal in, and nobody else to whom the bridge issues tokens.

variable "project" {
  description = "The project's id."
  type        = string
}

variable "bridge_url" {
  description = "The bridge's issuer URL, as in https://federation.example.com."
  type        = string

  validation {
    condition     = startswith(var.bridge_url, "https://") && !endswith(var.bridge_url, "/")
    error_message = "An https URL without a slash at its end."
  }
}

variable "audience" {
  description = "The aud of the bridge's tokens for this pool: the id (or the resource) of its Audience document."
  type        = string
  default     = "google"
}

variable "principal" {
  description = "The sub of the identity that may come in, as in ci/acme/deployer. At most 127 characters."
  type        = string

  validation {
    condition     = can(regex("^[A-Za-z0-9._@-]+(/[A-Za-z0-9._@-]+)*$", var.principal)) && length(var.principal) <= 127
    error_message = "A principal without a wildcard, of at most 127 characters."
  }
}

variable "role" {
  description = "What it may do in the project."
  type        = string
  default     = "roles/storage.objectViewer"
}

resource "google_iam_workload_identity_pool" "bridge" {
  project                   = var.project
  workload_identity_pool_id = "federation-bridge"
}

resource "google_iam_workload_identity_pool_provider" "bridge" {
  project                            = var.project
  workload_identity_pool_id          = google_iam_workload_identity_pool.bridge.workload_identity_pool_id
  workload_identity_pool_provider_id = "bridge"
  attribute_condition                = "google.subject == '${var.principal}'"

  attribute_mapping = {
    "google.subject" = "assertion.sub"
    "attribute.txn"  = "assertion.txn"
  }

  oidc {
    issuer_uri        = var.bridge_url
    allowed_audiences = [var.audience]
  }
}

resource "google_project_iam_member" "bridge" {
  project = var.project
  role    = var.role
  member  = "principal://iam.googleapis.com/${google_iam_workload_identity_pool.bridge.name}/subject/${var.principal}"
}

output "provider" {
  description = "For --provider of fedbridge exec and credential-config."
  value       = google_iam_workload_identity_pool_provider.bridge.name
}
