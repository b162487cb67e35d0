"""A signed sts:GetCallerIdentity request as subject token: AWS itself says who signed it.

Nothing that the caller wrote is passed on (CVE-2020-16250, CVE-2022-2385): the request is read into fields of one
grammar each, written anew from those, and sent to the endpoint of a trusted issuer.
"""
