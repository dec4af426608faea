//! The connections: a listener in, and each of them served by the router until it ends or we are told to stop.
//!
//! Refuses to wait longer than [`HEAD`] for the head of a request. Without that, connections that say nothing, or a letter
//! now and then, take every place the system has, at no cost to who opens them. A body has a limit of its own.

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use std::future::Future;
use std::io;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// How long the head of a request may take, from the first one's connection or the answer before.
pub(crate) const HEAD: Duration = Duration::from_secs(30);

/// How long to wait where the system has no place for another connection.
const CROWDED: Duration = Duration::from_secs(1);

/// Serves until `stop` is done, then until every request under way is answered.
pub(crate) async fn serve(listener: TcpListener, router: Router, head: Duration, stop: impl Future<Output = ()>) {
    let (stopping, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => drop(connections.spawn(connection(stream, router.clone(), head, stopped.clone()))),
                Err(error) => accept_later(&error).await,
            },
            Some(_) = connections.join_next() => {}
        }
    }
    // They are told by its end.
    drop(stopping);
    while connections.join_next().await.is_some() {}
}

async fn connection(stream: TcpStream, router: Router, head: Duration, mut stopped: watch::Receiver<()>) {
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(head);
    let connection = builder.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router));
    tokio::pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        // Only its end is ever told.
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

/// A connection that is gone already is no reason to wait for the next.
async fn accept_later(error: &io::Error) {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if !matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        tracing::warn!(%error, "no connection can be accepted now");
        tokio::time::sleep(CROWDED).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use std::net::Ipv4Addr;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::sync::oneshot;

    /// What the server says to these octets until it closes the connection.
    async fn answer(port: u16, octets: &str) -> String {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port)).await.unwrap();
        stream.write_all(octets.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.unwrap();
        String::from_utf8(answer).unwrap()
    }

    #[tokio::test]
    async fn who_says_nothing_is_not_waited_for() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (stop, stopped) = oneshot::channel::<()>();
        let router = Router::new().route("/", get(|| async { "hello" }));
        let served = tokio::spawn(serve(listener, router, Duration::from_millis(200), async {
            stopped.await.unwrap();
        }));
        let good = answer(port, "GET / HTTP/1.1\r\nHost: sp.test\r\nConnection: close\r\n\r\n").await;
        assert!(good.starts_with("HTTP/1.1 200") && good.ends_with("hello"), "{good}");
        // Kept open for another request, which does not come.
        assert!(answer(port, "GET / HTTP/1.1\r\nHost: sp.test\r\n\r\n").await.ends_with("hello"));
        for unfinished in ["", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nHost: sp.test\r\n"] {
            assert!(!answer(port, unfinished).await.contains("hello"), "{unfinished}");
        }
        stop.send(()).unwrap();
        served.await.unwrap();
    }
}
