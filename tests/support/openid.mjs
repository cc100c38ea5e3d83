// A certified OpenID provider on a free port. Prints its port; POST /people replaces whom it knows: {sub: claims}.
import http from "node:http";

const [redirect, seconds] = process.argv.slice(2);
process.emitWarning = () => {};
const log = console.warn;
console.warn = () => {};
const { default: Provider } = await import(process.env.OIDC_PROVIDER);
console.warn = log;

let people = {};
let answer = (request, response) => response.writeHead(503).end();
const server = http.createServer((request, response) => {
  if (request.url !== "/people") return answer(request, response);
  let body = "";
  request.on("data", (part) => { body += part; });
  request.on("end", () => { people = JSON.parse(body); response.end(); });
});
await new Promise((done) => server.listen(0, "127.0.0.1", done));
const { port } = server.address();

const client = { redirect_uris: [redirect], grant_types: ["authorization_code", "refresh_token"], response_types: ["code"] };
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { ...client, client_id: "us", client_secret: "a secret of tests" },
    { ...client, client_id: "public", token_endpoint_auth_method: "none" },
  ],
  claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name", "groups"] },
  findAccount: (_, sub) => people[sub] && { accountId: sub, claims: () => ({ sub, ...people[sub] }) },
  issueRefreshToken: () => true,
  ttl: { AccessToken: Number(seconds ?? 3600), IdToken: 600, Session: 600, Interaction: 600, Grant: 600, RefreshToken: 600 },
  cookies: { keys: ["a key of tests"] },
});
answer = provider.callback();
console.log(port);
