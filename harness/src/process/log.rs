//! What a target's processes write: the last lines, the first line of JSON on stdout, and reasons by their keys.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, BufReader};
use tokio::process::Child;
use tokio::sync::oneshot;

use crate::stdio::Pipe;
use crate::target::Pattern;

/// How many lines are kept.
const KEPT_LINES: usize = 20;
/// How much of one line is kept.
const KEPT_CHARACTERS: usize = 400;

/// How much of one line is read: more than any answer of a driver. What follows counts as the next line.
const LINE_BYTES: usize = 4 << 20;

/// How many reasons are kept; one run has some thousand rows.
const KEPT_REASONS: usize = 100_000;

/// The last lines of all processes of a target, and the reasons it gave.
#[derive(Debug, Clone, Default)]
pub struct Log {
    pattern: Option<Pattern>,
    kept: Arc<Mutex<Kept>>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<String>,
    reasons: HashMap<String, String>,
}

impl Log {
    /// A log in which the pattern finds reasons.
    pub(super) fn with(pattern: Option<Pattern>) -> Self {
        Self { pattern, kept: Arc::default() }
    }

    /// The lines, oldest first.
    pub fn lines(&self) -> Vec<String> {
        self.lock().lines.iter().cloned().collect()
    }

    /// The reason that was written with this key.
    pub fn reason(&self, key: &str) -> Option<String> {
        self.lock().reasons.get(key).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(&self, line: &str) {
        let found = self.pattern.as_ref().and_then(|pattern| pattern.key_and_reason(line));
        let mut kept = self.lock();
        if kept.lines.len() == KEPT_LINES {
            kept.lines.pop_front();
        }
        kept.lines.push_back(line.chars().take(KEPT_CHARACTERS).collect());
        if kept.reasons.len() < KEPT_REASONS {
            kept.reasons.extend(found);
        }
    }

    /// Reads what `child` writes, for as long as it writes. Answers to calls on `pipe` go there and not into the log.
    pub(super) fn collect(&self, child: &mut Child, pipe: Option<Pipe>) -> FirstJson {
        let (sender, receiver) = oneshot::channel();
        if let Some(stdout) = child.stdout.take() {
            tokio::spawn(read_lines(self.clone(), stdout, Some(sender), pipe));
        }
        if let Some(stderr) = child.stderr.take() {
            tokio::spawn(read_lines(self.clone(), stderr, None, None));
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
    pipe: Option<Pipe>,
) {
    let mut source = BufReader::new(source);
    let mut line = Vec::new();
    while let Ok(1..) = (&mut source).take(LINE_BYTES as u64).read_until(b'\n', &mut line).await {
        let text = String::from_utf8_lossy(&line);
        let object = serde_json::from_str::<Map<String, Value>>(&text).ok();
        let is_answer = match (object, &pipe, first_json.take()) {
            (Some(object), Some(pipe), _) => pipe.take(object),
            (Some(object), None, Some(sender)) => {
                // The receiver is gone when another sign of readiness was chosen.
                let _ = sender.send(object);
                false
            }
            (_, _, kept) => {
                first_json = kept;
                false
            }
        };
        if !is_answer {
            log.push(text.trim_end());
        }
        line.clear();
    }
    if let Some(pipe) = pipe {
        pipe.close();
    }
}
