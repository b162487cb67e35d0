"""One thin file per Lambda: event -> library call -> response. No rule lives here."""

import gc
import os

if "AWS_LAMBDA_FUNCTION_NAME" in os.environ:
    # Until the handler is built. What a start makes stays, and to look for garbage in it takes a tenth of the start.
    gc.disable()
