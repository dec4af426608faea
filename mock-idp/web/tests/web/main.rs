//! Tests of the mocks over HTTP. The module is marked as a test for clippy, which otherwise takes its helpers for
//! production code.

#[cfg(test)]
mod api;
#[cfg(test)]
mod apps;
#[cfg(test)]
mod browser;
#[cfg(test)]
mod embedded;
#[cfg(test)]
mod here;
#[cfg(test)]
mod logout;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod viewer;
