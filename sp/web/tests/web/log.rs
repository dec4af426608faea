//! What the Service Provider logged, by the correlation id that its page shows.

use std::io::{self, Write};
use std::sync::{Mutex, OnceLock};

static LINES: Mutex<Vec<u8>> = Mutex::new(Vec::new());

struct Kept;

impl Write for Kept {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        LINES.lock().unwrap().extend_from_slice(octets);
        Ok(octets.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Keeps every line from now on; all tests of this process share the log.
pub(crate) fn keep() {
    static ONCE: OnceLock<()> = OnceLock::new();
    ONCE.get_or_init(|| tracing_subscriber::fmt().with_writer(|| Kept).with_ansi(false).init());
}

/// The line about one refusal.
pub(crate) fn line(correlation_id: &str) -> String {
    let lines = LINES.lock().unwrap();
    let text = String::from_utf8_lossy(&lines);
    let marked = format!("correlation_id=\"{correlation_id}\"");
    let found: Vec<_> = text.lines().filter(|line| line.contains(&marked)).collect();
    assert_eq!(found.len(), 1, "one line about {correlation_id}");
    found[0].to_owned()
}

/// The value of one field of a line.
pub(crate) fn field(line: &str, name: &str) -> String {
    let (_, rest) = line.split_once(&format!(" {name}=\"")).unwrap_or_else(|| panic!("no {name} in {line}"));
    rest.split('"').next().unwrap().to_owned()
}

/// Waits until some line says this.
pub(crate) async fn wait_for(words: &str) {
    let is_there = || String::from_utf8_lossy(&LINES.lock().unwrap()).contains(words);
    for _ in 0..1000 {
        if is_there() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    panic!("no line says {words}");
}
