"""`make bench`: measured, never judged. Speed is no test."""
