"""The page behind `error_uri`: every reason and what to do about it, made from the reasons themselves."""

from html import escape

from federation.oauth.reasons import Reason

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Why an exchange is refused</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem}
dt{font-family:ui-monospace,monospace;font-weight:600;margin-top:1rem}
dd{margin-left:0}
dt:target{background:#fff3bf}
</style></head><body>
<h1>Why an exchange is refused</h1>
<p>Every refusal names one of these reasons. Details are in the bridge's audit record; give its administrator the
<code>correlation_id</code> of the answer. What is wrong with your own token, or with the way here, tells
<code>fedbridge doctor --source file:TOKEN</code>.</p>
<dl>
"""


def render_error_page() -> str:
    """HTML with one anchor per reason code."""
    rows = (f'<dt id="{reason.value}">{reason.value}</dt><dd>{escape(reason.advice)}</dd>\n' for reason in Reason)
    return _HEAD + "".join(rows) + "</dl></body></html>\n"
