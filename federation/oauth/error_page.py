"""The page that explains every reason, to which `error_uri` leads."""

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


_MORE = {
    Reason.CLIENT_AUTHENTICATION_FAILED: """<p>An assertion of <code>private_key_jwt</code> must have:</p>
<ul>
<li><code>aud</code>: the issuer URL of this bridge (<code>issuer</code> of its metadata), as one text. Nimbus and
Spring Security send the URL of the token endpoint unless they are told otherwise, and that is refused.</li>
<li><code>alg</code>: ES256, PS256 or EdDSA (also as Ed25519), with a key of the client's document. RS256 is
refused.</li>
<li><code>exp</code>: at most 300 seconds after <code>iat</code>.</li>
<li><code>jti</code>: a new one each time; it is accepted once.</li>
</ul>
<p><code>iss</code> and <code>sub</code> are the client's id. Which of these failed, and whether the client exists, only
the audit record tells.</p>""",
}
"""What the page says beyond the advice, as HTML."""


def render_error_page() -> str:
    """HTML with one anchor per reason code."""
    return _HEAD + "".join(map(_row, Reason)) + "</dl></body></html>\n"


def _row(reason: Reason) -> str:
    return f'<dt id="{reason.value}">{reason.value}</dt><dd>{escape(reason.advice)}{_MORE.get(reason, "")}</dd>\n'
