//! Writes the archive for the feature `bundled-postgres` to the path that is given.

use novate_scratch::{ScratchError, bundle};

fn main() -> Result<(), ScratchError> {
    bundle::build(std::env::args().nth(1).unwrap_or_else(|| "bundle.tar.xz".to_owned()).as_str().into())
}
