"""Makes the audit trail provable: a chain of signed segments, written from the audit table's stream."""
