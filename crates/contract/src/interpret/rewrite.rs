//! Changes to the expressions that tables hold, where something that they name has changed.

use novate_sql::expr::{Expr, is_null_default, parse_expr};

use super::{Interpreter, Outcome};
use crate::{ConstraintKind, Expression, Ident, IndexElement, IndexKey, QName, Table, TypeName};

impl Interpreter {
    /// Brings every expression of a table into canonical form again, after a column's type has changed.
    pub(super) fn read_expressions_again(&mut self, table: &QName) -> Outcome {
        let mut payload = self.table(table)?.clone();
        each_expression(&mut payload, &mut |expression, ty| {
            if !is_null_default(&expression.canonical) {
                expression.canonical = self.again(table, &expression.canonical, ty);
            }
        });
        *self.table_mut(table)? = payload;
        Ok(())
    }

    /// Changes every expression of the contract in which `change` finds something to change.
    pub(super) fn rewrite_everywhere(&mut self, change: &dyn Fn(&mut Expr)) {
        let affected = |expression: &Expression| {
            let mut changed = expression.canonical.clone();
            change(&mut changed);
            changed != expression.canonical
        };
        self.contract.tables.change_where(
            |_, table| expressions(table).any(|(expression, _)| affected(expression)),
            |_, table| each_expression(table, &mut |expression, _| rewrite(expression, change)),
        );
    }

    /// Gives an enum's label its new name in every expression that compares with the type or casts to it.
    pub(super) fn rename_label(&mut self, ty: &QName, from: &str, to: &str) {
        let is_type = |it: &TypeName| it.schema.as_ref() == Some(&ty.schema) && it.name == ty.name;
        let about = |table: &Table, expression: &Expression, expected: Option<&TypeName>| {
            let of_type = |last: &Ident| table.columns.get(last).is_some_and(|column| is_type(&column.ty));
            let found = expression.canonical.references();
            expected.is_some_and(&is_type)
                || found.types.iter().any(&is_type)
                || found.columns.iter().any(|parts| parts.last().is_some_and(of_type))
        };
        let rename = |expr: &mut Expr| {
            expr.visit_mut(&mut |part| {
                if let Expr::String(text) = part {
                    if text == from {
                        to.clone_into(text);
                    } else if text.starts_with('{') && text.ends_with('}') {
                        *text = rename_in_array(text, from, to);
                    }
                }
            });
        };
        self.contract.tables.change_where(
            |_, table| expressions(table).any(|(expression, expected)| about(table, expression, expected)),
            |_, table| {
                let before = table.clone();
                each_expression(table, &mut |expression, expected| {
                    if about(&before, expression, expected) {
                        rewrite(expression, &rename);
                    }
                });
            },
        );
    }
}

/// Renames an element in the text of an array: `{a,"b c",{a}}`.
fn rename_in_array(text: &str, from: &str, to: &str) -> String {
    let quoted = |label: &str| {
        let plain = !label.is_empty()
            && !label.eq_ignore_ascii_case("null")
            && !label.contains(|c: char| c.is_whitespace() || matches!(c, '{' | '}' | ',' | '"' | '\\'));
        if plain { label.to_owned() } else { format!("\"{}\"", label.replace('\\', "\\\\").replace('"', "\\\"")) }
    };
    let (mut out, mut element) = (String::new(), String::new());
    let (mut begun, mut in_quotes, mut escaped) = (false, false, false);
    for c in text.chars() {
        match c {
            _ if escaped => {
                element.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => {
                in_quotes = !in_quotes;
                begun = true;
            }
            '{' | '}' | ',' if !in_quotes => {
                let label = if element == from { to } else { &element };
                if begun {
                    out.push_str(&quoted(label));
                }
                element.clear();
                begun = false;
                out.push(c);
            }
            _ => {
                begun = true;
                element.push(c);
            }
        }
    }
    out
}

/// Applies `change` to both forms of an expression, if the canonical one is affected.
pub(super) fn rewrite(expression: &mut Expression, change: &dyn Fn(&mut Expr)) {
    let before = expression.canonical.clone();
    change(&mut expression.canonical);
    if expression.canonical == before {
        return;
    }
    expression.forget_spelling();
    expression.written = match parse_expr(&expression.written) {
        Ok(mut written) => {
            change(&mut written.expr);
            written.expr.to_string()
        }
        Err(_) => expression.canonical.to_string(),
    };
}

/// Every expression of a table, with the type of what its value is assigned to.
fn expressions(table: &Table) -> impl Iterator<Item = (&Expression, Option<&TypeName>)> {
    let of_columns = table.columns.values().flat_map(|column| {
        let generated = column.generated.as_ref().map(|generated| &generated.expr);
        column.default.iter().chain(generated).map(|expression| (expression, Some(&column.ty)))
    });
    let of_constraints = table.constraints.values().flat_map(|constraint| {
        let (check, exclusion) = match &constraint.kind {
            ConstraintKind::Check(check) => (Some(&check.expr), None),
            ConstraintKind::Exclusion(exclusion) => (None, Some(exclusion)),
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => (None, None),
        };
        let elements = exclusion.into_iter().flat_map(|it| it.elements.iter().filter_map(|it| keyed(&it.element)));
        let predicate = exclusion.and_then(|it| it.predicate.as_ref());
        check.into_iter().chain(elements).chain(predicate).map(|expression| (expression, None))
    });
    let of_indexes = table.indexes.values().flat_map(|index| {
        let elements = index.elements.iter().filter_map(keyed);
        elements.chain(&index.predicate).map(|expression| (expression, None))
    });
    of_columns.chain(of_constraints).chain(of_indexes)
}

fn keyed(element: &IndexElement) -> Option<&Expression> {
    match &element.key {
        IndexKey::Expression(expression) => Some(expression),
        IndexKey::Column(_) => None,
    }
}

/// [`expressions`], to be changed.
pub(super) fn each_expression(table: &mut Table, change: &mut dyn FnMut(&mut Expression, Option<&TypeName>)) {
    for column in table.columns.values_mut() {
        if let Some(default) = &mut column.default {
            change(default, Some(&column.ty));
        }
        if let Some(generated) = &mut column.generated {
            change(&mut generated.expr, Some(&column.ty));
        }
    }
    for constraint in table.constraints.values_mut() {
        match &mut constraint.kind {
            ConstraintKind::Check(check) => change(&mut check.expr, None),
            ConstraintKind::Exclusion(exclusion) => {
                for element in &mut exclusion.elements {
                    in_element(&mut element.element, change);
                }
                if let Some(predicate) = &mut exclusion.predicate {
                    change(predicate, None);
                }
            }
            ConstraintKind::PrimaryKey(_) | ConstraintKind::Unique(_) | ConstraintKind::ForeignKey(_) => {}
        }
    }
    for index in table.indexes.values_mut() {
        for element in &mut index.elements {
            in_element(element, change);
        }
        if let Some(predicate) = &mut index.predicate {
            change(predicate, None);
        }
    }
}

fn in_element(element: &mut IndexElement, change: &mut dyn FnMut(&mut Expression, Option<&TypeName>)) {
    if let IndexKey::Expression(expression) = &mut element.key {
        change(expression, None);
    }
}

#[cfg(test)]
mod tests {
    use super::rename_in_array;

    #[test]
    fn labels_in_arrays() {
        let rename = |text| rename_in_array(text, "a", "b c");
        assert_eq!(rename("{a,aa,\"a\"}"), "{\"b c\",aa,\"b c\"}");
        assert_eq!(rename("{{a},{\"x,a\"}}"), "{{\"b c\"},{\"x,a\"}}");
        assert_eq!(rename("{}"), "{}");
        assert_eq!(rename("{\"\",x}"), "{\"\",x}");
    }
}
