//! Shuffles the statements of files and compares what they say.
use novate_source::{SourceFile, SourceOptions, files, read};
use std::path::Path;

fn main() {
    let mut seed: u64 = 88172645463325252;
    let mut next = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed
    };
    for path in std::env::args().skip(1) {
        let file = files::read(Path::new(&path)).expect("files").remove(0);
        let Ok(first) = read(std::slice::from_ref(&file), &SourceOptions::default()) else { continue };
        let script = novate_sql::parse(&file.text);
        let mut parts: Vec<&str> = script.statements.iter().map(|s| &file.text[s.span.range()]).collect();
        for _ in 0..3 {
            for i in (1..parts.len()).rev() {
                let j = (next() % (i as u64 + 1)) as usize;
                parts.swap(i, j);
            }
            let text = parts.join(";\n");
            match read(&[SourceFile::new("x", text)], &SourceOptions::default()) {
                Ok(second) if second.contract == first.contract => {}
                Ok(second) => {
                    println!("{path}: differs");
                    let (a, b) = (first.contract.objects(), second.contract.objects());
                    for (id, left) in &a {
                        match b.get(id) {
                            None => println!("  - {id}"),
                            Some(r) if !left.same(r) => println!("  ~ {id}"),
                            _ => {}
                        }
                    }
                    for id in b.keys().filter(|id| !a.contains_key(*id)) {
                        println!("  + {id}");
                    }
                }
                Err(errors) => println!("{path}: {}", errors[0]),
            }
        }
    }
}
