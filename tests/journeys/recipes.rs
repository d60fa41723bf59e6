//! The recipes of `docs/ci.md`, run as they are written.

use std::path::Path;
use std::process::{Command, Output};

use crate::support::Project;

fn docs() -> String {
    std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/ci.md")).expect("docs/ci.md")
}

/// Runs a line of a recipe as CI does.
fn shell(project: &Project, line: &str, variables: &[(&str, &str)]) -> Output {
    let bin = Path::new(env!("CARGO_BIN_EXE_novate")).parent().expect("a folder");
    let path = format!("{}:{}", bin.display(), std::env::var("PATH").unwrap_or_default());
    // No database is known there.
    let command = project.command("", "");
    let mut shell = Command::new("sh");
    shell.args(["-e", "-c", line]).current_dir(project.path("")).env_clear();
    shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    shell.env("PATH", path).env_remove("DATABASE_URL").envs(variables.iter().copied()).output().expect("sh runs")
}

#[track_caller]
fn ok(line: &str, output: &Output) -> String {
    let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{line}\n{out}{err}");
    out.into_owned()
}

/// The commands of `run:` lines, or those listed under `script:`.
fn commands(yaml: &str) -> Vec<String> {
    let listed = |line: &str| line.strip_prefix("    - novate").map(|rest| format!("novate{rest}"));
    let run = |line: &str| line.trim_start().trim_start_matches("- ").strip_prefix("run: ").map(str::to_owned);
    yaml.lines().filter_map(|line| run(line).or_else(|| listed(line))).collect()
}

/// A repository whose last commit has one package, with another beside it.
fn repository() -> Project {
    let project = Project::new();
    project.novate("init --empty").ok();
    project.contract("CREATE TABLE t (id int PRIMARY KEY);\n");
    project.novate("plan --name first").ok();
    let git = "git -c init.defaultBranch=main init --quiet && git add -A && git -c user.name=a -c user.email=a@b commit \
               --quiet -m first";
    ok(git, &shell(&project, git, &[]));
    project.contract("CREATE TABLE t (id int PRIMARY KEY, name text);\n");
    project.novate("plan --name second").ok();
    project
}

#[test]
fn github() {
    let project = repository();
    let workflow = project.read(".github/workflows/novate.yml");
    assert!(docs().contains(workflow.trim_end()), "docs/ci.md shows what novate init writes");
    let commands = commands(&workflow);
    assert_eq!(commands.len(), 3, "{workflow}");
    let variables = [("BASE", "main"), ("GITHUB_STEP_SUMMARY", "summary.md")];
    for line in &commands {
        ok(line, &shell(&project, line, &variables));
    }
    let summary = project.read("summary.md");
    assert!(summary.contains("_second`") && !summary.contains("_first`"), "{summary}");
    // A change that was not planned stops it, where it is.
    project.contract("CREATE TABLE t (id int PRIMARY KEY, name text, more text);\n");
    let stopped = shell(&project, &commands[0], &variables);
    let said = String::from_utf8_lossy(&stopped.stdout).into_owned();
    assert!(
        !stopped.status.success() && said.contains("::error file=contracts/app.sql,title=MIGRATION.NOT_PLANNED::"),
        "{said}"
    );
}

#[test]
fn gitlab() {
    let project = repository();
    let docs = docs();
    let part = docs.split("## GitLab").nth(1).and_then(|rest| rest.split("\n## ").next()).unwrap_or_default();
    let commands = commands(part);
    assert_eq!(commands.len(), 2, "{part}");
    for line in commands {
        ok(&line, &shell(&project, &line, &[("CI_MERGE_REQUEST_DIFF_BASE_SHA", "main")]));
    }
}

#[test]
fn a_hook_of_git() {
    let project = repository();
    let docs = docs();
    let part = docs.split("a hook of git's own").nth(1).unwrap_or_default();
    for line in part.lines().filter_map(|line| line.strip_prefix("    ")) {
        ok(line, &shell(&project, line, &[]));
    }
    let commit = "git add -A && git -c user.name=a -c user.email=a@b commit --quiet -m more";
    ok(commit, &shell(&project, commit, &[]));
    project.contract("CREATE TABLE t (id int PRIMARY KEY, name text, more text);\n");
    let stopped = shell(&project, commit, &[]);
    assert!(!stopped.status.success() && String::from_utf8_lossy(&stopped.stderr).contains("MIGRATION.NOT_PLANNED"));
}
