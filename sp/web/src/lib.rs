//! The Service Provider over HTTP.
