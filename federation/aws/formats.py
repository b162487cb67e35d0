"""Which form an item has, where functions of two releases work on one table.

An item says the number of its form if that is not the first. A reader that does not know the number cannot know what
the item means, so it takes the item for unreadable, as a damaged one. Members that are added without changing what the
others mean need no number.
"""

from federation.aws.items import Item

FORMAT = "format"
NEWEST = 1


def check_format(item: Item) -> None:
    """Raises ValueError for a form that a later release began."""
    if FORMAT in item and int(item[FORMAT]["N"]) > NEWEST:
        raise ValueError(f"its form is {item[FORMAT]['N']}, and {NEWEST} is the newest that is known")
