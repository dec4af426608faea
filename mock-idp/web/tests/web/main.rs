//! Tests of the mocks over HTTP. The module is marked as a test for clippy, which otherwise takes its helpers for
//! production code.

#[cfg(test)]
mod browser;
