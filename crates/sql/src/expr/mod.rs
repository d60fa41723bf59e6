//! Expressions as a small tree of our own, their canonical form, and what they refer to.

mod bracketed;
mod canonical;
mod certain;
mod children;
mod climb;
mod functions;
mod items;
mod loose;
mod lower;
mod names;
mod print;
mod quick;
mod read;
mod references;
mod regclass;
#[cfg(test)]
mod tests;

pub use canonical::{canonicalize, is_null_default};
pub use loose::{loose_key, loose_sql};
pub(crate) use lower::{extent, lower};
pub use names::with_full_names;
pub use read::parse_expr;
pub use references::References;

use crate::{Ident, NameRef, TypeName};

/// A lowered expression. Redundant parentheses are gone; everything else stands as it was written until
/// [`canonicalize`] makes two spellings of the same thing equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Expr {
    /// `NULL`.
    Null,
    /// `TRUE` or `FALSE`.
    Bool(bool),
    /// A number as written, without sign.
    Number(String),
    /// A string constant, unescaped (`'x'`, `E'x'`, `$$x$$` alike).
    String(String),
    /// A bit string constant with its prefix: `B'101'`, `X'1F'`.
    Bits(String),
    /// A column, or a qualified name such as `t.c`: the parts in stored form.
    Column(Vec<Ident>),
    /// `*` or `t.*`.
    Star(Vec<Ident>),
    /// `expr::type`, `CAST(expr AS type)` and `type 'literal'`.
    Cast(Box<Expr>, TypeName),
    /// Prefix operator: `-`, `+`, `NOT`, `~`, ...; upper case for words. `OPERATOR(pg_catalog.-)` comes as `-`. An
    /// argument marked `VARIADIC` is one of these too.
    Unary(String, Box<Expr>),
    /// Infix operator, words in upper case: `=`, `AND`, `~~`, `IS DISTINCT FROM`, `AT TIME ZONE`, ... `!=` comes as
    /// `<>`, `LIKE` as `~~`; the operator of another schema as `OPERATOR(s.+)`.
    Binary(Box<Expr>, String, Box<Expr>),
    /// `x IS [NOT] NULL|TRUE|FALSE|UNKNOWN|DOCUMENT|NORMALIZED`: the words after `IS`, in upper case.
    Is(Box<Expr>, String),
    /// `x op ANY (y)` and `x op ALL (y)`; `x IN (...)` is one of these with an array once canonical.
    Quantified {
        /// Left side.
        left: Box<Expr>,
        /// Operator.
        op: String,
        /// `ALL` instead of `ANY`.
        all: bool,
        /// Array (or opaque query) on the right.
        right: Box<Expr>,
    },
    /// `x [NOT] IN (a, b)` as written.
    In {
        /// The operand.
        left: Box<Expr>,
        /// Whether `NOT` was there.
        negated: bool,
        /// The list.
        list: Vec<Expr>,
    },
    /// `x [NOT] BETWEEN [SYMMETRIC] a AND b` as written.
    Between {
        /// The operand.
        operand: Box<Expr>,
        /// Whether `NOT` was there.
        negated: bool,
        /// Whether `SYMMETRIC` was there.
        symmetric: bool,
        /// Lower bound.
        low: Box<Expr>,
        /// Upper bound.
        high: Box<Expr>,
    },
    /// `f(args)`; SQL-standard call syntax (`EXTRACT(year FROM x)`, `POSITION(a IN b)`, `TRIM(...)`,
    /// `CURRENT_TIMESTAMP`) is lowered to the function PostgreSQL calls, or kept opaque.
    Call {
        /// Function; `pg_catalog` is left out.
        name: NameRef,
        /// Arguments; a named one (`a => 1`) is a `Binary` with the operator `=>`.
        args: Vec<Expr>,
        /// `FILTER`, `OVER` and the like as normalised text, where present.
        suffix: Option<String>,
    },
    /// `ARRAY[...]`.
    Array(Vec<Expr>),
    /// `ROW(...)` and `(a, b)`.
    Row(Vec<Expr>),
    /// `x[1]`, `x[1:2]`.
    Subscript(Box<Expr>, Option<Box<Expr>>, Option<Option<Box<Expr>>>),
    /// `(x).field`.
    Field(Box<Expr>, Ident),
    /// `CASE`.
    Case {
        /// `CASE operand WHEN ...`.
        operand: Option<Box<Expr>>,
        /// Branches.
        whens: Vec<(Expr, Expr)>,
        /// `ELSE`.
        otherwise: Option<Box<Expr>>,
    },
    /// `x COLLATE c`.
    Collate(Box<Expr>, NameRef),
    /// Anything else (queries, XML and JSON constructors, ...): tokens with single spaces, keywords and unquoted names
    /// folded to lower case, comments removed. Compared as text; the server settles the rest.
    Opaque(String),
}

/// What the canonical form may know about the names in an expression.
pub trait TypeScope {
    /// The type of the column that `parts` names, where known; for a domain, the type it is over.
    fn column_type(&self, parts: &[Ident]) -> Option<TypeName>;
    /// The schema-qualified form of a type name as written (`status` to `public.status`), resolved as the contract
    /// resolves it.
    fn resolve_type(&self, written: &TypeName) -> TypeName;
    /// The schema-qualified form of a function that is not built in, where the contract knows better than the text;
    /// built-in functions stay unqualified.
    fn resolve_function(&self, written: &NameRef) -> NameRef;
    /// The schema-qualified form of a table's or sequence's name inside a `regclass` literal.
    fn resolve_relation(&self, written: &NameRef) -> NameRef {
        NameRef { schema: Some(written.schema.clone().unwrap_or_else(|| Ident::new("public"))), ..written.clone() }
    }
    /// Whether `qualifier` (`t` or `s.t`) names the table that the expression belongs to, so that `t.c` is `c`.
    fn is_own_table(&self, qualifier: &[Ident]) -> bool {
        let _ = qualifier;
        false
    }
}
