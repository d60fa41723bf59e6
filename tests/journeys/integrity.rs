//! A byte that changed, in the program itself: what the commands refuse in process (`commands::integrity`) the program
//! refuses before it connects.

use std::path::{Path, PathBuf};

use crate::support::Project;

/// Nobody listens there: a command that connected would say so.
const UNREACHABLE: &str = "postgresql://nobody@127.0.0.1:1/none";

/// Every file that novate wrote, relative to the project, with the codes that fit a change of it.
fn files(project: &Project) -> Vec<(PathBuf, &'static [&'static str])> {
    fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { collect(&path, found) } else { found.push(path) }
        }
    }
    let root = project.path("");
    let mut found = vec![project.path("contracts/app.contract.json")];
    collect(&project.path("migrations"), &mut found);
    found.sort();
    let codes = |path: &Path| -> &'static [&'static str] {
        match path.file_name().and_then(|name| name.to_str()).unwrap() {
            "migration.sql" => &["MIGRATION.SOURCE_STALE", "MIGRATION.NOT_UTF8"],
            "ops.json" | "migration.json" => &["MIGRATION.HASH_MISMATCH", "MIGRATION.CORRUPT", "MIGRATION.NOT_UTF8"],
            "contract.json" => &["SNAPSHOT.HASH_MISMATCH", "MIGRATION.NOT_UTF8"],
            "production.json" => &["REF.HASH_MISMATCH", "MIGRATION.CORRUPT", "MIGRATION.NOT_UTF8"],
            _ => &["CONTRACT.HASH_MISMATCH", "CONTRACT.CORRUPT", "CONTRACT.NOT_UTF8"],
        }
    };
    found.iter().map(|path| (path.strip_prefix(&root).unwrap().to_owned(), codes(path))).collect()
}

#[test]
fn a_byte_that_changed() {
    let project = Project::with_contract("CREATE TABLE t (id int PRIMARY KEY, note text);\n");
    project.novate("plan --name first").ok();
    project.contract("CREATE TABLE t (id int PRIMARY KEY, note text, at date);\n");
    project.novate("plan --name second").ok();
    project.novate("ref set production second").ok();
    project.novate("check").ok();
    project.novate_on(UNREACHABLE, "migrate").fails(2, "CONNECTION.REFUSED");
    project.novate_on(UNREACHABLE, "migrate --to production").fails(2, "CONNECTION.REFUSED");
    let files = files(&project);
    assert_eq!(files.len(), 10);
    for (file, codes) in files {
        let path = project.path(file.to_str().unwrap());
        let whole = std::fs::read(&path).unwrap();
        let reference = file.ends_with("production.json");
        for (turn, mask) in [0x01, 0x20, 0x80].into_iter().enumerate() {
            let at = whole.len() * (2 * turn + 1) / 6;
            let mut bytes = whole.clone();
            bytes[at] ^= mask;
            std::fs::write(&path, bytes).unwrap();
            let command = if reference { "migrate --to production" } else { "migrate" };
            for ran in [project.novate_on(UNREACHABLE, command), project.novate_on(UNREACHABLE, "check")] {
                let said = format!("{}{}", ran.err, ran.out);
                assert!(
                    ran.code != 0 && codes.iter().any(|code| said.contains(code)),
                    "{}, byte {at}, mask {mask:#x}:\n{}",
                    file.display(),
                    ran.transcript()
                );
                let _ = ran.does_not_say("CONNECTION.");
            }
        }
        std::fs::write(&path, whole).unwrap();
    }
    project.novate("check").ok();
    project.novate("migrate --to production").ok();
}
