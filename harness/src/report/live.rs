//! What a person sees while a run goes on: a bar on a terminal, a line now and then in a log.

use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use super::{Outcome, Row};
use crate::play::Progress;
use crate::target::Target;

/// After how many rows a log gets a line.
const ROWS_PER_LINE: usize = 100;

/// Progress on standard error.
#[derive(Debug)]
pub struct Live {
    bar: Option<ProgressBar>,
    total: AtomicUsize,
    done: AtomicUsize,
    failed: AtomicUsize,
}

impl Live {
    /// A bar when standard error is a terminal, plain lines otherwise.
    pub fn new() -> Self {
        let bar = std::io::stderr().is_terminal().then(|| {
            let style = ProgressStyle::with_template("{bar:30} {pos}/{len} {wide_msg}");
            ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
        });
        Self { bar, total: AtomicUsize::new(0), done: AtomicUsize::new(0), failed: AtomicUsize::new(0) }
    }

    fn line(&self, text: &str) {
        if self.bar.is_none() {
            // Whoever closed standard error does not want to read it.
            let _ = writeln!(std::io::stderr(), "{text}");
        }
    }
}

impl Default for Live {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Live {
    fn started(&self, target: &Target, rows: usize) {
        self.total.store(rows, Ordering::Relaxed);
        if let Some(bar) = &self.bar {
            bar.set_length(u64::try_from(rows).unwrap_or(u64::MAX));
        }
        self.line(&format!("playing {rows} rows against {}", target.product));
    }

    fn row(&self, row: &Row) {
        let done = self.done.fetch_add(1, Ordering::Relaxed) + 1;
        let is_failed = matches!(row.outcome, Outcome::Failed | Outcome::UnexpectedPass);
        let failed = self.failed.fetch_add(usize::from(is_failed), Ordering::Relaxed) + usize::from(is_failed);
        if let Some(bar) = &self.bar {
            bar.set_message(format!("{failed} failed  {}", row.id));
            bar.inc(1);
        }
        if done.is_multiple_of(ROWS_PER_LINE) {
            self.line(&format!("{done} of {} rows, {failed} failed", self.total.load(Ordering::Relaxed)));
        }
    }

    fn finished(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
