//! Columns from their plans.

use novate_sql::ast::WrittenType;
use novate_sql::{Literal, NameRef, parse_type};

use super::build::Builder;
use super::expressions::{expression, over};
use super::plan::{ColumnPlan, Pick, ValuePlan};
use super::pool::{COLUMNS, COMMENTS, ENUM_KIND, INTEGERS, IndexBy, KINDS, Kind, pick};
use crate::{
    Column, Control, Expression, Generated, GeneratedKind, Ident, Identity, IdentityKind, QName, Sequence,
    SequenceOptions, SequenceOwner, Table, TypeName, names,
};

/// The kind that a column was made of, found again by its type.
pub(super) fn kind_of(column: &Column) -> &'static Kind {
    let ty = column.ty.to_string();
    KINDS.iter().find(|kind| kind.ty == ty).unwrap_or(&ENUM_KIND)
}

/// The columns of a table that an index method takes.
pub(super) fn indexable(table: &Table, fits: impl Fn(IndexBy) -> bool) -> Vec<Ident> {
    let fitting = table.columns.iter().filter(|(_, column)| fits(kind_of(column).index));
    fitting.map(|(name, _)| name.clone()).collect()
}

/// Options of a sequence: PostgreSQL's own, or some that differ in every field.
pub(super) fn options(ty: TypeName, choice: Pick) -> SequenceOptions {
    match choice % 4 {
        0 => SequenceOptions {
            start: 1000,
            min: 10,
            max: 30000,
            cache: 5,
            cycle: true,
            ..SequenceOptions::defaults(ty, 10)
        },
        1 => SequenceOptions::defaults(ty, -1),
        _ => SequenceOptions::defaults(ty, 1),
    }
}

impl Builder {
    /// Adds a column, unless the table has one of its name.
    pub(super) fn column(&mut self, table_name: &QName, table: &mut Table, plan: &ColumnPlan) {
        let Some(name) = pick(COLUMNS, plan.name).map(Ident::new) else { return };
        if table.columns.contains_key(&name) {
            return;
        }
        let ty = match plan.value {
            ValuePlan::Identity(_) | ValuePlan::Serial => {
                KINDS.get(..INTEGERS).and_then(|integers| pick(integers, plan.kind)).map(|kind| builtin(kind.ty))
            }
            _ => self.any_type(plan.kind),
        };
        let Some(ty) = ty else { return };
        let mut column = Column { not_null: plan.not_null, ..Column::new(ty) };
        column.comment = plan.comment.and_then(|choice| pick(COMMENTS, choice)).map(|&text| text.to_owned());
        match plan.value {
            ValuePlan::Nothing => {}
            ValuePlan::Default(choice) => column.default = self.default(table, &column, choice),
            ValuePlan::Identity(choice) => self.identity(table_name, &name, &mut column, choice),
            ValuePlan::Serial => self.serial(table_name, table, &name, &mut column),
            ValuePlan::Generated(choice) => generate(table, &mut column, choice),
        }
        settle(&mut column, plan.settings);
        table.columns.insert(name, column);
    }

    /// One of the pool's types, or an enum of the contract or an array of it.
    fn any_type(&self, choice: Pick) -> Option<TypeName> {
        let enums: Vec<&QName> = self.contract.enums.keys().collect();
        let beyond = usize::from(choice).checked_rem(KINDS.len() + 2 * enums.len())?.checked_sub(KINDS.len());
        let Some(at) = beyond else { return pick(KINDS, choice).map(|kind| builtin(kind.ty)) };
        let name = enums.get(at / 2)?;
        let schema = Some(name.schema.clone());
        Some(TypeName { schema, name: name.name.clone(), modifiers: Vec::new(), array: at % 2 == 1 })
    }

    fn default(&self, table: &Table, column: &Column, choice: Pick) -> Option<Expression> {
        let text = match (&column.ty.schema, column.ty.array) {
            (None, _) => (*pick(kind_of(column).defaults, choice)?).to_owned(),
            (Some(_), true) => "'{}'".to_owned(),
            (Some(schema), false) => {
                let payload = self.contract.enums.get(&QName::new(schema.clone(), column.ty.name.clone()))?;
                format!("{}::{}", Literal(pick(&payload.values, choice)?), column.ty)
            }
        };
        expression(&text, table, Some(&column.ty))
    }

    fn identity(&mut self, table: &QName, name: &Ident, column: &mut Column, choice: Pick) {
        let sequence = names::sequence(&table.name, name, &|_| false);
        if !self.claim_relation(&QName::new(table.schema.clone(), sequence)) {
            return;
        }
        let kind = if choice.is_multiple_of(2) { IdentityKind::Always } else { IdentityKind::ByDefault };
        column.not_null = true;
        column.identity =
            Some(Identity { kind, sequence: None, options: Box::new(options(column.ty.clone(), choice / 2)) });
    }

    /// What `serial` stands for.
    fn serial(&mut self, table_name: &QName, table: &Table, name: &Ident, column: &mut Column) {
        let sequence = names::sequence(&table_name.name, name, &|_| false);
        let sequence = QName::new(table_name.schema.clone(), sequence);
        if !self.claim_relation(&sequence) {
            return;
        }
        column.not_null = true;
        let text = format!("nextval({}::regclass)", Literal(&sequence.to_string()));
        column.default = expression(&text, table, Some(&column.ty));
        let payload = Sequence {
            options: options(column.ty.clone(), 2),
            unlogged: false,
            owner: Some(SequenceOwner { table: table_name.clone(), column: name.clone() }),
            control: Control::Managed,
            comment: None,
        };
        self.contract.sequences.insert(sequence, payload);
    }
}

/// Makes a column a generated one, where the table has something to generate it from.
fn generate(table: &Table, column: &mut Column, choice: Pick) {
    let sources: Vec<(&Ident, &str)> = table
        .columns
        .iter()
        .filter(|(_, source)| source.generated.is_none())
        .filter_map(|(name, source)| match source.ty.to_string().as_str() {
            "text" => Some((name, "lower({})")),
            "integer" => Some((name, "{} * 2")),
            _ => None,
        })
        .collect();
    let Some((source, text)) = pick(&sources, choice) else { return };
    let ty = if *text == "lower({})" { builtin("text") } else { builtin("integer") };
    if let Some(expr) = over(text, source, table, Some(&ty)) {
        column.ty = ty;
        column.generated = Some(Generated { kind: GeneratedKind::Stored, expr });
    }
}

/// The rare settings of a column.
fn settle(column: &mut Column, choice: Pick) {
    let text = column.ty.to_string() == "text";
    match choice % 16 {
        0 if text => column.collation = Some(NameRef { schema: None, name: Ident::new("C") }),
        1 if text => column.storage = Some("EXTERNAL".to_owned()),
        2 if text => column.compression = Some("pglz".to_owned()),
        3 => column.statistics = Some(250),
        _ => {}
    }
}

/// A type of the pools, which hold canonical names.
fn builtin(text: &str) -> TypeName {
    match parse_type(text) {
        Ok(WrittenType::Type(ty) | WrittenType::Serial(ty)) => ty,
        Err(_) => TypeName::builtin(text),
    }
}
