"""`fedbridge doctor`: are a bridge and one's own set-up sound, over HTTP alone, and what to do about what is not."""

from federation.cli.doctor.examination import EXAMPLE, doctor

__all__ = ["EXAMPLE", "doctor"]
