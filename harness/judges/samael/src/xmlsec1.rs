//! The `xmlsec1` program as a second judge, for what samael cannot decrypt: a message, a key and a certificate in, the
//! Assertion that was signed or a refusal out.
//!
//! Refuses: no EncryptedData that this key opens, anything but one Signature at the place asked for, a Signature that the
//! pinned certificate does not confirm. What xmlsec1 itself does not look at is who the message is from or for.

use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// The element whose `Id` a RetrievalMethod names when the key stands beside the data.
const ENCRYPTED_KEY: &str = "http://www.w3.org/2001/04/xmlenc#:EncryptedKey";

/// A folder with the key and the certificate, and the program to use them.
pub(crate) struct Xmlsec1 {
    folder: TempDir,
}

/// Which Signature is asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signed {
    /// The Response's own.
    Response,
    /// That of the Assertion, encrypted or not.
    Assertion,
}

impl Signed {
    fn xpath(self) -> &'static str {
        match self {
            Self::Response => "/*[local-name()='Response']/*[local-name()='Signature']",
            Self::Assertion => "//*[local-name()='Assertion']/*[local-name()='Signature']",
        }
    }

    /// The element whose `ID` a Reference may name.
    fn element(self) -> &'static str {
        match self {
            Self::Response => "urn:oasis:names:tc:SAML:2.0:protocol:Response",
            Self::Assertion => "urn:oasis:names:tc:SAML:2.0:assertion:Assertion",
        }
    }
}

impl Xmlsec1 {
    /// Pins a certificate and keeps the key, both PEM.
    pub(crate) fn new(certificate: &str, key: &str) -> Result<Self, String> {
        let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
        let judge = Self { folder };
        judge.write("idp.crt", certificate)?;
        judge.write("sp.key", key)?;
        Ok(judge)
    }

    /// The message with its encrypted parts opened in place.
    pub(crate) fn decrypt(&self, xml: &str) -> Result<String, String> {
        let message = self.write("message.xml", xml)?;
        self.run(&["--decrypt", "--privkey-pem", &self.path("sp.key"), "--id-attr:Id", ENCRYPTED_KEY], &message)
    }

    /// The Signature asked for is there, and the pinned certificate confirms it.
    pub(crate) fn verify(&self, xml: &str, signed: Signed) -> Result<(), String> {
        let message = self.write("message.xml", xml)?;
        let certificate = self.path("idp.crt");
        let id = ["--id-attr:ID", signed.element()];
        let place = ["--node-xpath", signed.xpath()];
        self.run(&[["--verify", "--pubkey-cert-pem"].as_slice(), &[&certificate], &id, &place].concat(), &message)?;
        Ok(())
    }

    fn run(&self, arguments: &[&str], message: &Path) -> Result<String, String> {
        let output = Command::new("xmlsec1").args(arguments).arg(message).output();
        let output = output.map_err(|error| format!("the xmlsec1 program cannot be started: {error}"))?;
        if output.status.success() {
            return String::from_utf8(output.stdout).map_err(|error| error.to_string());
        }
        let log = String::from_utf8_lossy(&output.stderr);
        Err(format!("xmlsec1: {}", log.lines().next().unwrap_or("refused without a word")))
    }

    fn write(&self, name: &str, content: &str) -> Result<PathBuf, String> {
        let path = self.folder.path().join(name);
        std::fs::write(&path, content).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(path)
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).to_string_lossy().into_owned()
    }
}

/// Cuts the Assertion out of a decrypted message, as text.
pub(crate) fn assertion_text(xml: &str) -> Option<&str> {
    let start = xml.match_indices('<').map(|(at, _)| at).find(|&at| element_name(xml, at).is_some_and(is_assertion))?;
    let end = format!("</{}>", element_name(xml, start)?);
    let rest = xml.get(start..)?;
    rest.get(..rest.find(&end)? + end.len())
}

fn element_name(xml: &str, at: usize) -> Option<&str> {
    xml.get(at + 1..)?.split([' ', '>', '\t', '\n', '\r']).next()
}

fn is_assertion(name: &str) -> bool {
    name.rsplit(':').next() == Some("Assertion")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_assertion_is_cut_out() {
        let check = |xml: &str, expected: Option<&str>| assert_eq!(assertion_text(xml), expected, "{xml}");
        check("<R><E><a:Assertion x='1'>y</a:Assertion></E></R>", Some("<a:Assertion x='1'>y</a:Assertion>"));
        check("<R><Assertion>y</Assertion></R>", Some("<Assertion>y</Assertion>"));
        check("<R><EncryptedAssertion/></R>", None);
    }
}
