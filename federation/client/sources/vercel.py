"""Vercel builds and functions with OIDC federation (vercel.com/docs/oidc).

A function's token comes in each request, in the header x-vercel-oidc-token: give it as a Source of your own.
"""

from federation.client.sources.variables import variable_place

PLACE = variable_place("vercel", "VERCEL", "VERCEL_OIDC_TOKEN", "switch on OIDC federation for the project")
