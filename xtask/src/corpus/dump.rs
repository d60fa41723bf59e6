//! Two databases compared by what `pg_dump` says of them.

use std::collections::BTreeMap;
use std::process::Command;

use camino::Utf8Path;

use crate::failure::Failure;
use crate::process::capture;

/// What differs between two databases, as text; empty for nothing. Owners do not count, nor does the order of columns.
pub(crate) fn difference(pg_dump: &Utf8Path, left: &str, right: &str) -> Result<String, Failure> {
    Ok(compare(&objects(&dump(pg_dump, left)?), &objects(&dump(pg_dump, right)?)))
}

fn dump(pg_dump: &Utf8Path, conninfo: &str) -> Result<String, Failure> {
    let output = capture(Command::new(pg_dump).args(["--schema-only", "--no-owner", "--dbname", conninfo]))?;
    if output.ok {
        Ok(output.stdout)
    } else {
        Err(Failure::new(format!("pg_dump failed: {}", output.stderr.trim()), "run the case by itself with --match"))
    }
}

type Objects = BTreeMap<String, String>;

/// The dump's parts by their headings.
fn objects(dump: &str) -> Objects {
    let mut objects = Objects::new();
    let mut name = String::new();
    let mut body: Vec<&str> = Vec::new();
    for line in dump.lines() {
        if let Some(heading) = line.strip_prefix("-- Name: ") {
            objects.insert(std::mem::take(&mut name), normal(&body));
            heading.clone_into(&mut name);
            body.clear();
        } else if !name.is_empty() && !line.starts_with("--") && !line.starts_with('\\') && !line.is_empty() {
            body.push(line);
        }
    }
    objects.insert(name, normal(&body));
    objects.remove("");
    objects
}

/// A part's text; a table's lines sorted, so that the order of its columns does not count.
fn normal(body: &[&str]) -> String {
    let mut lines: Vec<&str> = body.iter().copied().filter(|line| !line.starts_with("SET ")).collect();
    if lines.first().is_some_and(|line| line.starts_with("CREATE") && line.contains(" TABLE ")) {
        lines = lines.iter().map(|line| line.trim_end_matches(',')).collect();
        lines.sort_unstable();
    }
    lines.join("\n")
}

fn compare(left: &Objects, right: &Objects) -> String {
    let mut found = Vec::new();
    for (name, text) in left {
        match right.get(name) {
            None => found.push(format!("should not be there: {name}")),
            Some(other) if other != text => found.push(format!("{name}\n  is\n{text}\n  should be\n{other}")),
            Some(_) => {}
        }
    }
    found.extend(right.keys().filter(|name| !left.contains_key(*name)).map(|name| format!("is missing: {name}")));
    found.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "--\n-- Name: t; Type: TABLE; Schema: public; Owner: -\n--\n\nCREATE TABLE public.t (\n    a integer,\n    b text\n);\n";

    #[test]
    fn the_order_of_columns_does_not_count_and_their_types_do() {
        let turned = TABLE.replace("    a integer,\n    b text", "    b text,\n    a integer");
        assert_eq!(compare(&objects(TABLE), &objects(&turned)), "");
        let other = TABLE.replace("integer", "bigint");
        assert!(compare(&objects(TABLE), &objects(&other)).starts_with("t; Type: TABLE"));
    }

    #[test]
    fn what_only_one_side_has_is_named() {
        assert!(compare(&objects(TABLE), &objects("")).starts_with("should not be there: t;"));
        assert!(compare(&objects(""), &objects(TABLE)).starts_with("is missing: t;"));
    }
}
