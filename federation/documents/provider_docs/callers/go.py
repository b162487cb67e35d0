"""Go, by its standard library: a whole program, as gofmt writes it."""

import json
import re
from typing import Final

from federation.documents.provider_docs.callers.own import BRIDGE, Asked, Certificate, Command, File, How, Own, Variable
from federation.documents.provider_docs.callers.shell import MTLS, filled

_PROGRAM: Final = """\
package main

import (
<imports>
)

const bridge = "<bridge>"

var client = &http.Client{Timeout: 15 * time.Second}

// own is what this place has already.
func own() (string, error) {
<own>
}

func exchange(own string) (string, error) {
	answer, err := client.PostForm(bridge+"/token", url.Values{
		"grant_type":         {"urn:ietf:params:oauth:grant-type:token-exchange"},
		"subject_token":      {own},
		"subject_token_type": {"<type>"},
		"audience":           {"<audience>"},
	})
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	var issued struct {
		Token       string `json:"access_token"`
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	if err := json.NewDecoder(answer.Body).Decode(&issued); err != nil {
		return "", err
	}
	if issued.Error != "" {
		return "", fmt.Errorf("%s: %s", issued.Error, issued.Description)
	}
	return issued.Token, nil
}

func main() {
	mine, err := own()
	if err != nil {
		log.Fatal(err)
	}
	token, err := exchange(mine)
	if err != nil {
		log.Fatal(err)
	}
	log.Printf("a token of %d characters, for Authorization: Bearer", len(token))
}
"""
_ALWAYS: Final = frozenset({"encoding/json", "fmt", "log", "net/http", "net/url", "time"})
_ASKED: Final = """\
	request, err := http.NewRequest("<method>", <url>, nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("<header>", <value>)
	answer, err := client.Do(request)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK {
		return "", fmt.Errorf("no identity: %s", answer.Status)
	}
"""
_MEMBER: Final = """\
	var members struct {
		Token string `json:"<member>"`
	}
	err = json.NewDecoder(answer.Body).Decode(&members)
	return members.Token, err"""
_TRIMMED: Final = "\treturn strings.TrimSpace(string(text)), err"
_PAIR: Final = """\
	pair, err := tls.LoadX509KeyPair("<certificate>", "<key>")
	client.Transport = &http.Transport{TLSClientConfig: &tls.Config{Certificates: []tls.Certificate{pair}}}
	return "mtls", err"""


def go(own: Own, audience: str) -> str:
    """A program."""
    body, more = _own(own.how)
    imports = "\n".join(f'\t"{name}"' for name in sorted(_ALWAYS | more))
    bridge = MTLS if isinstance(own.how, Certificate) else BRIDGE
    values = {"imports": imports, "own": body, "bridge": bridge, "audience": audience, "type": own.type.value}
    return filled(_PROGRAM, values)


def _own(how: How) -> tuple[str, set[str]]:
    """The body of `own`, and what it imports beside what the program does."""
    match how:
        case Variable(name):
            return f'\treturn os.Getenv("{name}"), nil', {"os"}
        case File(path):
            return f'\ttext, err := os.ReadFile("{path}")\n{_TRIMMED}', {"os", "strings"}
        case Command(words):
            listed = ", ".join(map(_quoted, words))
            return f"\ttext, err := exec.Command({listed}).Output()\n{_TRIMMED}", {"os/exec", "strings"}
        case Asked():
            return _asked(how)
        case Certificate(certificate, key):
            return filled(_PAIR, {"certificate": certificate, "key": key}), {"crypto/tls"}
    raise TypeError(how)


def _asked(how: Asked) -> tuple[str, set[str]]:
    name, value = how.header
    asked = filled(
        _ASKED, {"method": how.method, "url": _expression(how.url), "header": name, "value": _expression(value)}
    )
    imports = {"os"} if "os.Getenv" in asked else set()
    if how.member:
        return asked + filled(_MEMBER, {"member": how.member}), imports
    return f"{asked}\ttext, err := io.ReadAll(answer.Body)\n{_TRIMMED}", imports | {"io", "strings"}


def _expression(text: str) -> str:
    """A text with variables, as Go joins it."""
    parts = re.split(r"\{(\w+)\}", text)
    joined = [f'os.Getenv("{part}")' if at % 2 else _quoted(part) for at, part in enumerate(parts) if part]
    return "+".join(joined)


def _quoted(text: str) -> str:
    return f"`{text}`" if '"' in text else json.dumps(text)
