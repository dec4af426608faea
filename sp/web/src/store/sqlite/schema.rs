//! The tables: created when the file is opened, left alone when they are there. Times are seconds since 1970.

/// Run one after the other, in one transaction.
pub(super) const STATEMENTS: &[&str] = &[
    // An Assertion's ID is unique only for its Issuer.
    "CREATE TABLE IF NOT EXISTS used_assertions (
        issuer TEXT NOT NULL, id TEXT NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (issuer, id)
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS used_assertions_until ON used_assertions (until)",
    "CREATE TABLE IF NOT EXISTS answered_requests (
        id TEXT NOT NULL PRIMARY KEY, until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS answered_requests_until ON answered_requests (until)",
    // `browser` and `handle` are fingerprints: the file does not hold what the cookies hold.
    "CREATE TABLE IF NOT EXISTS pending_logins (
        number INTEGER PRIMARY KEY, browser TEXT NOT NULL, relay_state TEXT NOT NULL UNIQUE, request TEXT NOT NULL,
        idp TEXT NOT NULL, return_to TEXT NOT NULL, until INTEGER NOT NULL
    ) STRICT",
    "CREATE INDEX IF NOT EXISTS pending_logins_browser ON pending_logins (browser, number)",
    "CREATE INDEX IF NOT EXISTS pending_logins_until ON pending_logins (until)",
    "CREATE TABLE IF NOT EXISTS sessions (
        handle TEXT NOT NULL PRIMARY KEY, session TEXT NOT NULL, ends INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS sessions_ends ON sessions (ends)",
    // What a LogoutRequest finds sessions by.
    "CREATE TABLE IF NOT EXISTS session_names (
        handle TEXT NOT NULL PRIMARY KEY, issuer TEXT NOT NULL, name TEXT NOT NULL, ends INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS session_names_principal ON session_names (issuer, name)",
    "CREATE INDEX IF NOT EXISTS session_names_ends ON session_names (ends)",
    "CREATE TABLE IF NOT EXISTS pending_logouts (
        browser TEXT NOT NULL PRIMARY KEY, relay_state TEXT NOT NULL, request TEXT NOT NULL, idp TEXT NOT NULL,
        until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID",
    "CREATE INDEX IF NOT EXISTS pending_logouts_until ON pending_logouts (until)",
];

/// Keeps the newest logins of a browser: its fingerprint, how many.
pub(super) const DROP_OLDEST_LOGINS: &str = "DELETE FROM pending_logins WHERE number IN (
    SELECT number FROM pending_logins WHERE browser = ? ORDER BY number DESC LIMIT -1 OFFSET ?
)";

/// The sessions of a principal: the IdP, the NameID, the time.
pub(super) const SESSIONS_OF: &str = "SELECT sessions.handle, sessions.session FROM sessions
    JOIN session_names ON session_names.handle = sessions.handle
    WHERE session_names.issuer = ? AND session_names.name = ? AND ? < sessions.ends";
