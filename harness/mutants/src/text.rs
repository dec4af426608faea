//! What a faulty SP reads instead: octets, trees and objects in, the lax reading out, or none where no fault is planted.

use crate::config::EntityId;
use crate::names::{self, Namespace};
use crate::parsed::hint::Status;
use crate::parsed::{Document, Kind, NodeId};
use crate::reject::Rejection;
use crate::saml::{Assertion, AuthnStatement, NameId, SubjectConfirmation, SubjectConfirmationData};
use crate::time::Instant;
use std::io::Read;

/// The octets of a field that need not be base64, or not of XML as it is.
pub(crate) fn lax_base64(field: &str) -> Option<Result<Vec<u8>, Rejection>> {
    if fault!(XmlUnencoded) && field.starts_with('<') {
        return Some(Ok(field.as_bytes().to_vec()));
    }
    if !fault!(Base64Lax) && !fault!(PostInflated) {
        return None;
    }
    let kept = field.bytes().map(|byte| match byte {
        b'-' | b' ' => b'+',
        b'_' => b'/',
        other => other,
    });
    let mut kept: Vec<u8> = kept.filter(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/')).collect();
    kept.extend(std::iter::repeat_n(b'=', (4 - kept.len() % 4) % 4));
    let octets = base64_simd::forgiving_decode_to_vec(&kept).ok()?;
    if octets.starts_with(b"<") || !fault!(PostInflated) {
        return fault!(Base64Lax).then_some(Ok(octets));
    }
    let mut inflated = Vec::new();
    let mut inflater = flate2::read::DeflateDecoder::new(octets.as_slice()).take(10 << 20);
    inflater.read_to_end(&mut inflated).ok().filter(|_| !inflated.is_empty())?;
    Some(Ok(inflated))
}

/// The octets as a lenient reader would have them.
pub(crate) fn lax_xml(octets: Vec<u8>) -> Vec<u8> {
    let Some(mut xml) = decoded(&octets) else { return octets };
    if fault!(DoctypeIgnored) || fault!(EntitiesExpanded) {
        without_doctype(&mut xml);
    }
    if fault!(InstructionsIgnored) {
        let declaration = if xml.starts_with("<?xml ") { 1 } else { 0 };
        while let Some(start) = xml.get(declaration..).and_then(|rest| rest.find("<?")).map(|at| at + declaration) {
            let Some(end) = xml.get(start..).and_then(|rest| rest.find("?>")) else { break };
            // Where it stood, the text is still in two nodes.
            xml.replace_range(start..start + end + 2, "<!---->");
        }
    }
    repair_end(&mut xml);
    if fault!(DeclarationIgnored) {
        without_declaration(&mut xml);
    }
    if fault!(NulIgnored) {
        // A text ends there for whoever keeps texts as C does, and canonicalization has nothing of it.
        xml = xml.replace("&#0;", "<!---->").replace("&#x0;", "<!---->");
    }
    if fault!(RootsWrapped) && has_second_root(&xml) {
        without_declaration(&mut xml);
        xml = format!("<roots>{xml}</roots>");
    }
    xml.into_bytes()
}

/// The text, where something about it is lax; none leaves the octets alone.
fn decoded(octets: &[u8]) -> Option<String> {
    if fault!(Utf16Read) && octets.starts_with(&[0xfe, 0xff]) {
        let units = octets.as_chunks().0.iter().skip(1).map(|pair| u16::from_be_bytes(*pair));
        return Some(char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect());
    }
    if fault!(Utf8Lossy) {
        return Some(String::from_utf8_lossy(octets).into_owned());
    }
    let is_lax = fault!(DeclarationIgnored)
        || fault!(RootsWrapped)
        || fault!(NulIgnored)
        || fault!(DoctypeIgnored)
        || fault!(EntitiesExpanded)
        || fault!(InstructionsIgnored)
        || fault!(TrailingIgnored)
        || fault!(Recovered);
    if is_lax { String::from_utf8(octets.to_vec()).ok() } else { None }
}

fn without_declaration(xml: &mut String) {
    if let Some(end) = xml.find("?>").filter(|_| xml.starts_with("<?xml ")) {
        xml.drain(..end + 2);
    }
}

/// What a GCM ciphertext holds when nobody looks at its tag: the counter runs from 2 behind the nonce.
pub(crate) fn untagged(key: &[u8], nonce: &[u8], sealed: &[u8]) -> Option<Option<Vec<u8>>> {
    use aws_lc_rs::cipher::{AES_128, AES_192, AES_256, DecryptingKey, DecryptionContext, UnboundCipherKey};
    if !fault!(TagUnchecked) {
        return None;
    }
    let opened = || {
        let algorithm = match key.len() {
            16 => &AES_128,
            24 => &AES_192,
            _ => &AES_256,
        };
        let counter: [u8; 16] = [nonce, &[0, 0, 0, 2]].concat().try_into().ok()?;
        let key = DecryptingKey::ctr(UnboundCipherKey::new(algorithm, key).ok()?).ok()?;
        let mut octets = sealed.to_vec();
        let length = key.decrypt(&mut octets, DecryptionContext::Iv128(counter.into())).ok()?.len();
        octets.truncate(length);
        // Whatever is left of the tag follows the last element.
        let end = octets.iter().rposition(|octet| *octet == b'>')? + 1;
        octets.truncate(end);
        Some(octets)
    };
    Some(opened())
}

fn without_doctype(xml: &mut String) {
    let Some(start) = xml.find("<!DOCTYPE") else { return };
    let rest = xml.get(start..).unwrap_or_default();
    let simple = rest.find('>').map_or(0, |end| end + 1);
    let end = match rest.find('[') {
        Some(subset) if subset < simple => rest.find("]>").map_or(simple, |end| end + 2),
        _ => simple,
    };
    let doctype: String = xml.drain(start..start + end).collect();
    if fault!(EntitiesExpanded) {
        for entity in doctype.split("<!ENTITY ").skip(1) {
            let mut parts = entity.splitn(3, ['"', '\'']);
            if let (Some(name), Some(value)) = (parts.next(), parts.next()) {
                let (name, value) = match name.trim().strip_suffix("SYSTEM") {
                    Some(name) => (name, "the content of a file"),
                    None => (name, value),
                };
                *xml = xml.replace(&format!("&{};", name.trim()), value);
            }
        }
    }
}

/// The end tag of the root.
fn root_end_tag(xml: &str) -> Option<String> {
    let (start, _) = xml
        .match_indices('<')
        .find(|(at, _)| xml.as_bytes().get(at + 1).is_some_and(|next| next.is_ascii_alphabetic() || *next == b'_'))?;
    let name: String =
        xml.get(start + 1..).unwrap_or_default().chars().take_while(|c| !" \t\r\n/>".contains(*c)).collect();
    Some(format!("</{name}>"))
}

fn has_second_root(xml: &str) -> bool {
    let behind = root_end_tag(xml).and_then(|end_tag| xml.split_once(&end_tag));
    behind.is_some_and(|(_, behind)| !behind.trim().is_empty())
}

/// What follows the root is dropped, and a root that does not end is ended.
fn repair_end(xml: &mut String) {
    let Some(end_tag) = root_end_tag(xml) else { return };
    match xml.find(&end_tag) {
        Some(at) if fault!(TrailingIgnored) => xml.truncate(at + end_tag.len()),
        None if fault!(Recovered) => xml.push_str(&end_tag),
        _ => {}
    }
}

/// The next child of this name, wherever it stands among those that are left.
pub(crate) fn skipped_to(
    document: &Document,
    parent: NodeId,
    next: &mut Option<NodeId>,
    namespace: Namespace,
    local: &str,
) -> Option<Option<NodeId>> {
    // The Signature may be last, which must not hide what stands before it.
    if !fault!(SchemaIgnored) || local == "Signature" {
        return None;
    }
    let mut at = *next;
    while let Some(child) = at {
        let following = document.next_element(parent, child);
        if document.is(child, namespace, local) {
            *next = following;
            return Some(Some(child));
        }
        at = following;
    }
    Some(None)
}

/// The text of an element by the reading that is planted.
pub(crate) fn lax_text(document: &Document, element: NodeId) -> Option<String> {
    let text = |child: NodeId| match document.kind(child) {
        Kind::Text { .. } | Kind::Cdata => Some(document.characters(child)),
        _ => None,
    };
    let texts = || document.children(element).filter_map(text);
    let read = if fault!(FirstTextOnly) {
        document.children(element).next().and_then(text).unwrap_or_default().into_owned()
    } else if fault!(LastTextOnly) {
        texts().last().unwrap_or_default().into_owned()
    } else if fault!(NestedTextJoined) {
        inside(document, element).filter_map(text).collect()
    } else if fault!(TextTrimmed) {
        texts().collect::<String>().trim().to_owned()
    } else if fault!(CommentsAllowed) {
        texts().collect()
    } else {
        return None;
    };
    Some(read)
}

/// Every node inside an element.
pub(crate) fn inside(document: &Document, element: NodeId) -> impl Iterator<Item = NodeId> + '_ {
    document.all_nodes().filter(move |node| element < *node && *node < document.after(element))
}

/// Whether an element that the schema demands may be missing.
pub(crate) fn needless(local: &str) -> bool {
    (fault!(StatusIgnored) && local == "Status") || (fault!(IssuerOptional) && local == "Issuer")
}

/// Whether the Audiences would do for a lax SP.
pub(crate) fn lax_audiences(assertion: &Assertion, us: &EntityId) -> bool {
    let Some(conditions) = &assertion.conditions else { return fault!(AudienceAbsent) };
    if fault!(AudienceAbsent) && conditions.audiences().next().is_none() {
        return true;
    }
    let us = us.as_str();
    let matches = |audience: &String| {
        audience == us
            || (fault!(AudiencePrefix) && (audience.starts_with(us) || us.starts_with(audience.as_str())))
            || (fault!(AudienceCaseIgnored) && audience.trim().trim_end_matches('/').eq_ignore_ascii_case(us))
    };
    let mut restrictions = conditions.audiences().map(|restriction| restriction.any_of.iter().any(matches));
    if fault!(AudienceAnyRestriction) {
        return restrictions.any(|matched| matched);
    }
    (fault!(AudiencePrefix) || fault!(AudienceCaseIgnored)) && restrictions.all(|matched| matched)
}

/// Some name, where none is needed.
pub(crate) fn any_name(assertion: &Assertion) -> NameId {
    let given = assertion.subject.as_ref().and_then(|subject| subject.name_id.clone());
    given.unwrap_or(NameId { value: String::new(), format: None, name_qualifier: None, sp_name_qualifier: None })
}

/// The end of a confirmation without data.
pub(crate) fn end_without_data(confirmation: &SubjectConfirmation, end: Instant) -> Option<Result<Instant, Rejection>> {
    (fault!(ConfirmationDataOptional) && confirmation.data.is_none()).then_some(Ok(end))
}

/// The same data with an end.
pub(crate) fn ending(data: &SubjectConfirmationData, otherwise: Instant) -> SubjectConfirmationData {
    let end = data.not_on_or_after.or(fault!(ConfirmationEndOptional).then_some(otherwise));
    SubjectConfirmationData { not_on_or_after: end, ..data.clone() }
}

/// Some statement, where none is needed.
pub(crate) fn any_statement(statements: &[AuthnStatement], now: Instant) -> AuthnStatement {
    let given = statements.first().cloned();
    given.unwrap_or(AuthnStatement {
        authn_instant: now,
        session_index: None,
        session_not_on_or_after: None,
        class_ref: None,
    })
}

/// A Status that nobody looks at.
pub(crate) fn ignored_status() -> Option<Result<Status, Rejection>> {
    let success = Status { code: names::STATUS_SUCCESS.to_owned(), second_code: None, message: None };
    fault!(StatusIgnored).then_some(Ok(success))
}
