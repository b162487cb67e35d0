// A real OpenID provider on a free port of 127.0.0.1.
// Writes one JSON line to stdout per event: {"issuer": ...} once it answers, {"kid": ...} after each command.
// Reads commands from stdin, and ends with it: `rotate` adds a key set and signs with it, `revoke` drops the others.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';

import Provider, { errors } from 'oidc-provider';

const SECRET = process.env.INTEROP_CLIENT_SECRET;
const CIBA = 'urn:openid:params:grant-type:ciba';
const ALGORITHMS = { 'worker-rs256': 'RS256', 'worker-ps256': 'PS256', 'worker-es256': 'ES256', 'worker-eddsa': 'EdDSA' };
const RESOURCES = {
  'https://federation.example.com': 'jwt',
  'https://somebody-else.example.com': 'jwt',
  'https://opaque.example.com': 'opaque',
};

let generation = 0;
let keySets = [];

function generateKeys() {
  generation += 1;
  const key = (kid, kind, options) => ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: 'jwk' }), kid });
  return [
    key(`rsa-${generation}`, 'rsa', { modulusLength: 2048 }),
    key(`ec-${generation}`, 'ec', { namedCurve: 'P-256' }),
    key(`okp-${generation}`, 'ed25519'),
  ];
}

function worker(id) {
  return { client_id: id, client_secret: SECRET, grant_types: ['client_credentials'], redirect_uris: [], response_types: [] };
}

const portal = {
  client_id: 'analyst-portal',
  client_secret: SECRET,
  grant_types: [CIBA],
  redirect_uris: [],
  response_types: [],
  backchannel_token_delivery_mode: 'poll',
  id_token_signed_response_alg: 'ES256',
};

function resourceServer(_ctx, resource, client) {
  if (!(resource in RESOURCES)) throw new errors.InvalidTarget();
  const format = RESOURCES[resource];
  return {
    scope: 'exchange',
    audience: resource,
    accessTokenFormat: format,
    accessTokenTTL: 600,
    ...(format === 'jwt' ? { jwt: { sign: { alg: ALGORITHMS[client.clientId] ?? 'RS256' } } } : {}),
  };
}

// The person's phone, which says yes at once.
async function approve(provider, request, account, client) {
  const grant = new provider.Grant({ accountId: account.accountId, clientId: client.clientId });
  grant.addOIDCScope('openid');
  await grant.save();
  await provider.backchannelResult(request, grant, { acr: 'urn:example:loa:2', amr: ['pwd', 'otp'], authTime: now() });
}

const now = () => Math.floor(Date.now() / 1000);
const nothing = async () => {};

function openProvider(issuer) {
  const provider = new Provider(issuer, {
    jwks: { keys: keySets.flat() },
    clients: [...Object.keys(ALGORITHMS).map(worker), portal],
    clientAuthMethods: ['client_secret_basic'],
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    findAccount: (_ctx, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    ttl: { IdToken: 600, Grant: 600, BackchannelAuthenticationRequest: 60 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: { enabled: true, getResourceServerInfo: resourceServer, defaultResource: () => undefined },
      ciba: {
        enabled: true,
        deliveryModes: ['poll'],
        processLoginHint: async (_ctx, hint) => hint,
        validateBindingMessage: nothing,
        validateRequestContext: nothing,
        verifyUserCode: nothing,
        triggerAuthenticationDevice: (_ctx, request, account, client) => approve(provider, request, account, client),
      },
    },
  });
  return provider.callback();
}

function say(event) {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

const server = createServer((request, response) => answer(request, response));
let answer;

server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const commands = {
    rotate: () => { keySets = [generateKeys(), ...keySets]; },
    revoke: () => { keySets = keySets.slice(0, 1); },
  };
  const run = (command) => { commands[command](); answer = openProvider(issuer); };
  run('rotate');
  say({ issuer });
  createInterface({ input: process.stdin })
    .on('line', (command) => { run(command); say({ kid: keySets[0][0].kid }); })
    .on('close', () => process.exit(0));
});
