//! From text to the trees of [`crate::ast`].
//!
//! A script is cut into statements first (`split`), each is parsed on its own, and its tree is lowered. So one
//! statement that cannot be read costs nothing but itself.

mod alter_column;
mod alter_table;
mod columns;
mod comment;
mod constraints;
mod create_table;
mod depth;
mod dml;
mod exclusion;
mod gaps;
mod index;
mod long;
mod message;
mod names;
mod objects;
mod partitions;
mod query;
mod quick;
mod refusal;
mod scan;
mod sequence;
mod session;
mod single_row;
mod split;
mod statement;
mod storage;
mod strings;
#[cfg(test)]
mod tests;
mod text;
mod tree;
mod types;
mod unmodelled;
mod with;

pub(crate) use depth::bearable;
pub use long::long_names;
pub(crate) use quick::type_name as quick_type;
pub(crate) use scan::{Scanner, TokenKind};
pub(crate) use text::{normalised, tokens_normalised};
pub(crate) use types::lower_type;

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use squawk_syntax::SourceFile;
use squawk_syntax::ast::{self, AstNode};

use crate::ast::{Comment, Script, Statement, SyntaxError, WrittenType};
use crate::{Span, Spanned};
use split::{Piece, Split};
use tree::Place;

/// Reads a text of any length: statements, comments and syntax errors, one for each statement that has any, all in
/// order.
///
/// Lines for `psql` (`\restrict`, `\connect`) and the data of `COPY ... FROM stdin` are stepped over, as `pg_dump`
/// writes both.
pub fn parse(text: &str) -> Script {
    let split = split::split(text);
    let readings = read_all(&split.pieces.iter().map(|piece| (text, piece)).collect::<Vec<_>>());
    script(split.comments, split.errors, readings)
}

/// Reads several texts, each as [`parse`] does; the statements of all of them side by side.
pub fn parse_all(texts: &[&str]) -> Vec<Script> {
    let splits: Vec<Split> = texts.iter().map(|text| split::split(text)).collect();
    let pairs = texts.iter().zip(&splits);
    let pieces: Vec<_> = pairs.flat_map(|(text, split)| split.pieces.iter().map(|piece| (*text, piece))).collect();
    let mut readings = read_all(&pieces).into_iter();
    let of_split = |split: Split| script(split.comments, split.errors, readings.by_ref().take(split.pieces.len()));
    splits.into_iter().map(of_split).collect()
}

fn script(comments: Vec<Comment>, mut errors: Vec<SyntaxError>, readings: impl IntoIterator<Item = Reading>) -> Script {
    let mut statements = Vec::new();
    for read in readings {
        match read {
            Ok(read) => statements.extend(read),
            Err(error) => errors.push(error),
        }
    }
    errors.sort_by_key(|error| error.span);
    Script { statements, comments, errors }
}

/// A thread of its own pays for itself from this many statements on.
const PIECES_A_THREAD: usize = 100;
/// So many are taken at a time: few enough that no thread waits long for another in the end.
const PIECES_A_TIME: usize = 25;

type Reading = Result<Vec<Spanned<Statement>>, SyntaxError>;

/// Reads every piece of the text beside it, in order; many of them side by side.
fn read_all(pieces: &[(&str, &Piece)]) -> Vec<Reading> {
    let most = pieces.len() / PIECES_A_THREAD;
    let threads = if most < 2 { 1 } else { std::thread::available_parallelism().map_or(1, usize::from).min(most) };
    let read_these = |some: &[(&str, &Piece)]| some.iter().map(|(text, piece)| read(text, piece)).collect::<Vec<_>>();
    if threads == 1 {
        return read_these(pieces);
    }
    // The statements at the one end may all be longer than those at the other, so each takes a few at a time.
    let blocks: Vec<_> = pieces.chunks(PIECES_A_TIME).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = Vec::new();
        while let Some((at, block)) = Some(next.fetch_add(1, Relaxed)).and_then(|at| Some((at, blocks.get(at)?))) {
            done.push((at, read_these(block)));
        }
        done
    };
    let mut done: Vec<(usize, Vec<Reading>)> = std::thread::scope(|scope| {
        let workers: Vec<_> = (1..threads).map(|_| scope.spawn(work)).collect();
        let own = work();
        let results = workers.into_iter().map(|worker| worker.join().unwrap_or_else(|p| std::panic::resume_unwind(p)));
        results.flatten().chain(own).collect()
    });
    done.sort_unstable_by_key(|(at, _)| *at);
    done.into_iter().flat_map(|(_, readings)| readings).collect()
}

fn read(text: &str, piece: &Piece) -> Reading {
    let sql = &text[piece.sql.range()];
    let place = Place::new(sql, piece.sql.start);
    let parsed = SourceFile::parse(&if piece.routine { strings::blanked(sql) } else { exclusion::readable(sql) });
    // Recovery from an error makes the parser report many more; the first is the one that tells.
    if let Some(first) = parsed.errors().first() {
        let statement = gaps::read(sql).ok_or_else(|| place.error(first))?;
        return Ok(vec![Spanned::new(statement, piece.span)]);
    }
    let not_read = || SyntaxError { message: refusal::reason(&parsed.syntax_node()).to_owned(), span: piece.sql };
    let mut found = parsed.tree().stmts().filter(|stmt| !matches!(stmt, ast::Stmt::EmptyStmt(_)));
    let (Some(only), None) = (found.next(), found.next()) else {
        return Err(not_read());
    };
    let statement = statement::lower(place, &only).ok_or_else(not_read)?;
    let mut all = vec![Spanned::new(statement, piece.span)];
    if let ast::Stmt::CreateSchema(schema) = &only {
        all.extend(statement::schema_elements(place, schema).ok_or_else(not_read)?);
    }
    Ok(all)
}

/// Reads a type as a column or a cast names it.
pub fn parse_type(text: &str) -> Result<WrittenType, SyntaxError> {
    match quick::type_name(text) {
        Some(ty) => Ok(WrittenType::Type(ty)),
        None => parse_type_slowly(text),
    }
}

fn parse_type_slowly(text: &str) -> Result<WrittenType, SyntaxError> {
    const BEFORE: &str = "create table t (c ";
    let error = |message: &str| SyntaxError { message: message.to_owned(), span: Span::new(0, text.len()) };
    if !bearable(text) {
        return Err(error(split::TOO_DEEP));
    }
    let parsed = SourceFile::parse(&format!("{BEFORE}{text}\n)"));
    if let Some(first) = parsed.errors().first() {
        return Err(error(&message::readable(first.message())));
    }
    let ty = parsed.tree().syntax().descendants().find_map(ast::Column::cast).and_then(|column| column.ty());
    let whole = Span::new(BEFORE.len(), BEFORE.len() + text.trim_end().len());
    match ty {
        Some(ty) if !types::is_set(&ty) && Place::new(text, 0).span(ty.syntax()).end == whole.end => {
            Ok(types::lower_column_type(&ty))
        }
        _ => Err(error("this is not the name of a type")),
    }
}
