// oidc-provider: client_credentials with private_key_jwt (RS256) for a JWT access token that a key of its own signs.
// Reads one line of JSON from stdin, prints one with its URL, and ends with stdin.
import { generateKeyPairSync } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

function open(issuer, asked) {
  const key = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey.export({ format: "jwk" });
  const target = { scope: "risk:score:read", audience: "risk-engine", accessTokenFormat: "jwt", accessTokenTTL: 120 };
  const resource = () => ({ ...target, jwt: { sign: { alg: "ES256" } } });
  return new Provider(issuer, {
    jwks: { keys: [{ ...key, kid: "k-1", use: "sig" }] },
    clients: [{
      client_id: asked.client, grant_types: ["client_credentials"], redirect_uris: [], response_types: [], jwks: asked.jwks,
      token_endpoint_auth_method: "private_key_jwt", token_endpoint_auth_signing_alg: "RS256",
      id_token_signed_response_alg: "ES256",
    }],
    clientAuthMethods: ["private_key_jwt"],
    enabledJWA: { clientAuthSigningAlgValues: ["RS256"], idTokenSigningAlgValues: ["ES256"] },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resource, defaultResource: () => "urn:risk-engine" },
    },
  });
}

function serve(asked) {
  let answer;
  const server = createServer((request, response) => answer(request, response));
  server.listen(0, "127.0.0.1", () => {
    const issuer = `http://127.0.0.1:${server.address().port}`;
    answer = open(issuer, asked).callback();
    console.log(JSON.stringify({ port: server.address().port, path: "/token", issuer }));
  });
}

createInterface({ input: process.stdin })
  .once("line", (line) => serve(JSON.parse(line)))
  .on("close", () => process.exit(0));
