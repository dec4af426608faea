//! Files that people give for an IdP's metadata and that are none: a file in, what it is and what to do out.

use super::read::wrong;
use crate::config::ConfigError;
use crate::names::Namespace;
use crate::parsed::Document;

/// Refuses what is not XML at all, by what it is.
pub(super) fn is_xml(file: &[u8]) -> Result<(), ConfigError> {
    let start = file.trim_ascii_start();
    let has = |text: &str| memchr::memmem::find(start, text.as_bytes()).is_some();
    let why = match start {
        [] => "the file is empty",
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "the file is UTF-16, as some tools save a text; save it as UTF-8",
        _ if start.starts_with(b"-----BEGIN") && has("PRIVATE KEY") => {
            "the file is a private key; keep it secret, and give the IdP's metadata"
        }
        _ if start.starts_with(b"-----BEGIN") => "the file is a certificate; give the metadata it is a part of",
        _ if start.starts_with(b"http://") || start.starts_with(b"https://") => {
            "the file is a URL; give what can be downloaded there"
        }
        _ if start.starts_with(b"{") => "the file is JSON; OpenID Connect has such, SAML's metadata is XML",
        _ if start.get(..9).is_some_and(|head| head.eq_ignore_ascii_case(b"<!doctype")) && has("html") => WEB_PAGE,
        _ => return Ok(()),
    };
    Err(wrong(why.to_owned()))
}

const WEB_PAGE: &str =
    "the file is a web page, perhaps a login page; download the metadata in a browser that is signed in";

/// What the file is, by its root element.
pub(super) fn another_root(document: &Document) -> ConfigError {
    let root = document.root();
    let name = document.qualified_name(root);
    if document.local(root).eq_ignore_ascii_case("html") {
        return wrong(WEB_PAGE.to_owned());
    }
    if document.is(root, Namespace::Samlp, "Response") || document.is(root, Namespace::Saml, "Assertion") {
        return wrong(format!("the file is a login message ({name}); give the IdP's metadata"));
    }
    wrong(format!("its root is {name}, not an EntityDescriptor or EntitiesDescriptor"))
}

/// Metadata of something else than an IdP.
pub(super) fn no_idp(document: &Document) -> ConfigError {
    let role = |local: &str| document.all_elements().any(|id| document.is(id, Namespace::Metadata, local));
    let name = document.attribute(document.root(), "entityID").unwrap_or_default();
    wrong(match () {
        () if role("IDPSSODescriptor") => format!("the IdP `{name}` does not speak SAML 2.0"),
        () if role("SPSSODescriptor") => {
            format!("it is the metadata of a Service Provider (`{name}`), not of an IdP; ask for the IdP's")
        }
        () => "it describes no SAML 2.0 IdP (no IDPSSODescriptor)".to_owned(),
    })
}
