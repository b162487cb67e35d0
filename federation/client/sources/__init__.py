"""Where a workload's own identity comes from: a file per place."""
