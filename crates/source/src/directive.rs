//! Directives: comments that begin with `@`.

use novate_contract::Control;
use novate_sql::ast::Comment;

/// What a directive says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Directive {
    /// `@renamed_from name`.
    RenamedFrom(Former),
    /// `@control policy`.
    Control(Control),
    /// `@online`.
    Online,
}

/// A former name, and by whose rules it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Former {
    /// The name, with or without what it is in.
    pub(crate) name: String,
    /// Whether it was written `@renamed from=name`, as `sqldef` has it: there a comment before an enum's first label is
    /// about the type.
    pub(crate) sqldef: bool,
}

/// Why a comment that begins with `@` is no directive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fault {
    /// No such directive; the nearest one, if any is near.
    Unknown { name: String, nearest: Option<&'static str> },
    /// One that belongs into `migration.sql`.
    Migration { name: String },
    /// What follows its name is wrong.
    Invalid { name: &'static str, expects: &'static str },
}

const KNOWN: [&str; 3] = ["renamed_from", "control", "online"];
const MIGRATION: [&str; 13] = [
    "transform",
    "check",
    "run",
    "placeholder",
    "end",
    "raw",
    "precheck",
    "postcheck",
    "batch",
    "transaction",
    "allow",
    "invariant",
    "migration",
];

/// The directive in a comment; `None` where the comment is an ordinary one.
pub(crate) fn parse(comment: &Comment) -> Option<Result<Directive, Fault>> {
    let rest = comment.text.strip_prefix('@')?;
    let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
    let (name, argument) = rest.split_at(end);
    // An address, a version, a decorator in prose: no directive looks like that.
    if name.is_empty() || !argument.is_empty() && !argument.starts_with(|c: char| c.is_whitespace() || c == ':') {
        return None;
    }
    Some(read(name, argument.trim_start_matches(':').trim()))
}

fn read(name: &str, argument: &str) -> Result<Directive, Fault> {
    match name {
        "renamed_from" if !argument.is_empty() => {
            Ok(Directive::RenamedFrom(Former { name: argument.to_owned(), sqldef: false }))
        }
        "renamed_from" => Err(Fault::Invalid { name: "renamed_from", expects: "a name" }),
        "renamed" => match argument.strip_prefix("from=") {
            Some(former) if !former.trim().is_empty() => {
                Ok(Directive::RenamedFrom(Former { name: former.trim().to_owned(), sqldef: true }))
            }
            _ => Err(Fault::Unknown { name: name.to_owned(), nearest: Some("renamed_from") }),
        },
        "control" => match argument {
            "managed" => Ok(Directive::Control(Control::Managed)),
            "tolerated" => Ok(Directive::Control(Control::Tolerated)),
            "observed" => Ok(Directive::Control(Control::Observed)),
            "external" => Ok(Directive::Control(Control::External)),
            _ => Err(Fault::Invalid { name: "control", expects: "managed, tolerated, observed or external" }),
        },
        "online" if argument.is_empty() => Ok(Directive::Online),
        "online" => Err(Fault::Invalid { name: "online", expects: "nothing after it" }),
        _ if MIGRATION.contains(&name) => Err(Fault::Migration { name: name.to_owned() }),
        _ => {
            let distance = |known: &&str| strsim::damerau_levenshtein(name, known);
            let nearest = KNOWN.into_iter().min_by_key(|known| distance(known)).filter(|known| distance(known) <= 4);
            Err(Fault::Unknown { name: name.to_owned(), nearest })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use novate_sql::Span;

    fn of(text: &str) -> Option<Result<Directive, Fault>> {
        parse(&Comment { text: text.to_owned(), line: true, own_line: true, span: Span::default() })
    }

    #[test]
    fn directives_and_what_only_looks_like_one() {
        let former = |name: &str, sqldef| Directive::RenamedFrom(Former { name: name.to_owned(), sqldef });
        assert_eq!(of("@renamed_from users.name"), Some(Ok(former("users.name", false))));
        assert_eq!(of("@renamed from=old"), Some(Ok(former("old", true))));
        assert_eq!(of("@control external"), Some(Ok(Directive::Control(Control::External))));
        assert_eq!(of("@online"), Some(Ok(Directive::Online)));
        assert_eq!(of("@example.com is where mail goes"), None);
        assert_eq!(of("an ordinary comment"), None);
    }

    #[test]
    fn faults_name_what_was_meant() {
        let unknown = |name: &str, nearest| Some(Err(Fault::Unknown { name: name.to_owned(), nearest }));
        assert_eq!(of("@rename_from users"), unknown("rename_from", Some("renamed_from")));
        assert_eq!(of("@something-else"), unknown("something-else", None));
        assert_eq!(of("@placeholder x"), Some(Err(Fault::Migration { name: "placeholder".to_owned() })));
        assert!(matches!(of("@control mine"), Some(Err(Fault::Invalid { name: "control", .. }))));
        assert!(matches!(of("@renamed_from"), Some(Err(Fault::Invalid { .. }))));
    }
}
