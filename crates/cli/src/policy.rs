//! What a project forbids or is warned of: classes and hazards of operations.

use std::fmt;

use novate_planner::{Allow, HazardCode, Operation, OperationClass};

use crate::config::Config;
use crate::problem::{Problem, Severity};

/// A word of a policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Word {
    /// A class of operations.
    Class(OperationClass),
    /// A kind of hazard.
    Hazard(HazardCode),
}

impl Word {
    fn parse(text: &str) -> Result<Self, Problem> {
        if let Some(class) = OperationClass::parse(text) {
            return Ok(Self::Class(class));
        }
        HazardCode::parse(text).map(Self::Hazard).ok_or_else(|| {
            let known: Vec<&str> = ["additive", "widening", "data", "destructive"]
                .into_iter()
                .chain(HazardCode::ALL.iter().map(|code| code.as_str()))
                .collect();
            Problem::input("CONFIG.INVALID", format!("{text:?} is no class and no hazard"))
                .why(format!("known are {}", known.join(", ")))
                .fix("correct the list of what is denied or warned of")
        })
    }

    fn fits(self, operation: &Operation) -> bool {
        match self {
            Self::Class(class) => operation.class == class,
            Self::Hazard(code) => operation.hazards.iter().any(|hazard| hazard.code == code),
        }
    }

    /// Whether a reviewed exception covers it: one for the hazard itself, or, of a class, one for any hazard that the
    /// operation has.
    fn is_excused(self, operation: &Operation, allowed: &[Allow]) -> bool {
        allowed.iter().filter(|allow| allow.operation == operation.id).any(|allow| match self {
            Self::Hazard(code) => allow.hazard == code,
            Self::Class(_) => operation.hazards.iter().any(|hazard| hazard.code == allow.hazard),
        })
    }
}

impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Class(class) => class.as_str(),
            Self::Hazard(code) => code.as_str(),
        })
    }
}

#[derive(Debug, Clone)]
struct Rule {
    word: Word,
    severity: Severity,
    by: String,
}

/// Everything that is denied or warned of, and who says so.
#[derive(Debug, Clone, Default)]
pub(crate) struct Policy {
    rules: Vec<Rule>,
}

/// What a policy says of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Verdict {
    /// An error for what is denied.
    pub(crate) severity: Severity,
    /// The words that fit and that nothing excuses.
    pub(crate) words: Vec<Word>,
    /// Who says so: `[policy]`, `[env.production]`, `--deny`.
    pub(crate) by: Vec<String>,
}

impl Policy {
    /// What `novate.toml` says for the whole project, and for these environments.
    pub(crate) fn of(config: &Config, environments: &[&str]) -> Result<Self, Problem> {
        let mut policy = Self::default();
        policy.add(&config.policy.deny, Severity::Error, "[policy]")?;
        policy.add(&config.policy.warn, Severity::Warning, "[policy]")?;
        for name in environments {
            let Some(environment) = config.environments.get(*name) else { continue };
            let by = format!("[env.{name}]");
            policy.add(&environment.deny, Severity::Error, &by)?;
            policy.add(&environment.warn, Severity::Warning, &by)?;
        }
        Ok(policy)
    }

    /// Whether it says nothing at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Adds words, refusing those that no policy knows.
    pub(crate) fn add(&mut self, words: &[String], severity: Severity, by: &str) -> Result<(), Problem> {
        for word in words {
            self.rules.push(Rule { word: Word::parse(word)?, severity, by: by.to_owned() });
        }
        Ok(())
    }

    /// What it says of an operation, with the reviewed exceptions of its package. A word that is denied is not warned
    /// of besides.
    pub(crate) fn judge(&self, operation: &Operation, allowed: &[Allow]) -> Vec<Verdict> {
        let fitting: Vec<&Rule> = self
            .rules
            .iter()
            .filter(|rule| rule.word.fits(operation) && !rule.word.is_excused(operation, allowed))
            .collect();
        let denied = |word: Word| fitting.iter().any(|rule| rule.word == word && rule.severity == Severity::Error);
        let mut verdicts = Vec::new();
        for severity in [Severity::Error, Severity::Warning] {
            let mut verdict = Verdict { severity, words: Vec::new(), by: Vec::new() };
            for rule in fitting.iter().filter(|rule| rule.severity == severity) {
                if severity == Severity::Warning && denied(rule.word) {
                    continue;
                }
                if !verdict.words.contains(&rule.word) {
                    verdict.words.push(rule.word);
                }
                if !verdict.by.contains(&rule.by) {
                    verdict.by.push(rule.by.clone());
                }
            }
            if !verdict.words.is_empty() {
                verdicts.push(verdict);
            }
        }
        verdicts
    }
}

impl Verdict {
    /// The words in one line.
    pub(crate) fn words(&self) -> String {
        self.words.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
    }

    /// The lines of `migration.sql` that would excuse the operation; none where a class is denied that has no hazard.
    pub(crate) fn excuses(&self, operation: &Operation) -> Vec<String> {
        let mut codes: Vec<HazardCode> = Vec::new();
        for word in &self.words {
            let code = match word {
                Word::Hazard(code) => Some(*code),
                Word::Class(_) => operation.hazards.first().map(|hazard| hazard.code),
            };
            codes.extend(code.filter(|code| !codes.contains(code)));
        }
        codes.into_iter().map(|code| format!("-- @allow {}: reason", code.as_str())).collect()
    }
}

/// Whether an operation takes away what cannot be had back.
pub(crate) fn destroys(operation: &Operation) -> bool {
    operation.class == OperationClass::Destructive
        || operation.hazards.iter().any(|hazard| hazard.code == HazardCode::DataLoss)
}

/// Whether a reviewed exception says that what an operation destroys may go: one for any of its hazards.
pub(crate) fn destruction_is_reviewed(operation: &Operation, allowed: &[Allow]) -> bool {
    Word::Class(operation.class).is_excused(operation, allowed)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use novate_planner::{Hazard, Target};
    use novate_sql::Span;

    use super::*;

    fn operation(class: OperationClass, hazards: &[HazardCode]) -> Operation {
        let hazard =
            |code: &HazardCode| Hazard { code: *code, object: "public.t".to_owned(), message: "So it is.".to_owned() };
        Operation {
            id: "x".to_owned(),
            label: "Do x".to_owned(),
            class,
            target: Target { schema: String::new(), object_type: String::new(), name: String::new(), table: None },
            precheck: Vec::new(),
            execute: Vec::new(),
            postcheck: Vec::new(),
            invariant: None,
            hazards: hazards.iter().map(hazard).collect(),
            batch: None,
        }
    }

    fn policy(deny: &[&str], warn: &[&str]) -> Policy {
        let words = |words: &[&str]| words.iter().map(ToString::to_string).collect::<Vec<_>>();
        let mut policy = Policy::default();
        policy.add(&words(deny), Severity::Error, "--deny").unwrap();
        policy.add(&words(warn), Severity::Warning, "--warn").unwrap();
        policy
    }

    fn allow(hazard: HazardCode) -> Allow {
        Allow { operation: "x".to_owned(), hazard, reason: "reviewed".to_owned(), span: Span::new(0, 0) }
    }

    fn said(policy: &Policy, operation: &Operation, allowed: &[Allow]) -> Vec<String> {
        let line = |verdict: &Verdict| format!("{} {}", verdict.severity.as_str(), verdict.words());
        policy.judge(operation, allowed).iter().map(line).collect()
    }

    #[test]
    fn each_word_needs_an_exception_of_its_own() {
        let drop = operation(OperationClass::Destructive, &[HazardCode::DropColumn, HazardCode::DataLoss]);
        let policy = policy(&["destructive", "data-loss"], &[]);
        assert_eq!(said(&policy, &drop, &[]), ["error destructive, data-loss"]);
        // The class is excused by any hazard, another hazard is not.
        assert_eq!(said(&policy, &drop, &[allow(HazardCode::DropColumn)]), ["error data-loss"]);
        assert!(said(&policy, &drop, &[allow(HazardCode::DataLoss)]).is_empty());
    }

    #[test]
    fn an_exception_for_what_the_operation_does_not_do_excuses_nothing() {
        let drop = operation(OperationClass::Destructive, &[HazardCode::DropColumn]);
        assert_eq!(said(&policy(&["destructive"], &[]), &drop, &[allow(HazardCode::Scan)]), ["error destructive"]);
    }

    #[test]
    fn what_is_denied_is_not_warned_of_besides() {
        let scan = operation(OperationClass::Data, &[HazardCode::Scan, HazardCode::BlocksWrites]);
        assert_eq!(
            said(&policy(&["scan"], &["scan", "blocks-writes"]), &scan, &[]),
            ["error scan", "warning blocks-writes"]
        );
    }

    #[test]
    fn a_word_that_is_none_is_refused_with_those_that_are() {
        let problem = Policy::default().add(&["destructiv".to_owned()], Severity::Error, "--deny").unwrap_err();
        assert!(problem.why.unwrap().contains("destructive, blocks-reads"));
    }
}
