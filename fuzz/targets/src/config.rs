//! `novate.toml`.

use camino::Utf8Path;

use crate::text::ensure;

/// The password of the seeds' addresses.
const PLANTED: &str = "hunter2";

pub(crate) fn run(input: &str) -> Result<(), String> {
    let Err(shown) = novate::configuration::check(Utf8Path::new("/project"), input) else { return Ok(()) };
    ensure(!shown.is_empty(), || "a text was refused without a reason".to_owned())?;
    // Where the password stands in an address and nowhere else, nobody gets to see it.
    let address = format!("://app:{PLANTED}@");
    let hidden = input.matches(PLANTED).count() == input.matches(&address).count();
    ensure(!hidden || !shown.contains(PLANTED), || format!("the password is shown\n{shown}"))
}
