//! An element in XML Encryption and our private keys in, a document of what was encrypted out (core 2.2.4, 2.3.4,
//! 2.7.3.2, XML Encryption).
//!
//! Refuses algorithms that are not on the list, references to anything outside the element, more EncryptedKeys than
//! the limit, and messages that would cost more private-key operations than the limit. Whatever goes wrong behind the
//! choice of algorithm, the reason is the same: anyone can encrypt to our certificate, so telling bad padding from a
//! bad key would let him decrypt step by step.

mod content;
mod transport;

use super::signature::base64;
use crate::config::{Idp, Sp};
use crate::limits::Limits;
use crate::names::Namespace;
use crate::parsed::walk::Children;
use crate::parsed::{self, Document, NodeId};
use crate::reject::{Reason, Rejection};
use content::ContentCipher;
use std::cell::Cell;
use transport::KeyTransport;

/// Our side of the decryption of one message, with what it may still cost.
#[derive(Debug)]
pub(crate) struct Opener<'a> {
    sp: &'a Sp,
    idp: &'a Idp,
    operations_left: Cell<usize>,
}

/// The prefixes that what was encrypted may use without declaring them.
pub(super) struct Context(Vec<(String, String)>);

/// One EncryptedKey: how and what.
struct WrappedKey {
    transport: KeyTransport,
    octets: Vec<u8>,
}

/// What an EncryptedAssertion, EncryptedID or EncryptedAttribute holds.
struct Encrypted {
    cipher: ContentCipher,
    content: Vec<u8>,
    keys: Vec<WrappedKey>,
}

impl<'a> Opener<'a> {
    /// For one message of this IdP.
    pub(crate) fn new(sp: &'a Sp, idp: &'a Idp) -> Self {
        Self { sp, idp, operations_left: Cell::new(sp.limits().private_key_operations) }
    }

    /// The IdP whose message it is.
    pub(super) fn idp(&self) -> &Idp {
        self.idp
    }

    /// What a message may cost.
    pub(super) fn limits(&self) -> &Limits {
        self.sp.limits()
    }

    /// What `read` makes of the octets that `element` holds in its encryption.
    ///
    /// With a key that is not the right one, CBC mode opens to noise that ends like padding once in sixteen times. So
    /// what cannot be read is no reason to stop trying.
    pub(super) fn open<T>(
        &self,
        document: &Document,
        element: NodeId,
        read: impl Fn(Vec<u8>) -> Result<T, Rejection>,
    ) -> Result<T, Rejection> {
        let Encrypted { cipher, content, keys } = self.read(document, element)?;
        let mut unread = None;
        for key in &keys {
            for ours in self.sp.decryption_keys() {
                self.pay()?;
                let unwrapped = key.transport.unwrap(&key.octets, ours, cipher.key_octets);
                match cipher.open(&unwrapped.key, &content).map(&read) {
                    Some(Ok(plaintext)) => return Ok(plaintext),
                    // For the log only: with our own key, it is the content that is wrong.
                    Some(Err(rejection)) if unwrapped.is_genuine => unread = unread.or(Some(rejection)),
                    Some(Err(_)) | None => {}
                }
            }
        }
        let failed = "something encrypted to a certificate of this SP";
        Err(unread.unwrap_or_else(|| Rejection::new(Reason::DecryptionFailed, failed, "nothing that decrypts")))
    }

    /// Reads what was encrypted as a document in which these prefixes are declared.
    pub(super) fn read_octets(&self, octets: Vec<u8>, context: &Context) -> Result<Document, Rejection> {
        parsed::read_in_context(octets, &context.0, self.limits())
    }

    /// One private-key operation costs thousands of times what a message's octets cost its sender.
    fn pay(&self) -> Result<(), Rejection> {
        let left = self.operations_left.get().checked_sub(1);
        let most = self.sp.limits().private_key_operations;
        let too_many = || malformed(&format!("at most {most} uses of a private key for one message"), "more");
        self.operations_left.set(left.ok_or_else(too_many)?);
        Ok(())
    }

    fn read(&self, document: &Document, element: NodeId) -> Result<Encrypted, Rejection> {
        let mut children = children(document, element)?;
        let data = demand(&mut children, "EncryptedData")?;
        let mut parts = self::children(document, data)?;
        let method = demand(&mut parts, "EncryptionMethod")?;
        let uri = document.attribute(method, "Algorithm").unwrap_or_default();
        let cipher = ContentCipher::of(&uri, self.idp)?;
        let mut wrapped = Vec::new();
        if let Some(key_info) = parts.take(Namespace::Dsig, "KeyInfo") {
            // RetrievalMethod is not followed: the key it points at stands beside the data.
            wrapped.extend(document.elements(key_info).filter(|id| document.is(*id, Namespace::Xenc, "EncryptedKey")));
        }
        let content = cipher_value(document, &mut parts)?;
        while let Some(key) = children.take(Namespace::Xenc, "EncryptedKey") {
            wrapped.push(key);
        }
        finish(children)?;
        Ok(Encrypted { cipher, content, keys: self.usable_keys(document, wrapped)? })
    }

    /// The keys that may be for us. Another recipient's may be wrapped in a way we do not take.
    fn usable_keys(&self, document: &Document, mut wrapped: Vec<NodeId>) -> Result<Vec<WrappedKey>, Rejection> {
        let us = self.sp.entity_id().as_str();
        let names_us = |id: &NodeId| document.attribute(*id, "Recipient").is_some_and(|recipient| recipient == us);
        if wrapped.iter().any(names_us) {
            wrapped.retain(names_us);
        }
        let most = self.sp.limits().encrypted_keys;
        if wrapped.is_empty() || (wrapped.len() > most && !fault!(KeysUnlimited)) {
            return Err(malformed(&format!("1 to {most} EncryptedKeys"), wrapped.len().to_string()));
        }
        let mut keys = Vec::new();
        let mut unusable = None;
        for key in wrapped {
            match WrappedKey::read(document, key, self.idp) {
                Ok(key) => keys.push(key),
                Err(rejection) => unusable = unusable.or(Some(rejection)),
            }
        }
        match unusable {
            Some(rejection) if keys.is_empty() => Err(rejection),
            _ => Ok(keys),
        }
    }
}

impl Context {
    /// Those in scope at this place.
    pub(super) fn of(document: &Document, at: NodeId) -> Self {
        let bindings = document.in_scope(at).into_iter();
        let named = bindings.map(|(d, _)| (document.text_at(d.prefix).to_owned(), document.uri(d.uri).to_owned()));
        Self(named.filter(|(prefix, uri)| !uri.is_empty() && prefix != "xml").collect())
    }

    /// The same and those that only `source` has, which nobody signed, as far as they cannot matter.
    ///
    /// Exclusive canonicalization leaves out a prefix that only ciphertext uses, `xsi` for example. Nothing is read of
    /// names in namespaces that no standard of ours has, so it does not matter what such a prefix means; a prefix for
    /// one of our standards would decide what an element is, and stays unexplained.
    pub(super) fn or_foreign(mut self, source: &Self) -> Self {
        let may_lend = |uri: &str| matches!(Namespace::of(uri), Namespace::Foreign | Namespace::Xsi);
        for (prefix, uri) in &source.0 {
            if may_lend(uri) && !prefix.is_empty() && self.0.iter().all(|(known, _)| known != prefix) {
                self.0.push((prefix.clone(), uri.clone()));
            }
        }
        self
    }
}

impl WrappedKey {
    fn read(document: &Document, key: NodeId, idp: &Idp) -> Result<Self, Rejection> {
        let mut parts = children(document, key)?;
        let method = demand(&mut parts, "EncryptionMethod")?;
        let transport = KeyTransport::read(document, method, idp)?;
        // Names a recipient; which of our keys fits is found by trying.
        parts.take(Namespace::Dsig, "KeyInfo");
        let octets = cipher_value(document, &mut parts)?;
        Ok(Self { transport, octets })
    }
}

fn cipher_value(document: &Document, parts: &mut Children<'_>) -> Result<Vec<u8>, Rejection> {
    let data = demand(parts, "CipherData")?;
    let mut inner = children(document, data)?;
    // CipherReference would fetch the octets from elsewhere.
    let value = demand(&mut inner, "CipherValue")?;
    finish(inner)?;
    base64(document, value).map_err(as_malformed)
}

fn not_allowed(expected: &str, found: impl AsRef<str>) -> Rejection {
    Rejection::new(Reason::EncryptionAlgorithmNotAllowed, expected, found)
}

fn malformed(expected: &str, found: impl AsRef<str>) -> Rejection {
    Rejection::new(Reason::EncryptionMalformed, expected, found)
}

fn as_malformed(rejection: Rejection) -> Rejection {
    Rejection::new(Reason::EncryptionMalformed, rejection.expected(), rejection.found())
}

fn children<'d>(document: &'d Document, element: NodeId) -> Result<Children<'d>, Rejection> {
    Children::of(document, element).map_err(as_malformed)
}

fn demand(children: &mut Children<'_>, local: &str) -> Result<NodeId, Rejection> {
    children.demand(Namespace::Xenc, local).map_err(as_malformed)
}

fn finish(children: Children<'_>) -> Result<(), Rejection> {
    children.finish().map_err(as_malformed)
}
