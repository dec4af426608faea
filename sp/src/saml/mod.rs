//! The standard's objects, read from what was verified and from nothing else.
//!
//! Structure is strict: an element out of place refuses the message. Whether the values fit us is the next stage's
//! question, `validated`; here a missing value is a `None`, not a fault.

mod assertion;
mod attribute;
mod conditions;
mod logout;
mod response;
mod subject;

pub use assertion::{Assertion, AuthnStatement};
pub use attribute::Attribute;
pub use conditions::{AudienceRestriction, Conditions};
pub use logout::{LogoutRequest, LogoutResponse};
pub use response::Response;
pub use subject::{NameId, Subject, SubjectConfirmation, SubjectConfirmationData};

pub(crate) use assertion::Condition;
pub(crate) use logout::Head as LogoutHead;
