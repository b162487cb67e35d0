"""Bitbucket Pipelines: a step with `oidc: true` (support.atlassian.com, integrate-pipelines-with-resource-servers)."""

from federation.client.sources.variables import variable_place

PLACE = variable_place("bitbucket", "BITBUCKET_BUILD_NUMBER", "BITBUCKET_STEP_OIDC_TOKEN", "give the step oidc: true")
