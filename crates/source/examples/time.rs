//! Where the time goes.
use novate_source::{SourceOptions, files, read};
use std::path::Path;
fn cpu() -> f64 {
    let t = std::fs::read_to_string("/proc/self/stat").unwrap();
    let f: Vec<&str> = t.rsplit(')').next().unwrap().split_whitespace().collect();
    (f[11].parse::<f64>().unwrap() + f[12].parse::<f64>().unwrap()) / 100.0
}
fn main() {
    for path in std::env::args().skip(1) {
        let files = files::read(Path::new(&path)).unwrap();
        let t = cpu();
        let s = novate_sql::parse(&files[0].text);
        println!("parse {:?} {}", cpu() - t, s.statements.len());
        drop(s);
        let t = cpu();
        let r = read(&files, &SourceOptions::default()).unwrap();
        println!("read {:?} {}", cpu() - t, r.contract.tables.len());
    }
}
