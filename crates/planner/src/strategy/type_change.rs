//! Columns that change their type.

use novate_contract::ddl::column as ddl;
use novate_contract::{Column, Ident, ObjectId, QName, TypeName};
use novate_sql::expr::Expr;

use crate::changes::Work;
use crate::conversion::{Conversion, conversion};
use crate::heirs::family;
use crate::mentions;
use crate::plan::Placeholder;
use crate::step::{Pass, Place, Stage, Step, rank};
use crate::uses;

/// How the rows of a column get their new type.
enum Using {
    /// PostgreSQL knows by itself.
    Nothing,
    /// By an expression.
    Expr(Expr),
    /// Only the author knows.
    Ask,
}

/// `SET DATA TYPE`, with what PostgreSQL has to be told about the rows.
pub(crate) fn steps(work: &mut Work<'_>, table: &QName, name: &Ident, old: &Column, new: &Column) {
    let id = ObjectId::Column(table.clone(), name.clone());
    let using = using(work, name, old, new);
    let expr = match &using {
        Using::Expr(expr) => Some(expr),
        Using::Nothing | Using::Ask => None,
    };
    let mut action = ddl::set_type(name, &new.ty, new.collation.as_ref(), expr).to_string();
    let mut pass = Pass::Type;
    let mut placeholder = None;
    if matches!(using, Using::Ask) {
        let ask = Placeholder {
            subject: format!("{table}.{name}"),
            question: format!("which expression turns {name} from {} into {}?", old.ty, new.ty),
        };
        action = format!("{action} USING (\n{}\n)", ask.line());
        placeholder = Some(ask);
        pass = Pass::Alone;
    }
    let place = Place::new(Stage::Tables, table, rank::RETYPE, name);
    let mut step = Step::alter(place, id, table, pass, action);
    step.placeholder = placeholder;
    let changed = family(work.diff.from, table).into_iter().map(|table| uses::column(&table, name));
    let rests_on = |uses: uses::Uses<'_>, column: &Column| uses.ty(&column.ty);
    let step = step.needs(rests_on(work.new_uses(), new)).releases(rests_on(work.old_uses(), old));
    work.push(step.changes(changed));
}

fn using(work: &Work<'_>, name: &Ident, old: &Column, new: &Column) -> Using {
    if new.generated.is_some() || old.ty == new.ty && !work.diff.is_rebuilt(old) {
        return Using::Nothing;
    }
    let column = || Expr::Column(vec![name.clone()]);
    let direct = || Using::Expr(Expr::Cast(Box::new(column()), new.ty.clone()));
    let through_text = || {
        let text = TypeName { array: old.ty.array && new.ty.array, ..TypeName::builtin("text") };
        Using::Expr(Expr::Cast(Box::new(Expr::Cast(Box::new(column()), text)), new.ty.clone()))
    };
    let old_enum = mentions::enum_of(&old.ty, work.diff.from).is_some();
    let new_enum = mentions::enum_of(&new.ty, work.diff.to).is_some();
    if old_enum && new_enum && old.ty.array == new.ty.array {
        return through_text();
    }
    match conversion(&old.ty, &new.ty) {
        Conversion::Widening | Conversion::Assignment => Using::Nothing,
        Conversion::Explicit => direct(),
        Conversion::Unknown if work.diff.options.script => through_text(),
        Conversion::Unknown => Using::Ask,
    }
}
