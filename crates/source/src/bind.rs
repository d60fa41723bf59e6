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
    for (index, comment) in script.comments.iter().enumerate() {
        let Some(parsed) = parse(comment) else { continue };
        let mut fail = |problem| errors.push(SourceError { problem, place: lines.place(text, comment.span) });
        let directive = match parsed {
            Ok(directive) => directive,
            Err(fault) => {
                fail(problem(fault));
                continue;
            }
        };
        let binder =
            binder.get_or_insert_with(|| Binder { lines, anchors: anchors(script), next: next_tokens(script, text) });
        match binder.anchor(index, comment, &directive) {
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
    lines: &'a Lines,
    anchors: Vec<Anchor>,
    /// Where the first token after each comment begins.
    next: Vec<usize>,
}

/// Where the first token after each comment begins, found from the last comment to the first: a long row of comments is
/// gone through once, not once for each of them.
fn next_tokens(script: &Script, text: &str) -> Vec<usize> {
    let mut next = Vec::with_capacity(script.comments.len());
    let mut after: Option<(usize, usize)> = None;
    for comment in script.comments.iter().rev() {
        let rest = text.get(comment.span.end..).unwrap_or("");
        let at = comment.span.end + rest.len() - rest.trim_start().len();
        let token = after.filter(|(start, _)| *start == at).map_or(at, |(_, token)| token);
        after = Some((comment.span.start, token));
        next.push(token);
    }
    next.reverse();
    next
}

impl Binder<'_> {
    fn anchor(&self, index: usize, comment: &Comment, directive: &Directive) -> Option<&Anchor> {
        if comment.own_line {
            let next = self.next.get(index).copied().unwrap_or(comment.span.end);
            let at = self.anchors.partition_point(|anchor| anchor.span.start < next);
            if let Some(anchor) = self.anchors.get(at).filter(|anchor| anchor.span.start == next) {
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

#[cfg(test)]
mod tests {
    use super::next_tokens;

    #[test]
    fn a_row_of_comments_leads_to_what_follows_it() {
        let text = "-- a\n/* b */ -- c\n\n-- d\nCREATE TABLE t (a int); -- e";
        let script = novate_sql::parse(text);
        let create = text.find("CREATE").unwrap_or_default();
        assert_eq!(next_tokens(&script, text), [create, create, create, create, text.len()]);
    }
}
