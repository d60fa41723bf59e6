//! What directives say about the objects of the contract.

use std::collections::{BTreeSet, HashMap};

use novate_contract::interpret::Touched;
use novate_contract::{Contract, Control, Ident, ObjectId, QName};
use novate_sql::Span;
use novate_sql::ast::Statement;

use super::gather::Source;
use crate::anchor::Part;
use crate::bind::{Bound, essence};
use crate::directive::Directive;
use crate::{Problem, RenameHint, SourceError, ValueHint};

/// What directives say besides what they change in the contract.
#[derive(Default)]
pub(super) struct Directives {
    pub(super) hints: Vec<RenameHint>,
    pub(super) value_hints: Vec<ValueHint>,
    /// Objects that have a policy of their own.
    pub(super) controlled: BTreeSet<ObjectId>,
}

type ByStatement = HashMap<(usize, usize), Vec<(Span, Touched)>>;

/// What a directive is about.
enum Target {
    Object(ObjectId),
    Value(QName, String),
    /// Something that is not modelled, or could not be made: nothing to say about it.
    Nothing,
    /// A constraint that has no name of its own.
    Unnamed,
}

pub(super) fn apply(
    bound: &[(usize, Bound)],
    sources: &[Source<'_>],
    by_statement: &ByStatement,
    contract: &mut Contract,
    errors: &mut Vec<SourceError>,
) -> Directives {
    let mut out = Directives::default();
    // Former names of tables first: a former name of a column is told by that of its table.
    let mut renames = Vec::new();
    for (file, bound) in bound {
        let Some(source) = sources.get(*file) else { continue };
        let Some(statement) = source.statements.get(&bound.anchor.statement) else { continue };
        let place = source.place(bound.span);
        let steps = by_statement.get(&(*file, bound.anchor.statement)).map_or(&[][..], Vec::as_slice);
        let target = target(statement, &bound.anchor.part, steps);
        let misplaced = |to: String| Problem::MisplacedDirective { name: bound.directive.name(), to };
        let outcome = match (target, &bound.directive) {
            (Target::Nothing, _) => Ok(()),
            (Target::Unnamed, _) => Err(misplaced("a constraint without a name".to_owned())),
            (Target::Object(id), Directive::Control(control)) => {
                let done = set_control(contract, &id, *control);
                if done.is_some() {
                    out.controlled.insert(id.clone());
                }
                done.ok_or_else(|| misplaced(id.to_string()))
            }
            (Target::Object(id), Directive::Online) => {
                match id.table().and_then(|table| contract.tables.get_mut(table)) {
                    Some(table) => {
                        table.online = true;
                        Ok(())
                    }
                    None => Err(misplaced(id.to_string())),
                }
            }
            (Target::Object(to), Directive::RenamedFrom(former)) => {
                renames.push((to, former.name.clone(), place.clone()));
                Ok(())
            }
            (Target::Value(ty, to), Directive::RenamedFrom(former)) => {
                let from = unquoted(&former.name);
                out.value_hints.push(ValueHint { ty, from, to, place: place.clone() });
                Ok(())
            }
            (Target::Value(_, value), _) => Err(misplaced(format!("the label {}", novate_sql::Literal(&value)))),
        };
        if let Err(problem) = outcome {
            errors.push(SourceError { problem, place });
        }
    }
    renames.sort_by_key(|(to, ..)| !matches!(to, ObjectId::Table(_)));
    for (to, former, place) in renames {
        let Some(from) = former_id(&to, &former, &out.hints) else {
            let problem = Problem::InvalidDirective { name: "renamed_from", expects: "a name" };
            errors.push(SourceError { problem, place });
            continue;
        };
        if from == to || is_there(contract, &from) {
            errors.push(SourceError { problem: Problem::RenameSourceExists { from, to }, place });
            continue;
        }
        out.hints.push(RenameHint { from, to, place });
    }
    out.hints.sort_by(|a, b| (&*a.place.path, a.place.span).cmp(&(&*b.place.path, b.place.span)));
    out
}

fn target(statement: &Statement, part: &Part, steps: &[(Span, Touched)]) -> Target {
    let created = || steps.iter().flat_map(|(_, touched)| &touched.created);
    let find = |is_it: &dyn Fn(&ObjectId) -> bool| {
        created().find(|id| is_it(id)).cloned().map_or(Target::Nothing, Target::Object)
    };
    match essence(statement, part.clone()) {
        Part::Column(name) => {
            let touched = |(_, it): &(Span, Touched)| it.altered.clone();
            let is_it = |id: &ObjectId| matches!(id, ObjectId::Column(_, column) if *column == name);
            match find(&is_it) {
                Target::Nothing => {
                    let altered = steps.iter().flat_map(touched).find(is_it);
                    altered.map_or(Target::Nothing, Target::Object)
                }
                found => found,
            }
        }
        Part::Constraint(Some(name), _) => {
            find(&|id| matches!(id, ObjectId::Constraint(_, _, constraint) if *constraint == name))
        }
        Part::Constraint(None, span) => {
            // A step of its own made exactly this one.
            let own = steps.iter().find(|(at, _)| *at == span).map(|(_, touched)| touched);
            match own.and_then(|touched| touched.created.first()) {
                Some(id @ ObjectId::Constraint(..)) => Target::Object(id.clone()),
                _ => Target::Unnamed,
            }
        }
        Part::Value(value) => match created().next() {
            Some(ObjectId::Enum(ty)) => Target::Value(ty.clone(), value),
            _ => Target::Nothing,
        },
        Part::Whole => match statement {
            Statement::CreateTable(_) => find(&|id| matches!(id, ObjectId::Table(_))),
            Statement::CreateSequence(_) => find(&|id| matches!(id, ObjectId::Sequence(_))),
            Statement::AlterTable(_) => {
                let first = steps.iter().flat_map(|(_, it)| it.created.iter().chain(&it.altered)).next();
                match first.and_then(ObjectId::table) {
                    Some(table) => Target::Object(ObjectId::Table(table.clone())),
                    None => Target::Nothing,
                }
            }
            _ => match created().next().or_else(|| steps.iter().flat_map(|(_, it)| &it.skipped).next()) {
                Some(id) => Target::Object(id.clone()),
                None => Target::Nothing,
            },
        },
    }
}

fn set_control(contract: &mut Contract, id: &ObjectId, control: Control) -> Option<()> {
    match id {
        ObjectId::Schema(name) => contract.schemas.get_mut(name)?.control = control,
        ObjectId::Extension(name) => contract.extensions.get_mut(name)?.control = control,
        ObjectId::Enum(name) => contract.enums.get_mut(name)?.control = control,
        ObjectId::Sequence(name) => contract.sequences.get_mut(name)?.control = control,
        ObjectId::Table(name) => contract.tables.get_mut(name)?.control = control,
        ObjectId::Column(..) | ObjectId::Constraint(..) | ObjectId::Index(..) | ObjectId::Comment(_) => return None,
    }
    Some(())
}

/// The id under which an object was known. Of what it lies in, what the hint leaves out is as it is now, or as another
/// hint says that it was.
fn former_id(to: &ObjectId, former: &str, hints: &[RenameHint]) -> Option<ObjectId> {
    let parts = parts(former)?;
    let old_table = |table: &QName| {
        hints
            .iter()
            .find_map(|hint| match (&hint.from, &hint.to) {
                (ObjectId::Table(from), ObjectId::Table(to)) if to == table => Some(from.clone()),
                _ => None,
            })
            .unwrap_or_else(|| table.clone())
    };
    let qualified = |now: &QName| match parts.as_slice() {
        [name] => Some(QName::new(now.schema.clone(), name.clone())),
        [schema, name] => Some(QName::new(schema.clone(), name.clone())),
        _ => None,
    };
    // A part of a table: `name`, `table.name`, `schema.table.name`.
    let member = |now: &QName| match parts.as_slice() {
        [name] => Some((old_table(now), name.clone())),
        [table, name] if *table == now.name => Some((old_table(now), name.clone())),
        [table, name] => Some((QName::new(now.schema.clone(), table.clone()), name.clone())),
        [schema, table, name] => {
            let full = QName::new(schema.clone(), table.clone());
            Some((if full == *now { old_table(now) } else { full }, name.clone()))
        }
        _ => None,
    };
    Some(match to {
        ObjectId::Schema(_) => ObjectId::Schema(single(&parts)?),
        ObjectId::Extension(_) => ObjectId::Extension(single(&parts)?),
        ObjectId::Enum(now) => ObjectId::Enum(qualified(now)?),
        ObjectId::Sequence(now) => ObjectId::Sequence(qualified(now)?),
        ObjectId::Table(now) => ObjectId::Table(qualified(now)?),
        ObjectId::Column(table, _) => {
            let (table, name) = member(table)?;
            ObjectId::Column(table, name)
        }
        ObjectId::Constraint(tag, table, _) => {
            let (table, name) = member(table)?;
            ObjectId::Constraint(*tag, table, name)
        }
        // An index is named by its schema, not by its table.
        ObjectId::Index(table, _) => ObjectId::Index(old_table(table), parts.last()?.clone()),
        ObjectId::Comment(_) => return None,
    })
}

fn single(parts: &[Ident]) -> Option<Ident> {
    match parts {
        [only] => Some(only.clone()),
        _ => None,
    }
}

/// The parts of a dotted name.
fn parts(written: &str) -> Option<Vec<Ident>> {
    let parsed = novate_sql::expr::parse_expr(written).ok()?;
    match parsed.expr {
        novate_sql::expr::Expr::Column(parts) => Some(parts),
        // A word that SQL keeps for itself, as a name people would write it.
        _ if written.chars().all(|c| c.is_alphanumeric() || c == '_') => Some(vec![Ident::from_sql(written)]),
        _ => None,
    }
}

fn unquoted(label: &str) -> String {
    match label.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        Some(inner) => inner.replace("''", "'"),
        None => label.to_owned(),
    }
}

fn is_there(contract: &Contract, id: &ObjectId) -> bool {
    contract.object(id).is_some()
}
