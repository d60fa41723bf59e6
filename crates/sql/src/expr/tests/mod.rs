//! What PostgreSQL makes of expressions, learnt from a server, and that this crate makes the same of them.

mod different;
mod lowering;
mod pairs;
mod properties;
mod references;

use super::TypeScope;
use crate::ast::WrittenType;
use crate::{Ident, NameRef, TypeName, parse_type};

/// The columns of `public.t`, to which the expressions in the tables belong.
const COLUMNS: &str = "id bigint, i int, i2 smallint, i8 bigint, n numeric, n2 numeric(10;2), r real, \
    d double precision, tx text, vc varchar, vc20 varchar(20), ch char(3), nm name, b boolean, dt date, ts timestamp, \
    tz timestamptz, tm time, iv interval, j json, jb jsonb, u uuid, st public.status, kd public.\"Kind\", md app.mood, \
    ta text[], ia int[], va varchar[], sa public.status[], ip inet, by bytea, dr daterange, tr tstzrange, tv tsvector, \
    ad public.addr, Camel int, order int, bt bit(4), mo money, ir int4range, na numeric[]";

struct Table;

impl TypeScope for Table {
    fn column_type(&self, parts: &[Ident]) -> Option<TypeName> {
        let [name] = parts else { return None };
        let columns = COLUMNS.split(", ").filter_map(|column| column.trim().split_once(' '));
        columns.filter(|(column, _)| *column == name.as_str()).map(|(_, ty)| ty_of(&ty.replace(';', ","))).next()
    }

    fn resolve_type(&self, written: &TypeName) -> TypeName {
        let mut ty = written.clone();
        if ty.schema.is_none() && !ty.is_builtin() {
            ty.schema = Some("public".into());
        }
        ty
    }

    fn resolve_function(&self, written: &NameRef) -> NameRef {
        let mut name = written.clone();
        if name.schema.is_none() && ["f", "gen_id"].contains(&name.name.as_str()) {
            name.schema = Some("public".into());
        }
        name
    }

    fn is_own_table(&self, qualifier: &[Ident]) -> bool {
        qualifier.last().is_some_and(|table| table.as_str() == "t")
    }
}

#[allow(clippy::unwrap_used)]
fn ty_of(text: &str) -> TypeName {
    match parse_type(text).unwrap() {
        WrittenType::Type(ty) | WrittenType::Serial(ty) => ty,
    }
}
