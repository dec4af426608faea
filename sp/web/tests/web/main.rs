//! The Service Provider over loopback: messages of the mock IdPs in, sessions or refusals out.
//!
//! The clock stands at a fixed instant and moves when a test says so; nothing sleeps, but for a file to be looked at again.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, reason = "a test may panic")]

mod artifact;
mod browser;
mod cookies;
mod deliveries;
mod demands;
mod journeys;
mod log;
mod logout;
mod once;
mod pending;
mod published;
mod rollover;
mod starting;
mod world;
