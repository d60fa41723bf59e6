//! Reads contract files and prints what they say, or what is wrong with them.

use std::path::Path;

use novate_source::{Drops, SourceOptions, files, read};

fn main() {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    let script = args.iter().any(|a| a == "--script");
    let quiet = args.iter().any(|a| a == "--quiet");
    args.retain(|a| !a.starts_with("--"));
    let options =
        SourceOptions { drops: if script { Drops::Execute } else { Drops::Refuse }, ..SourceOptions::default() };
    let mut bad = 0;
    for path in &args {
        let start = std::time::Instant::now();
        let files = match files::read(Path::new(path)) {
            Ok(files) => files,
            Err(error) => {
                println!("{path}: {error}");
                continue;
            }
        };
        match read(&files, &options) {
            Ok(read) => {
                if !quiet {
                    println!("{:#?}", read.contract);
                    for note in read.notes {
                        println!("{} {} {}", note.place, note.code, note.message);
                    }
                    for hint in read.hints {
                        println!("{} {} -> {}", hint.place, hint.from, hint.to);
                    }
                    for hint in read.value_hints {
                        println!("{} {} {} -> {}", hint.place, hint.ty, hint.from, hint.to);
                    }
                    println!("{:?}", start.elapsed());
                }
            }
            Err(errors) => {
                bad += 1;
                for error in errors {
                    println!("{} {error}", error.code());
                }
            }
        }
    }
    if quiet {
        println!("{bad} of {} cannot be read", args.len());
    }
}
