//! Partition keys and bounds, written as PostgreSQL prints them.

use squawk_syntax::SyntaxNode;
use squawk_syntax::ast::{self, AstNode};

use super::strings;
use super::text::normalised;
use super::tree::words;
use crate::Literal;
use crate::ast::PartitionBound;

/// `RANGE (created_at)`.
pub(super) fn key(node: &ast::PartitionBy) -> Option<String> {
    let strategy = words(node.partition_strategy()?.syntax());
    let items = node.partition_item_list()?;
    let items: Vec<String> =
        items.partition_items().map(|item| normalised(&item.syntax().text().to_string())).collect();
    Some(format!("{strategy} ({})", items.join(", ")))
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
    match text.as_str() {
        "minvalue" | "maxvalue" | "null" => text.to_ascii_uppercase(),
        // A negative number is printed in quotes.
        _ => match text.replace(' ', "").parse::<i128>() {
            Ok(number) if number < 0 => format!("'{number}'"),
            _ => text,
        },
    }
}
