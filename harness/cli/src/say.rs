//! The one place that writes to standard output and standard error.

use std::io::Write;

/// A line, or several, on standard output. A reader that went away (`samlspec list | head`) is no mistake.
pub(crate) fn to_stdout(text: &str) {
    let mut stdout = std::io::stdout().lock();
    let _ = writeln!(stdout, "{}", text.trim_end_matches('\n'));
    let _ = stdout.flush();
}

/// A line, or several, on standard error.
pub(crate) fn to_stderr(text: &str) {
    let _ = writeln!(std::io::stderr(), "{}", text.trim_end_matches('\n'));
}
