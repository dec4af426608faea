//! What must be remembered between two requests: claims, pending logins and logouts, sessions. In out of the endpoints, out again
//! until its time is over.
//!
//! Refuses nothing by itself, but says when it cannot answer; the endpoints then refuse. A claim is never forgotten
//! before its time, not even when the store is full: a forgotten claim is a replay that works.

mod expiring;
mod memory;
mod sqlite;
#[cfg(test)]
mod tests;

pub use memory::MemoryStore;
pub use sqlite::{DatabaseUrl, SqliteStore};

use crate::handle::Handle;
use crate::pending::{PendingExit, PendingLogin};
use crate::session::Session;
use sp::logout::LogoutOrder;
use std::future::Future;

/// Why a store could not answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    /// As many claims as the memory store keeps are all still needed.
    #[error("the memory store holds {most} claims and may forget none of them yet")]
    Full {
        /// The limit that is reached.
        most: usize,
    },
    /// A row is not what this version writes.
    #[error("a stored {what} cannot be read")]
    Unreadable {
        /// What the row should have been.
        what: &'static str,
    },
    /// The URL names a database that is not supported.
    #[error("the database URL `{url}` cannot be used: {why}; supported is `sqlite:PATH`, or none for memory")]
    Url {
        /// The URL as given.
        url: String,
        /// What is wrong with it.
        why: &'static str,
    },
}

/// A place for everything the endpoints remember. [`sp::OnceStore`] is its part about claims.
///
/// Browsers and sessions are named by secret handles; a store keeps their fingerprints only.
pub trait Store: sp::OnceStore<Error = StoreError> + Send + Sync + 'static {
    /// Adds a login to those of a browser. One too many, and the browser's oldest is dropped.
    fn keep_login(&self, browser: &Handle, login: PendingLogin) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// A browser's logins that are not over, oldest first.
    fn logins(&self, browser: &Handle) -> impl Future<Output = Result<Vec<PendingLogin>, StoreError>> + Send;

    /// Forgets a login that was answered.
    fn forget_login(
        &self,
        browser: &Handle,
        relay_state: &Handle,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Starts a session under a fresh handle.
    fn start_session(&self, handle: &Handle, session: Session) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The session of that name, if it is not over.
    fn session(&self, handle: &Handle) -> impl Future<Output = Result<Option<Session>, StoreError>> + Send;

    /// Ends a session.
    fn end_session(&self, handle: &Handle) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Ends every session that the order means, found by IdP and NameID; how many there were.
    fn end_sessions(&self, order: &LogoutOrder) -> impl Future<Output = Result<usize, StoreError>> + Send;

    /// Keeps the logout that a browser started under a fresh handle.
    fn keep_exit(&self, browser: &Handle, exit: PendingExit) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Takes a browser's logout out, if it is not over: it can be answered once.
    fn take_exit(&self, browser: &Handle) -> impl Future<Output = Result<Option<PendingExit>, StoreError>> + Send;
}
