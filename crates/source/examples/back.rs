//! Reads, writes, reads again.
use novate_source::{Drops, Layout, SourceOptions, files, read, write};
use std::path::Path;

fn main() {
    let show = std::env::var("SHOW").is_ok();
    for path in std::env::args().skip(1) {
        let options = SourceOptions { drops: Drops::Execute, ..SourceOptions::default() };
        let files = files::read(Path::new(&path)).expect("files");
        let Ok(first) = read(&files, &options) else { continue };
        for layout in [Layout::One, Layout::PerSchema, Layout::PerTable] {
            let written = write(&first.contract, layout);
            if show && layout == Layout::One {
                println!("{}", written[0].text);
            }
            match read(&written, &SourceOptions::default()) {
                Ok(second) => {
                    let (a, b) = (first.contract.objects(), second.contract.objects());
                    let mut out = Vec::new();
                    for (id, left) in &a {
                        match b.get(id) {
                            None => out.push(format!("  - {id}")),
                            Some(r) if !left.same(r) => out.push(format!("  ~ {id}")),
                            _ => {}
                        }
                    }
                    for id in b.keys().filter(|id| !a.contains_key(*id)) {
                        out.push(format!("  + {id}"));
                    }
                    if !out.is_empty() {
                        println!("{path} {layout:?}\n{}", out.join("\n"));
                    }
                }
                Err(errors) => {
                    let unresolved = errors
                        .iter()
                        .all(|e| e.code() == "CONTRACT.UNRESOLVED_REFERENCE" && !first.contract.unsupported.is_empty());
                    if !unresolved {
                        println!("{path} {layout:?} {}", errors[0]);
                    }
                }
            }
        }
    }
}
