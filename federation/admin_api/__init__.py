"""The admin API (DESIGN section 5): tables of operations, one file per resource, and one endpoint over all of them."""
