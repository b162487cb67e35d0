"""JavaScript for Node 20 or later, without a library."""

import json
import re
from typing import Final

from federation.documents.provider_docs.callers.own import BRIDGE, Asked, Certificate, Command, File, How, Own, Variable
from federation.documents.provider_docs.callers.shell import MTLS, filled

_FORM: Final = """\
new URLSearchParams({
    grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
    subject_token: own,
    subject_token_type: '<type>',
    audience: '<audience>',
  })"""
_EXCHANGE: Final = f"""
const answer = await fetch('<bridge>/token', {{
  method: 'POST',
  signal: AbortSignal.timeout(15_000),
  body: {_FORM},
}})
const issued = await answer.json()
if (!answer.ok) throw new Error(`${{issued.error}}: ${{issued.error_description}}`)
const token = issued.access_token // good for issued.expires_in seconds
"""
_BY_CERTIFICATE: Final = """\
import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { json } from 'node:stream/consumers'

const own = 'mtls'
const credentials = { cert: readFileSync('<certificate>'), key: readFileSync('<key>') }
const headers = { 'content-type': 'application/x-www-form-urlencoded' }
const issued = await new Promise((resolve, reject) => {
  const options = { method: 'POST', headers, ...credentials, signal: AbortSignal.timeout(15_000) }
  const asked = request('<mtls>/token', options, (answer) => json(answer).then(resolve, reject))
  asked.on('error', reject)
  asked.end(<form>.toString())
})
if (issued.error) throw new Error(`${issued.error}: ${issued.error_description}`)
const token = issued.access_token // good for issued.expires_in seconds
"""


def node(own: Own, audience: str) -> str:
    """A module."""
    values = {"bridge": BRIDGE, "mtls": MTLS, "audience": audience, "type": own.type.value}
    if isinstance(own.how, Certificate):
        values |= {"certificate": own.how.certificate, "key": own.how.key, "form": filled(_FORM, values)}
        return filled(_BY_CERTIFICATE, values)
    return _own(own.how) + filled(_EXCHANGE, values)


def _own(how: How) -> str:
    match how:
        case Variable(name):
            return f"const own = process.env.{name}\n"
        case File(path):
            read = f"(await readFile('{path}', 'utf8')).trim()"
            return f"import {{ readFile }} from 'node:fs/promises'\n\nconst own = {read}\n"
        case Command(words):
            listed = ", ".join(map(_quoted, words[1:]))
            call = f"execFileSync({_quoted(words[0])}, [{listed}], {{ encoding: 'utf8' }})"
            return f"import {{ execFileSync }} from 'node:child_process'\n\nconst own = {call}.trim()\n"
        case Asked():
            return _asked(how)
    raise TypeError(how)


def _asked(how: Asked) -> str:
    name, value = how.header
    read = f"(await asked.json()).{how.member}" if how.member else "(await asked.text()).trim()"
    method = "  method: 'POST',\n" if how.method == "POST" else ""
    return (
        f"const asked = await fetch(`{_named(how.url)}`, {{\n{method}"
        f"  headers: {{ {_quoted(name)}: `{_named(value)}` }},\n"
        "  signal: AbortSignal.timeout(15_000),\n"
        "})\n"
        "if (!asked.ok) throw new Error(`no identity: HTTP ${asked.status}`)\n"
        f"const own = {read}\n"
    )


def _named(text: str) -> str:
    return re.sub(r"\{(\w+)\}", r"${process.env.\1}", text)


def _quoted(text: str) -> str:
    return f"'{text}'" if "'" not in text else json.dumps(text)
