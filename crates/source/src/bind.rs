//! Which statement, column, constraint or label a directive is about.

use novate_sql::Span;
use novate_sql::ast::{Comment, Script, Statement};

use crate::anchor::{Anchor, Part, anchors};
use crate::directive::{Directive, Fault, parse};
use crate::place::Lines;
use crate::{Problem, SourceError};

/// A directive and what it is about.
#[derive(Debug, Clone)]
pub(crate) struct Bound {
    pub(crate) directive: Directive,
    /// Where the directive stands.
    pub(crate) span: Span,
    pub(crate) anchor: Anchor,
}

impl Directive {
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::RenamedFrom(_) => "renamed_from",
            Self::Control(_) => "control",
            Self::Online => "online",
        }
    }
}

/// The directives of a script, bound; and what is wrong with the others.
pub(crate) fn bind(script: &Script, text: &str, lines: &Lines) -> (Vec<Bound>, Vec<SourceError>) {
    let (mut bound, mut errors) = (Vec::new(), Vec::new());
    let mut binder = None;
    for comment in &script.comments {
        let Some(parsed) = parse(comment) else { continue };
        let mut fail = |problem| errors.push(SourceError { problem, place: lines.place(text, comment.span) });
        let directive = match parsed {
            Ok(directive) => directive,
            Err(fault) => {
                fail(problem(fault));
                continue;
            }
        };
        let binder = binder.get_or_insert_with(|| Binder { script, text, lines, anchors: anchors(script) });
        match binder.anchor(comment, &directive) {
            Some(anchor) => bound.push(Bound { directive, span: comment.span, anchor: anchor.clone() }),
            // What it was meant for may be the very statement that could not be read.
            None if script.errors.is_empty() => fail(Problem::UnboundDirective(directive.name())),
            None => {}
        }
    }
    (bound, errors)
}

fn problem(fault: Fault) -> Problem {
    match fault {
        Fault::Unknown { name, nearest } => Problem::UnknownDirective { name, nearest, in_migrations: false },
        Fault::Migration { name } => Problem::UnknownDirective { name, nearest: None, in_migrations: true },
        Fault::Invalid { name, expects } => Problem::InvalidDirective { name, expects },
    }
}

struct Binder<'a> {
    script: &'a Script,
    text: &'a str,
    lines: &'a Lines,
    anchors: Vec<Anchor>,
}

impl Binder<'_> {
    fn anchor(&self, comment: &Comment, directive: &Directive) -> Option<&Anchor> {
        if comment.own_line {
            let next = self.next_token(comment.span.end);
            if let Some(anchor) = self.anchors.iter().find(|anchor| anchor.span.start == next) {
                let of_sqldef = matches!(directive, Directive::RenamedFrom(former) if former.sqldef);
                if of_sqldef && matches!(anchor.part, Part::Value(_)) {
                    return self.whole(anchor.statement);
                }
                return Some(anchor);
            }
            return self.innermost(comment.span);
        }
        let line = self.lines.line(comment.span.start);
        let ended = self.anchors.iter().filter(|anchor| {
            anchor.span.end <= comment.span.start && self.lines.line(anchor.span.end.saturating_sub(1)) == line
        });
        // What ended last; of several that ended together, the outermost.
        let last = ended.fold(None, |best: Option<&Anchor>, anchor| match best {
            Some(best) if best.span.end >= anchor.span.end => Some(best),
            _ => Some(anchor),
        });
        // `name text, -- @online` is about the column; `CREATE TABLE t ( -- @online` about the table.
        last.or_else(|| self.innermost(comment.span))
    }

    /// Where the first token after `from` begins.
    fn next_token(&self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = self.text.get(at..).unwrap_or("");
            at += rest.len() - rest.trim_start().len();
            match self.script.comments.binary_search_by_key(&at, |comment| comment.span.start) {
                Ok(found) => at = self.script.comments.get(found).map_or(at, |comment| comment.span.end),
                Err(_) => return at,
            }
        }
    }

    /// The smallest anchor around a place.
    fn innermost(&self, span: Span) -> Option<&Anchor> {
        self.anchors.iter().filter(|anchor| anchor.span.contains(span)).max_by_key(|anchor| anchor.span.start)
    }

    fn whole(&self, statement: usize) -> Option<&Anchor> {
        self.anchors.iter().find(|anchor| anchor.statement == statement && anchor.part == Part::Whole)
    }
}

/// The part that an anchor's statement as a whole comes down to: `ALTER TABLE t ADD COLUMN c int` is about the column.
pub(crate) fn essence(statement: &Statement, part: Part) -> Part {
    use novate_sql::ast::AlterTableAction as Action;
    match (part, statement) {
        (Part::Whole, Statement::AlterTable(alter)) => match alter.actions.as_slice() {
            [only] => match &only.value {
                Action::AddColumn { column, .. } => Part::Column(column.name.value.clone()),
                Action::AddConstraint(constraint) => Part::Constraint(constraint.name.clone(), constraint.span),
                _ => Part::Whole,
            },
            _ => Part::Whole,
        },
        (part, _) => part,
    }
}
