//! The graph: ways back, branches, refs, and what happens when files are missing or were changed.

use crate::support::Project;

fn table(columns: &str) -> String {
    format!("CREATE TABLE t (id int PRIMARY KEY{columns});\n")
}

#[test]
fn rollback() {
    let project = Project::migrated(&table(""));
    project.contract(&table(", a text"));
    project.novate("plan --name forward").ok();
    project.novate("migrate").ok();
    project.novate("plan --to forward^ --name back").ok().says("destructive");
    project.novate("migration graph").ok().says("(back to");
    project.novate("plan").ok().says("Nothing to do");
    project.novate("migrate --to back").ok().says("1 package applied");
    assert_eq!(project.value("SELECT count(*) FROM information_schema.columns WHERE table_name = 't'"), "1");
    // And forward again, by the package that is there, and by a new one.
    project.novate("migrate").ok().says("1 package applied");
    project.contract(&table(", a text, b text"));
    project.novate("plan --name further").ok();
    project.novate("migrate --to back").ok();
    project.novate("migrate").ok().says("2 packages applied");
    project.novate("db verify --strict").ok();
}

#[test]
fn a_rollback_takes_an_exception() {
    let project = Project::migrated(&table(""));
    project.contract(&table(", d int"));
    project.novate("plan --name two").ok();
    let two = format!("{}/migration.sql", project.newest_package());
    project.novate("plan --to two^ --name back").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    project.edit(&source, "ALTER TABLE", "-- @allow drop-column: undone\nALTER TABLE");
    // The package that starts where it ends was there before it.
    project.novate("migration emit back").ok();
    project.novate("check --deny drop-column").ok();
    // What rests on a package keeps it as it is.
    project.edit(&two, "ALTER TABLE", "-- a word\nALTER TABLE");
    project.novate("migration emit two").fails(2, "MIGRATION.IN_USE").says("back builds on it");
}

#[test]
fn undone_in_the_contract() {
    let project = Project::migrated(&table(""));
    project.contract(&table(", n text"));
    project.novate("plan --name add").ok();
    project.novate("migrate").ok();
    project.contract(&table(""));
    project.novate("plan --name remove").ok();
    project.novate("migrate").ok();
    // The contract goes on from where it went back to: what is gone is not dropped again.
    project.contract(&table(", z int"));
    project.novate("plan --name next").ok().says("leads back to").does_not_say("destructive");
    project.novate("migrate").ok().says("1 package applied");
    project.novate("db verify --strict").ok();
    project.novate("check").ok();
    project.contract(&table(", z int, y int"));
    project.novate("plan --name further").ok().does_not_say("leads back to");
    project.novate("migrate").ok().says("1 package applied");
}

#[test]
fn converging() {
    let project = Project::migrated(&table(""));
    project.contract(&table(", a text"));
    project.novate("plan --name a").ok();
    project.contract(&table(", a text, b text"));
    project.novate("plan --name b").ok();
    project.novate("plan --from start --name direct").ok();
    // Two ways lead there; the shorter one is taken.
    project.novate("migrate").ok().says("1 package applied").says("direct");
    project.novate("db verify --strict").ok();
}

#[test]
fn divergence() {
    let project = Project::migrated(&table(""));
    project.contract(&table(", a text"));
    project.novate("plan --name left").ok();
    project.contract(&table(", b text"));
    project.novate("plan --from start --name right").ok();
    project.contract(&table(", a text, b text"));
    let diverged = project.novate("plan --name merge").fails(2, "MIGRATION.DIVERGED").says("left").says("right");
    let diverged = diverged.says("├─╯").says("novate plan --merge");
    assert!(diverged.transcript().contains("they part at"), "{}", diverged.transcript());
    project.novate("check").fails(2, "MIGRATION.DIVERGED");
    project.novate("status --offline").ok().says("heads").says("novate plan --merge");
    project.novate("ref set staging left").ok();
    project.novate("migrate --to staging").ok();
    assert_eq!(project.value("SELECT string_agg(column_name, ',' ORDER BY column_name) FROM information_schema.columns WHERE table_name = 't'"), "a,id");
}

#[test]
fn diamond() {
    let project = Project::migrated(&table(""));
    let other = project.another();
    project.novate_on(&other.url(), "migrate").ok();
    project.contract(&table(", a text"));
    project.novate("plan --name left").ok();
    project.novate("migrate").ok();
    project.contract(&table(", b text"));
    project.novate("plan --from start --name right").ok();
    project.novate_on(&other.url(), "migrate").ok();
    // One merge, a package from each side.
    project.contract(&table(", a text, b text"));
    project.novate("plan --merge --dry-run").ok().says("From 2026");
    project.novate("plan --merge").ok().says("merge_left").says("merge_right").does_not_say("destructive");
    project.novate("plan --merge").ok().says("Nothing to join");
    project.novate("migration graph").ok().says("├─╮").says("merge_left").says("merge_right");
    for url in [project.db.url(), other.url()] {
        project.novate_on(&url, "migrate").ok().says("1 package applied");
        project.novate_on(&url, "db verify --strict").ok();
    }
    project.novate("check").ok();
}

#[test]
fn a_merge_carries_data_work_over() {
    let project = Project::migrated(&table(", note text"));
    project.sql("INSERT INTO t VALUES (1, 'one')");
    let other = project.another();
    project.novate_on(&other.url(), "migrate").ok();
    other.execute("INSERT INTO t VALUES (1, 'one')").unwrap();

    // One branch adds a column that is derived from another, the other drops nothing and adds something else.
    project.contract(&table(", note text, size int NOT NULL"));
    project.novate("plan --name sizes").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    project.edit(&source, "-- @check", "-- @invariant sizes-known\n-- @check");
    project.fill("UPDATE public.t SET size = length(note) WHERE size IS NULL;").ok();
    project.novate("migrate").ok();
    project.contract(&table(", note text, b text"));
    project.novate("plan --from start --name right").ok();
    project.novate_on(&other.url(), "migrate").ok();

    project.contract(&table(", note text, size int NOT NULL, b text"));
    let merged = project.novate("plan --merge").ok().says("carried over").says("carried over from 2026");
    let merged = merged.says("merge_right/migration.sql:");
    assert!(!merged.out.contains("merge_sizes/migration.sql:"), "{}", merged.transcript());
    // The author looks and lets it stand.
    project.novate_on(&other.url(), "migrate").fails(2, "MIGRATION.UNFILLED_PLACEHOLDER");
    let packages = project.novate("migration list --json").ok().json();
    let named = |slug: &str| {
        let all = packages["packages"].as_array().unwrap();
        let found = all.iter().find(|p| p["package"].as_str().unwrap().ends_with(slug)).unwrap();
        format!("migrations/app/{}/migration.sql", found["package"].as_str().unwrap())
    };
    let source = named("_merge_right");
    let kept: Vec<String> =
        project.read(&source).lines().filter(|line| !line.contains("@placeholder")).map(str::to_owned).collect();
    project.write(&source, &format!("{}\n", kept.join("\n")));
    project.novate("migration emit merge_right").ok();
    for url in [project.db.url(), other.url()] {
        project.novate_on(&url, "migrate").ok().says("1 package applied");
        project.novate_on(&url, "db verify --strict").ok();
        // What refs may require is there by either way.
        project.novate_on(&url, "status").ok().says("provided with sizes-known");
    }
    let sizes = other.execute("SELECT size FROM t").unwrap();
    assert_eq!(sizes[0][0].as_deref(), Some("3"));
    project.novate("ref set production merge_right --invariant sizes-known").ok();
    project.novate_on(&other.url(), "migrate --to production").ok().says("Nothing to do");
}

#[test]
fn both_packages_of_a_merge_are_compiled_at_once() {
    let project = Project::migrated(&table(""));
    project.contract(&table(", a text NOT NULL"));
    project.novate("plan --name left").ok();
    project.fill("UPDATE public.t SET a = 'a' WHERE a IS NULL;").ok();
    project.contract(&table(", b text NOT NULL"));
    project.novate("plan --from start --name right").ok();
    project.fill("UPDATE public.t SET b = 'b' WHERE b IS NULL;").ok();
    project.contract(&table(", a text NOT NULL, b text NOT NULL"));
    let merged =
        project.novate("plan --merge").ok().says("_merge_right/migration.sql ask, then: novate migration emit");
    assert!(merged.transcript().contains("_merge_left/migration.sql and "), "{}", merged.transcript());
    let open = project.novate("migration emit --json").ok().json();
    assert_eq!(open["packages"].as_array().map(Vec::len), Some(2), "{open}");
    assert_eq!(open["packages"][1]["placeholders"].as_array().map(Vec::len), Some(1), "{open}");
    for slug in ["_merge_left", "_merge_right"] {
        let source = format!("migrations/app/{}/migration.sql", named(&project, slug));
        let kept: Vec<String> =
            project.read(&source).lines().filter(|line| !line.contains("@placeholder")).map(str::to_owned).collect();
        project.write(&source, &format!("{}\n", kept.join("\n")));
    }
    project.novate("migration emit").ok().says("_merge_left emitted").says("_merge_right emitted");
    project.novate("check").ok();
    project.novate("migrate").ok().says("2 packages applied");
}

#[test]
fn a_merge_alarms_nobody_about_what_packages_do_for_themselves() {
    let contract = |values: &str, columns: &str| {
        format!(
            "CREATE TYPE mood AS ENUM ({values});\nCREATE TABLE t (id int PRIMARY KEY, m mood NOT NULL{columns});\n"
        )
    };
    let project = Project::migrated(&contract("'sad', 'ok'", ""));
    // One branch makes an enum anew, for which its package drops the old type; two others add columns.
    project.contract(&contract("'ok'", ""));
    project.novate("plan --name mood").ok();
    project.fill("UPDATE public.t SET m = 'ok' WHERE m::text = 'sad';").ok();
    project.contract(&contract("'sad', 'ok'", ", a text"));
    project.novate("plan --from start --name a").ok();
    project.contract(&contract("'ok'", ", a text"));
    let merged = project.novate("plan --merge").ok().says("Drop enum public.mood_old");
    let _ = merged.says("carried over replace removed values").does_not_say("data is lost");
    let source = format!("migrations/app/{}/migration.sql", named(&project, "_merge_a"));
    let kept: Vec<String> =
        project.read(&source).lines().filter(|line| !line.contains("@placeholder")).map(str::to_owned).collect();
    project.write(&source, &format!("{}\n", kept.join("\n")));
    project.novate("migration emit").ok();
    // The first two are joined. What the join took over is the same work, and is taken over once.
    project.contract(&contract("'sad', 'ok'", ", b text"));
    project.novate("plan --from start --name b").ok();
    project.contract(&contract("'ok'", ", a text, b text"));
    project.novate("plan --merge").ok().says("carried over replace removed values").does_not_say("not carried over");
}

/// The package whose name ends so.
fn named(project: &Project, ending: &str) -> String {
    let names = std::fs::read_dir(project.path("migrations/app")).expect("packages");
    let mut names = names.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    names.find(|name| name.ends_with(ending)).unwrap_or_else(|| panic!("no package {ending}"))
}

#[test]
fn a_merge_names_what_it_cannot_carry_over() {
    let project = Project::migrated(&table(", note text"));
    project.contract(&table(", note text, a text"));
    project.novate("plan --name left").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    let transform = "-- @transform tidy notes\n-- @check\nSELECT 1 FROM public.t WHERE note = '' LIMIT 1;\n-- @run\nUPDATE \
                     public.t SET note = NULL WHERE note = '';\n-- @end\n";
    let a = "-- @transform fill a\n-- @check\nSELECT 1 FROM public.t WHERE a IS NULL LIMIT 1;\n-- @run\nUPDATE public.t \
             SET a = 'x' WHERE a IS NULL;\n-- @end\n";
    project.write(&source, &format!("{}\n{transform}\n{a}", project.read(&source)));
    project.novate("migration emit").ok();
    project.contract(&table(", note text, b text"));
    project.novate("plan --from start --name right").ok();
    // The merge gives the column of one branch up.
    project.contract(&table(", note text, b text, c text"));
    let merged =
        project.novate("plan --merge").ok().says("carried over tidy notes").says("data is lost on the way from");
    let _ = merged.says("not carried over: fill a");
}

#[test]
fn a_merge_into_one_of_the_heads() {
    let project = Project::migrated(&table(", note text"));
    project.contract(&table(", note text, a text"));
    project.novate("plan --name left").ok();
    let source = format!("{}/migration.sql", project.newest_package());
    let transform = "-- @transform tidy notes\n-- @check\nSELECT 1 FROM public.t WHERE note = '' LIMIT 1;\n-- @run\nUPDATE \
                     public.t SET note = NULL WHERE note = '';\n-- @end\n";
    project.write(&source, &format!("{}\n{transform}", project.read(&source)));
    project.novate("migration emit").ok();
    project.novate("migrate").ok();
    // The other branch is what the contract stays: databases there never see the work of the one that is given up.
    project.contract(&table(", note text, b text"));
    project.novate("plan --from start --name right").ok();
    let merged = project.novate("plan --merge").ok().says("_right leads to the contract already");
    let _ = merged.says("databases there have not done tidy notes").says("data is lost on the way from");
    project.novate("check").ok();
    project.novate("migrate").ok().says("1 package applied");
    project.novate("db verify --strict").ok();
}

#[test]
fn pictures() {
    let project = Project::migrated(&table(""));
    let other = project.another();
    project.contract(&table(", a text"));
    project.novate("plan --name next").ok();
    project.novate("ref set production start").ok();
    let config = format!(
        "[database]\nurl = \"env:DATABASE_URL\"\n\n[env.live]\nurl = \"{}\"\n\n[env.dev]\nurl = \"env:DATABASE_URL\"\n",
        other.url()
    );
    project.write("novate.toml", &config);
    // Nothing is connected to unless a database is named.
    let text = project.novate("migration graph").ok().says("(the contract)").says("[production]");
    assert!(!text.out.contains("database"), "{}", text.transcript());
    let text = project.novate("migration graph --at live --at dev").ok().says("(database live)").says("(database dev)");
    assert!(text.out.lines().any(|line| line.contains("empty") && line.contains("live")), "{}", text.transcript());
    project.novate("migration graph --format mermaid").ok().says("flowchart TD").says("_next");
    project.novate("migration graph --format dot --at dev").ok().says("digraph").says("(database dev)");
    let svg = project
        .novate("migration graph --format svg")
        .ok()
        .says("<svg xmlns=")
        .says("@media(prefers")
        .does_not_say("***");
    assert_eq!(svg.out.matches("<circle").count(), 3);
    let json = project.novate("migration graph --at live --json").ok().json();
    assert_eq!(json["databases"][0]["name"], "live");
    assert_eq!(json["databases"][0]["at"], serde_json::Value::Null);
    project.novate("migration graph --at nowhere").fails(2, "CONFIG.UNKNOWN_ENV");
}

#[test]
fn refs() {
    let project = Project::migrated(&table(""));
    let production = project.another();
    project.novate("ref set production start").ok();
    project.contract(&table(", a text"));
    project.novate("plan --name next").ok();
    project.novate("ref set staging next").ok();
    project.novate("ref list").ok().says("production").says("staging");
    project.novate("migrate --to staging").ok();
    project.novate_on(&production.url(), "migrate --to production").ok();
    project.novate_on(&production.url(), "status --to production").ok().says("the database is at the ref production");
    project.novate("ref set production next").ok().says("was");
    project.novate_on(&production.url(), "migrate --to production").ok().says("1 package applied");
    project.novate("ref delete staging").ok();
    project.novate("migrate --to staging").fails(2, "STATE.UNKNOWN");
    project
        .novate("ref set production 0000000000000000000000000000000000000000000000000000000000000000")
        .fails(2, "STATE.UNKNOWN");
}

#[test]
fn ahead() {
    let project = Project::migrated(&table(""));
    project.novate("ref set production start").ok();
    project.contract(&table(", a text"));
    project.novate("plan --name next").ok();
    project.novate("migrate").ok();
    project.novate("status --to production").ok().says("MIGRATION.UNREACHABLE").says("one package past");
    let refused = project.novate("migrate --to production").fails(2, "MIGRATION.UNREACHABLE").says("one package past");
    let _ = refused.says("novate plan --from");
    // The way back, once it is planned, is as good as any.
    project.novate("plan --to production --name back").ok();
    project.novate("migrate --to production").ok().says("1 package applied");
}

#[test]
fn deleted_package() {
    let project = Project::migrated(&table(""));
    project.contract(&table(", a text"));
    project.novate("plan --name next").ok();
    project.novate("migrate").ok();
    let gone = project.newest_package();
    let hash = project.novate("migration show next --json").ok().json()["to"].as_str().unwrap().to_owned();
    std::fs::remove_dir_all(project.path(&gone)).unwrap();
    project.novate("migrate").fails(2, "MIGRATION.NOT_PLANNED");
    project.contract(&table(""));
    let refused = project.novate("migrate").fails(2, "MIGRATION.MARKER_UNKNOWN").does_not_say("reset");
    let _ = refused.says("the history here ends in").says("_start)").says("git pull");
    let status = project.novate("status").ok().says("MIGRATION.MARKER_UNKNOWN").says("_start)");
    let _ = status.says("most like").says("1 object unlike");
    let json = project.novate("migrate --json").fails(2, "MIGRATION.MARKER_UNKNOWN").json();
    assert!(json["meta"]["heads"][0]["package"].as_str().unwrap().ends_with("_start"), "{json}");
    project.novate(&format!("ref set lost {hash}")).fails(2, "REF.DANGLING");
    project.novate("migration log").ok().says("_next (not in this checkout)");
    project.novate("migration graph --db").fails(2, "USAGE");
    let url = project.db.url();
    project.novate(&format!("migration graph --db {url}")).ok().says("which no package here knows");
}

#[test]
fn deleted_root() {
    let project = Project::migrated(&table(""));
    let root = project.newest_package();
    project.contract(&table(", a text"));
    project.novate("plan --name next").ok();
    std::fs::remove_dir_all(project.path(&root)).unwrap();
    // The history is there, so nothing starts from an empty database behind anybody's back.
    project.novate("plan").ok().says("Nothing to do");
    project.novate("check").fails(2, "MIGRATION.ORPHAN");
    project.novate("migrate").ok().says("1 package applied");
    let empty = project.another();
    project.novate_on(&empty.url(), "migrate").fails(2, "MIGRATION.");
}

#[test]
fn orphan() {
    let project = Project::migrated(&table(""));
    let empty = project.another();
    project.contract(&table(", a text"));
    project.novate("plan --name middle").ok();
    let middle = project.newest_package();
    project.novate("migrate").ok();
    project.contract(&table(", a text, b text"));
    project.novate("plan --name last").ok();
    std::fs::remove_dir_all(project.path(&middle)).unwrap();
    project.novate("check").fails(2, "MIGRATION.ORPHAN").says("_last");
    // Who stands behind the gap goes on; who stands before it is told how far the way goes, and what is missing.
    project.novate("migrate").ok().says("1 package applied");
    let refused = project.novate_on(&empty.url(), "migrate").fails(2, "MIGRATION.UNREACHABLE");
    let _ = refused.says("one can reach").says("_start)").says("novate plan --from empty");
    project.novate_on(&empty.url(), "status").ok().says("MIGRATION.UNREACHABLE").says("_start)");
}

#[test]
fn list_and_show_say_the_same() {
    let project = Project::migrated(&table(", a text NOT NULL"));
    project.contract(&table(", a text NOT NULL, b text NOT NULL"));
    project.novate("plan --name forward").ok();
    project.novate("ref set staging forward").ok();
    project.novate("migration show forward").ok().says("(1 placeholder to fill)").says("refs         staging");
    project.novate("migration list").ok().says("_forward  (1 placeholder to fill)");
    let source = format!("{}/migration.sql", project.newest_package());
    project.edit(&source, "-- @check", "-- @invariant b-known\n-- @check");
    project.fill("UPDATE public.t SET b = a WHERE b IS NULL;").ok();
    project.novate("plan --to forward^ --name back").ok();
    for command in ["migration list", "migration show back"] {
        project.novate(command).ok().says("_back  (rollback)");
    }
    for command in ["migration list", "migration show forward"] {
        project.novate(command).ok().says("_forward  (provides b-known)");
    }
    // In the order of the graph, whatever the names and times are.
    let list = project.novate("migration list --json").ok().json();
    let slugs: Vec<String> = list["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| package["package"].as_str().unwrap().split_once('_').unwrap().1.to_owned())
        .collect();
    assert_eq!(slugs, ["start", "forward", "back"]);
    project.edit(&source, "= a", "= 'x'");
    for command in ["migration list", "migration show forward"] {
        project.novate(command).ok().says("edited, not emitted");
    }
}

#[test]
fn dangling_ref() {
    let project = Project::migrated(&table(""));
    let hash = "11".repeat(32);
    project.write("migrations/app/refs/lost.json", &format!("{{ \"hash\": \"{hash}\", \"invariants\": [] }}\n"));
    project.novate("ref list").ok().says("no snapshot");
    project.novate("check").fails(2, "REF.DANGLING");
    project.novate("migrate --to lost").fails(2, "REF.DANGLING").says("novate ref set lost");
}

#[test]
fn tampered() {
    let project = Project::with_contract(&table(""));
    project.novate("plan --name start").ok();
    let package = project.newest_package();
    let unreachable = "postgresql://nobody@127.0.0.1:1/none";
    // Each is refused before a connection is made: nobody listens where this one points.
    let ops = project.read(&format!("{package}/ops.json"));
    project.edit(&format!("{package}/ops.json"), "CREATE TABLE", "CREATE UNLOGGED TABLE");
    project.novate_on(unreachable, "migrate").fails(2, "MIGRATION.HASH_MISMATCH").says("novate migration emit");
    project.write(&format!("{package}/ops.json"), &ops);

    let manifest = project.read(&format!("{package}/migration.json"));
    project.edit(
        &format!("{package}/migration.json"),
        "\"transaction\": \"package\"",
        "\"transaction\": \"statement\"",
    );
    project.novate_on(unreachable, "migrate").fails(2, "MIGRATION.HASH_MISMATCH");
    project.write(&format!("{package}/migration.json"), &manifest);

    let source = project.read(&format!("{package}/migration.sql"));
    project.write(&format!("{package}/migration.sql"), &format!("{source}\n-- a remark\n"));
    project.novate_on(unreachable, "migrate").fails(2, "MIGRATION.SOURCE_STALE");
    project.write(&format!("{package}/migration.sql"), &source);

    let snapshots = std::fs::read_dir(project.path("migrations/snapshots")).unwrap();
    let snapshot = snapshots.last().unwrap().unwrap().path().join("contract.json");
    let text = std::fs::read_to_string(&snapshot).unwrap();
    std::fs::write(&snapshot, text.replace("integer", "bigint")).unwrap();
    project.novate_on(unreachable, "migrate").fails(2, "SNAPSHOT.HASH_MISMATCH");
    std::fs::write(&snapshot, text).unwrap();

    // The emitted contract: edited by hand, and stale.
    project.edit("contracts/app.contract.json", "integer", "bigint");
    project.novate("contract emit --check").fails(4, "CONTRACT.HASH_MISMATCH");
    project.novate("check").fails(4, "CONTRACT.HASH_MISMATCH").says("novate contract emit");
    project.novate_on(unreachable, "migrate").fails(4, "CONTRACT.HASH_MISMATCH");
    project.novate("contract emit").ok().says("written");
    project.novate("contract emit --check").ok();
    project.contract(&table(", extra text"));
    project.novate("contract emit --check").fails(4, "CONTRACT.STALE").says("edited since");
    project.contract(&table(""));
    std::fs::remove_file(project.path("contracts/app.contract.json")).unwrap();
    project.novate("contract emit --check").fails(4, "CONTRACT.STALE").says("is not there");
    project.novate("migrate").ok().says("is not there; novate contract emit");
}
