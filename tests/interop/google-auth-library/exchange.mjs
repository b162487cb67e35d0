// Exchanges as Google's library does: exchange.mjs CONFIGURATION [eagerRefreshThresholdMillis], prints the tokens of two calls.
import { readFileSync } from 'node:fs'
import { ExternalAccountClient } from 'google-auth-library'

const [, , file, threshold] = process.argv
const eager = threshold === undefined ? {} : { eagerRefreshThresholdMillis: Number(threshold) }
const client = ExternalAccountClient.fromJSON({ ...JSON.parse(readFileSync(file, 'utf8')), ...eager })
client.scopes = ['risk:score:read'] // else it asks for Google's own scope
const tokens = []
for (let call = 0; call < 2; call++) tokens.push((await client.getAccessToken()).token)
process.stdout.write(JSON.stringify(tokens))
