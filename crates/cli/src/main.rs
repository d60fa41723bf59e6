//! The `novate` command.
fn main() {}
