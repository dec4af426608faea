//! Every algorithm that the mock signs or encrypts with, in every combination: accepted where it is allowed, refused for
//! its own reason where not. The mock makes them with other libraries than `sp` has. bergshamra confirms them here, with the
//! library that `sp` has too; `samael-judge matrix` shows the same combinations to xmlsec1, which is on OpenSSL.

#![expect(clippy::unwrap_used, reason = "helpers of tests: what cannot go on has failed")]

use crate::common::{self, accept, changed, outcome, recipe, sp, trusted};
use mock_idp::canonical::{Method, Scope, canonical};
use mock_idp::encrypt::{KeyTransport, Scheme};
use mock_idp::quirks::Quirk;
use mock_idp::sign::{Digested, Plan, Transform};
use mock_idp::step::Step;
use mock_idp::tree::{Element, Node};
use mock_idp::{Cipher, DigestAlgorithm, Encryption, KeyPlacement, Recipe, Sign, SignatureAlgorithm, Vendor};
use sp::{Allow, Reason};

/// The second opinion: our key opens it, and the person is in it.
fn opens(xml: &str) -> bool {
    let mut keys = bergshamra::KeysManager::new();
    keys.add_key(bergshamra::keys::loader::load_rsa_private_pem(common::SP_KEY.as_bytes()).unwrap());
    let opened = bergshamra::decrypt(&bergshamra::EncContext::new(keys), xml);
    opened.is_ok_and(|opened| opened.contains(">ann@example.test<"))
}

const ANN: &str = "accepted as ann@example.test";
const HAS_OPENSSL: bool = cfg!(feature = "openssl");
const STRICT: Allow =
    Allow { sha1: false, rsa1024: false, rsa512: false, rsa15: false, tripledes: false, c14n_comments: false };
const LAX: Allow = Allow { sha1: true, rsa1024: true, rsa512: true, rsa15: true, tripledes: true, c14n_comments: true };

/// How the signed elements are canonicalized. Each of them has comments between its elements.
struct Form {
    quirk: Quirk,
    /// Whether its name says that comments stay.
    comments: bool,
    /// Whether bergshamra is asked too. About comments in SignedInfo, xmlsec1 alone is.
    asked: bool,
}

const fn form(steps: &'static [Step], comments: bool) -> Form {
    Form { quirk: changed(steps), comments, asked: true }
}

fn set(plan: &mut Plan, method: Method) {
    plan.canonicalization = method.clone();
    plan.transforms = vec![Transform::Enveloped, Transform::Canonical(method)];
}

/// Comments where no value is: among the children of the Response and of the Assertion.
const COMMENTS: Step = Step::Tree(|workshop| {
    let comment = || Node::Comment(" between elements ".to_owned());
    workshop.response.children.push(comment());
    workshop.assertion()?.children.insert(1, comment());
    Ok(())
});

static FORMS: &[Form] = &[
    form(&[COMMENTS, Step::Plan(|plan, _| set(plan, Method::exclusive()))], false),
    form(
        &[
            COMMENTS,
            Step::Plan(|plan, _| {
                set(plan, Method { prefix_list: vec!["xs".to_owned(), "#default".to_owned()], ..Method::exclusive() })
            }),
        ],
        false,
    ),
    form(&[COMMENTS, Step::Plan(|plan, _| set(plan, Method::inclusive()))], false),
    form(&[COMMENTS, Step::Plan(|plan, _| set(plan, Method { comments: true, ..Method::exclusive() }))], true),
    form(&[COMMENTS, Step::Plan(|plan, _| set(plan, Method { comments: true, ..Method::inclusive() }))], true),
    Form {
        asked: false,
        ..form(
            &[
                COMMENTS,
                Step::Plan(|plan, _| {
                    set(plan, Method { comments: true, ..Method::exclusive() });
                    plan.remark = Some(" in SignedInfo ");
                }),
            ],
            true,
        )
    },
];

fn is_weak(digest: DigestAlgorithm) -> bool {
    matches!(digest, DigestAlgorithm::Sha1 | DigestAlgorithm::Sha224)
}

/// The reason of the first part that is not allowed, in the order of SignedInfo.
fn of_signature(algorithm: SignatureAlgorithm, digest: DigestAlgorithm, comments: bool, allow: Allow) -> &'static str {
    let lacks_library = algorithm == SignatureAlgorithm::RsaSha224 && !HAS_OPENSSL;
    let reason = if comments && !allow.c14n_comments {
        Reason::CanonicalizationNotAllowed
    } else if lacks_library || is_weak(algorithm.digest()) && !allow.sha1 {
        Reason::SignatureAlgorithmNotAllowed
    } else if is_weak(digest) && !allow.sha1 {
        Reason::DigestAlgorithmNotAllowed
    } else {
        return ANN;
    };
    reason.name()
}

#[test]
fn every_signature_algorithm_with_every_digest_and_canonicalization() {
    let vendor = Vendor::named("okta").unwrap();
    let (mut messages, mut accepted) = (0, 0);
    for &algorithm in SignatureAlgorithm::ALL {
        let key = mock_idp::key::fitting(algorithm, vendor.key());
        let signer = mock_idp::Idp::of(vendor, "https://idp.example.test").with_key(key, vendor);
        for &digest in DigestAlgorithm::ALL {
            for form in FORMS {
                let mut recipe = recipe(vendor);
                recipe.idp = signer.clone();
                let recipe = Recipe {
                    signature: algorithm,
                    digest: Some(digest),
                    quirk: Some(&form.quirk),
                    sign: Sign::Both,
                    ..recipe
                };
                let xml = recipe.build().unwrap().xml;
                messages += 1;
                // It has no SHA-224.
                let is_known = algorithm != SignatureAlgorithm::RsaSha224;
                if form.asked {
                    let holding = if is_known { 2 } else { 0 };
                    let opinion = common::by_bergshamra(&xml, signer.certificate_der());
                    assert_eq!(opinion, (holding, 2), "{algorithm:?} {digest:?}");
                }
                for allow in [STRICT, LAX] {
                    let result = accept(&xml, &sp(), &trusted(&signer, vendor, allow));
                    let expected = of_signature(algorithm, digest, form.comments, allow);
                    assert_eq!(outcome(&result), expected, "{algorithm:?} {digest:?} {allow:?} {result:?}");
                    accepted += usize::from(result.is_ok());
                }
            }
        }
    }
    let weak = if HAS_OPENSSL { 30 } else { 0 };
    assert_eq!((messages, accepted), (12 * 5 * 6, 10 * 3 * 3 + 11 * 5 * 6 + weak));
}

/// A comment that the digest covers, against the rule: whoever kept it would accept this.
#[test]
fn a_digest_over_comments() {
    static WITH: Quirk = changed(&[
        Step::Tree(|workshop| {
            let comment = Node::Comment(" digested ".to_owned());
            workshop.assertion()?.children.insert(1, comment);
            let around = Scope::default().inside(&workshop.response);
            let octets = canonical(workshop.assertion()?, &around, &Method { comments: true, ..Method::exclusive() });
            workshop.plan.digested_octets = Digested::Octets(octets.into_bytes());
            Ok(())
        }),
        Step::Plan(|plan, _| set(plan, Method { comments: true, ..Method::exclusive() })),
    ]);
    static WITHOUT: Quirk =
        changed(&[COMMENTS, Step::Plan(|plan, _| set(plan, Method { comments: true, ..Method::exclusive() }))]);
    let vendor = Vendor::named("okta").unwrap();
    for (quirk, expected) in [(&WITHOUT, ANN), (&WITH, Reason::DigestMismatch.name())] {
        let xml = Recipe { quirk: Some(quirk), sign: Sign::Assertion, ..recipe(vendor) }.build().unwrap().xml;
        assert_eq!(outcome(&accept(&xml, &sp(), &common::idp_allowing(vendor, LAX))), expected);
    }
}

fn parameters(digest: Option<DigestAlgorithm>, mask: Option<DigestAlgorithm>, salt: Option<usize>) -> Element {
    let method = |digest: DigestAlgorithm| {
        let method = Element::new("d:DigestMethod").with("xmlns:d", "http://www.w3.org/2000/09/xmldsig#");
        method.with("Algorithm", digest.uri())
    };
    let mask = mask.map(|mask| {
        let function = Element::new("MaskGenerationFunction");
        function.with("Algorithm", "http://www.w3.org/2007/05/xmldsig-more#MGF1").holding(method(mask))
    });
    let salt = salt.map(|length| Element::new("SaltLength").saying(length.to_string()));
    let parts = [digest.map(method), mask, salt].into_iter().flatten();
    let empty = Element::new("RSAPSSParams").with("xmlns", "http://www.w3.org/2007/05/xmldsig-more#");
    parts.fold(empty, Element::holding)
}

/// Signed with a salt of this length, and parameters that say so or something else.
fn salted(plan: &mut Plan, length: usize, parameters: Element) {
    plan.method_uri = Some("http://www.w3.org/2007/05/xmldsig-more#rsa-pss".to_owned());
    plan.salt = Some(length);
    plan.method_holds = Some(parameters);
}

const SHA256: Option<DigestAlgorithm> = Some(DigestAlgorithm::Sha256);
const SHA384: Option<DigestAlgorithm> = Some(DigestAlgorithm::Sha384);
const SHA512: Option<DigestAlgorithm> = Some(DigestAlgorithm::Sha512);
const NOT_ALLOWED: &str = "signature_algorithm_not_allowed";

/// RSA-PSS by the name that leaves everything to its parameters: what signs, what it says, what becomes of it.
static SALTED: &[(SignatureAlgorithm, Quirk, &str)] = {
    use SignatureAlgorithm::{RsaPssSha256, RsaPssSha384, RsaPssSha512};
    &[
        (RsaPssSha256, changed(&[Step::Plan(|p, _| salted(p, 32, parameters(None, None, None)))]), ANN),
        (RsaPssSha256, changed(&[Step::Plan(|p, _| salted(p, 32, parameters(SHA256, None, Some(32))))]), ANN),
        (RsaPssSha256, changed(&[Step::Plan(|p, _| salted(p, 32, parameters(SHA256, SHA256, Some(32))))]), ANN),
        (RsaPssSha384, changed(&[Step::Plan(|p, _| salted(p, 48, parameters(SHA384, SHA384, Some(48))))]), ANN),
        (RsaPssSha512, changed(&[Step::Plan(|p, _| salted(p, 64, parameters(SHA512, SHA512, Some(64))))]), ANN),
        // Whoever signs may mean what he says, and it is refused all the same.
        (RsaPssSha256, changed(&[Step::Plan(|p, _| salted(p, 20, parameters(SHA256, SHA256, Some(20))))]), NOT_ALLOWED),
        (RsaPssSha256, changed(&[Step::Plan(|p, _| salted(p, 0, parameters(SHA256, SHA256, Some(0))))]), NOT_ALLOWED),
        (RsaPssSha512, changed(&[Step::Plan(|p, _| salted(p, 32, parameters(SHA512, SHA512, None)))]), NOT_ALLOWED),
        (RsaPssSha256, changed(&[Step::Plan(|p, _| salted(p, 32, parameters(SHA256, SHA512, Some(32))))]), NOT_ALLOWED),
        (RsaPssSha512, changed(&[Step::Plan(|p, _| salted(p, 64, parameters(SHA512, None, Some(64))))]), NOT_ALLOWED),
        // What they say is what is checked, and not what fits.
        (RsaPssSha256, changed(&[Step::Plan(|p, _| salted(p, 20, parameters(SHA256, SHA256, None)))]), NO_KEY),
        (RsaPssSha256, changed(&[Step::Plan(|p, _| salted(p, 32, parameters(SHA384, SHA384, Some(48))))]), NO_KEY),
        (RsaPssSha384, changed(&[Step::Plan(|p, _| salted(p, 48, parameters(None, None, None)))]), NO_KEY),
        // No other algorithm has parameters.
        (
            RsaPssSha256,
            changed(&[Step::Plan(|p, _| p.method_holds = Some(parameters(SHA256, SHA256, Some(32))))]),
            "signature_malformed",
        ),
    ]
};
const NO_KEY: &str = "signature_invalid";

#[test]
fn rsa_pss_with_parameters() {
    let vendor = Vendor::named("okta").unwrap();
    for (row, (signature, quirk, expected)) in SALTED.iter().enumerate() {
        let recipe = Recipe { signature: *signature, quirk: Some(quirk), sign: Sign::Both, ..recipe(vendor) };
        let result = accept(&recipe.build().unwrap().xml, &sp(), &common::idp(vendor));
        assert_eq!(outcome(&result), *expected, "row {row}: {result:?}");
    }
}

fn transports() -> Vec<KeyTransport> {
    let mut transports = vec![KeyTransport { scheme: Scheme::Pkcs1, ..KeyTransport::default() }];
    for &digest in DigestAlgorithm::ALL {
        transports.push(KeyTransport { digest, ..KeyTransport::default() });
        transports.extend(DigestAlgorithm::ALL.iter().map(|&mask| KeyTransport { scheme: Scheme::Oaep, digest, mask }));
    }
    transports
}

/// AES, and RSA-OAEP with one hash: what aws-lc-rs and the second opinion have.
fn is_usual(cipher: Cipher, transport: KeyTransport) -> bool {
    let one_hash = transport.digest == transport.mask && transport.digest != DigestAlgorithm::Sha224;
    cipher != Cipher::TripleDesCbc && transport.scheme != Scheme::Pkcs1 && one_hash
}

fn decrypts(cipher: Cipher, transport: KeyTransport, allow: Allow) -> bool {
    let cipher = cipher != Cipher::TripleDesCbc || allow.tripledes && HAS_OPENSSL;
    let transport = match transport.scheme {
        Scheme::Pkcs1 => allow.rsa15,
        Scheme::OaepMgf1p | Scheme::Oaep => {
            HAS_OPENSSL || transport.digest == transport.mask && transport.digest != DigestAlgorithm::Sha224
        }
    };
    cipher && transport
}

#[test]
fn every_key_transport_with_every_cipher_and_placement() {
    let vendor = Vendor::named("okta").unwrap();
    let idp = mock_idp::Idp::of(vendor, "https://idp.example.test");
    let (mut messages, mut accepted) = (0, 0);
    for &cipher in Cipher::ALL.iter().chain(&[Cipher::TripleDesCbc]) {
        for transport in transports() {
            for key_placement in [KeyPlacement::InKeyInfo, KeyPlacement::Sibling] {
                let encryption = Encryption { transport, ..Encryption::new(cipher, key_placement) };
                let xml = Recipe { encrypt: Some(encryption), ..recipe(vendor) }.build().unwrap().xml;
                messages += 1;
                assert_eq!(opens(&xml), is_usual(cipher, transport), "{encryption:?}");
                for allow in [STRICT, LAX] {
                    let result = accept(&xml, &sp(), &trusted(&idp, vendor, allow));
                    let expected = match decrypts(cipher, transport, allow) {
                        true => ANN,
                        false => Reason::EncryptionAlgorithmNotAllowed.name(),
                    };
                    assert_eq!(outcome(&result), expected, "{encryption:?} {allow:?} {result:?}");
                    accepted += usize::from(result.is_ok());
                }
                assert_eq!(decrypts(cipher, transport, LAX), names_openssl(&xml, vendor).is_none());
            }
        }
    }
    let of_a_cipher = if HAS_OPENSSL { (30, 31) } else { (5, 6) };
    let triple_des = if HAS_OPENSSL { 31 } else { 0 };
    assert_eq!((messages, accepted), (7 * 31 * 2, 2 * (6 * (of_a_cipher.0 + of_a_cipher.1) + triple_des)));
}

/// A refusal for want of a library says which feature has it.
fn names_openssl(xml: &str, vendor: Vendor) -> Option<String> {
    let idp = mock_idp::Idp::of(vendor, "https://idp.example.test");
    let rejection = accept(xml, &sp(), &trusted(&idp, vendor, LAX)).err()?;
    assert!(rejection.expected().contains("cargo feature `openssl`"), "{rejection}");
    Some(rejection.expected().to_owned())
}
