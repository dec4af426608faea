//! The scenarios that the binary carries.

use std::sync::LazyLock;

use super::Scenario;
use crate::fault::Fault;

const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/scenarios.rs"));

/// Every scenario, sorted by id.
pub fn all() -> Result<&'static [Scenario], Fault> {
    static ALL: LazyLock<Result<Vec<Scenario>, Fault>> =
        LazyLock::new(|| FILES.iter().map(|(id, text)| Scenario::read(id, text)).collect());
    ALL.as_deref().map_err(Fault::clone)
}
