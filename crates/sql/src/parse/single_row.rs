//! Whether a query returns exactly one row, whatever the data.

use squawk_syntax::ast::{self, AstNode, Stmt};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names;

/// Aggregates of PostgreSQL's own.
const AGGREGATES: &[&str] = &[
    "any_value",
    "array_agg",
    "avg",
    "bit_and",
    "bit_or",
    "bit_xor",
    "bool_and",
    "bool_or",
    "corr",
    "count",
    "covar_pop",
    "covar_samp",
    "every",
    "json_agg",
    "json_object_agg",
    "jsonb_agg",
    "jsonb_object_agg",
    "max",
    "min",
    "mode",
    "percentile_cont",
    "percentile_disc",
    "range_agg",
    "range_intersect_agg",
    "stddev",
    "stddev_pop",
    "stddev_samp",
    "string_agg",
    "sum",
    "var_pop",
    "var_samp",
    "variance",
    "xmlagg",
];

/// Functions that return one value. A function that is not named here may return a set of rows.
const SCALARS: &[&str] = &[
    "abs",
    "age",
    "array_length",
    "btrim",
    "cardinality",
    "ceil",
    "ceiling",
    "clock_timestamp",
    "coalesce",
    "concat",
    "concat_ws",
    "current_database",
    "current_schema",
    "current_setting",
    "date_part",
    "date_trunc",
    "decode",
    "div",
    "encode",
    "exp",
    "floor",
    "format",
    "gen_random_uuid",
    "greatest",
    "has_column_privilege",
    "has_schema_privilege",
    "has_table_privilege",
    "json_build_object",
    "jsonb_build_object",
    "least",
    "left",
    "length",
    "ln",
    "log",
    "lower",
    "lpad",
    "ltrim",
    "make_date",
    "make_interval",
    "md5",
    "mod",
    "now",
    "nullif",
    "octet_length",
    "pg_backend_pid",
    "pg_database_size",
    "pg_get_expr",
    "pg_is_in_recovery",
    "pg_relation_size",
    "pg_table_size",
    "pg_total_relation_size",
    "power",
    "random",
    "regexp_replace",
    "repeat",
    "replace",
    "reverse",
    "right",
    "round",
    "rpad",
    "rtrim",
    "sign",
    "split_part",
    "sqrt",
    "statement_timestamp",
    "strpos",
    "substr",
    "to_char",
    "to_date",
    "to_jsonb",
    "to_number",
    "to_regclass",
    "to_regtype",
    "to_timestamp",
    "transaction_timestamp",
    "trunc",
    "upper",
    "version",
];

/// True only where it is certain.
pub(super) fn always(stmt: &Stmt) -> bool {
    match stmt {
        Stmt::Select(select) => !has_tail(select.syntax()) && select_is_one_row(select),
        Stmt::Values(values) => {
            let rows = values.row_list().map_or(0, |list| list.rows().count());
            !has_tail(values.syntax()) && rows == 1 && calls(values.syntax()).iter().all(is_scalar)
        }
        Stmt::ParenSelect(paren) => {
            let inner = paren.select().and_then(|inner| Stmt::cast(inner.syntax().clone()));
            !has_tail(paren.syntax()) && inner.is_some_and(|inner| always(&inner))
        }
        _ => false,
    }
}

fn has_tail(node: &SyntaxNode) -> bool {
    let limits = |kind| matches!(kind, SyntaxKind::LIMIT_CLAUSE | SyntaxKind::OFFSET_CLAUSE | SyntaxKind::FETCH_CLAUSE);
    node.children().any(|child| limits(child.kind()))
}

fn select_is_one_row(select: &ast::Select) -> bool {
    if select.group_by_clause().is_some() || select.having_clause().is_some() {
        return false;
    }
    let Some(targets) = select.select_clause().and_then(|clause| clause.target_list()) else {
        return false;
    };
    let (aggregates, others): (Vec<_>, Vec<_>) = calls(targets.syntax()).into_iter().partition(is_aggregate);
    let plain = select.from_clause().is_none() && select.where_clause().is_none();
    (plain || !aggregates.is_empty()) && others.iter().all(is_scalar)
}

/// The calls of a query's own level: not those in its subqueries, nor those within an aggregate's arguments.
fn calls(node: &SyntaxNode) -> Vec<SyntaxNode> {
    let mut found = Vec::new();
    for inner in node.children().filter(|inner| !Stmt::can_cast(inner.kind())) {
        let call = inner.kind() == SyntaxKind::CALL_EXPR;
        if !(call && is_aggregate(&inner)) {
            found.extend(calls(&inner));
        }
        found.extend(call.then_some(inner));
    }
    found
}

/// The name of a function in `pg_catalog`, where that is what a call calls.
fn builtin(call: &SyntaxNode) -> Option<String> {
    let function = call.first_child()?;
    let parts: Vec<String> = function
        .descendants()
        .filter(|part| part.kind() == SyntaxKind::NAME_REF)
        .map(|part| names::ident_of(&part).as_str().to_owned())
        .collect();
    match parts.as_slice() {
        [name] => Some(name.clone()),
        [schema, name] if schema == "pg_catalog" => Some(name.clone()),
        _ => None,
    }
}

fn is_aggregate(call: &SyntaxNode) -> bool {
    let over_window = call.children().any(|child| child.kind() == SyntaxKind::OVER_CLAUSE);
    let standard = call.first_child().is_some_and(|function| {
        matches!(function.kind(), SyntaxKind::JSON_ARRAY_AGG_FN | SyntaxKind::JSON_OBJECT_AGG_FN)
    });
    let named = builtin(call).is_some_and(|name| AGGREGATES.contains(&name.as_str()));
    !over_window && (standard || named)
}

/// Calls with a syntax of their own (`EXISTS`, `EXTRACT`, ...) have no argument list.
fn is_scalar(call: &SyntaxNode) -> bool {
    let own_syntax = !call.children().any(|child| child.kind() == SyntaxKind::ARG_LIST);
    let windowed = call.children().any(|child| child.kind() == SyntaxKind::OVER_CLAUSE);
    own_syntax || windowed || builtin(call).is_some_and(|name| SCALARS.contains(&name.as_str()))
}

#[cfg(test)]
mod tests {
    use crate::ast::Statement;

    #[track_caller]
    fn check(sql: &str, expected: bool) {
        let script = crate::parse(sql);
        let Statement::Query(query) = &script.statements[0].value else { panic!("{script:?}") };
        assert_eq!(query.always_one_row, expected, "{sql}");
    }

    #[test]
    fn one_row_only_where_it_is_certain() {
        check("select count(*) = 0 from t where a > 1", true);
        check("select coalesce(sum(f(a)), 0)::int from t", true);
        check("select 1", true);
        check("select exists (select 1 from t)", true);
        check("select (select max(a) from t)", true);
        check("values (1, 2)", true);
        check("(select now())", true);
        check("select 1 where false", false);
        check("select a from t", false);
        check("select count(*) from t group by a", false);
        check("select count(*) from t having count(*) > 1", false);
        check("select count(*) from t limit 1", false);
        check("select count(*) over () from t", false);
        check("select generate_series(1, 3)", false);
        check("select max(a), unnest(array[1, 2]) from t", false);
        check("values (1), (2)", false);
        check("select 1 union select 2", false);
        check("table t", false);
    }
}
