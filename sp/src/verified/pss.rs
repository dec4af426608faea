//! RSASSA-PSS with parameters in the message: a SignatureMethod in, one of the combinations of our list out (RFC 9231
//! 2.3.9).
//!
//! Takes one hash for digest and mask, a salt as long as its digest, and the usual trailer: what the names without
//! parameters mean too. Refuses everything else, for whoever may choose the salt's length or a weak mask chooses how
//! much a signature is worth.

use super::algorithm::{DigestAlgorithm, SignatureAlgorithm};
use crate::config::Allow;
use crate::names::Namespace;
use crate::parsed::walk::{self, Children};
use crate::parsed::{Document, NodeId};
use crate::reject::{Reason, Rejection};

const MGF1: &str = "http://www.w3.org/2007/05/xmldsig-more#MGF1";

/// The algorithm that `RSAPSSParams` describe; each part that is missing has its default.
pub(super) fn read(document: &Document, parameters: NodeId, allow: &Allow) -> Result<SignatureAlgorithm, Rejection> {
    let mut children = Children::of(document, parameters)?;
    let digest = digest(document, &mut children, allow)?;
    let mask = match children.take(Namespace::DsigMore, "MaskGenerationFunction") {
        Some(function) => mask(document, function, allow)?,
        None => DigestAlgorithm::Sha256,
    };
    let salt = number(document, &mut children, "SaltLength")?.unwrap_or(DigestAlgorithm::Sha256.octets());
    let trailer = number(document, &mut children, "TrailerField")?.unwrap_or(1);
    children.finish()?;
    if digest != mask || salt != digest.octets() || trailer != 1 {
        return Err(not_allowed(format!("{digest:?} with MGF1 and {mask:?}, a salt of {salt}, trailer {trailer}")));
    }
    Ok(SignatureAlgorithm::RsaPss(digest))
}

fn mask(document: &Document, function: NodeId, allow: &Allow) -> Result<DigestAlgorithm, Rejection> {
    let uri = walk::attribute(document, function, "Algorithm")?;
    if uri != MGF1 {
        return Err(not_allowed(uri));
    }
    let mut children = Children::of(document, function)?;
    let digest = digest(document, &mut children, allow)?;
    children.finish()?;
    Ok(digest)
}

fn digest(document: &Document, children: &mut Children<'_>, allow: &Allow) -> Result<DigestAlgorithm, Rejection> {
    let Some(method) = children.take(Namespace::Dsig, "DigestMethod") else { return Ok(DigestAlgorithm::Sha256) };
    Children::of(document, method)?.finish()?;
    let digest = DigestAlgorithm::of(&walk::attribute(document, method, "Algorithm")?, allow)?;
    match digest {
        DigestAlgorithm::Sha256 | DigestAlgorithm::Sha384 | DigestAlgorithm::Sha512 => Ok(digest),
        DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224 => Err(not_allowed(format!("{digest:?}"))),
    }
}

fn number(document: &Document, children: &mut Children<'_>, local: &str) -> Result<Option<usize>, Rejection> {
    let Some(element) = children.take(Namespace::DsigMore, local) else { return Ok(None) };
    let text = walk::text(document, element)?;
    text.trim_ascii().parse().map(Some).map_err(|_| not_allowed(text))
}

fn not_allowed(found: impl AsRef<str>) -> Rejection {
    let expected = "RSA-PSS with one hash of SHA-256 or stronger, a salt of its length and trailer 1";
    Rejection::new(Reason::SignatureAlgorithmNotAllowed, expected, found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::Limits;

    fn check(inside: &str, expected: Result<DigestAlgorithm, &str>) {
        let xml = format!(
            "<RSAPSSParams xmlns=\"http://www.w3.org/2007/05/xmldsig-more#\" \
             xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{inside}</RSAPSSParams>"
        );
        let document = crate::parsed::read(xml.into_bytes(), &Limits::default()).unwrap();
        let algorithm = read(&document, document.root(), &Allow { sha1: true, ..Allow::default() });
        assert_eq!(algorithm.map_err(|r| r.reason().name()), expected.map(SignatureAlgorithm::RsaPss), "{inside}");
    }

    #[test]
    fn only_combinations_of_the_list() {
        let refused = Err("signature_algorithm_not_allowed");
        let sha = |hash: &str| format!("<ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/{hash}\"/>");
        let mask =
            |inside: &str| format!("<MaskGenerationFunction Algorithm=\"{MGF1}\">{inside}</MaskGenerationFunction>");
        let (sha256, sha512) = (sha("xmlenc#sha256"), sha("xmlenc#sha512"));
        let sha1 = "<ds:DigestMethod Algorithm=\"http://www.w3.org/2000/09/xmldsig#sha1\"/>";
        check("", Ok(DigestAlgorithm::Sha256));
        check(&sha256, Ok(DigestAlgorithm::Sha256));
        check("<SaltLength>32</SaltLength><TrailerField>1</TrailerField>", Ok(DigestAlgorithm::Sha256));
        check(&format!("{sha512}{}<SaltLength>64</SaltLength>", mask(&sha512)), Ok(DigestAlgorithm::Sha512));
        check(&format!("{sha512}{}", mask(&sha512)), refused);
        check(&format!("{sha512}<SaltLength>64</SaltLength>"), refused);
        check(&format!("{sha256}{}", mask(sha1)), refused);
        check(&format!("{sha1}{}<SaltLength>20</SaltLength>", mask(sha1)), refused);
        check("<MaskGenerationFunction Algorithm=\"urn:other\"/>", refused);
        for salt in ["0", "20", "222", "-1", "thirty-two", ""] {
            check(&format!("<SaltLength>{salt}</SaltLength>"), refused);
        }
        check("<TrailerField>2</TrailerField>", refused);
        check("<SaltLength>32</SaltLength><SaltLength>32</SaltLength>", Err("unexpected_element"));
        check("<ds:DigestMethod/>", Err("attribute_missing"));
    }
}
