//! What CI and a protected environment let through.

use crate::support::Project;

const BEFORE: &str =
    "CREATE TABLE t (id int PRIMARY KEY, old text);\nCREATE TABLE u (id int PRIMARY KEY, older text);\n";
const AFTER: &str = "CREATE TABLE t (id int PRIMARY KEY);\nCREATE TABLE u (id int PRIMARY KEY);\n";

/// A project that is migrated, whose next package drops two columns.
fn dropping(toml: &str) -> Project {
    let project = Project::migrated(BEFORE);
    project.write("novate.toml", &format!("[database]\nurl = \"env:DATABASE_URL\"\n{toml}"));
    project.sql("INSERT INTO t VALUES (1, 'kept'); INSERT INTO u VALUES (1, 'kept too')");
    project.contract(AFTER);
    project.novate("plan --name gone").ok();
    project
}

/// Puts an exception before a statement of the newest package, and emits it.
fn allow(project: &Project, statement: &str, hazard: &str) {
    let source = format!("{}/migration.sql", project.newest_package());
    project.edit(&source, statement, &format!("-- @allow {hazard}: nobody reads it\n{statement}"));
    project.novate("migration emit").ok();
}

fn rows(project: &Project) -> String {
    project.value("SELECT count(*) FROM information_schema.columns WHERE table_name IN ('t', 'u')")
}

#[test]
fn everything_that_is_wrong_at_once() {
    let project = dropping("[policy]\ndeny = [\"destructive\"]\nwarn = [\"breaks-clients\"]\n");
    let long = "n".repeat(70);
    project.contract(&format!("CREATE TABLE t (id int PRIMARY KEY, {long} int);\n"));
    project.novate("ref set production gone").ok();
    let reference = "migrations/app/refs/production.json";
    project.write(reference, &project.read(reference).replace("hash", "hush"));
    let ran = project.novate("check").fails(2, "MIGRATION.CORRUPT");
    let ran = ran.says("CONTRACT.STALE").says("MIGRATION.NOT_PLANNED").says("POLICY.DENIED").says("CONTRACT.NAME_CUT");
    let source = format!("{}/migration.sql", project.newest_package());
    let line = project.read(&source).lines().position(|line| line.contains("ALTER TABLE")).unwrap() + 1;
    let _ = ran.says(&format!("{source}:{line}:1")).says("[policy] names destructive").says("POLICY.WARNED");
    let json = project.novate("check --json").json();
    assert_eq!(json["also"].as_array().unwrap().len(), 4, "{json:#}");
    assert_eq!(json["warnings"].as_array().unwrap().len(), 3, "{json:#}");
    let lines = project.novate("check --format github").out;
    assert_eq!(lines.lines().filter(|line| line.starts_with("::error ")).count(), 5, "{lines}");
    assert!(lines.contains(&format!("::error file={source},line={line},col=1,title=POLICY.DENIED::")), "{lines}");
}

#[test]
fn a_warning_fails_nothing() {
    let project = dropping("[policy]\nwarn = [\"destructive\"]\n");
    project.novate("check").ok().says("POLICY.WARNED").says("2 warnings");
    project.novate("check --format markdown").ok().says("**✔ 2 packages and 2 snapshots are in order, 2 warnings**");
    project.novate("migrate").ok().says("POLICY.WARNED");
    assert_eq!(rows(&project), "2");
}

#[test]
fn every_environment_is_judged_before_it_is_too_late() {
    let project = dropping("[env.test]\n[env.production]\nurl = \"env:DATABASE_URL\"\ndeny = [\"data-loss\"]\n");
    project.novate("check").fails(7, "POLICY.DENIED").says("[env.production] names data-loss");
    project.novate("check --env test").ok();
    project.novate("migrate --env production").fails(7, "POLICY.DENIED").says("nothing was applied");
    assert_eq!(rows(&project), "4");
    // An exception is for one operation and one hazard.
    allow(&project, "ALTER TABLE public.t DROP COLUMN old;", "drop-column");
    project.novate("check").fails(7, "column old").says("column older");
    allow(&project, "ALTER TABLE public.t DROP COLUMN old;", "data-loss");
    project.novate("check").fails(7, "column older").does_not_say("column old from");
    allow(&project, "ALTER TABLE public.u DROP COLUMN older;", "data-loss");
    project.novate("check").ok();
    project.novate("migrate --env production").ok();
    assert_eq!(rows(&project), "2");
}

#[test]
fn a_protected_environment_asks_for_each_by_its_name() {
    let project = dropping("[env.production]\nurl = \"env:DATABASE_URL\"\nprotected = true\n");
    // What is reviewed is not what is consented to.
    allow(&project, "ALTER TABLE public.t DROP COLUMN old;", "data-loss");
    allow(&project, "ALTER TABLE public.u DROP COLUMN older;", "data-loss");
    let production = |flags: &str| project.novate(&format!("migrate --env production {flags}"));
    production("--plan").ok().says("needs consent: --allow-destructive column.public.t.old");
    let plan = production("--plan --json").ok().json();
    assert_eq!(plan["needsConsent"][0]["id"], "column.public.t.old", "{plan:#}");
    production("--dry-run").ok().says("needs consent");
    let ran = production("").fails(7, "POLICY.CONSENT_NEEDED").says("column old ").says("column older ");
    let both = "--allow-destructive column.public.t.old --allow-destructive column.public.u.older";
    let _ = ran.says(both);
    production("--to gone").fails(7, "POLICY.CONSENT_NEEDED").says(&format!("--to gone {both}"));
    production("--yes").fails(2, "USAGE");
    production("--allow-destructive column.public.t.old")
        .fails(7, "column older")
        .says(both)
        .does_not_say("column old ");
    assert_eq!(rows(&project), "4");
    let json = production("--json").json();
    assert_eq!(json["meta"]["operations"][1]["id"], "column.public.u.older");
    let package = project.newest_package().rsplit('/').next().unwrap().to_owned();
    production(&format!("--allow-destructive column.public.t.old --allow-destructive {package}/column.public.u.older"))
        .ok();
    assert_eq!(rows(&project), "2");
    // Where there is nothing to do, nothing needs consent.
    production("").ok();
}

#[test]
fn reviews_are_consent_where_novate_toml_says_so() {
    let project = dropping("[env.production]\nurl = \"env:DATABASE_URL\"\nprotected = true\nconsent = \"reviewed\"\n");
    allow(&project, "ALTER TABLE public.t DROP COLUMN old;", "data-loss");
    project.novate("migrate --env production").fails(7, "POLICY.CONSENT_NEEDED").says("column older ");
    allow(&project, "ALTER TABLE public.u DROP COLUMN older;", "drop-column");
    project.novate("migrate --env production").ok();
    assert_eq!(rows(&project), "2");
    project.write("novate.toml", "[env.production]\nconsent = \"never\"\n");
    project.novate("check").fails(2, "CONFIG.INVALID");
}

#[test]
fn a_project_in_a_folder_of_a_repository() {
    let project = Project::new();
    let inside = |arguments: &str| project.novate(&format!("-C db {arguments}"));
    project.write("db/novate.toml", "[policy]\ndeny = [\"drop-column\"]\n");
    project.write("db/contracts/app.sql", "CREATE TABLE t (id int PRIMARY KEY, old text);\n");
    inside("plan --name first").ok();
    let git = "git init --quiet && git add -A && git -c user.name=a -c user.email=a@b commit --quiet -m first";
    let done = std::process::Command::new("sh").args(["-c", git]).current_dir(project.path("")).status().expect("sh");
    assert!(done.success());
    project.write("db/contracts/app.sql", "CREATE TABLE t (id int PRIMARY KEY);\n");
    inside("plan --name gone").ok();
    // Paths begin at the top of the repository, wherever the command runs.
    for ran in [inside("check --format github --base HEAD"), project.novate("-C db check --format sarif --base HEAD")] {
        let _ =
            ran.fails(7, "POLICY.DENIED").says("db/migrations/app/").says("_gone/migration.sql").does_not_say("_first");
    }
    inside("check --format markdown --base HEAD").says("1 package that `HEAD` does not have.");
}

#[test]
fn what_the_base_has_was_reviewed() {
    let project = dropping("");
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=a", "-c", "user.email=a@b", "-c", "init.defaultBranch=main"];
        let output = std::process::Command::new("git")
            .args(identity)
            .args(arguments)
            .current_dir(project.path(""))
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    project.novate("check --base main").fails(2, "CHECK.BASE_UNKNOWN");
    git(&["init", "--quiet"]);
    git(&["add", "-A"]);
    git(&["commit", "--quiet", "-m", "as it is"]);
    project.novate("check --deny destructive").fails(7, "POLICY.DENIED");
    project.novate("check --deny destructive --base main").ok();
    project.novate("check --base=--output=x").fails(2, "CHECK.BASE_UNKNOWN");
    project.contract("CREATE TABLE t (id int PRIMARY KEY, at date);\nCREATE TABLE u (id int PRIMARY KEY);\n");
    project.novate("plan --name at").ok();
    let comment = project.novate("check --format markdown --base main").ok();
    let _ = comment.says("1 package that `main` does not have.").says("_at`").does_not_say("_gone`");
    // A package that was touched is looked at again.
    let gone = std::fs::read_dir(project.path("migrations/app"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .find(|name| name.ends_with("_gone"))
        .unwrap();
    project.edit(&format!("migrations/app/{gone}/migration.sql"), "ALTER TABLE", "\nALTER TABLE");
    project.novate(&format!("migration emit {gone} --force")).ok();
    project.novate("check --deny destructive --base main").fails(7, "POLICY.DENIED");
}
