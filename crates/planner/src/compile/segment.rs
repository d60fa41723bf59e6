//! From text to the items of a migration: statements, transforms and raw operations, in order.

use novate_sql::ast::{Comment, Script, Statement};
use novate_sql::{Span, Spanned};

use super::PlaceholderLine;
use super::directive::{self, Directive, Placed};
use super::error::CompileError;
use crate::operation::{HazardCode, OperationClass, TransactionMode};

/// A migration in pieces.
#[derive(Debug, Default)]
pub(super) struct Segments {
    pub(super) items: Vec<Segment>,
    pub(super) transaction: TransactionMode,
    pub(super) placeholders: Vec<PlaceholderLine>,
}

/// One item, and the reviewed exceptions that stand before it.
#[derive(Debug)]
pub(super) struct Segment {
    pub(super) item: Item,
    pub(super) allows: Vec<AllowLine>,
    pub(super) span: Span,
}

/// A reviewed exception.
#[derive(Debug, Clone)]
pub(super) struct AllowLine {
    pub(super) hazard: HazardCode,
    pub(super) reason: String,
    pub(super) span: Span,
}

#[derive(Debug)]
pub(super) enum Item {
    Statement(Box<Statement>),
    Transform(TransformBlock),
    Raw(RawBlock),
}

/// `-- @transform ... -- @end`.
#[derive(Debug, Default)]
pub(super) struct TransformBlock {
    /// Its first line.
    pub(super) head: Span,
    pub(super) name: String,
    pub(super) invariant: Option<Spanned<String>>,
    pub(super) batch: Option<Spanned<u32>>,
    pub(super) check: Option<Vec<Spanned<Statement>>>,
    pub(super) run: Option<Vec<Spanned<Statement>>>,
    /// Whether the author still has to write something in it.
    pub(super) pending: bool,
}

/// `-- @raw ... -- @end`.
#[derive(Debug)]
pub(super) struct RawBlock {
    /// Its first line.
    pub(super) head: Span,
    pub(super) class: OperationClass,
    pub(super) label: String,
    pub(super) statements: Vec<Spanned<Statement>>,
    pub(super) prechecks: Vec<Spanned<Statement>>,
    pub(super) postchecks: Vec<Spanned<Statement>>,
}

/// What a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect<'a> {
    /// A `migration.sql`.
    Migration,
    /// A seed of that name: transforms alone, which a check may begin without a name of their own.
    Seed(&'a str),
}

/// Cuts a text into its items. What is wrong is added to `errors`; what can be read is returned all the same.
pub(super) fn segment(text: &str, dialect: Dialect<'_>, errors: &mut Vec<CompileError>) -> Segments {
    let first = novate_sql::parse(text);
    let directives = read_directives(&first, errors);
    let script = match with_boundaries(text, &first, &directives) {
        Some(text) => novate_sql::parse(&text),
        None => first,
    };
    errors.extend(script.errors.iter().map(|e| CompileError::Syntax { message: e.message.clone(), span: e.span }));
    psql_lines(text, &script, errors);
    let mut walk = Walk { text, dialect, errors, out: Segments::default(), allows: Vec::new(), block: None };
    walk.all(script.statements, directives);
    walk.out
}

fn read_directives(script: &Script, errors: &mut Vec<CompileError>) -> Vec<Placed> {
    let mut found = Vec::new();
    for comment in script.comments.iter().filter(|comment| directive::is_directive(comment)) {
        match directive::read(comment) {
            Ok(directive) => found.push(Placed { directive, span: comment.span }),
            Err(error) => errors.push(error),
        }
    }
    found
}

/// The text with directives made visible to the parser where a statement is open: a placeholder stands for a value, and
/// a directive that opens or closes something ends the statement before it, semicolon or not. Every byte keeps its
/// place. `None` where nothing has to change.
fn with_boundaries(text: &str, script: &Script, directives: &[Placed]) -> Option<String> {
    let mut changed: Option<String> = None;
    for placed in directives {
        let word = match placed.directive {
            Directive::Allow { .. } => continue,
            Directive::Placeholder(_) => "NULL",
            _ => ";",
        };
        if !statement_open(text, &script.comments, placed.span.start) {
            continue;
        }
        let length = placed.span.end - placed.span.start;
        let filler = format!("{word:length$}");
        changed.get_or_insert_with(|| text.to_owned()).replace_range(placed.span.range(), &filler);
    }
    changed
}

/// Whether the last thing before `at`, comments and white space left out, is a part of a statement.
fn statement_open(text: &str, comments: &[Comment], at: usize) -> bool {
    let mut end = at;
    loop {
        let before =
            text.get(..end).unwrap_or_default().trim_end_matches(['\u{feff}', ' ', '\t', '\n', '\r', '\x0b', '\x0c']);
        match comments.binary_search_by_key(&before.len(), |comment| comment.span.end) {
            // A directive that is no placeholder is a boundary itself.
            Ok(found) => match comments.get(found) {
                Some(comment)
                    if directive::is_directive(comment)
                        && !comment.text.starts_with("@placeholder")
                        && !comment.text.starts_with("@allow") =>
                {
                    return false;
                }
                Some(comment) => end = comment.span.start,
                None => return false,
            },
            Err(_) => return !before.is_empty() && !before.ends_with(';'),
        }
    }
}

/// The parser steps over lines for `psql`, as a dump has them; here one would be lost.
fn psql_lines(text: &str, script: &Script, errors: &mut Vec<CompileError>) {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        let span = Span::new(start + indent, start + line.trim_end().len().max(indent));
        start += line.len();
        let within = |other: Span| other.start <= span.start && span.start < other.end;
        let inside = || {
            script.statements.iter().any(|s| within(s.span))
                || script.comments.iter().any(|c| within(c.span))
                || script.errors.iter().any(|e| within(e.span))
        };
        if line.trim_start().starts_with('\\') && !inside() {
            errors.push(CompileError::PsqlCommand { span });
        }
    }
}

/// The block that is open.
struct Open {
    name: &'static str,
    span: Span,
    end: usize,
    kind: OpenKind,
}

enum OpenKind {
    Transform(TransformBlock),
    Raw(RawBlock, RawPart),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum RawPart {
    Statements,
    Precheck,
    Postcheck,
}

/// Why a directive of a migration means nothing in a seed.
fn no_part_of_a_seed(directive: &Directive) -> Option<&'static str> {
    match directive {
        Directive::Transaction(_) | Directive::Batch(_) => Some("a seed is one transaction"),
        Directive::Transform { invariant: Some(_), .. } | Directive::Invariant(_) => {
            Some("a seed provides no invariant; a transform of a migration does")
        }
        Directive::Raw { .. } | Directive::Precheck | Directive::Postcheck | Directive::Allow { .. } => {
            Some("a seed changes rows, and nothing else")
        }
        Directive::Placeholder(_) => Some("a seed runs as it is written; put there what it asks for"),
        _ => None,
    }
}

struct Walk<'a> {
    text: &'a str,
    dialect: Dialect<'a>,
    errors: &'a mut Vec<CompileError>,
    out: Segments,
    allows: Vec<AllowLine>,
    block: Option<Open>,
}

impl Walk<'_> {
    fn all(&mut self, statements: Vec<Spanned<Statement>>, directives: Vec<Placed>) {
        let mut directives = directives.into_iter().peekable();
        for statement in statements {
            // A directive inside a statement belongs to it, so it comes first.
            while let Some(placed) = directives.next_if(|placed| placed.span.start < statement.span.end) {
                self.directive(placed);
            }
            self.statement(statement);
        }
        directives.for_each(|placed| self.directive(placed));
        self.close_unclosed();
        for allow in std::mem::take(&mut self.allows) {
            self.misplaced("allow", "no statement follows", allow.span);
        }
    }

    fn misplaced(&mut self, name: &'static str, reason: &'static str, span: Span) {
        self.errors.push(CompileError::DirectiveMisplaced { name, reason, span });
    }

    fn push(&mut self, item: Item, span: Span) {
        let allows = std::mem::take(&mut self.allows);
        self.out.items.push(Segment { item, allows, span });
    }

    fn statement(&mut self, statement: Spanned<Statement>) {
        let Some(open) = &mut self.block else {
            let Spanned { value, span } = statement;
            let inside_last = self.out.items.last().is_some_and(|last| last.span.contains(span));
            if inside_last {
                // What CREATE SCHEMA holds comes as statements of its own.
                let what = "an object inside CREATE SCHEMA".to_owned();
                self.errors.push(CompileError::Unrecognised { what, span });
            } else {
                self.push(Item::Statement(Box::new(value)), span);
            }
            return;
        };
        open.end = statement.span.end;
        match &mut open.kind {
            OpenKind::Transform(block) => match (&mut block.check, &mut block.run) {
                (_, Some(run)) => run.push(statement),
                (Some(check), None) => check.push(statement),
                (None, None) => {
                    let (name, span) = (block.name.clone(), statement.span);
                    self.errors.push(CompileError::TransformIncomplete { name, missing: "-- @check", span });
                    // Said once.
                    block.check = Some(Vec::new());
                }
            },
            OpenKind::Raw(block, part) => match part {
                RawPart::Statements => block.statements.push(statement),
                RawPart::Precheck => block.prechecks.push(statement),
                RawPart::Postcheck => block.postchecks.push(statement),
            },
        }
    }

    fn directive(&mut self, placed: Placed) {
        let Placed { directive, span } = placed;
        let name = directive.name();
        if let Dialect::Seed(seed) = self.dialect {
            if let Some(reason) = no_part_of_a_seed(&directive) {
                self.misplaced(name, reason, span);
                return;
            }
            if self.block.is_none() && directive == Directive::Check {
                let block = TransformBlock { head: span, name: seed.to_owned(), ..TransformBlock::default() };
                self.block = Some(Open { name, span, end: span.end, kind: OpenKind::Transform(block) });
            }
        }
        if let Some(open) = &mut self.block {
            open.end = span.end;
        }
        match directive {
            Directive::Transaction(mode) => {
                if !self.out.items.is_empty() || self.block.is_some() || !self.allows.is_empty() {
                    self.misplaced(name, "it stands before the first statement", span);
                }
                self.out.transaction = mode;
            }
            Directive::Allow { hazard, reason } => {
                if self.block.is_some() {
                    self.misplaced(name, "it stands before the block that it is about", span);
                } else {
                    self.allows.push(AllowLine { hazard, reason, span });
                }
            }
            Directive::Placeholder(question) => {
                self.out.placeholders.push(PlaceholderLine { question, line: span.locate(self.text).line });
                if let Some(Open { kind: OpenKind::Transform(block), .. }) = &mut self.block {
                    block.pending = true;
                }
            }
            Directive::Transform { name: words, invariant } => {
                self.close_unclosed();
                let invariant = invariant.map(|id| Spanned::new(id, span));
                let block = TransformBlock { head: span, name: words, invariant, ..TransformBlock::default() };
                self.block = Some(Open { name, span, end: span.end, kind: OpenKind::Transform(block) });
            }
            Directive::Raw { class, label } => {
                self.close_unclosed();
                let (statements, prechecks, postchecks) = (Vec::new(), Vec::new(), Vec::new());
                let block = RawBlock { head: span, class, label, statements, prechecks, postchecks };
                let kind = OpenKind::Raw(block, RawPart::Statements);
                self.block = Some(Open { name, span, end: span.end, kind });
            }
            Directive::End => match self.block.take() {
                Some(open) => self.close(open),
                None => self.misplaced(name, "no block is open", span),
            },
            Directive::Check | Directive::Run | Directive::Invariant(_) | Directive::Batch(_) => {
                self.in_transform(directive, span);
            }
            Directive::Precheck | Directive::Postcheck => match &mut self.block {
                Some(Open { kind: OpenKind::Raw(_, part), .. }) => {
                    *part = if directive == Directive::Precheck { RawPart::Precheck } else { RawPart::Postcheck };
                }
                _ => self.misplaced(name, "it belongs into a raw operation", span),
            },
        }
    }

    fn in_transform(&mut self, directive: Directive, span: Span) {
        let name = directive.name();
        let Some(Open { kind: OpenKind::Transform(block), .. }) = &mut self.block else {
            self.misplaced(name, "it belongs into a transform", span);
            return;
        };
        let reason = match directive {
            Directive::Check if block.check.is_some() => "the transform has its check already",
            Directive::Run if block.run.is_some() => "the transform has its run already",
            Directive::Run if block.check.is_none() => "the check comes first",
            Directive::Batch(_) if block.batch.is_some() => "the transform has its batch already",
            Directive::Invariant(_) if block.invariant.is_some() => "the transform has its invariant already",
            Directive::Check => {
                block.check = Some(Vec::new());
                return;
            }
            Directive::Run => {
                block.run = Some(Vec::new());
                return;
            }
            Directive::Batch(rows) => {
                block.batch = Some(Spanned::new(rows, span));
                return;
            }
            Directive::Invariant(id) => {
                block.invariant = Some(Spanned::new(id, span));
                return;
            }
            _ => return,
        };
        self.misplaced(name, reason, span);
    }

    fn close_unclosed(&mut self) {
        if let Some(open) = self.block.take() {
            self.errors.push(CompileError::Unclosed { name: open.name, span: open.span });
            self.close(open);
        }
    }

    fn close(&mut self, open: Open) {
        let item = match open.kind {
            OpenKind::Transform(block) => Item::Transform(block),
            OpenKind::Raw(block, _) => Item::Raw(block),
        };
        self.push(item, Span::new(open.span.start, open.end));
    }
}
