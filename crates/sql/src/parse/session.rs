//! Settings and transactions.

use squawk_syntax::ast::{self, AstNode};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::names;
use super::strings;
use super::tree::{children, significant};
use crate::Ident;
use crate::ast::Statement;

/// `SET`. `DEFAULT` leaves no values, as `RESET` does.
pub(super) fn set(node: &ast::Set) -> Option<Statement> {
    let (name, values) = match node.set_target()? {
        ast::SetTarget::SetConfig(config) => {
            let name = dotted(&names::parts(&config.config_parameter_ref()?));
            let values = match config.config_assignment()? {
                ast::ConfigAssignment::ToConfigValue(to) => values(to.syntax()),
                ast::ConfigAssignment::FromCurrent(_) => Vec::new(),
            };
            (name, values)
        }
        ast::SetTarget::SetTimeZone(zone) => ("timezone".to_owned(), values(zone.syntax())),
        ast::SetTarget::SetSchemaValue(schema) => ("search_path".to_owned(), strings::all_in(schema.syntax())),
        ast::SetTarget::SetXmlOption(option) => {
            let value = option.xml_document_or_content()?.syntax().text().to_string().to_ascii_lowercase();
            ("xmloption".to_owned(), vec![value])
        }
        ast::SetTarget::SetCatalog(_) => return None,
    };
    Some(Statement::Set { name, values })
}

/// `SET ROLE`, `SET SESSION AUTHORIZATION` and their `RESET`.
pub(super) fn role(name: &str, node: &SyntaxNode) -> Statement {
    let string = node.descendants().find_map(ast::Literal::cast).and_then(|literal| strings::decode(&literal));
    let name_of = || significant(node).last().map(|token| Ident::from_sql(token.text()).as_str().to_owned());
    let values = string.or_else(name_of);
    Statement::Set { name: name.to_owned(), values: values.into_iter().collect() }
}

/// `RESET`.
pub(super) fn reset(node: &ast::Reset) -> Option<Statement> {
    let name = match node.reset_target()? {
        ast::ResetTarget::All(_) => "all".to_owned(),
        ast::ResetTarget::ConfigParameterRef(name) => dotted(&names::parts(&name)),
        ast::ResetTarget::ResetTimeZone(_) => "timezone".to_owned(),
        ast::ResetTarget::ResetTransactionIsolation(_) => "transaction_isolation".to_owned(),
    };
    Some(Statement::Set { name, values: Vec::new() })
}

/// `SELECT set_config('name', 'value', ...)` and `SELECT setval(...)`, as `pg_dump` writes them.
pub(super) fn configuring_select(node: &ast::Select) -> Option<Statement> {
    let targets = node.select_clause()?.target_list()?;
    let mut targets = targets.targets();
    let (Some(only), None, None) = (targets.next(), targets.next(), node.from_clause()) else {
        return None;
    };
    let ast::Expr::CallExpr(call) = only.expr()? else {
        return None;
    };
    let function =
        significant(call.expr()?.syntax()).map(|token| token.text().to_ascii_lowercase()).collect::<String>();
    match function.strip_prefix("pg_catalog.").unwrap_or(&function) {
        "setval" => Some(Statement::SetVal),
        "set_config" => {
            let arguments = call.arg_list()?;
            let mut strings = children::<ast::Arg>(arguments.syntax()).map(|arg| strings_of(arg.syntax()));
            let (name, value) = (strings.next()??, strings.next()??);
            Some(Statement::Set { name: name.to_ascii_lowercase(), values: vec![value] })
        }
        _ => None,
    }
}

fn strings_of(node: &SyntaxNode) -> Option<String> {
    node.descendants().find_map(ast::Literal::cast).and_then(|literal| strings::decode(&literal))
}

fn dotted(parts: &[Ident]) -> String {
    parts.iter().map(|part| part.as_str().to_ascii_lowercase()).collect::<Vec<_>>().join(".")
}

fn values(node: &SyntaxNode) -> Vec<String> {
    let mut found = Vec::new();
    for value in node.children() {
        if let Some(literal) = ast::Literal::cast(value.clone()) {
            let word = literal.syntax().text().to_string().to_ascii_lowercase();
            found.extend((word != "default").then(|| strings::decode(&literal).unwrap_or(word)));
        } else if value.kind() == SyntaxKind::CONFIG_VALUE_NAME {
            found.push(names::ident_of(&value).as_str().to_owned());
        } else {
            found.push(significant(&value).map(|token| token.text().to_owned()).collect());
        }
    }
    found
}

/// The keyword of a statement about transactions, one for all its spellings.
pub(super) fn transaction(first_word: &str) -> Statement {
    let keyword = match first_word {
        "START" => "BEGIN",
        "END" => "COMMIT",
        "ABORT" => "ROLLBACK",
        other => other,
    };
    Statement::Transaction(keyword.to_owned())
}
