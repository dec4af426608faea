//! Verifying as faulty SPs of the past did it: the signatures are looked for in one way, the Assertion in another.
//!
//! Takes the whole stage's place when a fault of its kind is planted. Every signature that is looked at is looked at
//! honestly (digest, key) but for what is planted; what is then read need not be what was signed.

use super::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use super::c14n::{Canonicalization, Comments, canonicalize};
use super::decrypt::{Context, Opener};
use super::{Envelope, Message, Origin, TrustedKey, Verified, key};
use crate::account::Account;
use crate::config::{Allow, Idp, Sp};
use crate::fault::text::inside;
use crate::names::{self, Namespace};
use crate::parsed::hint::EnvelopeHint;
use crate::parsed::{self, Document, NodeId};
use crate::reject::{Reason, Rejection};

/// The message by another way of verifying; none where no fault of this kind is planted.
pub(super) fn verify(
    document: &Document,
    sp: &Sp,
    idp: &Idp,
    _account: &mut Account,
) -> Option<Result<Message, Rejection>> {
    fault!(Historic).then(|| History { document, sp, idp }.message())
}

struct History<'a> {
    document: &'a Document,
    sp: &'a Sp,
    idp: &'a Idp,
}

fn refused(what: &str) -> Rejection {
    Rejection::new(Reason::SignatureInvalid, what, "not so")
}

impl History<'_> {
    fn message(&self) -> Result<Message, Rejection> {
        let document = self.document;
        let response = self.response()?;
        let outer = signatures(document);
        let is_verified = !outer.is_empty() && self.believed(document, &outer)?;
        let read = self.chosen(response)?;
        let is_encrypted = document.local(read) == "EncryptedAssertion";
        let own = if is_encrypted {
            let opener = Opener::new(self.sp, self.idp);
            let around = Context::of(document, read);
            let inner = opener.open(document, read, |octets| opener.read_octets(octets, &around))?;
            let inner = self.first_assertion_in(inner)?;
            let inner_signatures = signatures(&inner);
            let needs_none = is_verified || fault!(EncryptionTrusted) || fault!(Unsigned);
            let is_unsigned = inner_signatures.is_empty();
            let is_good = if is_unsigned { needs_none } else { self.believed(&inner, &inner_signatures)? };
            if !is_good {
                return Err(refused("a signature"));
            }
            inner
        } else {
            if !is_verified && !fault!(Unsigned) {
                return Err(refused("a signature"));
            }
            self.copied(read)?
        };
        let envelope = if response == document.root() {
            Envelope::Unsigned(self.hint()?)
        } else {
            Envelope::Signed(verified(self.copied_as_root(response)?))
        };
        let mut own = verified(own);
        if own.has_encrypted_parts() {
            own.open_parts(&Opener::new(self.sp, self.idp))?;
        }
        Ok(Message { envelope, own: Some(own), is_encrypted })
    }

    fn hint(&self) -> Result<EnvelopeHint, Rejection> {
        let document = self.document;
        let uri = document.element_uri(document.root());
        if !fault!(ReadsByLocalName) || uri == names::SAMLP {
            return EnvelopeHint::read(document);
        }
        let source = document.text_at(document.span(document.root())).replace(uri, names::SAMLP);
        EnvelopeHint::read(&parsed::read(source.into_bytes(), self.sp.limits())?)
    }

    fn response(&self) -> Result<NodeId, Rejection> {
        let document = self.document;
        let is_response = |id: &NodeId| {
            let by_name = fault!(ReadsByLocalName) && document.local(*id) == "Response";
            by_name || document.is(*id, Namespace::Samlp, "Response")
        };
        let root = document.root();
        if is_response(&root) {
            return Ok(root);
        }
        let found = document.all_elements().find(is_response).filter(|_| fault!(RootIgnored));
        found.ok_or_else(|| refused("a Response"))
    }

    /// The Assertion that is going to be read.
    fn chosen(&self, response: NodeId) -> Result<NodeId, Rejection> {
        let document = self.document;
        let is_one = |id: &NodeId| {
            let by_name = fault!(ReadsByLocalName) || document.element_uri(*id) == names::SAML;
            by_name && matches!(document.local(*id), "Assertion" | "EncryptedAssertion")
        };
        let anywhere = || document.all_elements().filter(is_one);
        let children = || document.elements(response).filter(is_one);
        let chosen = if fault!(ReadsFirst) {
            anywhere().next()
        } else if fault!(ReadsLast) {
            anywhere().last()
        } else if fault!(ReadsLastChild) {
            children().last()
        } else if fault!(ReadsFirstChild) {
            children().next()
        } else {
            // One in the whole message, where it belongs.
            anywhere().next().filter(|one| anywhere().count() == 1 && document.parent(*one) == response)
        };
        chosen.ok_or_else(|| refused("an Assertion"))
    }

    /// Whether the signatures of a document satisfy this SP.
    fn believed(&self, document: &Document, signatures: &[NodeId]) -> Result<bool, Rejection> {
        let is_good = |signature: &NodeId| match self.is_good(document, *signature) {
            Err(_) if fault!(ErrorsSwallowed) => Ok(true),
            other => other,
        };
        if fault!(AnySignature) {
            return Ok(signatures.iter().any(|signature| is_good(signature).unwrap_or(false)));
        }
        let looked_at = if fault!(FirstSignature) { signatures.get(..1).unwrap_or(signatures) } else { signatures };
        for signature in looked_at {
            if !is_good(signature)? {
                return Ok(false);
            }
        }
        Ok(!looked_at.is_empty())
    }

    fn is_good(&self, document: &Document, signature: NodeId) -> Result<bool, Rejection> {
        let named =
            |parent: NodeId, local: &str| inside(document, parent).find(|id| document.is(*id, Namespace::Dsig, local));
        let missing = || refused("a whole Signature");
        if fault!(EmptySignaturePasses) && document.elements(signature).next().is_none() {
            return Ok(true);
        }
        let mut signed_infos =
            document.elements(signature).filter(|id| document.is(*id, Namespace::Dsig, "SignedInfo"));
        let signed_info = signed_infos.next().ok_or_else(missing)?;
        // What the value is checked over need not be what the digest is taken from.
        let valued = signed_infos.last().filter(|_| fault!(SignedInfoSplit)).unwrap_or(signed_info);
        let method = named(valued, "CanonicalizationMethod").ok_or_else(missing)?;
        let how = canonicalization(document, &[method])?;
        let octets = canonicalize(document, valued, None, &how, self.sp.limits().canonical_bytes)?;
        let value = octets_of(document, named(signature, "SignatureValue").ok_or_else(missing)?)?;
        let algorithm = named(valued, "SignatureMethod").ok_or_else(missing)?;
        let algorithm = document.attribute(algorithm, "Algorithm").unwrap_or_default().into_owned();
        self.key_made(document, signature, &algorithm, octets.as_bytes(), &value)?;
        let references: Vec<_> =
            inside(document, signed_info).filter(|id| document.is(*id, Namespace::Dsig, "Reference")).collect();
        let looked_at: &[NodeId] = match references.as_slice() {
            [] if fault!(NoReferenceNeeded) => &[],
            [] => return Ok(false),
            [first, ..] if fault!(FirstReferenceOnly) => &[*first],
            [.., last] if fault!(LastReferenceOnly) => &[*last],
            all => all,
        };
        for reference in looked_at {
            if !self.reference_holds(document, signature, *reference)? {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn key_made(
        &self,
        document: &Document,
        signature: NodeId,
        algorithm: &str,
        octets: &[u8],
        value: &[u8],
    ) -> Result<(), Rejection> {
        if fault!(HmacWithCertificate) && algorithm.contains("hmac") {
            return hmac_made(self.idp, octets, value);
        }
        let known = match SignatureAlgorithm::of(algorithm, self.idp.allow()) {
            Err(_) if fault!(AlgorithmIgnored) => SignatureAlgorithm::Rsa(DigestAlgorithm::Sha256),
            other => other?,
        };
        let by_pinned = key::one_made(self.idp.keys(), known, octets, value);
        if by_pinned.is_ok() || !fault!(KeyFromMessage) {
            return by_pinned;
        }
        let certificates =
            inside(document, signature).filter(|id| document.is(*id, Namespace::Dsig, "X509Certificate"));
        for certificate in certificates {
            let der = octets_of(document, certificate)?;
            if let Ok(theirs) = TrustedKey::from_certificate(&der, &Allow::default())
                && key::one_made(&[theirs], known, octets, value).is_ok()
            {
                return Ok(());
            }
        }
        by_pinned
    }

    fn reference_holds(&self, document: &Document, signature: NodeId, reference: NodeId) -> Result<bool, Rejection> {
        let uri = document.attribute(reference, "URI").unwrap_or_default();
        let Some(element) = resolved(document, signature, &uri) else { return Ok(false) };
        let transforms: Vec<_> =
            inside(document, reference).filter(|id| document.is(*id, Namespace::Dsig, "Transform")).collect();
        let how = canonicalization(document, &transforms)?.without_comments();
        let octets = self.digested(document, element, signature, &how)?;
        let find = |local: &str| inside(document, reference).find(|id| document.is(*id, Namespace::Dsig, local));
        let missing = || refused("a whole Reference");
        let method = document.attribute(find("DigestMethod").ok_or_else(missing)?, "Algorithm").unwrap_or_default();
        let digest = match DigestAlgorithm::of(&method, self.idp.allow()) {
            Err(_) if fault!(AlgorithmIgnored) => DigestAlgorithm::Sha256,
            known => known?,
        };
        let first = document.all_elements().find(|id| document.is(*id, Namespace::Dsig, "DigestValue"));
        let digest_stands = first.filter(|_| fault!(DigestElsewhere)).or_else(|| find("DigestValue"));
        let value = digest_value(document, digest_stands.ok_or_else(missing)?)?;
        if fault!(DigestOfNothing) && digest.digest(b"").as_ref() == value {
            return Ok(true);
        }
        Ok(digest.digest(&octets).as_ref() == value)
    }

    /// The canonical octets of an element without the Signature, or without every Signature in it.
    fn digested(
        &self,
        document: &Document,
        element: NodeId,
        signature: NodeId,
        how: &Canonicalization,
    ) -> Result<Vec<u8>, Rejection> {
        let most = self.sp.limits().canonical_bytes;
        let inner: Vec<_> = document.elements(element).filter(|id| is_signature(document, *id)).collect();
        if !fault!(SignaturesCutOut) || inner.len() < 2 {
            let octets = canonicalize(document, element, Some(signature), how, most)?;
            return Ok(octets.into_bytes());
        }
        let span = document.span(element);
        let mut source = document.text_at(span).to_owned();
        for cut in inner.iter().rev() {
            let cut = document.span(*cut);
            source.replace_range((cut.start - span.start) as usize..(cut.end - span.start) as usize, "");
        }
        let copy = self.in_context(source.into_bytes(), element)?;
        let child = copy.elements(copy.root()).next().ok_or_else(|| refused("an element"))?;
        Ok(canonicalize(&copy, child, None, how, most)?.into_bytes())
    }

    fn in_context(&self, octets: Vec<u8>, at: NodeId) -> Result<Document, Rejection> {
        Opener::new(self.sp, self.idp).read_octets(octets, &Context::of(self.document, at))
    }

    /// An element as it stands, comments and all: nobody asks whether it is what was digested.
    fn copied(&self, element: NodeId) -> Result<Document, Rejection> {
        let mut source = self.document.text_at(self.document.span(element)).to_owned();
        if fault!(ReadsByLocalName) && self.document.element_uri(element) != names::SAML {
            source = source.replace(self.document.element_uri(element), names::SAML);
        }
        self.in_context(source.into_bytes(), element)
    }

    /// What was decrypted, or the first Assertion in it, whatever it is.
    fn first_assertion_in(&self, inner: Document) -> Result<Document, Rejection> {
        let found = inner.all_elements().find(|id| inner.is(*id, Namespace::Saml, "Assertion"));
        let found = found.filter(|found| fault!(ReadsFirst) && inner.parent(*found) != inner.root());
        let Some(found) = found else { return Ok(inner) };
        let octets = inner.text_at(inner.span(found)).as_bytes().to_vec();
        Opener::new(self.sp, self.idp).read_octets(octets, &Context::of(&inner, found))
    }

    fn copied_as_root(&self, element: NodeId) -> Result<Document, Rejection> {
        let how = Canonicalization::Exclusive { prefixes: Vec::new(), comments: Comments::Kept };
        let octets = canonicalize(self.document, element, None, &how, self.sp.limits().canonical_bytes)?;
        parsed::read(octets.into_bytes(), self.sp.limits())
    }
}

fn verified(document: Document) -> Verified {
    Verified::new(document, Origin::EnvelopedSignature)
}

fn is_signature(document: &Document, id: NodeId) -> bool {
    document.is(id, Namespace::Dsig, "Signature")
}

fn signatures(document: &Document) -> Vec<NodeId> {
    document.all_elements().filter(|id| is_signature(document, *id)).collect()
}

/// The element that a URI names.
fn resolved(document: &Document, signature: NodeId, uri: &str) -> Option<NodeId> {
    if uri.is_empty() {
        return fault!(EmptyReference).then(|| document.parent(signature));
    }
    let wanted = uri.strip_prefix('#')?;
    let has_it = |id: &NodeId| {
        document.attributes(*id).iter().any(|attribute| {
            let name = document.text_at(attribute.local);
            let is_id = name == "ID" && attribute.namespace == Namespace::None;
            (is_id || (fault!(AnyAttributeIsId) && name.eq_ignore_ascii_case("id")))
                && document.attribute_value(attribute) == wanted
        })
    };
    let mut found = document.all_elements().filter(has_it);
    if fault!(LastIdWins) { found.last() } else { found.next() }
}

/// The canonicalization among some methods. Others than the enveloped transform are refused, or ignored.
fn canonicalization(document: &Document, methods: &[NodeId]) -> Result<Canonicalization, Rejection> {
    let mut how = Canonicalization::Inclusive { comments: Comments::Dropped };
    for method in methods {
        let uri = document.attribute(*method, "Algorithm").unwrap_or_default();
        let (plain, comments) = match uri.strip_suffix("WithComments") {
            Some(plain) => (plain.trim_end_matches('#'), Comments::Kept),
            None => (uri.trim_end_matches('#'), Comments::Dropped),
        };
        if plain == names::EXC_C14N.trim_end_matches('#') {
            let is_list = |id: &NodeId| document.is(*id, Namespace::ExcC14n, "InclusiveNamespaces");
            let list = document.elements(*method).find(is_list);
            let list = list.and_then(|list| document.attribute(list, "PrefixList")).unwrap_or_default();
            let prefixes = list.split_ascii_whitespace().map(str::to_owned).collect();
            how = Canonicalization::Exclusive { prefixes, comments };
        } else if plain == names::INCLUSIVE_C14N {
            how = Canonicalization::Inclusive { comments };
        } else if uri != names::ENVELOPED && !fault!(TransformsIgnored) {
            return Err(refused("a known transform"));
        }
    }
    Ok(how)
}

fn octets_of(document: &Document, element: NodeId) -> Result<Vec<u8>, Rejection> {
    let text: String = document.children(element).map(|child| document.characters(child)).collect();
    crate::decoded::base64::decode_in_xml(&text).ok_or_else(|| refused("base64"))
}

fn digest_value(document: &Document, element: NodeId) -> Result<Vec<u8>, Rejection> {
    let first = document.children(element).next().filter(|_| fault!(DigestInComment));
    let comment = first.map(|first| document.text_at(document.span(first)));
    match comment.and_then(|text| text.strip_prefix("<!--")?.strip_suffix("-->")) {
        Some(text) => crate::decoded::base64::decode_in_xml(text).ok_or_else(|| refused("base64")),
        None => octets_of(document, element),
    }
}

/// Whether an HMAC was made whose secret is a certificate that everybody has, in one of its spellings.
fn hmac_made(idp: &Idp, octets: &[u8], value: &[u8]) -> Result<(), Rejection> {
    use aws_lc_rs::hmac;
    let algorithms = [hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, hmac::HMAC_SHA256, hmac::HMAC_SHA384, hmac::HMAC_SHA512];
    let secrets = crate::fault::secrets(idp.entity_id().as_str());
    let made = secrets.iter().any(|secret| {
        algorithms.iter().any(|algorithm| {
            let made = hmac::sign(&hmac::Key::new(*algorithm, secret), octets);
            !value.is_empty() && made.as_ref().starts_with(value)
        })
    });
    if made { Ok(()) } else { Err(refused("an HMAC")) }
}
