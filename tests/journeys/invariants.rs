//! Invariants: data work that has a name, and refs that require it.

use crate::support::Project;

/// A project whose database has a table with rows, and a contract that nothing changes any more.
fn with_rows() -> Project {
    let project = Project::migrated("CREATE TABLE t (id int PRIMARY KEY, a text, b text);\n");
    project.sql("INSERT INTO t SELECT n FROM generate_series(1, 10) n");
    project
}

/// Writes a package of data work that provides an invariant: it fills a column.
fn data_work(project: &Project, name: &str, column: &str) -> String {
    project.novate(&format!("migration new {name}")).ok();
    let package = project.newest_package();
    let transform = format!(
        "-- @transform fill {column} (@invariant {name})\n-- @check\nSELECT 1 FROM public.t WHERE {column} IS NULL \
         LIMIT 1;\n-- @run\nUPDATE public.t SET {column} = 'x' WHERE {column} IS NULL;\n-- @end\n"
    );
    let source = format!("{package}/migration.sql");
    project.write(&source, &format!("{}\n{transform}", project.read(&source)));
    project.novate(&format!("migration emit {name}")).ok().says("novate migrate --to 2026");
    package.trim_start_matches("migrations/app/").to_owned()
}

#[test]
fn required_and_provided() {
    let project = with_rows();
    let package = data_work(&project, "fill-a", "a");
    // Nobody requires it: the contract alone asks for no data work.
    project.novate("migrate").ok().says("Nothing to do");
    project.novate("ref set production start --invariant fill-a").ok();
    project.novate("ref list").ok().says("start").says(&format!("requires fill-a (provided by {package})"));
    project.novate("status --to production --offline").ok().says(&format!("fill-a (missing, {package} provides it)"));
    project.novate("status --to production").ok().says("1 package to apply").says("fill-a (missing");
    project.novate("migrate --to production --plan").ok().says("fill_a");
    project.novate("migrate --to production").ok().says("1 package applied");
    assert_eq!(project.value("SELECT count(*) FROM t WHERE a IS NULL"), "0");
    let status = project.novate("status --to production").ok().says("provided with fill-a").says("fill-a (provided)");
    let _ = status.says("the database is at the ref production");
    let json = project.novate("status --to production --json").ok().json();
    assert_eq!(json["database"]["invariants"], serde_json::json!(["fill-a"]));
    assert_eq!(json["database"]["required"][0]["provided"], true);
    project.novate("migrate --to production").ok().says("Nothing to do");
}

#[test]
fn accumulated() {
    let project = with_rows();
    data_work(&project, "fill-a", "a");
    // A second one at the same contract is no use of the first, nor the first of the second.
    data_work(&project, "fill-b", "b");
    let first = project.novate("migration list --json").ok().json()["packages"][1]["package"].clone();
    let source = format!("migrations/app/{}/migration.sql", first.as_str().unwrap());
    project.edit(&source, "'x'", "'y'");
    project.novate("migration emit fill-a").ok().says("emitted");
    project.novate("migrate --to fill-a").ok().says("1 package applied");
    project.novate("migrate --to fill-b").ok().says("1 package applied");
    project.novate("status").ok().says("provided with fill-a, fill-b");
    project.novate("ref set production start --invariant fill-a --invariant fill-b").ok();
    project.novate("migrate --to production").ok().says("Nothing to do");
    // What was provided stays so on the way on.
    project.contract("CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text);\n");
    project.novate("plan --name next").ok();
    project.novate("ref set production next").ok();
    project.novate("ref list").ok().says("fill-a").says("fill-b");
    project.novate("migrate --to production").ok().says("1 package applied");
    // An empty database gets everything on one route.
    let other = project.another();
    project.novate_on(&other.url(), "migrate --to production").ok().says("4 packages applied");
    project.novate_on(&other.url(), "status --to production").ok().says("provided with fill-a, fill-b");
    project.novate("check").ok();
    // What a ref requires is not compiled anew behind the databases that have it.
    project.edit(&source, "'y'", "'z'");
    project.novate("migration emit fill-a").fails(2, "MIGRATION.IN_USE").says("the ref production requires fill-a");
}

#[test]
fn unknown() {
    let project = with_rows();
    data_work(&project, "fill-a", "a");
    project
        .novate("ref set production start --invariant fil-a")
        .fails(2, "REF.UNKNOWN_INVARIANT")
        .says("did you mean fill-a?")
        .says("novate migration new fil-a");
    project.novate("ref set production start --invariant quite-another").fails(2, "known are fill-a");
}

#[test]
fn uncovered() {
    let project = with_rows();
    data_work(&project, "fill-a", "a");
    project.contract("CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text);\n");
    project.novate("plan --name next").ok();
    project.novate("migrate").ok();
    project.novate("ref set production next --invariant fill-a").ok();
    // The data work was passed by: it belongs to a contract that lies behind.
    project
        .novate("migrate --to production")
        .fails(2, "MIGRATION.INVARIANTS_UNCOVERED")
        .says("provided by")
        .says("--from");
    project.novate("status --to production").ok().says("MIGRATION.INVARIANTS_UNCOVERED").says("migration new fill-a");
    // What it says to do does it.
    project.novate("migration new again").ok();
    let earlier = project.novate("migration list --json").ok().json()["packages"][1]["package"].clone();
    let earlier = project.read(&format!("migrations/app/{}/migration.sql", earlier.as_str().unwrap()));
    let source = format!("{}/migration.sql", project.newest_package());
    let transform = earlier.find("-- @transform").map(|at| &earlier[at..]).unwrap();
    project.write(&source, &format!("{}\n{transform}", project.read(&source)));
    project.novate("migration emit again").ok();
    project.novate("migrate --to production").ok().says("1 package applied");
}

#[test]
fn self_edge_without_a_name() {
    let project = with_rows();
    project.novate("migration new tidy").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    let transform = "-- @transform tidy\n-- @check\nSELECT 1 FROM public.t WHERE a IS NULL LIMIT 1;\n-- @run\nUPDATE \
                     public.t SET a = 'x' WHERE a IS NULL;\n-- @end\n";
    project.write(&source, &format!("{}\n{transform}", project.read(&source)));
    project.novate("migration emit tidy").ok().says("no route passes it").says("@invariant");
}

#[test]
fn advancing_a_ref() {
    let project = with_rows();
    data_work(&project, "fill-a", "a");
    project.novate("ref set production start --invariant fill-a").ok();
    project.contract("CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text);\n");
    project.novate("plan --name next").ok();
    // What the ref requires is provided on the way, and still required at the new place.
    project.novate("migrate --advance-ref production").ok().says("2 packages applied").says("production points at");
    project.novate("ref list").ok().says("_next").says("requires fill-a");
    project.novate("migrate --to production").ok().says("Nothing to do");
    project.novate("migrate --to start^ --advance-ref production").fails(2, "STATE.UNKNOWN");
    // A new one, and one that cannot be.
    project.novate("migrate --advance-ref staging").ok().says("staging points at");
    project.novate("migrate --advance-ref 'no good'").fails(2, "REF.INVALID_NAME");
    project.novate("migrate --plan --advance-ref staging").fails(2, "cannot be used with");
    // Where the run fails, the ref stays.
    project.contract("CREATE TABLE t (id int PRIMARY KEY, a text, b text, c text, d int);\n");
    project.novate("plan --name last").ok();
    project.sql("ALTER TABLE t ADD COLUMN d text");
    let before = project.read("migrations/app/refs/production.json");
    assert_ne!(project.novate("migrate --advance-ref production").code, 0);
    assert_eq!(project.read("migrations/app/refs/production.json"), before);
}
