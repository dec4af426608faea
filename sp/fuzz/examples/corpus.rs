//! Writes the seeds into `fixtures/corpus`: one folder per fuzz target, the same octets each time.
//!
//! `cargo run --manifest-path sp/fuzz/Cargo.toml --no-default-features --example corpus`

use mock_idp::logout::{EncryptedName, LogoutRecipe, Subject};
use mock_idp::quirks::Quirk;
use mock_idp::step::Step;
use mock_idp::tree::Element;
use mock_idp::workshop::Workshop;
use mock_idp::{Recipe, RecipeError, Sign, Vendor, attacks, base64, people};
use sp_fuzz::{ENTITY_ID, LOGOUT_ID, NOW, RESOLVE_ID, SLO, SP_CERTIFICATE, SP_KEY, escaped, recipe};
use std::fs;
use std::io;
use std::path::Path;

fn main() -> io::Result<()> {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fixtures/corpus");
    for (target, seeds) in [
        ("form", forms()),
        ("parsed", documents()),
        ("differential", documents()),
        ("accept", messages()),
        ("signed", edits()),
        ("metadata", metadata()),
        ("query", queries()),
        ("logout", logouts()),
        ("artifact", answers()),
        ("keys", keys()),
    ] {
        let folder = corpus.join(target);
        fs::remove_dir_all(&folder).or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        })?;
        fs::create_dir_all(&folder)?;
        for (name, octets) in &seeds {
            fs::write(folder.join(name), octets)?;
        }
        println!("{target}: {} seeds", seeds.len());
    }
    Ok(())
}

type Seeds = Vec<(String, Vec<u8>)>;

fn xml(recipe: &Recipe) -> Vec<u8> {
    recipe.build().expect("a message").xml.into_bytes()
}

/// Every vendor's healthy message, and one that is encrypted.
fn messages() -> Seeds {
    let clear = Vendor::core().map(|vendor| (vendor.name().to_owned(), xml(&recipe(vendor))));
    let okta = recipe(okta());
    let response = Recipe { sign: Sign::Response, ..okta.clone() };
    let encrypted = Recipe { encrypt: Some(okta.usual_encryption()), ..okta };
    clear.chain([("encrypted".to_owned(), xml(&encrypted)), ("response-signed".to_owned(), xml(&response))]).collect()
}

/// Messages that readers got wrong, and small documents with what XML has.
fn documents() -> Seeds {
    let attacked = ["doctype", "instruction_in_name_id", "namespace_undone", "decoy_xml_id", "xml_1_1"].map(|id| {
        let recipe = Recipe { sign: Sign::Assertion, attack: attacks::named(id), ..recipe(okta()) };
        (id.to_owned(), xml(&recipe))
    });
    let small = [
        ("text", "<a>x &amp; &#x79;<![CDATA[<z>]]><!-- c --> ]]&gt;</a>"),
        ("namespaces", "<p:a xmlns:p='urn:1' xmlns='urn:2' p:b='1' b='2'><c xmlns=''/><p:d xmlns:p='urn:3'/></p:a>"),
        ("attributes", "<a b=' x\u{9}y ' c=\"&#9;&#10;&lt;&quot;'\" xml:lang='e'><b xml:id='_1'/></a>"),
        ("declaration", "<?xml version='1.0' encoding='utf-8' standalone='yes'?>\r\n<a>\r\n</a>\n"),
    ];
    let small = small.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec()));
    attacked.into_iter().chain(small).collect()
}

fn forms() -> Seeds {
    let response = format!("SAMLResponse={}&RelayState=x%20y", escaped(&xml(&recipe(okta()))));
    let logout = base64::decode(&logout().post().expect("a form").base64()).expect("base64");
    let request = format!("RelayState=&SAMLRequest={}", escaped(&logout));
    let small = "SAMLResponse=PGEvPg%3D%3D&other=1&SAMLEncoding=x";
    [("response", response), ("logout", request), ("small", small.to_owned())]
        .map(|(name, body)| (name.to_owned(), body.into_bytes()))
        .into()
}

/// Two octets that choose vendor and quirk, then edits as in a scenario file.
fn edits() -> Seeds {
    let texts = [
        ("audiences", "audiences = [[\"${SP}\"], [\"x\", \"${SP}\"]]"),
        ("times", "not_before = \"-1s\"\nnot_on_or_after = \"+1s\"\nissue_instant = \"=2026-11-25T09:30:00.5Z\""),
        ("names", "name_id = \"<b>&\"\nissuer = \"${IDP}\"\nresponse_id = \"_a\"\nattributes = { a = [\"\", \"b\"] }"),
        ("without", "without = [\"destination\", \"in_response_to\", \"authn_statement\"]"),
        ("status", "status = \"urn:x\"\nsub_status = \"urn:y\"\nstatus_message = \"z\""),
        ("confirmation", "confirmation_method = \"urn:x\"\nrecipient = \"${ACS}\"\nconfirmation_not_before = \"now\""),
    ];
    let seed = |(number, (name, text)): (u8, (&str, &str))| {
        (name.to_owned(), [&[number, 255 - 40 * number], text.as_bytes()].concat())
    };
    (0..).zip(texts).map(seed).collect()
}

fn metadata() -> Seeds {
    let of = |vendor: Vendor| (vendor.name().to_owned(), recipe(vendor).idp.metadata(vendor).into_bytes());
    let mut seeds: Seeds = Vendor::all().map(of).collect();
    let inside: String = seeds.iter().map(|(_, file)| String::from_utf8_lossy(file)).map(entity).collect();
    let md = "urn:oasis:names:tc:SAML:2.0:metadata";
    seeds.push((
        "aggregate".to_owned(),
        format!("<m:EntitiesDescriptor xmlns:m=\"{md}\">{inside}</m:EntitiesDescriptor>").into(),
    ));
    seeds
}

/// A file without its XML declaration.
fn entity(file: std::borrow::Cow<'_, str>) -> String {
    file.split_once("?>").map_or_else(|| file.clone().into_owned(), |(_, entity)| entity.to_owned())
}

fn queries() -> Seeds {
    let redirect = logout().redirect().expect("a query").query;
    let answer = logout_answer().redirect().expect("a query").query;
    let artifact = base64::encode(&[&[0, 4, 0, 1][..], &[7; 40]].concat());
    let small = "SAMLResponse=s7EHAA%3D%3D&RelayState=&SigAlg=x&Signature=AA%3D%3D".to_owned();
    [("logout", redirect), ("logout-answer", answer), ("artifact", artifact), ("small", small)]
        .map(|(name, query)| (name.to_owned(), query.into_bytes()))
        .into()
}

/// What an IdP posts: a request, one with its name encrypted, an answer.
fn logouts() -> Seeds {
    let to = mock_idp::Sp::new(ENTITY_ID, SLO).encrypting(SP_CERTIFICATE);
    let encryption = recipe(okta()).usual_encryption();
    let encrypted = LogoutRecipe { encrypt_name: Some(EncryptedName { encryption, sp: to }), ..logout() };
    [("request", logout()), ("encrypted", encrypted), ("answer", logout_answer())]
        .map(|(name, recipe)| (name.to_owned(), recipe.post().expect("a form").xml.into_bytes()))
        .into()
}

/// SOAP answers: around a message that is signed, around one that is encrypted, and signed around one that is not signed.
fn answers() -> Seeds {
    static WRAPPED: Quirk = quirk(&[Step::Signed(wrap), Step::Text(put_in_envelope)]);
    static SIGNED: Quirk =
        quirk(&[Step::Signed(wrap), Step::Signed(|workshop| workshop.sign_response()), Step::Text(put_in_envelope)]);
    let okta = Recipe { quirk: Some(&WRAPPED), ..recipe(okta()) };
    let encrypted = Recipe { encrypt: Some(okta.usual_encryption()), ..okta.clone() };
    let signed = Recipe { quirk: Some(&SIGNED), sign: Sign::Neither, ..okta.clone() };
    [("message-signed", okta), ("encrypted", encrypted), ("answer-signed", signed)]
        .map(|(name, recipe)| (name.to_owned(), xml(&recipe)))
        .into()
}

const fn quirk(steps: &'static [Step]) -> Quirk {
    Quirk { id: "answer", about: "", source: "", seen_at: &[], needs: "", applies: |_| true, steps }
}

/// Puts an ArtifactResponse around the Response.
fn wrap(workshop: &mut Workshop<'_>) -> Result<(), RecipeError> {
    let (protocol, assertion) = ("urn:oasis:names:tc:SAML:2.0:protocol", "urn:oasis:names:tc:SAML:2.0:assertion");
    let instant = workshop.response.get("IssueInstant").unwrap_or_default().to_owned();
    let issuer = Element::new("a:Issuer").with("xmlns:a", assertion).saying(&workshop.recipe.idp.entity_id);
    let code = Element::new("p:StatusCode").with("Value", "urn:oasis:names:tc:SAML:2.0:status:Success");
    let empty = Element::new("p:ArtifactResponse").with("xmlns:p", protocol).with("ID", "_answer");
    let empty = empty.with("Version", "2.0").with("IssueInstant", instant).with("InResponseTo", RESOLVE_ID);
    let message = std::mem::replace(&mut workshop.response, empty);
    workshop.response.push(issuer);
    workshop.response.push(Element::new("p:Status").holding(code));
    workshop.response.push(message);
    Ok(())
}

fn put_in_envelope(xml: &mut String) {
    let answer = entity(std::mem::take(xml).into());
    *xml = format!(
        "<e:Envelope xmlns:e=\"http://schemas.xmlsoap.org/soap/envelope/\"><e:Body>{answer}</e:Body></e:Envelope>"
    );
}

fn keys() -> Seeds {
    let idp = recipe(okta()).idp;
    let texts = [
        ("certificate.pem", idp.certificate_pem()),
        ("sp.crt", SP_CERTIFICATE.to_owned()),
        ("sp.key", SP_KEY.to_owned()),
    ];
    let texts = texts.map(|(name, text)| (name.to_owned(), text.into_bytes()));
    texts.into_iter().chain([("certificate.der".to_owned(), idp.certificate_der().to_vec())]).collect()
}

fn okta() -> Vendor {
    Vendor::named("okta").expect("a vendor")
}

fn logout() -> LogoutRecipe {
    let idp = mock_idp::Idp::of(okta(), "https://idp.example.test");
    let subject = Subject::of(okta(), &people::ann(), ["_s1"]);
    let recipe = LogoutRecipe::request(okta(), idp, SLO, subject, NOW);
    LogoutRecipe { sign: true, relay_state: Some("x y".to_owned()), ..recipe }
}

fn logout_answer() -> LogoutRecipe {
    let idp = mock_idp::Idp::of(okta(), "https://idp.example.test");
    let recipe = LogoutRecipe::response(okta(), idp, SLO, Some(LOGOUT_ID.to_owned()), NOW);
    LogoutRecipe { sign: true, ..recipe }
}
