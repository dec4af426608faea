//! The account of one message: which checks ran, and how each came out.
//!
//! There is one path through the checks; this only writes down what happens on it. Accepting looks at the verdict,
//! `inspect` and a Test button show the list.

use crate::reject::Rejection;

/// How one check came out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The message meets it.
    Passed,
    /// Nothing demands it here, and this says why.
    NotRequired(&'static str),
    /// The message breaks it.
    Failed(Rejection),
    /// An earlier failure left nothing to check.
    NotReached,
}

/// Declares the checks, in the order in which a message meets them.
macro_rules! checks {
    ($($variant:ident $name:literal $section:literal $about:literal)*) => {
        /// One thing that is checked about every message.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Check { $(#[doc = concat!($about, " (", $section, ").")] $variant,)* }

        impl Check {
            /// Every check, in order.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// A short name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// Where the standard says so.
            pub fn section(self) -> &'static str {
                match self { $(Self::$variant => $section,)* }
            }

            /// What must hold, in one sentence.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => $about,)* }
            }
        }
    };
}

checks! {
    Binding "binding" "bindings 3.5" "the message arrives in one well-formed field"
    Xml "xml" "xml 1.0, namespaces" "the message is strict XML within the limits"
    Structure "structure" "core 3.3.3, 5.4" "one Response with one Assertion, Signatures only where they belong"
    ResponseSignature "response signature" "dsig 3.2, core 5.4" "the Response's Signature is by a pinned key of the IdP"
    Encryption "encryption" "house" "the Assertion is encrypted where that is demanded"
    Decryption "decryption" "xmlenc 4.4" "a key of ours decrypts the Assertion"
    AssertionSignature "assertion signature" "dsig 3.2, core 5.4" "the Assertion's Signature is by a pinned key of the IdP"
    Coverage "coverage" "profiles 4.1.3.5" "a signature covers the Assertion, and each that is demanded is there"
    Objects "objects" "core 2, 3" "the signed octets say what the schema allows"
    Version "version" "core 4.1.3.2" "Response and Assertion are of version 2.0"
    Status "status" "core 3.2.2.2" "the IdP reports success"
    Issuer "issuer" "profiles 4.1.4.2" "Response and Assertion come from the IdP that is expected here"
    Destination "destination" "bindings 3.5.5.2" "the Response was sent to this endpoint"
    IssueInstant "issue instant" "core 2.3.3, house" "Response and Assertion were made just now"
    InResponseTo "in response to" "profiles 4.1.4.2" "the message answers this browser's request, or none where that is allowed"
    Conditions "conditions" "core 2.5.1" "there are Conditions, and we know each of them"
    Audience "audience" "core 2.5.1.4" "every AudienceRestriction names us, and there is one"
    Window "window" "core 2.5.1.2" "now is within NotBefore and NotOnOrAfter"
    NameId "name id" "core 2.2.3" "the Subject has a NameID"
    Confirmation "subject confirmation" "profiles 4.1.4.2-3" "one bearer confirmation is addressed to this endpoint and not over"
    Authentication "authn statement" "core 2.7.2" "the principal authenticated, and the IdP's session is not over"
}

/// What was written down about one message.
#[derive(Debug, Clone, Default)]
pub(crate) struct Account {
    outcomes: Vec<(Check, Outcome)>,
}

impl Account {
    pub(crate) fn new() -> Self {
        Self { outcomes: Vec::with_capacity(Check::ALL.len()) }
    }

    /// Writes down how a check came out, and hands its result on.
    pub(crate) fn note<T>(&mut self, check: Check, result: Result<T, Rejection>) -> Result<T, Rejection> {
        match &result {
            Ok(_) => self.outcomes.push((check, Outcome::Passed)),
            Err(rejection) => self.outcomes.push((check, Outcome::Failed(rejection.clone()))),
        }
        result
    }

    /// Writes down that a check has nothing to demand of this message.
    pub(crate) fn not_required(&mut self, check: Check, why: &'static str) {
        self.outcomes.push((check, Outcome::NotRequired(why)));
    }

    /// How a check came out. One that is asked twice has failed if it failed once.
    pub(crate) fn outcome(&self, check: Check) -> Outcome {
        let of_check = || self.outcomes.iter().filter(|(known, _)| *known == check).map(|(_, outcome)| outcome);
        let failed = of_check().find(|outcome| matches!(outcome, Outcome::Failed(_)));
        failed.or(of_check().next()).cloned().unwrap_or(Outcome::NotReached)
    }
}
