// A small web application that logs people in with node-saml: browsers and their messages in, a session or a refusal out.
//
// It stands for "an SP that already runs": it knows nothing of the harness, and who is logged in shows at /whoami.
//
// Environment: IDP_METADATA (file, needed); PORT (7702 unless set); SP_KEY and SP_CERT (PEM files; the committed test
// keys unless set). node-saml's settings: one signature is enough, on the Response or on the Assertion; the answer to a
// request must answer one of ours, an answer to no request is welcome. Nothing is checked here that node-saml does not check.

const { randomBytes } = require("node:crypto");
const { readFileSync } = require("node:fs");
const { createServer } = require("node:http");
const { join } = require("node:path");
const { SAML, ValidateInResponseTo } = require("@node-saml/node-saml");

const port = Number(process.env.PORT ?? 7702);
const base = `http://127.0.0.1:${port}`;
const keys = join(__dirname, "../../../fixtures/keys");
const spCertificate = readFileSync(process.env.SP_CERT ?? join(keys, "sp.crt.pem"), "utf8");

if (!process.env.IDP_METADATA) {
  console.error("IDP_METADATA is not set: name the file with the IdP's metadata");
  process.exit(2);
}
const saml = new SAML({
  ...identityProvider(readFileSync(process.env.IDP_METADATA, "utf8")),
  issuer: `${base}/metadata`,
  audience: `${base}/metadata`,
  callbackUrl: `${base}/acs`,
  decryptionPvk: readFileSync(process.env.SP_KEY ?? join(keys, "sp.key.pem"), "utf8"),
  identifierFormat: null,
  wantAuthnResponseSigned: false,
  wantAssertionsSigned: false,
  validateInResponseTo: ValidateInResponseTo.ifPresent,
});

const sessions = new Map(); // cookie -> who is logged in

const pages = {
  "GET /health": (_, response) => answer(response, 200, { ok: true }),
  "GET /login": login,
  "POST /acs": acs,
  "GET /whoami": whoami,
  "GET /metadata": (_, response) => {
    response.writeHead(200, { "content-type": "application/samlmetadata+xml" });
    response.end(saml.generateServiceProviderMetadata(spCertificate, null));
  },
};

async function login(_, response) {
  response.writeHead(302, { location: await saml.getAuthorizeUrlAsync("", `127.0.0.1:${port}`, {}) });
  response.end();
}

async function acs(request, response) {
  const SAMLResponse = new URLSearchParams(await body(request)).get("SAMLResponse");
  if (!SAMLResponse) return answer(response, 403, { reason: "no SAMLResponse" });
  let profile;
  try {
    ({ profile } = await saml.validatePostResponseAsync({ SAMLResponse }));
  } catch (error) {
    if (isBug(error)) throw error;
    return answer(response, 403, { reason: reasonOf(error) });
  }
  if (!profile) return answer(response, 403, { reason: "no profile" });
  const cookie = randomBytes(16).toString("hex");
  sessions.set(cookie, { name_id: profile.nameID ?? null, attributes: profile.attributes ?? {} });
  response.writeHead(303, { location: "/whoami", "set-cookie": `session=${cookie}; Path=/; HttpOnly` });
  response.end();
}

function whoami(request, response) {
  const cookie = /(?:^|; )session=([0-9a-f]+)/.exec(request.headers.cookie ?? "")?.[1];
  const person = sessions.get(cookie);
  answer(response, person ? 200 : 401, person ?? { error: "nobody is logged in" });
}

// The language's own errors say that code went wrong, not that the message is no good: the page for them is a 500. Two kinds
// are about the message all the same: what node-saml demands with `assertRequired`, which throws a TypeError, and what
// Node.js itself turns down, such as a text that is no URL (those errors have a code).
function isBug(error) {
  const bugs = [TypeError, RangeError, ReferenceError, SyntaxError];
  const demanded = error?.code !== undefined || /^\s*at assertRequired /m.test(error?.stack ?? "");
  return bugs.some((kind) => error instanceof kind) && !demanded;
}

function reasonOf(error) {
  const cause = error?.cause ? ` (${error.cause.message ?? error.cause})` : "";
  return `${error?.message ?? error}${cause}`.slice(0, 400);
}

// What node-saml wants to be told of an IdP. It does not read metadata itself.
function identityProvider(metadata) {
  const texts = (pattern) => [...metadata.matchAll(pattern)].map((found) => found[1].trim());
  const redirect = texts(/(<(?:\w+:)?SingleSignOnService[^>]*>)/g).find((tag) => tag.includes("bindings:HTTP-Redirect"));
  return {
    idpIssuer: /entityID="([^"]*)"/.exec(metadata)[1].replaceAll("&amp;", "&"),
    entryPoint: /Location="([^"]*)"/.exec(redirect)[1].replaceAll("&amp;", "&"),
    idpCert: texts(/<(?:\w+:)?X509Certificate>([^<]*)</g).map((text) => text.replaceAll(/\s/g, "")),
  };
}

async function body(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString("utf8");
}

function answer(response, status, content) {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(JSON.stringify(content));
}

createServer(async (request, response) => {
  const path = new URL(request.url, base).pathname;
  const page = pages[`${request.method} ${path}`];
  try {
    if (page) await page(request, response);
    else answer(response, 404, { error: "no such page" });
  } catch (error) {
    answer(response, 500, { error: String(error).slice(0, 400) });
  }
}).listen(port, "127.0.0.1", () => console.log(`node-saml listens on ${base}`));
