//! Every seed, and everything that a run ever found, holds.

#![allow(clippy::unwrap_used)]

use camino::Utf8Path;
use novate_fuzz_targets::Target;

#[test]
fn every_seed_holds() {
    let seeds = Utf8Path::new(env!("CARGO_MANIFEST_DIR")).join("../seeds");
    let mut broken = Vec::new();
    for target in Target::ALL {
        let mut count = 0;
        for entry in seeds.join(target.name()).read_dir_utf8().unwrap() {
            let path = entry.unwrap().into_path();
            let text = String::from_utf8_lossy(&fs_err::read(&path).unwrap()).into_owned();
            if let Err(message) = target.run(&text) {
                broken.push(format!("{path}: {message}"));
            }
            count += 1;
        }
        assert!(count > 0, "{} has no seeds", target.name());
    }
    assert!(broken.is_empty(), "{}", broken.join("\n\n"));
}
