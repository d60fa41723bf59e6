//! What an environment lets `novate migrate` do: its policy, and consent to destruction where it is protected.

use std::collections::BTreeSet;

use dialoguer::Confirm;
use novate_history::{Edge, Graph, PackageName};
use novate_planner::Operation;
use novate_runner::Standing;
use serde_json::{Value, json};

use crate::config::Consent;
use crate::exit::Exit;
use crate::policy::{self, Policy};
use crate::problem::{Problem, Severity};
use crate::progress::count;
use crate::project::{Loaded, Project, denied, shell_word};
use crate::review::{Reviewed, Reviewer};
use crate::ui::{Symbol, err, width};

/// The rules that hold for a run.
pub(crate) struct Rules<'a> {
    policy: Policy,
    /// The protected environment, and what it takes for consent.
    protected: Option<(&'a str, Consent)>,
}

/// A destructive operation that nobody has consented to.
struct Unconsented<'a> {
    package: &'a PackageName,
    operation: &'a Operation,
}

impl Unconsented<'_> {
    fn to_json(&self) -> Value {
        json!({ "package": self.package.as_str(), "id": self.operation.id, "label": self.operation.label })
    }
}

impl<'a> Rules<'a> {
    /// What `novate.toml` says for the project and the chosen environment.
    pub(crate) fn of(project: &'a Project<'_>) -> Result<Self, Problem> {
        let environment = project.environment()?;
        let names: Vec<&str> = environment.iter().map(|(name, _)| *name).collect();
        let protected = environment.filter(|(_, environment)| environment.protected);
        Ok(Self {
            policy: Policy::of(&project.config, &names)?,
            protected: protected.map(|(name, environment)| (name, environment.consent)),
        })
    }

    /// Whether nothing is forbidden, so that a run needs no look at its route.
    pub(crate) fn are_none(&self) -> bool {
        self.policy.is_empty() && self.protected.is_none()
    }

    /// Whether they say anything of an operation, before any exception.
    fn concern(&self, operation: &Operation) -> bool {
        !self.policy.judge(operation, &[]).is_empty() || (self.protected.is_some() && policy::destroys(operation))
    }

    /// The packages of a route that they say anything of. One in transit is left out: half of it is done, and what it
    /// needs was asked when it was begun.
    pub(crate) fn concerned(
        &self,
        history: &Loaded,
        standing: &Standing,
        route: &[Edge],
    ) -> Result<Vec<Reviewed>, Problem> {
        let mut reviewer = Reviewer::new(history);
        let mut concerned = Vec::new();
        for edge in route.iter().filter(|edge| !is_in_transit(standing, &edge.package)) {
            let package = history.packages.get(&edge.package);
            let package = package.filter(|package| package.operations.iter().any(|operation| self.concern(operation)));
            if let Some(package) = package {
                concerned.push(reviewer.review(package)?.0);
            }
        }
        Ok(concerned)
    }

    /// What the policy says of them: warnings and errors.
    pub(crate) fn problems(&self, packages: &[Reviewed]) -> Vec<Problem> {
        packages.iter().flat_map(|package| package.policy_problems(&self.policy)).collect()
    }

    /// Refuses what the policy denies, and says what it warns of.
    pub(crate) fn refuse_denied(&self, project: &Project<'_>, packages: &[Reviewed]) -> Result<(), Problem> {
        let (errors, warnings): (Vec<Problem>, Vec<Problem>) =
            self.problems(packages).into_iter().partition(|problem| problem.severity == Severity::Error);
        if !project.context.ui.json {
            for warning in &warnings {
                err(warning.to_text(width()).trim_end_matches('\n'));
            }
        }
        match Problem::join(errors) {
            None => Ok(()),
            Some(mut problem) => {
                let why = problem.why.take().unwrap_or_default();
                Err(problem.why(format!("{why}\nnothing was applied")))
            }
        }
    }

    /// The destructive operations that are named by nobody, where the environment is protected.
    fn unconsented<'p>(&self, packages: &'p [Reviewed], named: &[String]) -> Vec<Unconsented<'p>> {
        let Some((_, consent)) = self.protected else { return Vec::new() };
        let mut found = Vec::new();
        for package in packages {
            for operation in package.operations.iter().filter(|operation| policy::destroys(operation)) {
                let by_name = named.iter().any(|name| is_named(package, operation, name));
                let by_review =
                    consent == Consent::Reviewed && policy::destruction_is_reviewed(operation, &package.allowed);
                if !by_name && !by_review {
                    found.push(Unconsented { package: &package.name, operation });
                }
            }
        }
        found
    }

    /// Says what a run would have to ask for, and gives it for programs.
    pub(crate) fn note_consent(&self, project: &Project<'_>, packages: &[Reviewed], named: &[String]) -> Value {
        let unconsented = self.unconsented(packages, named);
        for one in &unconsented {
            let text = format!("{} needs consent: --allow-destructive {}", one.operation.label, one.operation.id);
            project.context.ui.note(Symbol::Warning, &text);
        }
        unconsented.iter().map(Unconsented::to_json).collect()
    }

    /// Asks for consent to destruction, or refuses where nobody can be asked.
    pub(crate) fn consent(
        &self,
        project: &Project<'_>,
        packages: &[Reviewed],
        named: &[String],
        to: Option<&str>,
    ) -> Result<(), Problem> {
        for name in named.iter().filter(|name| !is_known(packages, name)) {
            let text = format!("--allow-destructive {name} names nothing that would be destroyed");
            project.context.ui.note(Symbol::Warning, &text);
        }
        let unconsented = self.unconsented(packages, named);
        let Some((environment, _)) = self.protected.filter(|_| !unconsented.is_empty()) else { return Ok(()) };
        let lines: Vec<String> = unconsented
            .iter()
            .map(|one| {
                let hazards: Vec<&str> = one.operation.hazards.iter().map(|hazard| hazard.message.as_str()).collect();
                format!("{} ({}): {}", one.operation.label, one.package, hazards.join(" "))
            })
            .collect();
        if project.context.ui.can_ask() {
            for line in &lines {
                project.context.ui.note(Symbol::Warning, line);
            }
            let what = count(unconsented.len(), "destructive operation");
            let question = format!("{environment} is protected. Apply {what}?");
            let yes = Confirm::new().with_prompt(question).default(false).interact().unwrap_or(false);
            return if yes {
                Ok(())
            } else {
                Err(Problem::input("DB.DECLINED", "nothing was changed").exit(Exit::Declined))
            };
        }
        let ids: BTreeSet<&str> =
            named.iter().map(String::as_str).chain(unconsented.iter().map(|one| one.operation.id.as_str())).collect();
        let flags: Vec<String> = ids.iter().map(|id| format!("--allow-destructive {}", shell_word(id))).collect();
        let to = to.map(|to| format!(" --to {}", shell_word(to))).unwrap_or_default();
        let what = if let [one] = unconsented.as_slice() {
            one.operation.label.clone()
        } else {
            count(unconsented.len(), "destructive operation")
        };
        Err(denied("POLICY.CONSENT_NEEDED", format!("{environment} is protected, and nobody consented to: {what}"))
            .why(format!("{}\nnothing was applied", lines.join("\n")))
            .fix(format!(
                "run it at a terminal, which asks; or name what may go: novate migrate --env {}{to} {}",
                shell_word(environment),
                flags.join(" ")
            ))
            .meta(json!({
                "environment": environment,
                "operations": unconsented.iter().map(Unconsented::to_json).collect::<Vec<_>>(),
            })))
    }

    /// The graph without what was not looked at: should another run move the database before this one begins, no route
    /// leads through a package that the rules say anything of and that was not judged.
    pub(crate) fn judged(&self, history: &Loaded, standing: &Standing, route: &[Edge]) -> Graph {
        let may = |edge: &&Edge| {
            let known = route.iter().any(|step| step.package == edge.package) || is_in_transit(standing, &edge.package);
            let operations = history.packages.get(&edge.package).map(|package| package.operations.as_slice());
            known || !operations.unwrap_or_default().iter().any(|operation| self.concern(operation))
        };
        Graph::new(history.graph.edges().iter().filter(may).cloned().collect())
    }
}

/// Whether a name is an operation's: its id, alone or behind that of its package.
fn is_named(package: &Reviewed, operation: &Operation, name: &str) -> bool {
    name == operation.id || name == format!("{}/{}", package.name, operation.id)
}

fn is_known(packages: &[Reviewed], name: &str) -> bool {
    let is_it = |package: &Reviewed| {
        let mut destructive = package.operations.iter().filter(|operation| policy::destroys(operation));
        destructive.any(|operation| is_named(package, operation, name))
    };
    packages.iter().any(is_it)
}

fn is_in_transit(standing: &Standing, package: &PackageName) -> bool {
    standing.in_transit.as_ref().is_some_and(|transit| transit.package == package.as_str())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use camino::Utf8PathBuf;
    use novate_contract::Space;
    use novate_runner::Interrupt;

    use super::*;
    use crate::cli::Plan;
    use crate::commands::plan;
    use crate::project::{Context, Said, Scope};
    use crate::ui::{Ui, Verbosity};

    /// A project whose second package drops a column.
    fn project() -> (tempfile::TempDir, Context) {
        let folder = tempfile::tempdir().unwrap();
        let here = Utf8PathBuf::from_path_buf(folder.path().canonicalize().unwrap()).unwrap();
        let write = |name: &str, text: &str| {
            fs_err::create_dir_all(here.join("contracts")).unwrap();
            fs_err::write(here.join(name), text).unwrap();
        };
        let context = Context {
            ui: Ui { json: false, verbosity: Verbosity::Quiet },
            here: here.clone(),
            db: None,
            env: Some("production".to_owned()),
            space: Space::app(),
            scope: Scope::All,
            said: Said::default(),
            interrupt: Interrupt::default(),
        };
        write("novate.toml", "[env.production]\nprotected = true\n");
        for (name, contract) in [
            ("first", "CREATE TABLE t (id int PRIMARY KEY, old text);"),
            ("second", "CREATE TABLE t (id int PRIMARY KEY);"),
        ] {
            write("contracts/app.sql", contract);
            plan::run(&context, &Plan { name: Some(name.to_owned()), ..Plan::default() }).unwrap();
        }
        (folder, context)
    }

    #[test]
    fn no_route_leads_through_what_was_not_judged() {
        let (_folder, context) = project();
        let project = context.project().unwrap();
        let history = project.history().unwrap();
        let rules = Rules::of(&project).unwrap();
        let second: Vec<Edge> =
            history.graph.edges().iter().filter(|edge| edge.package.as_str().contains("second")).cloned().collect();
        // Both were planned within a second, so that their hashes order them.
        let names = |graph: &Graph| -> BTreeSet<String> {
            graph.edges().iter().map(|edge| edge.package.as_str().split_once('_').unwrap().1.to_owned()).collect()
        };
        let set = |names: &[&str]| -> BTreeSet<String> { names.iter().map(ToString::to_string).collect() };
        let nowhere = Standing::default();
        // The database was at the end when it was looked at: should it be moved back, the column stays.
        assert_eq!(names(&rules.judged(&history, &nowhere, &[])), set(&["first"]));
        assert_eq!(names(&rules.judged(&history, &nowhere, &second)), set(&["first", "second"]));
        // Judging it asks for consent.
        let packages = rules.concerned(&history, &nowhere, &second).unwrap();
        let refused = rules.consent(&project, &packages, &[], None).unwrap_err();
        assert_eq!((refused.code, refused.exit), ("POLICY.CONSENT_NEEDED", Exit::Denied));
        assert!(rules.consent(&project, &packages, &["column.public.t.old".to_owned()], None).is_ok());
    }
}
