//! Compares what two files say.
use novate_source::{Drops, SourceOptions, files, read};
use std::path::Path;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let options = SourceOptions {
        drops: if std::env::var("DESC").is_ok() { Drops::Refuse } else { Drops::Execute },
        ..SourceOptions::default()
    };
    let mut all = Vec::new();
    for path in &args {
        let files = files::read(Path::new(path)).expect("files");
        match read(&files, &options) {
            Ok(read) => all.push(read.contract),
            Err(errors) => {
                for error in errors {
                    println!("  ERR {} {error}", error.code());
                }
                return;
            }
        }
    }
    let (a, b) = (all[0].objects(), all[1].objects());
    for (id, left) in &a {
        match b.get(id) {
            None => println!("  - {id}"),
            Some(right) if !left.same(right) => println!("  ~ {id}\n      {}\n      {}", show(left), show(right)),
            Some(_) => {}
        }
    }
    for id in b.keys().filter(|id| !a.contains_key(*id)) {
        println!("  + {id}");
    }
}

fn show(o: &novate_contract::Object<'_>) -> String {
    let text = format!("{o:?}");
    text.chars().take(1500).collect()
}
