//! Directives: the comments that begin with `@`.

use novate_sql::Span;
use novate_sql::ast::Comment;

use super::error::CompileError;
use crate::operation::{HazardCode, OperationClass, TransactionMode};

/// A directive, read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Directive {
    Transaction(TransactionMode),
    Transform { name: String, invariant: Option<String> },
    Invariant(String),
    Check,
    Run,
    Placeholder(String),
    Batch(u32),
    Raw { class: OperationClass, label: String },
    Precheck,
    Postcheck,
    Allow { hazard: HazardCode, reason: String },
    End,
}

/// Every name and how it is written.
const FORMS: [(&str, &str); 12] = [
    ("transaction", "-- @transaction statement"),
    ("transform", "-- @transform <name>"),
    ("invariant", "-- @invariant <id>"),
    ("check", "-- @check"),
    ("run", "-- @run"),
    ("placeholder", "-- @placeholder <question>"),
    ("batch", "-- @batch <rows>"),
    ("raw", "-- @raw <class> <label>"),
    ("precheck", "-- @precheck"),
    ("postcheck", "-- @postcheck"),
    ("allow", "-- @allow <hazard>: <reason>"),
    ("end", "-- @end"),
];

impl Directive {
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Transaction(_) => "transaction",
            Self::Transform { .. } => "transform",
            Self::Invariant(_) => "invariant",
            Self::Check => "check",
            Self::Run => "run",
            Self::Placeholder(_) => "placeholder",
            Self::Batch(_) => "batch",
            Self::Raw { .. } => "raw",
            Self::Precheck => "precheck",
            Self::Postcheck => "postcheck",
            Self::Allow { .. } => "allow",
            Self::End => "end",
        }
    }
}

/// Whether a comment is meant as a directive.
pub(super) fn is_directive(comment: &Comment) -> bool {
    comment.line && comment.text.starts_with('@')
}

/// Reads a comment that is meant as a directive.
pub(super) fn read(comment: &Comment) -> Result<Directive, CompileError> {
    let span = comment.span;
    let text = comment.text.strip_prefix('@').unwrap_or(&comment.text);
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let rest = rest.trim();
    let Some((name, form)) = FORMS.into_iter().find(|(name, _)| *name == word) else {
        let names = FORMS.iter().map(|(name, _)| *name);
        return Err(CompileError::UnknownDirective { name: word.to_owned(), nearest: nearest(word, names), span });
    };
    if !comment.own_line {
        let reason = "a directive stands on a line of its own";
        return Err(CompileError::DirectiveMisplaced { name, reason, span });
    }
    let invalid = |reason: &str| CompileError::DirectiveInvalid { name, reason: reason.to_owned(), form, span };
    let read = match name {
        "transaction" => match rest {
            "statement" => Directive::Transaction(TransactionMode::Statement),
            "package" => Directive::Transaction(TransactionMode::Package),
            _ => return Err(invalid("takes `statement` or `package`")),
        },
        "transform" => transform(rest).ok_or_else(|| invalid("needs a name"))?,
        "invariant" => Directive::Invariant(invariant(rest).ok_or_else(|| invalid("needs one word"))?),
        "placeholder" if rest.is_empty() => return Err(invalid("needs a question")),
        "placeholder" => Directive::Placeholder(rest.to_owned()),
        "batch" => match rest.parse::<u32>() {
            Ok(rows) if rows > 0 => Directive::Batch(rows),
            _ => return Err(invalid("needs a number of rows")),
        },
        "raw" => {
            let (class, label) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let Some(class) = OperationClass::parse(class) else {
                return Err(invalid("needs a class: additive, widening, data or destructive"));
            };
            if label.trim().is_empty() {
                return Err(invalid("needs a label that says what it does"));
            }
            Directive::Raw { class, label: label.trim().to_owned() }
        }
        "allow" => allow(rest).map_err(|reason| invalid(&reason))?,
        bare => {
            if !rest.is_empty() && !matches!(bare, "check" | "run" | "precheck" | "postcheck") {
                return Err(invalid("takes nothing"));
            }
            match bare {
                "check" => Directive::Check,
                "run" => Directive::Run,
                "precheck" => Directive::Precheck,
                "postcheck" => Directive::Postcheck,
                _ => Directive::End,
            }
        }
    };
    Ok(read)
}

/// The name, and the invariant where `(@invariant x)` or `@invariant x` stands behind it.
fn transform(rest: &str) -> Option<Directive> {
    let (name, invariant) = match rest.split_once("@invariant") {
        None => (rest, None),
        Some((name, after)) => {
            let word = after.trim().split(|c: char| c.is_whitespace() || matches!(c, ')' | ',')).next();
            (name.trim_end().trim_end_matches('('), Some(invariant(word.unwrap_or_default())?))
        }
    };
    let name = name.trim();
    (!name.is_empty()).then(|| Directive::Transform { name: name.to_owned(), invariant })
}

fn invariant(text: &str) -> Option<String> {
    let ok = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/');
    (!text.is_empty() && text.chars().all(ok)).then(|| text.to_owned())
}

fn allow(rest: &str) -> Result<Directive, String> {
    let (code, reason) = rest.split_once(':').unwrap_or((rest, ""));
    let code = code.trim();
    let Some(hazard) = HazardCode::parse(code) else {
        let codes: Vec<&str> = HazardCode::ALL.into_iter().map(HazardCode::as_str).collect();
        let hint = match nearest(code, codes.iter().copied()) {
            Some(near) => format!("; did you mean {near}?"),
            None => format!("; there are {}", codes.join(", ")),
        };
        return Err(format!("names no hazard{hint}"));
    };
    match reason.trim() {
        "" => Err("needs a reason".to_owned()),
        reason => Ok(Directive::Allow { hazard, reason: reason.to_owned() }),
    }
}

/// The one of `known` that is written most like `word`, where it is near enough to be meant.
pub(super) fn nearest<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let scored = known.map(|name| (strsim::osa_distance(word, name), name));
    let allowed = 1 + word.chars().count() / 3;
    scored.filter(|(distance, _)| *distance <= allowed).min().map(|(_, name)| name)
}

/// A directive and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed {
    pub(super) directive: Directive,
    pub(super) span: Span,
}
