"""What is wrong with a policy's text, and where."""


class PolicyProblem(Exception):
    """A policy that must not be used. The message is for the admin who wrote it."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        """`line` and `column`: from 1, in the policy's text."""
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column

    def __str__(self) -> str:
        """`line:column: message`."""
        return f"{self.line}:{self.column}: {self.message}"
