//! What a target's processes write: the last lines, and the first line of JSON on stdout.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncRead, BufReader};
use tokio::process::Child;
use tokio::sync::oneshot;

/// How many lines are kept.
const KEPT_LINES: usize = 20;
/// How much of one line is kept.
const KEPT_CHARACTERS: usize = 400;

/// The last lines of all processes of a target.
#[derive(Debug, Clone, Default)]
pub struct Log(Arc<Mutex<VecDeque<String>>>);

impl Log {
    /// The lines, oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    fn push(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if lines.len() == KEPT_LINES {
            lines.pop_front();
        }
        lines.push_back(line.chars().take(KEPT_CHARACTERS).collect());
    }

    /// Reads what `child` writes, for as long as it writes.
    pub(super) fn collect(&self, child: &mut Child) -> FirstJson {
        let (sender, receiver) = oneshot::channel();
        if let Some(stdout) = child.stdout.take() {
            tokio::spawn(read_lines(self.clone(), stdout, Some(sender)));
        }
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(read_lines(self.clone(), stderr, None));
        }
        FirstJson(Some(receiver))
    }
}

/// The first line of stdout that is a JSON object.
#[derive(Debug)]
pub(super) struct FirstJson(Option<oneshot::Receiver<Map<String, Value>>>);

impl FirstJson {
    /// For targets whose stdout we do not have.
    pub(super) fn never() -> Self {
        Self(None)
    }

    /// Waits for it; forever, when it never comes.
    pub(super) async fn wait(self) -> Map<String, Value> {
        let found = match self.0 {
            Some(receiver) => receiver.await.ok(),
            None => None,
        };
        match found {
            Some(object) => object,
            None => std::future::pending().await,
        }
    }
}

async fn read_lines(
    log: Log,
    source: impl AsyncRead + Unpin,
    mut first_json: Option<oneshot::Sender<Map<String, Value>>>,
) {
    let mut lines = BufReader::new(source).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let line = String::from_utf8_lossy(&line);
        if first_json.is_some()
            && let Ok(object) = serde_json::from_str::<Map<String, Value>>(&line)
            && let Some(sender) = first_json.take()
        {
            // The receiver is gone when another sign of readiness was chosen.
            let _ = sender.send(object);
        }
        log.push(line.trim_end());
    }
}
