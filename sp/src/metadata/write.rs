//! Writes our own metadata: the settings in, the XML that an IdP's administrator imports out (metadata 2.4.4).

use crate::config::Sp;
use crate::decoded::base64;
use crate::names::{BINDING_POST, DSIG, METADATA, SAMLP};
use crate::request::escape::xml;
use crate::time::Instant;

/// What is published beyond the settings of the [`Sp`] itself.
#[derive(Debug, Clone, Default)]
pub struct Published {
    /// Certificates in DER whose private keys decrypt Assertions, the one to use first.
    pub encryption_certificates: Vec<Vec<u8>>,
    /// Until when the metadata may be used.
    pub valid_until: Option<Instant>,
}

/// What we decrypt, strongest first; IdPs that read this choose from it.
const ENCRYPTION_METHODS: &[&str] = &[
    "http://www.w3.org/2009/xmlenc11#aes256-gcm",
    "http://www.w3.org/2009/xmlenc11#aes128-gcm",
    "http://www.w3.org/2001/04/xmlenc#aes256-cbc",
    "http://www.w3.org/2001/04/xmlenc#aes128-cbc",
    "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p",
];

/// Our metadata as XML.
pub fn write_sp(sp: &Sp, published: &Published) -> String {
    let valid_until = published.valid_until.map(|until| format!(" validUntil=\"{until}\"")).unwrap_or_default();
    let keys: String = published.encryption_certificates.iter().map(|der| key_descriptor(der)).collect();
    let services: String = sp.acs().iter().enumerate().map(|(index, acs)| service(index, acs.as_str())).collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <md:EntityDescriptor xmlns:md=\"{METADATA}\" entityID=\"{entity_id}\"{valid_until}>\n  \
         <md:SPSSODescriptor AuthnRequestsSigned=\"false\" WantAssertionsSigned=\"{wants}\" protocolSupportEnumeration=\"{SAMLP}\">\n\
         {keys}{services}  </md:SPSSODescriptor>\n</md:EntityDescriptor>\n",
        entity_id = xml(sp.entity_id().as_str()),
        wants = sp.want_assertion_signed(),
    )
}

fn key_descriptor(der: &[u8]) -> String {
    let methods: String =
        ENCRYPTION_METHODS.iter().map(|uri| format!("      <md:EncryptionMethod Algorithm=\"{uri}\"/>\n")).collect();
    format!(
        "    <md:KeyDescriptor use=\"encryption\">\n      <ds:KeyInfo xmlns:ds=\"{DSIG}\"><ds:X509Data><ds:X509Certificate>{}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo>\n{methods}    </md:KeyDescriptor>\n",
        base64::encode(der)
    )
}

fn service(index: usize, acs: &str) -> String {
    let default = if index == 0 { " isDefault=\"true\"" } else { "" };
    format!(
        "    <md:AssertionConsumerService Binding=\"{BINDING_POST}\" Location=\"{}\" index=\"{index}\"{default}/>\n",
        xml(acs)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{EndpointUrl, EntityId};

    #[test]
    fn metadata_says_what_the_settings_say() {
        let sp = Sp::builder(
            EntityId::new("https://sp.test/?a&b").unwrap(),
            EndpointUrl::new("https://sp.test/acs").unwrap(),
        )
        .acs(EndpointUrl::new("https://sp.test/acs2").unwrap())
        .want_assertion_signed()
        .build();
        let valid_until = Instant::parse("2026-11-26T00:00:00Z").ok();
        let written = write_sp(&sp, &Published { encryption_certificates: vec![vec![0x30, 0]], valid_until });
        insta::assert_snapshot!(written);
        let tree = roxmltree::Document::parse(&written).unwrap();
        assert_eq!(tree.root_element().attribute("entityID"), Some("https://sp.test/?a&b"));
    }
}
