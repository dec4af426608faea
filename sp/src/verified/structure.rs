//! What signatures rely on: a parsed tree in, the places of the Response, its Assertion and their Signatures out.
//!
//! Signature wrapping hides the signed element somewhere and puts a forged one where the application looks. So this
//! refuses every Assertion that is not the one child of the Response, every second one, and every Signature that is
//! not directly behind the Issuer of the Response or of that Assertion, before any of them is looked into.

use crate::names::Namespace;
use crate::parsed::{Document, Kind, Landmark, NodeId};
use crate::reject::{Reason, Rejection};

/// An element that may carry a Signature of its own.
#[derive(Debug, Clone, Copy)]
pub(super) struct Signable {
    pub(super) element: NodeId,
    pub(super) signature: Option<NodeId>,
}

/// How the Response carries its one Assertion.
#[derive(Debug, Clone, Copy)]
pub(super) enum Carried {
    Clear(Signable),
    Encrypted(NodeId),
}

/// The places of a Response that matter.
#[derive(Debug)]
pub(super) struct Structure {
    pub(super) response: Signable,
    /// None where the IdP reports a failure.
    pub(super) carried: Option<Carried>,
}

/// The places in a whole message.
pub(super) fn of_response(document: &Document) -> Result<Structure, Rejection> {
    let root = document.root();
    if !document.is(root, Namespace::Samlp, "Response") {
        let found = format!("{{{}}}{}", document.element_uri(root), document.local(root));
        return Err(Rejection::new(Reason::UnexpectedRoot, "a samlp:Response", found));
    }
    values_are_whole(document)?;
    let assertion = one_assertion(document, root)?;
    signatures_belong(document, &[Some(root), assertion])?;
    let carried = assertion.map(|assertion| match document.is(assertion, Namespace::Saml, "Assertion") {
        true => Carried::Clear(signable(document, assertion)),
        false => Carried::Encrypted(assertion),
    });
    Ok(Structure { response: signable(document, root), carried })
}

/// The place of a message that carries no Assertion: its root, which alone may be signed.
pub(super) fn of_message(document: &Document) -> Result<Signable, Rejection> {
    values_are_whole(document)?;
    signatures_belong(document, &[Some(document.root())])?;
    Ok(signable(document, document.root()))
}

/// The place of the Assertion in what was decrypted: it is all there is.
pub(super) fn of_decrypted(document: &Document) -> Result<Signable, Rejection> {
    let root = document.root();
    let mut elements = document.elements(root);
    let assertion = elements.next().filter(|first| document.is(*first, Namespace::Saml, "Assertion"));
    let (Some(assertion), None) = (assertion, elements.next()) else {
        return Err(Rejection::new(Reason::DecryptedNotAssertion, "one saml:Assertion", "something else"));
    };
    values_are_whole(document)?;
    one_assertion(document, root)?;
    signatures_belong(document, &[Some(assertion)])?;
    Ok(signable(document, assertion))
}

/// House rule house-7: no comment stands inside a value. Canonicalization drops comments, so one can be put into a
/// signed value, and readers of the past took the half before it for the whole. We would read the whole; but whoever
/// put it there was up to something.
fn values_are_whole(document: &Document) -> Result<(), Rejection> {
    fault!(CommentsAllowed => Ok(()));
    if !document.has_comments() {
        return Ok(());
    }
    for element in document.all_elements() {
        let (mut has_comment, mut has_text) = (false, false);
        for child in document.children(element) {
            match document.kind(child) {
                Kind::Comment => has_comment = true,
                Kind::Text { .. } | Kind::Cdata => has_text |= !document.characters(child).trim_ascii().is_empty(),
                Kind::Element => {}
            }
        }
        if has_comment && has_text {
            let expected = format!("text in {}", document.qualified_name(element));
            return Err(Rejection::new(Reason::CommentInText, expected, "a comment"));
        }
    }
    Ok(())
}

/// The one Assertion or EncryptedAssertion in the whole document, which must be a child of its root.
fn one_assertion(document: &Document, root: NodeId) -> Result<Option<NodeId>, Rejection> {
    let is_one = |landmark: &Landmark| matches!(landmark, Landmark::Assertion | Landmark::EncryptedAssertion);
    let mut found = None;
    let mut count = 0;
    for (_, assertion) in document.landmarks().filter(|(landmark, _)| is_one(landmark)) {
        if document.parent(assertion) != root {
            let parent = document.qualified_name(document.parent(assertion));
            return Err(Rejection::new(
                Reason::AssertionMisplaced,
                "Assertions only in the Response",
                format!("one in {parent}"),
            ));
        }
        count += 1;
        found = Some(assertion);
    }
    if count > 1 {
        return Err(Rejection::new(Reason::AssertionRepeated, "one Assertion", count.to_string()));
    }
    Ok(found)
}

/// Every Signature of the document is the second child of one of these elements, behind its Issuer (core 5.4.1).
fn signatures_belong(document: &Document, allowed: &[Option<NodeId>]) -> Result<(), Rejection> {
    for (_, signature) in document.landmarks().filter(|(landmark, _)| *landmark == Landmark::Signature) {
        let parent = document.parent(signature);
        if !allowed.contains(&Some(parent)) {
            let found = format!("one in {}", document.qualified_name(parent));
            return Err(Rejection::new(
                Reason::SignatureMisplaced,
                "a Signature in the Response or the Assertion",
                found,
            ));
        }
        let mut siblings = document.elements(parent);
        let behind_issuer = siblings.next().is_some_and(|first| document.is(first, Namespace::Saml, "Issuer"));
        match siblings.next() {
            Some(second) if behind_issuer && second == signature => {}
            Some(second) if behind_issuer && document.is(second, Namespace::Dsig, "Signature") => {
                let found = format!("two in {}", document.qualified_name(parent));
                return Err(Rejection::new(Reason::SignatureRepeated, "one Signature", found));
            }
            _ => {
                let found = format!("elsewhere in {}", document.qualified_name(parent));
                return Err(Rejection::new(
                    Reason::SignatureMisplaced,
                    "the Signature directly behind the Issuer",
                    found,
                ));
            }
        }
    }
    Ok(())
}

/// The Signature of an element whose children are in their places.
fn signable(document: &Document, element: NodeId) -> Signable {
    let signature =
        document.elements(element).nth(1).filter(|second| document.is(*second, Namespace::Dsig, "Signature"));
    Signable { element, signature }
}
