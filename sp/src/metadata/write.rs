//! Writes our own metadata: the settings in, the XML that an IdP's administrator imports out (metadata 2.4.4).
//!
//! Refuses nothing but a signing key that does not sign: what is not set is not written.

use crate::config::{ConfigError, Sp};
use crate::decoded::base64;
use crate::names::{BINDING_ARTIFACT, BINDING_POST, BINDING_REDIRECT, DSIG, METADATA, SAMLP};
use crate::request::escape::xml;
use crate::request::sign::Draft;
use crate::time::Instant;
use std::time::Duration;

/// What is published beyond the settings of the [`Sp`] itself.
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// Certificates in DER whose private keys decrypt Assertions, the one to use first.
    pub encryption_certificates: Vec<Vec<u8>>,
    /// AES in CBC mode is not among what we offer to decrypt; no IdP may use it then
    /// ([`Idp::refusing_cbc`](crate::Idp::refusing_cbc)).
    pub refuses_cbc: bool,
    /// Until when the metadata may be used.
    pub valid_until: Option<Instant>,
    /// After how long it should be fetched again; whole seconds.
    pub cache_duration: Option<Duration>,
    /// The kinds of NameID we can work with, the one we like best first.
    pub name_id_formats: Vec<String>,
    /// The AssertionConsumerServices also take artifacts.
    pub artifact: bool,
    /// What we are called, and which attributes we ask for; none leaves the AttributeConsumingService out.
    pub service: Option<Service>,
    /// Who runs us.
    pub organization: Option<Organization>,
    /// Whom to ask.
    pub contacts: Vec<Contact>,
}

/// An AttributeConsumingService (metadata 2.4.4.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Service {
    /// ServiceName, in English.
    pub name: String,
    /// What we ask for.
    pub attributes: Vec<RequestedAttribute>,
}

/// An attribute that we ask for (metadata 2.4.4.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestedAttribute {
    /// Its Name.
    pub name: String,
    /// Its NameFormat.
    pub name_format: Option<String>,
    /// What people call it.
    pub friendly_name: Option<String>,
    /// Without it we do not work.
    pub is_required: bool,
}

/// Who runs us (metadata 2.3.2.1), in English.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// OrganizationName.
    pub name: String,
    /// OrganizationDisplayName.
    pub display_name: String,
    /// OrganizationURL.
    pub url: String,
}

/// Whom to ask (metadata 2.3.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contact {
    /// About what.
    pub kind: ContactKind,
    /// Company.
    pub company: Option<String>,
    /// GivenName.
    pub given_name: Option<String>,
    /// SurName.
    pub surname: Option<String>,
    /// EmailAddress, without `mailto:`.
    pub email_address: Option<String>,
}

/// What a contact can be asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ContactKind {
    /// How it works.
    Technical,
    /// That it does not work.
    Support,
    /// Everything of the house.
    Administrative,
    /// What it costs.
    Billing,
    /// Something else.
    Other,
}

/// What we decrypt, strongest first; IdPs that read this choose from it.
const ENCRYPTION_METHODS: &[&str] = &[
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
];

/// Our metadata as XML, unsigned.
pub fn write_sp(sp: &Sp, published: &Published) -> String {
    declared(&draft(sp, published, "").unsigned())
}

/// Our metadata as XML, signed with the key of the settings. `id` is a fresh [`message_id`](crate::request::message_id).
///
/// # Errors
/// The settings have no signing key.
pub fn write_signed_sp(sp: &Sp, published: &Published, id: &str) -> Result<String, ConfigError> {
    let none = || ConfigError::PrivateKey { why: "signed metadata needs one, and there is none".to_owned() };
    let key = sp.signing_key().ok_or_else(none)?;
    draft(sp, published, id).signed(key).map(|xml| declared(&xml))
}

fn declared(xml: &str) -> String {
    format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{xml}\n")
}

/// Says nothing rather than `false`, though both mean the same: SimpleSAMLphp takes `false` for a wish, and where it does not
/// sign the Response either, nothing is signed.
fn wants_signed(sp: &Sp) -> &'static str {
    if sp.want_assertion_signed() { " WantAssertionsSigned=\"true\"" } else { "" }
}

/// The Signature is the first child of the root. Lines end where elements end, for people.
fn draft(sp: &Sp, published: &Published, id: &str) -> Draft {
    let id_attribute = if id.is_empty() { String::new() } else { format!(" ID=\"{}\"", xml(id)) };
    let valid_until = published.valid_until.map(|until| format!(" validUntil=\"{until}\"")).unwrap_or_default();
    let cache = published.cache_duration.map(|cache| format!(" cacheDuration=\"PT{}S\"", cache.as_secs()));
    let head = format!(
        "<md:EntityDescriptor xmlns:md=\"{METADATA}\"{id_attribute} entityID=\"{entity_id}\"{valid_until}{cache}>\n  ",
        entity_id = xml(sp.entity_id().as_str()),
        cache = cache.unwrap_or_default(),
    );
    let tail = format!(
        "<md:SPSSODescriptor AuthnRequestsSigned=\"{signed}\"{wants} protocolSupportEnumeration=\"{SAMLP}\">\n\
         {role}  </md:SPSSODescriptor>\n{organization}{contacts}</md:EntityDescriptor>",
        signed = sp.signs_requests(),
        wants = wants_signed(sp),
        role = role(sp, published),
        organization = published.organization.as_ref().map(organization).unwrap_or_default(),
        contacts = published.contacts.iter().map(contact).collect::<String>(),
    );
    Draft { id: id.to_owned(), head, tail }
}

/// What the SPSSODescriptor holds, in the order of the schema.
fn role(sp: &Sp, published: &Published) -> String {
    let signing = sp.signing_key().and_then(|key| key.certificate_der());
    let mut role: String = signing.map(|der| key_descriptor("signing", der, &[])).into_iter().collect();
    let is_offered = |method: &&&str| !(published.refuses_cbc && method.ends_with("-cbc"));
    let methods: Vec<&str> = ENCRYPTION_METHODS.iter().filter(is_offered).copied().collect();
    for der in &published.encryption_certificates {
        role += &key_descriptor("encryption", der, &methods);
    }
    for url in sp.single_logout() {
        for binding in [BINDING_REDIRECT, BINDING_POST] {
            let location = xml(url.as_str());
            role += &format!("    <md:SingleLogoutService Binding=\"{binding}\" Location=\"{location}\"/>\n");
        }
    }
    for format in &published.name_id_formats {
        role += &format!("    <md:NameIDFormat>{}</md:NameIDFormat>\n", xml(format));
    }
    let bindings: &[&str] = if published.artifact { &[BINDING_POST, BINDING_ARTIFACT] } else { &[BINDING_POST] };
    let endpoints = bindings.iter().flat_map(|binding| sp.acs().iter().map(move |acs| (*binding, acs.as_str())));
    for (index, (binding, acs)) in endpoints.enumerate() {
        role += &assertion_consumer_service(index, binding, acs);
    }
    role + &published.service.as_ref().map(attribute_consuming_service).unwrap_or_default()
}

fn key_descriptor(usage: &str, der: &[u8], methods: &[&str]) -> String {
    let methods: String =
        methods.iter().map(|uri| format!("      <md:EncryptionMethod Algorithm=\"{uri}\"/>\n")).collect();
    format!(
        "    <md:KeyDescriptor use=\"{usage}\">\n      <ds:KeyInfo xmlns:ds=\"{DSIG}\"><ds:X509Data><ds:X509Certificate>{}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n{methods}    </md:KeyDescriptor>\n",
        base64::encode(der)
    )
}

fn assertion_consumer_service(index: usize, binding: &str, acs: &str) -> String {
    let default = if index == 0 { " isDefault=\"true\"" } else { "" };
    format!(
        "    <md:AssertionConsumerService Binding=\"{binding}\" Location=\"{}\" index=\"{index}\"{default}/>\n",
        xml(acs)
    )
}

fn attribute_consuming_service(service: &Service) -> String {
    let attribute = |attribute: &RequestedAttribute| {
        format!(
            "      <md:RequestedAttribute Name=\"{}\"{}{} isRequired=\"{}\"/>\n",
            xml(&attribute.name),
            optional("NameFormat", attribute.name_format.as_deref()),
            optional("FriendlyName", attribute.friendly_name.as_deref()),
            attribute.is_required
        )
    };
    let attributes: String = service.attributes.iter().map(attribute).collect();
    format!(
        "    <md:AttributeConsumingService index=\"0\" isDefault=\"true\">\n      <md:ServiceName xml:lang=\"en\">{}\
         </md:ServiceName>\n{attributes}    </md:AttributeConsumingService>\n",
        xml(&service.name)
    )
}

fn organization(organization: &Organization) -> String {
    let Organization { name, display_name, url } = organization;
    let part = |element: &str, text: &str| {
        format!("    <md:Organization{element} xml:lang=\"en\">{}</md:Organization{element}>\n", xml(text))
    };
    let parts = part("Name", name) + &part("DisplayName", display_name) + &part("URL", url);
    format!("  <md:Organization>\n{parts}  </md:Organization>\n")
}

fn contact(contact: &Contact) -> String {
    let kind = match contact.kind {
        ContactKind::Technical => "technical",
        ContactKind::Support => "support",
        ContactKind::Administrative => "administrative",
        ContactKind::Billing => "billing",
        ContactKind::Other => "other",
    };
    let part = |element: &str, text: Option<&str>| {
        text.map(|text| format!("    <md:{element}>{}</md:{element}>\n", xml(text))).unwrap_or_default()
    };
    let email = contact.email_address.as_deref().map(|address| format!("mailto:{address}"));
    let parts = part("Company", contact.company.as_deref())
        + &part("GivenName", contact.given_name.as_deref())
        + &part("SurName", contact.surname.as_deref())
        + &part("EmailAddress", email.as_deref());
    format!("  <md:ContactPerson contactType=\"{kind}\">\n{parts}  </md:ContactPerson>\n")
}

fn optional(name: &str, value: Option<&str>) -> String {
    value.map(|value| format!(" {name}=\"{}\"", xml(value))).unwrap_or_default()
}

#[cfg(test)]
mod tests;
