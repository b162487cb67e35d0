"""Principals and their templates."""


def is_template(principal: str) -> bool:
    """Whether it depends on claims whom it names."""
    return "{" in principal
