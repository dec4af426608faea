//! samael with libxmlsec1 as an outside judge: messages of this project in, one line per verdict out.
//!
//! - `samael-judge mocks`: every healthy message that `mock-idp` can build is accepted as the right person, and refused
//!   once a byte of it is changed or another certificate is pinned.
//! - `samael-judge matrix`: every algorithm that `mock-idp` has, in every combination, shown to the xmlsec1 program.
//! - `samael-judge requests [--idp-metadata FILE]... [--login URL]... [FILE]...`: every AuthnRequest can be read.
//! - `samael-judge bench`: accepts one message as often as it is told and says how long that took; see [`bench`].
//!
//! libxmlsec1 itself writes a line on standard error for each refusal, the expected ones of `mocks` included.
//!
//! It shares nothing with `sp` but bytes: `sp` is no dependency of this package, and must never become one.

mod bench;
mod matrix;
mod messages;
mod peer;
mod requests;
mod tally;
mod xmlsec1;

use std::process::ExitCode;

const USAGE: &str = "usage: samael-judge mocks
       samael-judge matrix
       samael-judge requests [--idp-metadata FILE]... [--login URL]... [FILE]...
       samael-judge bench";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        Some("mocks") => messages::judge().close(),
        Some("matrix") => matrix::judge().close(),
        Some("requests") => match requests::Sources::read(arguments) {
            Ok(sources) => requests::judge(&sources).close(),
            Err(reason) => usage(&reason),
        },
        Some("bench") => bench::serve(),
        _ => usage("expected `mocks`, `matrix`, `requests` or `bench`"),
    }
}

fn usage(reason: &str) -> ExitCode {
    eprintln!("samael-judge: {reason}\n{USAGE}");
    ExitCode::from(2)
}
