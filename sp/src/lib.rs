//! The Service Provider core.
