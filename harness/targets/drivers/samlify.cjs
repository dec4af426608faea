// samlify behind the driver protocol. The schema validator that it demands is there; no check of its own.
//
// Environment: IDP_METADATA, SP_ACS, SP_ENTITY_ID. The Assertion must be signed; what else stands in a message the library
// leaves to the application.

const { readFileSync } = require("node:fs");
const samlify = require("samlify");
const { serve } = require("./stdio.cjs");

samlify.setSchemaValidator(require("@authenio/samlify-node-xmllint"));
const idp = samlify.IdentityProvider({ metadata: readFileSync(process.env.IDP_METADATA) });
const sp = samlify.ServiceProvider({
  entityID: process.env.SP_ENTITY_ID,
  authnRequestsSigned: false,
  wantAssertionsSigned: true,
  assertionConsumerService: [{ Binding: samlify.Constants.namespace.binding.post, Location: process.env.SP_ACS }],
});

const login = async () => sp.createLoginRequest(idp, "redirect").context;

async function acs(form) {
  const { extract } = await sp.parseLoginResponse(idp, "post", { body: form });
  return { name_id: extract.nameID ?? null, attributes: extract.attributes ?? null };
}

serve({ name: "samlify", version: require("samlify/package.json").version, login, acs });
