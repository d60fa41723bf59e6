//! No code without a page, and no page without a code.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;
use std::path::Path;

use super::*;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Every string literal of the crates' sources that has the form of a code.
fn codes_of_the_sources() -> BTreeSet<String> {
    let mut codes = BTreeSet::from(["USAGE".to_owned()]);
    for krate in fs_err::read_dir(root().join("crates")).unwrap() {
        let source = krate.unwrap().path().join("src");
        if source.is_dir() {
            collect(&source, &mut codes);
        }
    }
    codes
}

fn collect(folder: &Path, codes: &mut BTreeSet<String>) {
    for entry in fs_err::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" {
                collect(&path, codes);
            }
        } else if path.extension().is_some_and(|ext| ext == "rs") && name != "tests.rs" && name != "errors.rs" {
            let text = fs_err::read_to_string(&path).unwrap();
            codes.extend(text.split('"').filter(|word| is_code(word)).map(str::to_owned));
        }
    }
}

/// `NAMESPACE.NAME` in capitals.
fn is_code(word: &str) -> bool {
    let is_name = |part: &str| {
        part.len() > 1
            && part.starts_with(|c: char| c.is_ascii_uppercase())
            && part.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    };
    word.split_once('.').is_some_and(|(namespace, name)| is_name(namespace) && is_name(name))
}

fn codes_of_the_table() -> BTreeSet<String> {
    PAGES.iter().map(|page| page.code.to_owned()).collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let used = codes_of_the_sources();
    let described = codes_of_the_table();
    let without_page: Vec<_> = used.difference(&described).collect();
    let without_code: Vec<_> = described.difference(&used).collect();
    assert!(without_page.is_empty(), "write docs/errors/CODE.md and add a line to errors.rs for {without_page:?}");
    assert!(without_code.is_empty(), "nothing uses the codes {without_code:?}");
}

#[test]
fn the_table_has_every_page_of_the_folder_in_order() {
    let mut files: Vec<String> = fs_err::read_dir(root().join("docs/errors"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != "README.md")
        .collect();
    files.sort();
    let listed: Vec<String> = PAGES.iter().map(|page| format!("{}.md", page.code)).collect();
    assert_eq!(listed, files);
}

#[test]
fn every_page_says_what_it_is_and_what_to_do() {
    for page in PAGES {
        assert_eq!(page.text.lines().next(), Some(format!("# {}", page.code).as_str()));
        assert!(!page.title().is_empty() && page.title().len() <= 90, "{}: a title is one line", page.code);
        assert!(page.text.contains("\nWhat to do: "), "{}: it names no next step", page.code);
        // As the program says it; as the compiler does, or a program that carries its migrations, where they do.
        let said =
            if page.code.starts_with("EMBED.") || page.code == "MIGRATION.NO_PACKAGES" { "rror: " } else { "✖ " };
        let example = page.text.split_once("\nExample:\n\n    ").map(|(_, example)| example);
        assert!(
            example.is_some_and(|it| it.trim_start_matches(['e', 'E']).starts_with(said)),
            "{}: it has no example",
            page.code
        );
        assert!(!page.text.to_lowercase().contains("reset"), "{}: nobody is told to reset a database", page.code);
    }
}
