//! The signature of the HTTP-Redirect binding: octets of a query, SigAlg and Signature in, [`Verified`] out (bindings
//! 3.4.4.1).
//!
//! Refuses algorithms that an IdP may not use, and a signature that none of its pinned keys made. No certificate
//! travels with a query, so there is no hint to ignore either.

use super::algorithm::SignatureAlgorithm;
use super::key;
use super::{Origin, Verified};
use crate::config::Idp;
use crate::parsed::Document;
use crate::reject::Rejection;

/// A query's signature, and what it is over.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuerySignature<'a> {
    /// `SAMLRequest=...&RelayState=...&SigAlg=...` exactly as it was received: the escapes are the sender's choice, and
    /// escaping again might choose others.
    pub(crate) octets: &'a [u8],
    /// The value of SigAlg without its escapes, a URI.
    pub(crate) algorithm: &'a str,
    /// The octets of Signature, out of their base64.
    pub(crate) value: &'a [u8],
}

/// The message, once the signature over the query it came in was found good.
///
/// `document` must have been read from the SAMLRequest or SAMLResponse inside of `signature.octets`, and from nothing
/// else: that makes it what was signed.
pub(crate) fn verify(document: Document, signature: QuerySignature<'_>, idp: &Idp) -> Result<Verified, Rejection> {
    let algorithm = SignatureAlgorithm::of(signature.algorithm, idp.allow())?;
    key::one_made(idp.keys(), algorithm, signature.octets, signature.value)?;
    Ok(Verified::new(document, Origin::QuerySignature))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Allow, EntityId};
    use crate::limits::Limits;
    use mock_idp::{SignatureAlgorithm as Mock, Vendor};

    const OCTETS: &[u8] = b"SAMLRequest=fZBB&SigAlg=http%3a%2f%2fwww.w3.org";

    fn check(octets: &[u8], algorithm: Mock, allow: Allow) -> Result<Origin, &'static str> {
        let mock = mock_idp::Idp::of(Vendor::all().next().unwrap(), "https://idp.example.test");
        let idp = Idp::builder(EntityId::new("idp").unwrap()).allow(allow);
        let idp = idp.certificate(mock.certificate_der()).unwrap().build().unwrap();
        let value = mock.key().sign(algorithm, OCTETS).unwrap();
        let document = crate::parsed::read(b"<a/>".to_vec(), &Limits::default()).unwrap();
        let signature = QuerySignature { octets, algorithm: algorithm.uri(), value: &value };
        verify(document, signature, &idp).map(|verified| verified.origin()).map_err(|r| r.reason().name())
    }

    #[test]
    fn only_the_octets_as_received() {
        let strict = Allow::default();
        let other_case = b"SAMLRequest=fZBB&SigAlg=http%3A%2F%2Fwww.w3.org";
        check(OCTETS, Mock::RsaSha256, strict).unwrap();
        check(OCTETS, Mock::RsaSha512, strict).unwrap();
        check(OCTETS, Mock::RsaSha1, Allow { sha1: true, ..strict }).unwrap();
        assert_eq!(check(OCTETS, Mock::RsaSha1, strict), Err("signature_algorithm_not_allowed"));
        assert_eq!(check(other_case, Mock::RsaSha256, strict), Err("signature_invalid"));
        assert_eq!(check(b"", Mock::RsaSha256, strict), Err("signature_invalid"));
    }
}
