//! The Service Provider over HTTP: browsers in, sessions out. Wraps the core `sp` with endpoints and stores.
//!
//! `GET /saml/login` sends a browser to its IdP, `POST /saml/acs` takes the Response, `GET /saml/whoami` says who is
//! logged in, `POST /saml/logout` logs out here and at the IdP, `/saml/slo` takes logout messages, and
//! `GET /saml/metadata` tells IdPs about us. What must be remembered between two requests lies in a
//! [`Store`]: in memory or in SQLite. Every decision about a message is the core's; a refusal is logged with its rule,
//! and the browser sees one sentence.
#![forbid(unsafe_code)]

mod connections;
mod options;
mod ourselves;
mod server;
mod site;

mod endpoint;
mod refusal;
mod router;

mod clock;
mod cookie;
mod handle;
mod local_path;
mod pending;
mod session;
pub mod store;
mod trust;

pub use clock::Clock;
pub use handle::Handle;
pub use local_path::LocalPath;
pub use options::{About, Cbc, KeyPair, MetadataFile, Options, PrivateKey, Reread, Unsolicited, Want};
pub use ourselves::OurMetadata;
pub use pending::{PendingExit, PendingLogin};
pub use router::router;
pub use server::{Ready, RunError, Server, bind, run};
pub use session::{Session, SessionNameId};
pub use site::{PublicUrl, PublicUrlError, Site};
pub use store::{MemoryStore, SqliteStore, Store, StoreError};
pub use trust::Trust;
