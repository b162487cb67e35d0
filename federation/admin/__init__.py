"""Trust changes: who may write what, the second admin, history, approvals. Never on the token path."""
