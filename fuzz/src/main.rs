//! The fuzzer: libFuzzer around the targets. `cargo xtask fuzz` builds it with coverage and runs it.
#![no_main]

use std::sync::OnceLock;

use novate_fuzz_targets::Target;
use peak_alloc::PeakAlloc;

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// What one input may need beside what is there already, in bytes.
const MAX_MEMORY: usize = 128 << 20;

/// The target that the environment names.
fn target() -> Target {
    static TARGET: OnceLock<Target> = OnceLock::new();
    *TARGET.get_or_init(|| {
        let name = std::env::var("NOVATE_FUZZ_TARGET").unwrap_or_default();
        match Target::ALL.into_iter().find(|target| target.name() == name) {
            Some(target) => target,
            None => panic!("NOVATE_FUZZ_TARGET={name} is no target"),
        }
    })
}

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    MEMORY.reset_peak_usage();
    let before = MEMORY.peak_usage();
    if let Err(message) = target().run(&text) {
        panic!("{message}");
    }
    let needed = MEMORY.peak_usage().saturating_sub(before);
    assert!(needed < MAX_MEMORY, "an input of {} bytes takes {needed} bytes", data.len());
});
