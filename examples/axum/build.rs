//! Has cargo notice packages that `novate plan` writes.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
