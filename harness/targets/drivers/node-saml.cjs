// node-saml, or its forerunner inside passport-saml, behind the driver protocol. No check of its own.
//
// Environment: PACKAGE (passport-saml or @node-saml/node-saml), IDP_SSO, IDP_CERT, SP_ACS, SP_ENTITY_ID. One signature is
// enough, on the Response or on the Assertion; InResponseTo is not compared.

const { promisify } = require("node:util");
const { serve } = require("./stdio.cjs");

const name = process.env.PACKAGE;
const SAML = require(name).SAML ?? require(`${name}/lib/passport-saml/saml`).SAML;
const isOwnPackage = name !== "passport-saml";

const saml = new SAML({
  callbackUrl: process.env.SP_ACS,
  issuer: process.env.SP_ENTITY_ID,
  audience: process.env.SP_ENTITY_ID,
  entryPoint: process.env.IDP_SSO,
  // The option was renamed in node-saml 5.
  cert: process.env.IDP_CERT,
  idpCert: process.env.IDP_CERT,
  identifierFormat: null,
  wantAuthnResponseSigned: false,
  wantAssertionsSigned: false,
  validateInResponseTo: isOwnPackage ? "never" : false,
});

async function login(relayState) {
  const request = { query: {}, body: {}, headers: { host: new URL(process.env.SP_ACS).host } };
  if (isOwnPackage) return saml.getAuthorizeUrlAsync(relayState, request.headers.host, {});
  if (saml.getAuthorizeUrlAsync) return saml.getAuthorizeUrlAsync(request, {});
  return promisify(saml.getAuthorizeUrl.bind(saml))(request, {});
}

async function acs(form) {
  const validate = saml.validatePostResponseAsync?.bind(saml);
  const profile = validate ? (await validate(form)).profile : await promisify(saml.validatePostResponse.bind(saml))(form);
  if (!profile) throw new Error("no profile");
  return { name_id: profile.nameID ?? null, attributes: profile.attributes ?? null };
}

serve({ name, version: require(`${name}/package.json`).version, login, acs });
