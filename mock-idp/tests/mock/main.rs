//! Tests of the mock as others use it: recipes in, messages out. One binary, because linking costs more than running.
//!
//! The modules are marked as tests for clippy, which otherwise takes their helpers for production code.

#[cfg(test)]
mod apps;
#[cfg(test)]
mod support;

#[cfg(test)]
mod attacks;
#[cfg(test)]
mod edits;
#[cfg(test)]
mod logout;
#[cfg(test)]
mod messages;
#[cfg(test)]
mod quirks;
#[cfg(test)]
mod recorded;
#[cfg(test)]
mod table;
