//! Partition keys and bounds, written as PostgreSQL prints them.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::text::normalised;
use super::tree::{Place, words};
use super::{index, strings};
use crate::Literal;
use crate::ast::{IndexElement, PartitionBound};
use crate::expr::Expr;

/// `RANGE (created_at)`.
pub(super) fn key(place: Place, node: &ast::PartitionBy) -> Option<String> {
    let strategy = words(node.partition_strategy()?.syntax());
    let elements = index::elements(place, &node.partition_item_list()?)?;
    let items: Vec<String> = elements.iter().map(item).collect();
    Some(format!("{strategy} ({})", items.join(", ")))
}

fn item(element: &IndexElement) -> String {
    let expr = match &element.expr.expr {
        expr @ (Expr::Column(_) | Expr::Call { .. }) => expr.to_string(),
        expr => format!("({expr})"),
    };
    let collation = element.collation.iter().map(|collation| format!(" COLLATE {collation}"));
    let class = element.opclass.iter().map(|class| format!(" {}", class.name));
    std::iter::once(expr).chain(collation).chain(class).collect()
}

/// `FOR VALUES ...` or `DEFAULT`.
pub(super) fn bound(node: &ast::PartitionType) -> Option<PartitionBound> {
    let text = match node {
        ast::PartitionType::PartitionDefault(_) => "DEFAULT".to_owned(),
        ast::PartitionType::PartitionForValuesIn(values) => {
            format!("FOR VALUES IN ({})", list(values.syntax()))
        }
        ast::PartitionType::PartitionForValuesFrom(range) => {
            format!("FOR VALUES FROM ({}) TO ({})", list(range.from()?.syntax()), list(range.to()?.syntax()))
        }
        ast::PartitionType::PartitionForValuesWith(hash) => {
            let bounds: Vec<String> = hash.bounds().map(|b| normalised(&b.syntax().text().to_string())).collect();
            format!("FOR VALUES WITH ({})", bounds.join(", "))
        }
    };
    Some(PartitionBound(text))
}

fn list(node: &SyntaxNode) -> String {
    node.children().filter_map(ast::Expr::cast).map(|expr| value(&expr)).collect::<Vec<_>>().join(", ")
}

fn value(expr: &ast::Expr) -> String {
    if let ast::Expr::Literal(literal) = expr
        && let Some(string) = strings::decode(literal)
    {
        return Literal(&string).to_string();
    }
    let text = normalised(&expr.syntax().text().to_string());
    let joined = text.replace(' ', "");
    match text.as_str() {
        "minvalue" | "maxvalue" | "null" => text.to_ascii_uppercase(),
        // A negative number is printed in quotes.
        _ if joined.strip_prefix('-').is_some_and(is_number) => format!("'{joined}'"),
        _ => text,
    }
}

fn is_number(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
}
