//! Counts verdicts: a name and an outcome in, one line each and a closing line out.

use std::process::ExitCode;

/// What was judged so far.
#[derive(Default)]
pub(crate) struct Tally {
    passed: usize,
    failed: usize,
}

impl Tally {
    /// Prints one line: what was judged, and what was seen or what was wrong.
    pub(crate) fn row(&mut self, name: &str, outcome: Result<String, String>) {
        match outcome {
            Ok(seen) => {
                self.passed += 1;
                println!("ok    {name}: {seen}");
            }
            Err(reason) => {
                self.failed += 1;
                println!("FAIL  {name}: {reason}");
            }
        }
    }

    /// Prints the closing line. Having judged nothing is a failure: a judge that is shown nothing says nothing.
    pub(crate) fn close(self) -> ExitCode {
        println!("{} passed, {} failed", self.passed, self.failed);
        if self.failed == 0 && self.passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
