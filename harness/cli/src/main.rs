//! `samlspec`: tells whether a SAML 2.0 Service Provider logs the right people in and keeps everyone else out.
//!
//! Reads the command line, calls the packages that do the work, and turns what comes back into text and an exit code:
//! 0 as expected, 1 something unexpected, 2 a mistake in a file or on the command line, 3 a target that cannot be reached.
#![forbid(unsafe_code)]

mod diff;
mod explain;
mod extract;
mod idp;
mod inspect;
mod list;
mod say;
mod settings;
mod sp;
mod targets;
mod test;
mod weak;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use harness::Fault;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(name = "samlspec", version, about, arg_required_else_help = true, after_help = EXAMPLES)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  samlspec test                                   judge the built-in Service Provider
  samlspec test --target my-sp.toml --report json=out.json
  samlspec targets init --metadata http://127.0.0.1:8080/saml/metadata --out my-sp.toml
  samlspec list scenarios
  samlspec explain reject/audience/second_restriction_excludes_us
  samlspec idp azure --sp http://localhost:8080/saml/metadata
  samlspec sp --idp-metadata okta.xml
  samlspec inspect response.b64 --sp sp.toml --idp-metadata okta.xml --unsolicited

Exit codes: 0 as expected, 1 something unexpected, 2 a mistake in a file or on the command line, 3 target unreachable";

#[derive(Debug, Subcommand)]
enum Command {
    /// Play scenarios against a Service Provider and judge by who is logged in
    Test(test::Arguments),
    /// Compare two runs by their JSON reports
    Diff(diff::Arguments),
    /// Run look-alikes of IdPs, or print what an SP has to know of one
    Idp(idp::Arguments),
    /// Run the Service Provider of this project
    Sp(sp::Arguments),
    /// Give one offline verdict on one message, rule by rule
    Inspect(inspect::Inspect),
    /// List what there is
    List(list::Arguments),
    /// Say what a scenario, rule, attack or quirk is about
    Explain(explain::Arguments),
    /// Write one scenario as files that anybody can replay with curl
    Extract(extract::Arguments),
    /// List targets, write a first target file, check one, or install what one runs on
    Targets(targets::Arguments),
}

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return misused(&error),
    };
    let done = match arguments.command {
        Command::Test(arguments) => wait(test::run(arguments)),
        Command::Diff(arguments) => diff::run(&arguments),
        Command::Idp(arguments) => serve(idp::run(arguments)).map(|()| 0),
        Command::Sp(arguments) => block_on(sp::run(arguments)).map(|()| 0),
        Command::Inspect(arguments) => Ok(arguments.run()),
        Command::List(arguments) => list::run(&arguments).map(|()| 0),
        Command::Explain(arguments) => explain::run(&arguments).map(|()| 0),
        Command::Extract(arguments) => extract::run(&arguments).map(|()| 0),
        Command::Targets(arguments) => wait(targets::run(arguments)).map(|()| 0),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(fault) => {
            say::to_stderr(&format!("samlspec: {fault}"));
            ExitCode::from(fault.exit_code())
        }
    }
}

/// Words on the command line that cannot be used; also how `--help` and `--version` end.
fn misused(error: &clap::Error) -> ExitCode {
    // Words that are no UTF-8 are among those that cannot be used.
    let words = std::env::args_os().map(|word| word.to_string_lossy().into_owned());
    if error.use_stderr() && inspect::wants_json(words) {
        return ExitCode::from(inspect::unusable(error.to_string().trim(), true));
    }
    error.exit()
}

/// Runs something that has an end, or until the person who started it has had enough.
fn wait<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    block_on(async {
        tokio::select! {
            done = work => done,
            () = interrupted() => Err(Fault::usage("interrupted")),
        }
    })
}

/// Runs a server, whose ordinary end is to be told so.
fn serve(server: impl Future<Output = Result<(), Fault>>) -> Result<(), Fault> {
    block_on(async {
        tokio::select! {
            done = server => done,
            () = interrupted() => Ok(()),
        }
    })
}

fn block_on<T>(work: impl Future<Output = Result<T, Fault>>) -> Result<T, Fault> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Fault::usage(format!("no runtime: {error}")))?;
    runtime.block_on(work)
}

/// Ctrl-C or a polite request to end. What was started ends with the work that is dropped.
async fn interrupted() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}
