//! Reads AuthnRequests of our SP with samael: files and login URLs in, one verdict each out.
//!
//! Refuses: what samael cannot read, another Version than 2.0, an ID that is no NCName, no Issuer, no Destination or one
//! that no trusted IdP has, an ACS that is not on the HTTP-POST binding, a RelayState of more than 80 bytes. So that this
//! is no rubber stamp, each request is also offered cut off in the middle and without its ID, and must then be unreadable.

use crate::peer::Peer;
use crate::tally::Tally;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use samael::idp::verified_request::UnverifiedAuthnRequest;
use samael::schema::AuthnRequest;
use std::io::Read as _;
use url::Url;

const POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const RELAY_STATE_BYTES: usize = 80;
const MESSAGE_BYTES: u64 = 1 << 20;

/// Where AuthnRequests come from, and who they may be for.
#[derive(Default)]
pub(crate) struct Sources {
    idps: Vec<IdentityProvider>,
    logins: Vec<String>,
    files: Vec<String>,
}

struct IdentityProvider {
    entity_id: String,
    sso: String,
}

impl Sources {
    /// Reads the command line.
    pub(crate) fn read(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut sources = Self::default();
        while let Some(argument) = arguments.next() {
            let (name, value) = match argument.split_once('=') {
                Some((name, value)) if name.starts_with("--") => (name.to_owned(), Some(value.to_owned())),
                _ => (argument, None),
            };
            let mut value =
                || value.clone().or_else(|| arguments.next()).ok_or_else(|| format!("{name} needs a value"));
            match name.as_str() {
                "--login" => sources.logins.push(value()?),
                "--idp-metadata" => sources.idps.push(IdentityProvider::read(&value()?)?),
                _ if name.starts_with("--") => return Err(format!("unknown option {name}")),
                _ => sources.files.push(name),
            }
        }
        Ok(sources)
    }
}

impl IdentityProvider {
    fn read(path: &str) -> Result<Self, String> {
        let metadata = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
        let peer = Peer::new(&metadata, "unused", "unused")?;
        match peer.sso() {
            (Some(sso), Some(entity_id)) => Ok(Self { entity_id, sso }),
            _ => Err(format!("{path}: no entityID, or no SingleSignOnService for redirects")),
        }
    }
}

/// Judges every file, and every login at every trusted IdP.
pub(crate) fn judge(sources: &Sources) -> Tally {
    let mut tally = Tally::default();
    for file in &sources.files {
        let xml = std::fs::read_to_string(file).map_err(|error| error.to_string());
        tally.row(file, xml.and_then(|xml| read(&xml, &sources.idps)));
    }
    for login in &sources.logins {
        for (idp, url) in sources.logins_at(login) {
            let sent = fetch(&url);
            tally.row(&url, sent.and_then(|sent| sent.judge(idp, &sources.idps)));
        }
    }
    tally
}

impl Sources {
    /// The login at each IdP: our SP is told which by `?idp=`.
    fn logins_at(&self, login: &str) -> Vec<(Option<&IdentityProvider>, String)> {
        if self.idps.is_empty() {
            return vec![(None, login.to_owned())];
        }
        let separator = if login.contains('?') { '&' } else { '?' };
        let url = |idp: &IdentityProvider| {
            let encoded: String = url::form_urlencoded::byte_serialize(idp.entity_id.as_bytes()).collect();
            format!("{login}{separator}idp={encoded}")
        };
        self.idps.iter().map(|idp| (Some(idp), url(idp))).collect()
    }
}

/// An AuthnRequest as a browser was asked to carry it.
struct Sent {
    to: String,
    xml: String,
    relay_state: String,
}

impl Sent {
    fn judge(&self, idp: Option<&IdentityProvider>, trusted: &[IdentityProvider]) -> Result<String, String> {
        if let Some(idp) = idp.filter(|idp| idp.sso != self.to) {
            return Err(format!("sent to {}, expected {}", self.to, idp.sso));
        }
        if self.relay_state.len() > RELAY_STATE_BYTES {
            return Err(format!(
                "RelayState of {} bytes, at most {RELAY_STATE_BYTES} are allowed",
                self.relay_state.len()
            ));
        }
        read(&self.xml, trusted)
    }
}

fn read(xml: &str, trusted: &[IdentityProvider]) -> Result<String, String> {
    let request =
        UnverifiedAuthnRequest::from_xml(xml).map_err(|error| format!("samael cannot read it: {error}"))?.request;
    check(&request, trusted)?;
    for (how, spoilt) in [("cut off", cut(xml)), ("without its ID", xml.replace(" ID=", " NoID="))] {
        if UnverifiedAuthnRequest::from_xml(&spoilt).is_ok() {
            return Err(format!("samael also reads it {how}: its word is worth nothing here"));
        }
    }
    let issuer = request.issuer.and_then(|issuer| issuer.value).unwrap_or_default();
    Ok(format!("{} of {issuer} to {}", request.id, request.destination.unwrap_or_default()))
}

fn check(request: &AuthnRequest, trusted: &[IdentityProvider]) -> Result<(), String> {
    let issuer = request.issuer.as_ref().and_then(|issuer| issuer.value.as_deref()).unwrap_or_default();
    let destination = request.destination.as_deref().unwrap_or_default();
    let known = trusted.is_empty() || trusted.iter().any(|idp| idp.sso == destination);
    let acs = request.assertion_consumer_service_url.as_deref();
    let binding = request.protocol_binding.as_deref();
    let wrong = [
        (request.version != "2.0", format!("Version is {}", request.version)),
        (!is_ncname(&request.id), format!("the ID {} is no NCName", request.id)),
        (issuer.is_empty(), "no Issuer".to_owned()),
        (destination.is_empty() || !known, format!("the Destination is `{destination}`")),
        (acs.is_some_and(|acs| Url::parse(acs).is_err()), format!("the ACS URL is {acs:?}")),
        (binding.is_some_and(|binding| binding != POST), format!("ProtocolBinding is {binding:?}")),
    ];
    match wrong.into_iter().find(|(is_wrong, _)| *is_wrong) {
        Some((_, reason)) => Err(reason),
        None => Ok(()),
    }
}

/// Enough of the rule for what can stand in an ID: it starts with a letter or an underscore, so never with a digit.
fn is_ncname(id: &str) -> bool {
    id.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && id.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))
}

fn cut(xml: &str) -> String {
    xml.chars().take(xml.chars().count() / 2).collect()
}

/// Asks for a login page and takes the AuthnRequest out of the redirect or of the form that answers.
fn fetch(login: &str) -> Result<Sent, String> {
    let agent: ureq::Agent = ureq::Agent::config_builder().max_redirects(0).http_status_as_error(false).build().into();
    let mut answer = agent.get(login).call().map_err(|error| error.to_string())?;
    let status = answer.status().as_u16();
    if let Some(location) = answer.headers().get("location") {
        return from_redirect(location.to_str().map_err(|error| error.to_string())?);
    }
    let page = answer.body_mut().read_to_string().map_err(|error| error.to_string())?;
    from_form(&page).ok_or_else(|| format!("status {status}, no redirect and no form with a SAMLRequest"))?
}

fn from_redirect(location: &str) -> Result<Sent, String> {
    let mut url = Url::parse(location).map_err(|error| format!("redirected to {location}: {error}"))?;
    let field = |name: &str| url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
    let request = field("SAMLRequest").ok_or_else(|| format!("redirected to {location}: no SAMLRequest"))?;
    let relay_state = field("RelayState").unwrap_or_default();
    let mut xml = String::new();
    let compressed = STANDARD.decode(request).map_err(|error| error.to_string())?;
    DeflateDecoder::new(compressed.as_slice())
        .take(MESSAGE_BYTES)
        .read_to_string(&mut xml)
        .map_err(|error| format!("cannot inflate it: {error}"))?;
    let own = own_query(url.query().unwrap_or_default());
    url.set_query(own.as_deref());
    Ok(Sent { to: url.into(), xml, relay_state })
}

/// What the endpoint's own address has as its query, without the fields that the binding added.
fn own_query(query: &str) -> Option<String> {
    let of_the_binding = ["SAMLRequest", "RelayState", "SigAlg", "Signature", "SAMLEncoding"];
    let is_own = |field: &&str| !of_the_binding.contains(&field.split('=').next().unwrap_or_default());
    let own: Vec<&str> = query.split('&').filter(is_own).collect();
    (!own.is_empty()).then(|| own.join("&"))
}

/// The auto-submitting form. `None`: there is none on this page.
fn from_form(page: &str) -> Option<Result<Sent, String>> {
    let field = |name: &str| {
        let input = page
            .split('<')
            .find(|tag| tag.starts_with("input") && xml_attribute(tag, "name").as_deref() == Some(name))?;
        xml_attribute(input, "value")
    };
    let request = field("SAMLRequest")?;
    let form = page.split('<').find(|tag| tag.starts_with("form"))?;
    let xml = STANDARD
        .decode(request)
        .map_err(|error| error.to_string())
        .and_then(|octets| String::from_utf8(octets).map_err(|error| error.to_string()));
    let (to, relay_state) =
        (xml_attribute(form, "action").unwrap_or_default(), field("RelayState").unwrap_or_default());
    Some(xml.map(|xml| Sent { to, xml, relay_state }))
}

fn xml_attribute(tag: &str, name: &str) -> Option<String> {
    let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
    let (value, _) = rest.split_once('"')?;
    Some(unescape(value))
}

/// Undoes the references that a page needs inside a quoted attribute, numeric ones included.
fn unescape(value: &str) -> String {
    let mut parts = value.split('&');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').unwrap_or((part, ""));
        text.push_str(&reference(name));
        text.push_str(rest);
    }
    text
}

fn reference(name: &str) -> String {
    let number = name.strip_prefix('#').and_then(|digits| match digits.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
        None => digits.parse().ok(),
    });
    match (name, number.and_then(char::from_u32)) {
        ("amp", _) => "&".to_owned(),
        ("lt", _) => "<".to_owned(),
        ("gt", _) => ">".to_owned(),
        ("quot", _) => "\"".to_owned(),
        ("apos", _) => "'".to_owned(),
        (_, Some(character)) => character.to_string(),
        _ => format!("&{name};"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REQUEST: &str = r#"<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" ID="_1" Version="2.0" IssueInstant="2026-01-15T12:00:00Z" Destination="http://idp.test/sso"><saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">http://sp.test</saml:Issuer></samlp:AuthnRequest>"#;

    #[test]
    fn a_request_is_read_and_each_spoilt_one_is_not() {
        let check = |from: &str, to: &str, expected: Result<&str, &str>| {
            let found = read(&REQUEST.replace(from, to), &[]);
            match expected {
                Ok(part) => assert!(found.as_ref().is_ok_and(|seen| seen.contains(part)), "{found:?}"),
                Err(part) => assert!(found.as_ref().is_err_and(|seen| seen.contains(part)), "{found:?}"),
            }
        };
        check("", "", Ok("_1 of http://sp.test"));
        check("2.0\" Iss", "1.1\" Iss", Err("Version"));
        check("\"_1\"", "\"1\"", Err("NCName"));
        check(">http://sp.test<", "><", Err("Issuer"));
        check(" Destination=\"http://idp.test/sso\"", "", Err("Destination"));
        check("</samlp:AuthnRequest>", "", Err("cannot read"));
    }

    #[test]
    fn the_endpoint_keeps_its_own_query() {
        assert_eq!(own_query("SAMLRequest=a&RelayState=b"), None);
        assert_eq!(own_query("idpid=1&SAMLRequest=a").as_deref(), Some("idpid=1"));
    }

    #[test]
    fn a_form_is_found() {
        let page = format!(
            "<form method=\"post\" action=\"http://idp.test/sso?a=1&amp;b=2\"><input type=\"hidden\" name=\"SAMLRequest\" value=\"{}\"/></form>",
            STANDARD.encode(REQUEST).replace('+', "&#43;")
        );
        let sent = from_form(&page).unwrap().unwrap();
        assert_eq!((sent.to.as_str(), sent.xml.as_str()), ("http://idp.test/sso?a=1&b=2", REQUEST));
        assert!(from_form("<p>nothing here</p>").is_none());
    }
}
