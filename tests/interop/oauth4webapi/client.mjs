// A client and a resource server that nobody here wrote, on one connection to whoever drives them: JSON lines.
// Writes {"client": jwks, "resource_server": jwks} first, their public keys, made anew for each run.
// Reads {"issuer", "audience", "scope", "subject_token", "subject_token_type", "alg", "other_audience"} per line,
// and answers with one line: what came of each step, by its name. Ends with its input.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import * as oauth from 'oauth4webapi';

const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const LOOPBACK = { [oauth.allowInsecureRequests]: true };
const CLIENT = { client_id: 'interop-client' };
const RESOURCE_SERVER = { client_id: 'interop-resource-server' };

// A key of each kind; a run authenticates with the kind that its tokens are bound to.
async function party() {
  const jwks = { keys: [] };
  const authentication = {};
  for (const alg of ['ES256', 'PS256', 'Ed25519']) {
    const keys = await oauth.generateKeyPair(alg, { extractable: true });
    const jwk = await crypto.subtle.exportKey('jwk', keys.publicKey);
    jwks.keys.push({ ...jwk, kid: alg, alg, use: 'sig', key_ops: undefined, ext: undefined });
    authentication[alg] = oauth.PrivateKeyJwt({ key: keys.privateKey, kid: alg });
  }
  return { jwks, authentication };
}

const client = await party();
const resourceServer = await party();

// A proof without nonce is answered with one; the library keeps it, and the request is made again.
async function withNonce(request) {
  try {
    return await request();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    return { ...(await request()), asked_for_nonce: true };
  }
}

function exchange(as, asked, DPoP) {
  const parameters = {
    subject_token: asked.subject_token,
    subject_token_type: asked.subject_token_type,
    audience: asked.audience,
    scope: asked.scope,
  };
  return withNonce(async () => {
    const options = { ...LOOPBACK, DPoP };
    const response = await oauth.genericTokenEndpointRequest(as, CLIENT, client.authentication[asked.alg], TOKEN_EXCHANGE, parameters, options);
    return oauth.processGenericTokenEndpointResponse(as, CLIENT, response);
  });
}

function clientCredentials(as, asked, DPoP) {
  const parameters = { audience: asked.audience, scope: asked.scope };
  return withNonce(async () => {
    const options = { ...LOOPBACK, DPoP };
    const response = await oauth.clientCredentialsGrantRequest(as, CLIENT, client.authentication[asked.alg], parameters, options);
    return oauth.processClientCredentialsResponse(as, CLIENT, response);
  });
}

async function introspect(as, asked, token, requestJwtResponse = false) {
  const options = { ...LOOPBACK, requestJwtResponse };
  const response = await oauth.introspectionRequest(as, RESOURCE_SERVER, resourceServer.authentication[asked.alg], token, options);
  const answer = await oauth.processIntrospectionResponse(as, RESOURCE_SERVER, response);
  if (requestJwtResponse) await oauth.validateApplicationLevelSignature(as, response, LOOPBACK);
  return answer;
}

async function revoke(as, asked, token) {
  const response = await oauth.revocationRequest(as, CLIENT, client.authentication[asked.alg], token, LOOPBACK);
  await oauth.processRevocationResponse(response);
  return {};
}

// A resource of a few lines: whatever the library takes for a good token of this audience, it serves.
async function resource(as, audience) {
  const server = createServer(async (incoming, outgoing) => {
    const url = `http://127.0.0.1:${server.address().port}${incoming.url}`;
    const request = new Request(url, { method: incoming.method, headers: incoming.headers });
    try {
      const claims = await oauth.validateJwtAccessToken(as, request, audience, LOOPBACK);
      outgoing.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(claims));
    } catch (error) {
      outgoing.writeHead(401, { 'content-type': 'application/json' }).end(JSON.stringify(told(error)));
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

async function visit(as, audience, token, DPoP) {
  const server = await resource(as, audience);
  try {
    const url = new URL(`http://127.0.0.1:${server.address().port}/orders?page=1`);
    const response = await oauth.protectedResourceRequest(token, 'GET', url, undefined, undefined, { ...LOOPBACK, DPoP });
    return { status: response.status, told: await response.json() };
  } finally {
    server.close();
  }
}

function told(error) {
  return { error: error.error ?? error.code ?? error.name, description: error.error_description ?? error.message };
}

async function step(results, name, work) {
  try {
    results[name] = await work();
  } catch (error) {
    results[name] = { failed: true, ...told(error) };
  }
  return results[name];
}

async function run(asked) {
  const results = {};
  const issuer = new URL(asked.issuer);
  const as = await step(results, 'discovery', async () => {
    const response = await oauth.discoveryRequest(issuer, { ...LOOPBACK, algorithm: 'oauth2' });
    return oauth.processDiscoveryResponse(issuer, response);
  });
  const keys = await oauth.generateKeyPair(asked.alg);
  const DPoP = oauth.DPoP(CLIENT, keys);
  results.jkt = await DPoP.calculateThumbprint();
  const own = await step(results, 'client_credentials', () => clientCredentials(as, asked, DPoP));
  const { access_token: token } = await step(results, 'exchange', () => exchange(as, asked, DPoP));
  const another = oauth.DPoP(CLIENT, await oauth.generateKeyPair(asked.alg));
  await step(results, 'resource', () => visit(as, asked.audience, token, DPoP));
  await step(results, 'resource_as_client', () => visit(as, asked.audience, own.access_token, DPoP));
  await step(results, 'other_audience', () => visit(as, asked.other_audience, token, DPoP));
  await step(results, 'other_key', () => visit(as, asked.audience, token, another));
  await step(results, 'as_bearer', () => visit(as, asked.audience, token));
  await step(results, 'introspection', () => introspect(as, asked, token));
  await step(results, 'signed_introspection', () => introspect(as, asked, token, true));
  await step(results, 'revocation', () => revoke(as, asked, token));
  await step(results, 'introspection_after_revocation', () => introspect(as, asked, token));
  return results;
}

function say(value) {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

say({ client: client.jwks, resource_server: resourceServer.jwks });
for await (const line of createInterface({ input: process.stdin })) say(await run(JSON.parse(line)));
