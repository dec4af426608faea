//! The harness: plays scenarios against any Service Provider and judges by identity, never by status code.
//!
//! [`scenario`] (what to send and what to expect) and [`target`] (whom to ask) in, [`report`] out. [`play`] is the engine. It
//! knows an SP only by HTTP, and it knows nothing of this project's own.

pub mod scenario;
pub mod spec;
pub mod target;

pub mod play;
pub mod select;

pub mod browser;
pub mod delivery;
pub mod evidence;
pub mod observe;
pub mod process;
pub mod stdio;
pub mod verdict;

pub mod coverage;
pub mod extract;
pub mod mutants;
pub mod report;

mod fault;

pub use fault::Fault;
