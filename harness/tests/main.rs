//! One binary of all the tests from outside: a file each, built and linked once.

mod catalogue;
mod pairs;
mod target_files;
