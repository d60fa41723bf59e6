//! Where connection strings come from, environment by environment, and what is said where one is missing.

use crate::support::{Project, Ran, ran};

const ONE: &str = "CREATE TABLE t (id int PRIMARY KEY);\n";

/// Runs without the variable that tests usually set.
fn unset(project: &Project, arguments: &str) -> Ran {
    let output = project.command("", arguments).env_remove("DATABASE_URL").output().unwrap();
    ran(arguments, &output)
}

fn project() -> Project {
    let project = Project::with_contract(ONE);
    project.write(
        "novate.toml",
        "[env.production]\nurl = \"env:PRODUCTION_URL\"\nprotected = true\ndeny = [\"destructive\", \"rewrite\"]\n\n\
         [env.staging]\nurl = \"postgresql://app:hush@ep-x-1-pooler.invalid.neon.tech/shop?sslmode=require\"\n\n\
         [env.bare]\n",
    );
    project
}

#[test]
fn what_is_missing_everywhere() {
    let project = project();
    insta::assert_snapshot!(unset(&project, "migration log").fails(2, "CONFIG.NO_DATABASE").transcript(), @"
    $ novate migration log
    ✖ No database was named                                                           CONFIG.NO_DATABASE
      Why  --db is not given, no environment was chosen (--env, NOVATE_ENV), url in [database] of novate.toml is not set;
           looked for DATABASE_URL in the environment (not set), then .env.local (no such file), then .env (no such file)
      Fix  add DATABASE_URL=postgresql://... to .env.local (this machine's own; keep it out of git), set it in the environment,
           or give --db postgresql://...
    [exit 2]
    ");
    // An empty value is none, and the message tells it from one that is not there.
    project.write(".env.local", "OTHER=1\n");
    project.write(".env", "DATABASE_URL=\n");
    insta::assert_snapshot!(unset(&project, "migration log").fails(2, "CONFIG.NO_DATABASE").transcript(), @"
    $ novate migration log
    ✖ No database was named                                                           CONFIG.NO_DATABASE
      Why  --db is not given, no environment was chosen (--env, NOVATE_ENV), url in [database] of novate.toml is not set;
           looked for DATABASE_URL in the environment (not set), then .env.local (not in it), then .env (it is empty)
      Fix  add DATABASE_URL=postgresql://... to .env.local (this machine's own; keep it out of git), set it in the environment,
           or give --db postgresql://...
    [exit 2]
    ");
    insta::assert_snapshot!(unset(&project, "migration log --env production").fails(2, "CONFIG.NO_DATABASE").transcript(), @"
    $ novate migration log --env production
    ✖ No database was named                                                           CONFIG.NO_DATABASE
      Why  --db is not given, [env.production] of novate.toml says env:PRODUCTION_URL;
           looked for PRODUCTION_URL in the environment (not set), then .env.local (not in it), then .env (not in it)
      Fix  add PRODUCTION_URL=postgresql://... to .env.local (this machine's own; keep it out of git), set it in the environment,
           or give --db postgresql://...
    [exit 2]
    ");
    insta::assert_snapshot!(unset(&project, "migration log --env bare").fails(2, "CONFIG.NO_URL").transcript(), @r#"
    $ novate migration log --env bare
    ✖ The environment bare has no url                                                      CONFIG.NO_URL
      Why  looked at --db (not given), then url in [env.bare] of novate.toml (not set);
           an environment never falls back to another database
      Fix  add url = "env:BARE_URL" to [env.bare] of novate.toml,
           and BARE_URL=postgresql://... to .env.local
    [exit 2]
    "#);
    let json = unset(&project, "migration log --env production --json").fails(2, "CONFIG.NO_DATABASE").json();
    assert_eq!(json["meta"]["variable"], "PRODUCTION_URL", "{json}");
}

#[test]
fn the_list_of_environments() {
    let project = project();
    project.write(".env", "DATABASE_URL=postgresql://me:hush@db.invalid:6000/shop\n");
    insta::assert_snapshot!(unset(&project, "env").ok().does_not_say("hush").transcript(), @r#"
    $ novate env
    default (no --env), used here
      url        DATABASE_URL from .env
      host       db.invalid:6000
      database   shop
      user       me
      password   set (connection string, service or PGPASSWORD)
      sslmode    prefer

    bare
      missing    the environment bare has no url CONFIG.NO_URL
                 looked at --db (not given), then url in [env.bare] of novate.toml (not set);
                 an environment never falls back to another database
                 → add url = "env:BARE_URL" to [env.bare] of novate.toml,
                 and BARE_URL=postgresql://... to .env.local
      protected  no
      denies     nothing

    production
      missing    no database was named CONFIG.NO_DATABASE
                 --db is not given, [env.production] of novate.toml says env:PRODUCTION_URL;
                 looked for PRODUCTION_URL in the environment (not set), then .env.local (no such file), then .env (not in it)
                 → add PRODUCTION_URL=postgresql://... to .env.local (this machine's own; keep it out of git), set it in the environment,
                 or give --db postgresql://...
      protected  yes
      denies     destructive, rewrite

    staging
      url        [env.staging] of novate.toml
      host       ep-x-1-pooler.invalid.neon.tech:5432
      database   shop
      user       app
      password   set (connection string, service or PGPASSWORD)
      sslmode    require
      pooler     Neon's pooler; past it: ep-x-1.invalid.neon.tech:5432
      protected  no
      denies     nothing
    "#);
    let json = unset(&project, "env --json").ok().does_not_say("hush").json();
    let all = json["environments"].as_array().unwrap();
    let names: Vec<&str> = all.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["default", "bare", "production", "staging"]);
    assert_eq!(all[0]["database"]["hosts"][0]["port"], 6000, "{json}");
    assert_eq!(all[0]["database"]["password"], true, "{json}");
    assert_eq!(all[0]["chosen"], true, "{json}");
    assert_eq!(all[2]["missing"]["code"], "CONFIG.NO_DATABASE", "{json}");
    assert_eq!(all[2]["deny"], serde_json::json!(["destructive", "rewrite"]), "{json}");
    assert_eq!(all[3]["database"]["pooler"], "Neon's pooler", "{json}");
    unset(&project, "env nowhere").fails(2, "CONFIG.UNKNOWN_ENV").says("default, bare, production, staging");
    unset(&project, "env --env nowhere").fails(2, "CONFIG.UNKNOWN_ENV");
}

#[test]
fn the_first_place_wins() {
    let project = project();
    let from =
        |arguments: &str| unset(&project, &format!("env {arguments} --json")).ok().json()["environments"][0].clone();
    let write = |file: &str, host: &str| {
        let line = |name: &str| format!("{name}=postgresql://u@{host}.invalid/x\n");
        project.write(file, &(line("DATABASE_URL") + &line("PRODUCTION_URL")));
    };
    for name in ["default", "production"] {
        let variable = if name == "default" { "DATABASE_URL" } else { "PRODUCTION_URL" };
        let _ = std::fs::remove_file(project.path(".env.local"));
        write(".env", "plain");
        assert_eq!(from(name)["database"]["from"], format!("{variable} from .env"));
        write(".env.local", "local");
        let found = from(name);
        assert_eq!(found["database"]["from"], format!("{variable} from .env.local"));
        assert_eq!(found["database"]["hosts"][0]["host"], "local.invalid");
        let mut command = project.command("", &format!("env {name} --json"));
        let output = command.env(variable, "postgresql://u@process.invalid/x").output().unwrap();
        let found = ran("env", &output).ok().json()["environments"][0].clone();
        assert_eq!(found["database"]["from"], format!("{variable} from the environment"));
        assert_eq!(found["database"]["hosts"][0]["host"], "process.invalid");
    }
    // The flag wins for whichever is chosen, and for no other.
    let json = unset(&project, "env --env production --db postgresql://u@flag.invalid/x --json").ok().json();
    let origin = |at: usize| json["environments"][at]["database"]["from"].clone();
    assert_eq!((origin(0), origin(2)), ("DATABASE_URL from .env.local".into(), "--db".into()), "{json}");
}

#[test]
fn environments() {
    let project = Project::migrated("CREATE TABLE t (id int PRIMARY KEY, old text);\n");
    let other = project.another();
    project.write(
        "novate.toml",
        "[database]\nurl = \"env:DATABASE_URL\"\n\n[env.production]\nurl = \"env:PRODUCTION_URL\"\nprotected = \
         true\ndeny = [\"destructive\"]\n\n[env.bare]\n",
    );
    project.write(".env", &format!("PRODUCTION_URL={}\n", other.url()));
    project.novate("status --env staging").fails(2, "CONFIG.UNKNOWN_ENV").says("production");
    project.novate("status --env bare").fails(2, "CONFIG.NO_URL");
    project.novate("migrate --env production").ok().says("PRODUCTION_URL from .env");
    project
        .novate("db update --env production --yes --accept-data-loss")
        .fails(7, "POLICY.PROTECTED")
        .says("novate plan");
    project.contract("CREATE TABLE t (id int PRIMARY KEY);\n");
    project.novate("plan --name gone").ok();
    project.novate("migrate --env production").fails(7, "POLICY.DENIED").says("production").says("nothing was applied");
    let json = project.novate("migrate --env production --json").fails(7, "POLICY.DENIED").json();
    assert_eq!(json["code"], "POLICY.DENIED");
    // The variable does what the flag does; the flag wins.
    let by_variable = |arguments: &str, env: &str| {
        let output = project.command(&project.db.url(), arguments).env("NOVATE_ENV", env).output().unwrap();
        ran(arguments, &output)
    };
    by_variable("migrate", "production").fails(7, "POLICY.DENIED");
    by_variable("migrate", "nowhere").fails(2, "CONFIG.UNKNOWN_ENV");
    by_variable("status --env production", "nowhere").ok();
    // Elsewhere nothing is denied.
    project.novate("migrate").ok();
}

#[test]
fn where_the_url_comes_from() {
    let project = Project::with_contract(ONE);
    project.novate("plan --name start").ok();
    let (local, plain) = (project.another(), project.another());
    project.write(".env", &format!("DATABASE_URL={}\n", plain.url()));
    unset(&project, "status").ok().says("(DATABASE_URL from .env)").says(plain.name());
    project.write(".env.local", &format!("DATABASE_URL={}\n", local.url()));
    unset(&project, "status").ok().says("(DATABASE_URL from .env.local)").says(local.name());
    project.novate("status").ok().says("(DATABASE_URL from the environment)").says(project.db.name());
    unset(&project, &format!("status --db {}", plain.url())).ok().says("(--db)").says(plain.name());
    std::fs::remove_file(project.path(".env")).unwrap();
    std::fs::remove_file(project.path(".env.local")).unwrap();
    unset(&project, "migrate").fails(2, "CONFIG.NO_DATABASE").says("--db");
    project.write(".env", "DATABASE_URL='half\n");
    unset(&project, "migrate").fails(2, "CONFIG.ENV_FILE").does_not_say("half");
}
