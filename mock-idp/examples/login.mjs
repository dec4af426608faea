// A login at a mock IdP, from Node.js 18 or later without any package.
//
// Starts `samlspec idp okta` (the program's path may stand in SAMLSPEC), sets an application up with options of Okta's
// admin page, logs Ann in healthily and then with an attack, and prints the NameIDs of the Responses that the SP would get.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

const app = {
  vendor: "okta",
  options: {
    "Audience URI (SP Entity ID)": "https://app.example.test/saml",
    "Single sign-on URL": "https://app.example.test/saml/acs",
    "Application username": "Email prefix",
    "Default RelayState": "/home",
  },
};

const program = process.env.SAMLSPEC ?? "samlspec";
const mock = spawn(program, ["idp", "okta", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
try {
  const [line] = await once(createInterface({ input: mock.stdout }), "line");
  const idp = JSON.parse(line);
  await control("apps", app);
  await control("queue", { vendor: "okta", edits: { audience: ["https://app.example.test/saml", "urn:another"] } });
  const healthy = await login("ann@example.test");
  console.log("RelayState:", healthy.relayState);
  console.log("Audiences:", [...healthy.xml.matchAll(/<saml2:Audience>([^<]*)</g)].map((match) => match[1]).join(" "));
  console.log("NameID:", nameId(healthy.xml));
  const forged = await login("ann+xsw_before@example.test");
  console.log("NameID that comes first after xsw_before, which an SP must refuse:", nameId(forged.xml));

  async function control(path, body) {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${idp.control}/${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(answer.error);
    return answer;
  }

  // Someone starts at the IdP; the page that comes back would post the Response to the SP.
  async function login(user) {
    const page = await (await fetch(`${idp.start}?user=${encodeURIComponent(user)}`)).text();
    const field = (name) => page.match(new RegExp(`name="${name}" value="([^"]*)"`))?.[1];
    // The pages escape with numeric references; base64 and this path have at most `/`, `+` and `=` escaped.
    const plain = (text) => text.replace(/&#x?([0-9a-f]+);/gi, (all, code) =>
      String.fromCodePoint(parseInt(code, all[2] === "x" ? 16 : 10)));
    const xml = Buffer.from(plain(field("SAMLResponse")), "base64").toString("utf8");
    return { xml, relayState: plain(field("RelayState")) };
  }
} finally {
  mock.kill();
}

function nameId(xml) {
  return xml.match(/<saml2:NameID[^>]*>([^<]*)</)[1];
}
