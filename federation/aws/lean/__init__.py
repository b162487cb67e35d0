"""AWS over kept connections, for the functions that answer requests: signed JSON and nothing more.

An operation is a POST to `/` of one host (AWS JSON protocol 1.0 and 1.1), which is all that DynamoDB and KMS want.
"""
