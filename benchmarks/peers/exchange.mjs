// A token exchange as a service would write it on Node: jose verifies and builds, the AWS SDK records, reads and signs.
// Reads one line of JSON from stdin, prints one with its URL, ends with stdin. It decides nothing: no mapping, no policy, no limits.
import { createHash, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { BatchGetItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { KMSClient, SignCommand } from "@aws-sdk/client-kms";
import { createLocalJWKSet, jwtVerify } from "jose";

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");

function exchange(asked) {
  const settings = { endpoint: asked.endpoint, region: asked.region, credentials: asked.credentials };
  const [dynamodb, kms] = [new DynamoDBClient(settings), new KMSClient(settings)];
  const keys = createLocalJWKSet(asked.jwks);
  const options = { issuer: asked.issuer, audience: asked.audience, algorithms: ["RS256"] };
  const header = encoded({ alg: "RS256", typ: "at+jwt", kid: "k-1" });
  const documents = { RequestItems: { [asked.trust]: { Keys: asked.documents, ConsistentRead: true } } };
  return async (body) => {
    const form = new URLSearchParams(body);
    const { payload } = await jwtVerify(form.get("subject_token"), keys, options);
    const now = Math.floor(Date.now() / 1000);
    const claims = { iss: asked.audience, sub: payload.sub, aud: form.get("audience"), iat: now, exp: now + 120, jti: randomUUID() };
    const signed = `${header}.${encoded({ ...claims, client_id: payload.sub, scope: "risk:score:read" })}`;
    const item = { pk: { S: claims.jti }, sk: { S: "issued" }, entry: { S: JSON.stringify({ ...claims, ...asked.entry }) } };
    const Message = createHash("sha256").update(signed).digest();
    const [, , signature] = await Promise.all([
      dynamodb.send(new PutItemCommand({ TableName: asked.audit, Item: item })),
      dynamodb.send(new BatchGetItemCommand(documents)),
      kms.send(new SignCommand({ KeyId: asked.key, Message, MessageType: "DIGEST", SigningAlgorithm: "RSASSA_PKCS1_V1_5_SHA_256" })),
    ]);
    const token = `${signed}.${Buffer.from(signature.Signature).toString("base64url")}`;
    return { access_token: token, token_type: "Bearer", expires_in: 120, scope: "risk:score:read" };
  };
}

function serve(answer) {
  const server = createServer((request, response) => {
    const chunks = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", async () => {
      const found = await answer(Buffer.concat(chunks).toString()).then((body) => [200, body], (error) => [400, { error: `${error}` }]);
      const body = Buffer.from(JSON.stringify(found[1]));
      response.writeHead(found[0], { "content-type": "application/json", "content-length": body.length }).end(body);
    });
  });
  server.listen(0, "127.0.0.1", () => console.log(JSON.stringify({ port: server.address().port, path: "/token" })));
}

createInterface({ input: process.stdin })
  .once("line", (line) => serve(exchange(JSON.parse(line))))
  .on("close", () => process.exit(0));
