//! One binary of all the tests from outside: a file each, built and linked once.

mod artifact;
mod attack_rows;
mod bad_input;
mod common;
mod copied;
mod demands;
mod encryption;
mod every_byte;
mod expectations;
mod independence;
mod keys;
mod laws;
mod logout;
mod logout_sent;
mod matrix;
mod metadata;
mod mocks;
mod once;
mod one_way;
mod recorded;
mod signatures;
mod times;
mod variants;
mod wrapping;
