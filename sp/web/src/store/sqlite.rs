//! Everything in one SQLite file: survives a restart, and several processes on one machine may share it.
//!
//! Refuses URLs of other databases, and `:memory:`, for which there is the memory store. What is over is deleted on the
//! way; the file itself is bounded only by what can happen before that.

mod schema;

use super::{Store, StoreError};
use crate::clock::Clock;
use crate::handle::Handle;
use crate::local_path::LocalPath;
use crate::pending::{self, PendingExit, PendingLogin};
use crate::session::Session;
use sp::logout::{LogoutOrder, PendingLogout};
use sp::{Claim, EntityId, Inserted, Instant, OnceStore, PendingRequest};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteRow, SqliteSynchronous};
use sqlx::{Row, Sqlite, SqlitePool, Transaction, query};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long a request waits for another one that is writing.
const BUSY: Duration = Duration::from_secs(10);

/// Connections at once; SQLite lets one of them write.
const CONNECTIONS: u32 = 4;

/// Takes the write lock at once. A transaction that reads first and then wants to write may have to be given up.
const BEGIN: &str = "BEGIN IMMEDIATE";

/// The URL of a database that is supported.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseUrl(PathBuf);

impl DatabaseUrl {
    /// Takes `sqlite:PATH` or `sqlite://PATH`.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        let wrong = |why| Err(StoreError::Url { url: without_password(url), why });
        let Some(rest) = url.strip_prefix("sqlite:") else {
            return wrong("this kind of database is not supported");
        };
        let path = rest.strip_prefix("//").unwrap_or(rest);
        match path {
            "" => wrong("it names no file"),
            _ if path.contains(":memory:") => wrong("memory is what is used without a database URL"),
            _ if path.contains('?') => wrong("it has parameters"),
            _ => Ok(Self(PathBuf::from(path))),
        }
    }
}

/// An error message is no place for a password.
fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://...@{host}"),
        _ => url.to_owned(),
    }
}

/// A store in a file.
#[derive(Debug)]
pub struct SqliteStore {
    clock: Clock,
    pool: SqlitePool,
}

impl SqliteStore {
    /// Opens the file, or creates it, and forgets by this clock.
    pub async fn open(url: &DatabaseUrl, clock: Clock) -> Result<Self, StoreError> {
        for_us_only(&url.0).map_err(sqlx::Error::Io)?;
        let pool = SqlitePoolOptions::new().max_connections(CONNECTIONS).connect_with(options(&url.0)).await?;
        let mut transaction = pool.begin_with(BEGIN).await?;
        for statement in schema::STATEMENTS {
            query(*statement).execute(&mut *transaction).await?;
        }
        transaction.commit().await?;
        Ok(Self { clock, pool })
    }

    /// Waits until nothing is under way, and closes the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Now, in the seconds that rows are compared by.
    fn now(&self) -> i64 {
        self.clock.now().unix_seconds()
    }
}

/// Creates the file, if it is not there, so that only its owner can read who is logged in.
fn for_us_only(path: &Path) -> io::Result<()> {
    let mut create = std::fs::OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut create, 0o600);
    create.append(true).create(true).open(path).map(drop)
}

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        // A claim that a power failure forgets is a replay that works.
        .synchronous(SqliteSynchronous::Full)
        .busy_timeout(BUSY)
}

impl OnceStore for SqliteStore {
    type Error = StoreError;

    async fn insert(&self, claim: &Claim) -> Result<Inserted, StoreError> {
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        let inserted = insert(&mut transaction, claim, self.now()).await?;
        match inserted {
            Inserted::Fresh => transaction.commit().await?,
            Inserted::AssertionWasUsed | Inserted::RequestWasAnswered => transaction.rollback().await?,
        }
        Ok(inserted)
    }
}

/// Both rows, or the transaction must be rolled back.
async fn insert(transaction: &mut Transaction<'_, Sqlite>, claim: &Claim, now: i64) -> Result<Inserted, StoreError> {
    query("DELETE FROM used_assertions WHERE until <= ?").bind(now).execute(&mut **transaction).await?;
    query("DELETE FROM answered_requests WHERE until <= ?").bind(now).execute(&mut **transaction).await?;
    // Seconds are rounded down, so the next one is the first at which nobody can need the claim.
    let until = claim.until().unix_seconds().saturating_add(1);
    let assertion = query("INSERT INTO used_assertions (issuer, id, until) VALUES (?, ?, ?) ON CONFLICT DO NOTHING")
        .bind(claim.issuer().as_str())
        .bind(claim.assertion_id())
        .bind(until)
        .execute(&mut **transaction)
        .await?;
    if assertion.rows_affected() == 0 {
        return Ok(Inserted::AssertionWasUsed);
    }
    let Some(request_id) = claim.request_id() else { return Ok(Inserted::Fresh) };
    let request = query("INSERT INTO answered_requests (id, until) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(request_id)
        .bind(until)
        .execute(&mut **transaction)
        .await?;
    Ok(if request.rows_affected() == 0 { Inserted::RequestWasAnswered } else { Inserted::Fresh })
}

impl Store for SqliteStore {
    async fn keep_login(&self, browser: &Handle, login: PendingLogin) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        query("DELETE FROM pending_logins WHERE until <= ?").bind(self.now()).execute(&mut *transaction).await?;
        query("INSERT INTO pending_logins (browser, relay_state, request, idp, return_to, until) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(browser.fingerprint())
            .bind(login.relay_state.as_str())
            .bind(login.request.id)
            .bind(login.request.idp.as_str())
            .bind(login.return_to.as_str())
            .bind(login.until.unix_seconds())
            .execute(&mut *transaction)
            .await?;
        query(schema::DROP_OLDEST_LOGINS)
            .bind(browser.fingerprint())
            .bind(i64::try_from(pending::MOST_PER_BROWSER).unwrap_or(i64::MAX))
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn logins(&self, browser: &Handle) -> Result<Vec<PendingLogin>, StoreError> {
        let rows = query("SELECT * FROM pending_logins WHERE browser = ? AND ? < until ORDER BY number")
            .bind(browser.fingerprint())
            .bind(self.now())
            .fetch_all(&self.pool)
            .await?;
        rows.iter().map(read_login).collect()
    }

    async fn forget_login(&self, browser: &Handle, relay_state: &Handle) -> Result<(), StoreError> {
        query("DELETE FROM pending_logins WHERE browser = ? AND relay_state = ?")
            .bind(browser.fingerprint())
            .bind(relay_state.as_str())
            .execute(&self.pool)
            .await?;
        Ok(())
    }

    async fn start_session(&self, handle: &Handle, session: Session) -> Result<(), StoreError> {
        let text = serde_json::to_string(&session).map_err(|_| StoreError::Unreadable { what: "session" })?;
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        query("DELETE FROM sessions WHERE ends <= ?").bind(self.now()).execute(&mut *transaction).await?;
        query("INSERT INTO sessions (handle, session, ends) VALUES (?, ?, ?)")
            .bind(handle.fingerprint())
            .bind(text)
            .bind(session.ends)
            .execute(&mut *transaction)
            .await?;
        query("DELETE FROM session_names WHERE ends <= ?").bind(self.now()).execute(&mut *transaction).await?;
        query("INSERT INTO session_names (handle, issuer, name, ends) VALUES (?, ?, ?, ?)")
            .bind(handle.fingerprint())
            .bind(session.issuer)
            .bind(session.name_id.value)
            .bind(session.ends)
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn session(&self, handle: &Handle) -> Result<Option<Session>, StoreError> {
        let row = query("SELECT session FROM sessions WHERE handle = ? AND ? < ends")
            .bind(handle.fingerprint())
            .bind(self.now())
            .fetch_optional(&self.pool)
            .await?;
        let Some(row) = row else { return Ok(None) };
        let text: String = row.try_get("session")?;
        serde_json::from_str(&text).map(Some).map_err(|_| StoreError::Unreadable { what: "session" })
    }

    async fn end_session(&self, handle: &Handle) -> Result<(), StoreError> {
        query("DELETE FROM sessions WHERE handle = ?").bind(handle.fingerprint()).execute(&self.pool).await?;
        Ok(())
    }

    async fn end_sessions(&self, order: &LogoutOrder) -> Result<usize, StoreError> {
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        let rows = query(schema::SESSIONS_OF)
            .bind(order.issuer.as_str())
            .bind(&order.name_id.value)
            .bind(self.now())
            .fetch_all(&mut *transaction)
            .await?;
        let mut ended = 0;
        for row in rows {
            let (handle, text): (String, String) = (row.try_get("handle")?, row.try_get("session")?);
            let session: Session =
                serde_json::from_str(&text).map_err(|_| StoreError::Unreadable { what: "session" })?;
            if session.is_meant(order) {
                query("DELETE FROM sessions WHERE handle = ?").bind(handle).execute(&mut *transaction).await?;
                ended += 1;
            }
        }
        transaction.commit().await?;
        Ok(ended)
    }

    async fn keep_exit(&self, browser: &Handle, exit: PendingExit) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin_with(BEGIN).await?;
        query("DELETE FROM pending_logouts WHERE until <= ?").bind(self.now()).execute(&mut *transaction).await?;
        query("INSERT INTO pending_logouts (browser, relay_state, request, idp, until) VALUES (?, ?, ?, ?, ?)")
            .bind(browser.fingerprint())
            .bind(exit.relay_state.as_str())
            .bind(exit.logout.id)
            .bind(exit.logout.idp.as_str())
            .bind(exit.until.unix_seconds())
            .execute(&mut *transaction)
            .await?;
        Ok(transaction.commit().await?)
    }

    async fn take_exit(&self, browser: &Handle) -> Result<Option<PendingExit>, StoreError> {
        let row = query("DELETE FROM pending_logouts WHERE browser = ? AND ? < until RETURNING *")
            .bind(browser.fingerprint())
            .bind(self.now())
            .fetch_optional(&self.pool)
            .await?;
        row.as_ref().map(read_exit).transpose()
    }
}

fn read_exit(row: &SqliteRow) -> Result<PendingExit, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let unreadable = || StoreError::Unreadable { what: "pending logout" };
    Ok(PendingExit {
        relay_state: Handle::parse(&text("relay_state")?).ok_or_else(unreadable)?,
        logout: PendingLogout { id: text("request")?, idp: EntityId::new(text("idp")?).map_err(|_| unreadable())? },
        until: Instant::from_unix_seconds(row.try_get("until")?).ok_or_else(unreadable)?,
    })
}

fn read_login(row: &SqliteRow) -> Result<PendingLogin, StoreError> {
    let text = |column: &str| row.try_get::<String, _>(column);
    let unreadable = || StoreError::Unreadable { what: "pending login" };
    Ok(PendingLogin {
        relay_state: Handle::parse(&text("relay_state")?).ok_or_else(unreadable)?,
        request: PendingRequest { id: text("request")?, idp: EntityId::new(text("idp")?).map_err(|_| unreadable())? },
        return_to: LocalPath::new(&text("return_to")?).ok_or_else(unreadable)?,
        until: Instant::from_unix_seconds(row.try_get("until")?).ok_or_else(unreadable)?,
    })
}
