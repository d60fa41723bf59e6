//! What there is to ask, and how.

use novate_contract::ddl::{self, index::Build};
use novate_contract::{
    Column, Constraint, ConstraintKind, Contract, Exclusion, Generated, GeneratedKind, Ident, Index, ObjectId, QName,
    Table,
};
use novate_sql::Literal;

use crate::Snapshot;
use crate::compare::{Finding, FindingKind, Subject};

/// One question: is what `create` makes the same as what is live?
#[derive(Debug)]
pub(super) struct Question {
    /// The finding and the difference that it is about.
    pub(super) object: Subject,
    pub(super) aspect: &'static str,
    /// Statements that create the contract's definition under the names that `made` reads.
    pub(super) create: Vec<String>,
    /// Expressions that print what was made, and what is live.
    pub(super) made: String,
    pub(super) live: String,
}

/// Every question that the findings give rise to.
pub(super) fn questions(expected: &Contract, live: &Snapshot, findings: &[Finding]) -> Vec<Question> {
    let sides = Sides { expected, live: &live.contract };
    let mut all = Vec::new();
    sides.collect(findings, &mut all);
    all
}

/// What is created, how it is printed, and how the live one is.
type Parts = (Vec<String>, String, String);

struct Sides<'a> {
    expected: &'a Contract,
    live: &'a Contract,
}

impl Sides<'_> {
    fn collect(&self, findings: &[Finding], all: &mut Vec<Question>) {
        for finding in findings {
            self.collect(&finding.children, all);
            let (FindingKind::Different, Some(id)) = (finding.kind, finding.object.id()) else { continue };
            for difference in &finding.differences {
                let Some((create, made, live)) = self.question(id, difference.aspect) else { continue };
                let object = finding.object.clone();
                all.push(Question { object, aspect: difference.aspect, create, made, live });
            }
        }
    }

    fn question(&self, id: &ObjectId, aspect: &str) -> Option<Parts> {
        let table = id.table()?;
        let (wanted, found) = (self.expected.tables.get(table)?, self.live.tables.get(table)?);
        match id {
            ObjectId::Table(_) => self.partition(table, wanted, aspect),
            ObjectId::Column(_, name) => column(table, name, wanted.columns.get(name)?, aspect),
            ObjectId::Constraint(_, _, name) => {
                constraint(table, name, wanted.constraints.get(name)?, found.constraints.get(name)?, aspect)
            }
            ObjectId::Index(_, name) => index(table, name, wanted.indexes.get(name)?, found.indexes.get(name)?, aspect),
            _ => None,
        }
    }

    fn partition(&self, name: &QName, table: &Table, aspect: &str) -> Option<Parts> {
        let beside = beside(name);
        let printed =
            |table: &QName, what: &str| format!("(SELECT {what} FROM pg_class WHERE oid = {})", number(table));
        match aspect {
            "partitioned by" => {
                let key = table.partition_by.as_ref()?;
                let create = columns_of(name, &beside, &format!("PARTITION BY {key}"));
                let what = "pg_get_partkeydef(oid)";
                Some((vec![create], printed(&beside, what), printed(name, what)))
            }
            "partition bound" => {
                let partition = table.partition_of.as_ref()?;
                let key = self.live.tables.get(&partition.parent)?.partition_by.as_ref()?;
                let parent = QName::new("pg_temp", "novate parent");
                let create = vec![
                    columns_of(&partition.parent, &parent, &format!("PARTITION BY {key}")),
                    format!("CREATE TEMPORARY TABLE {beside} PARTITION OF {parent} {}", partition.bound),
                ];
                let what = "pg_get_expr(relpartbound, oid)";
                Some((create, printed(&beside, what), printed(name, what)))
            }
            _ => None,
        }
    }
}

/// The temporary table that stands for a table: of the same name, so that whatever is printed names it alike.
fn beside(table: &QName) -> QName {
    QName::new("pg_temp", table.name.clone())
}

/// A statement that makes a temporary table with the columns of another. `LIKE` would do, and needs the right to read
/// the other's rows, which whoever verifies need not have.
fn like(table: &QName) -> String {
    columns_of(table, &beside(table), "")
}

fn columns_of(table: &QName, made: &QName, more: &str) -> String {
    let program = format!(
        "BEGIN EXECUTE pg_catalog.format('CREATE TEMPORARY TABLE %s (%s) %s', {made}, (SELECT pg_catalog.string_agg(\
         pg_catalog.format('%I %s%s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod), CASE WHEN \
         a.attcollation <> y.typcollation THEN ' COLLATE ' || a.attcollation::pg_catalog.regcollation END), ', ' ORDER \
         BY a.attnum) FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type y ON y.oid = a.atttypid WHERE a.attrelid = \
         {number} AND a.attnum > 0 AND NOT a.attisdropped), {more}); END",
        made = Literal(&made.to_string()),
        number = number(table),
        more = Literal(more),
    );
    format!("DO {}", Literal(&program))
}

/// The number of a relation.
fn number(relation: &QName) -> String {
    format!("{}::regclass", Literal(&relation.to_string()))
}

fn column(table: &QName, name: &Ident, wanted: &Column, aspect: &str) -> Option<Parts> {
    let beside = beside(table);
    let (definition, what) = match aspect {
        "default" => {
            (format!("DEFAULT {}", ddl::default_value(wanted.default.as_ref()?)), "pg_get_expr(d.adbin, d.adrelid)")
        }
        "type" => (String::new(), "format_type(a.atttypid, a.atttypmod)"),
        "collation" => (format!("COLLATE {}", wanted.collation.as_ref()?), "a.attcollation::regcollation::text"),
        "generated as" => (String::new(), "pg_get_expr(d.adbin, d.adrelid)"),
        _ => return None,
    };
    let create = match &wanted.generated {
        Some(Generated { kind, expr }) if aspect == "generated as" => {
            let kind = match kind {
                GeneratedKind::Stored => "STORED",
                GeneratedKind::Virtual => "VIRTUAL",
            };
            let add = format!("ADD COLUMN {name} {} GENERATED ALWAYS AS ({}) {kind}", wanted.ty, expr.canonical);
            vec![like(table), format!("ALTER TABLE {beside} DROP COLUMN {name} CASCADE, {add}")]
        }
        _ => vec![format!("CREATE TEMPORARY TABLE {beside} ({name} {} {definition})", wanted.ty)],
    };
    let printed = |table: &QName| {
        format!(
            "(SELECT {what} FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum \
             WHERE a.attrelid = {} AND a.attname = {} AND NOT a.attisdropped)",
            number(table),
            Literal(name.as_str())
        )
    };
    Some((create, printed(&beside), printed(table)))
}

fn constraint(table: &QName, name: &Ident, wanted: &Constraint, found: &Constraint, aspect: &str) -> Option<Parts> {
    let beside = beside(table);
    let (definition, what) = match (&wanted.kind, &found.kind, aspect) {
        (ConstraintKind::Check(check), _, "condition") => {
            (format!("CHECK ({})", check.expr.canonical), "pg_get_expr(conbin, conrelid)")
        }
        (ConstraintKind::Exclusion(wanted), ConstraintKind::Exclusion(found), "elements") => {
            let asked = Exclusion { elements: wanted.elements.clone(), predicate: None, ..found.clone() };
            (ddl::exclusion::definition(&asked), WITHOUT_PREDICATE)
        }
        (ConstraintKind::Exclusion(wanted), ConstraintKind::Exclusion(found), "predicate") => {
            let asked = Exclusion { predicate: Some(wanted.predicate.clone()?), ..found.clone() };
            (
                ddl::exclusion::definition(&asked),
                "(SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = conindid)",
            )
        }
        _ => return None,
    };
    let add = format!("ALTER TABLE {beside} ADD CONSTRAINT {name} {definition}");
    let printed = |table: &QName| {
        format!(
            "(SELECT {what} FROM pg_constraint WHERE conrelid = {} AND conname = {})",
            number(table),
            Literal(name.as_str())
        )
    };
    Some((vec![like(table), add], printed(&beside), printed(table)))
}

/// An exclusion constraint up to its predicate: what is not asked about may be printed in other words once it has been
/// made from the words in which it was printed. When it is checked is compared by itself.
const WITHOUT_PREDICATE: &str = "\
(SELECT CASE WHEN p IS NULL THEN d ELSE left(d, -length(' WHERE (' || p || ')')) END
  FROM regexp_replace(pg_get_constraintdef(pg_constraint.oid), '( DEFERRABLE| INITIALLY DEFERRED)+$', '') d,
    (SELECT pg_get_expr(indpred, indrelid) FROM pg_index WHERE indexrelid = conindid) x(p))";

fn index(table: &QName, name: &Ident, wanted: &Index, found: &Index, aspect: &str) -> Option<Parts> {
    let mut asked = found.clone();
    let what = match aspect {
        "elements" => {
            asked.elements.clone_from(&wanted.elements);
            asked.predicate = None;
            // Before the method only the names stand, and those of the tables differ.
            "SELECT substr(CASE WHEN p IS NULL THEN d ELSE left(d, -length(' WHERE ' || p)) END, strpos(d, ' USING ')) \
             FROM pg_get_indexdef(indexrelid) d, pg_get_expr(indpred, indrelid) p"
        }
        "predicate" => {
            asked.predicate = Some(wanted.predicate.clone()?);
            "SELECT pg_get_expr(indpred, indrelid)"
        }
        _ => return None,
    };
    let beside = beside(table);
    let create = ddl::index::create(&beside, name, &asked, Build::Locking);
    let printed = |table: &QName| {
        let index = QName::new(table.schema.clone(), name.clone());
        format!("(SELECT ({what}) FROM pg_index WHERE indexrelid = {})", number(&index))
    };
    Some((vec![like(table), create], printed(&beside), printed(table)))
}
