"""The context object that Lambda hands to a handler."""

from msgspec import Struct

from federation.local.events import ACCOUNT_ID
from federation.ports import Clock

REGION = "us-east-1"


class LambdaContext(Struct, frozen=True):
    """What a handler may ask about its invocation; the names are AWS's."""

    function_name: str
    aws_request_id: str
    clock: Clock
    deadline: float
    """Seconds since the epoch."""
    memory_limit_in_mb: int = 256
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        """The function's ARN."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT_ID}:function:{self.function_name}"

    @property
    def log_group_name(self) -> str:
        """Where the function's log would go."""
        return f"/aws/lambda/{self.function_name}"

    @property
    def log_stream_name(self) -> str:
        """One stream: there is one runtime."""
        return "local"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function would be stopped; never negative."""
        return max(0, int((self.deadline - self.clock.now()) * 1000))
