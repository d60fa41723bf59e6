//! Calls, and what chooses one type for several values.

use super::Canon;
use super::catalog;
use super::operators::{Operator, pair};
use super::settle::{settle, settle_common};
use super::signature::{Kind, choose};
use super::typed::Typed;
use crate::expr::{Expr, functions, regclass};
use crate::{NameRef, TypeName};

impl Canon<'_> {
    pub(super) fn call(&self, name: &NameRef, args: &[Expr], suffix: Option<&String>) -> Typed {
        let name = if name.schema.is_none() && is_known(name.name.as_str()) {
            name.clone()
        } else {
            self.scope.resolve_function(name)
        };
        let known = name.schema.is_none() && suffix.is_none();
        match (name.name.as_str(), args) {
            ("timezone", [zone, time]) if known => return self.at_time_zone(time, zone),
            ("nullif", [left, right]) if known => return self.nullif(&name, left, right),
            ("extract", [Expr::String(field), of]) if known => return self.extract(&name, field, of),
            _ => {}
        }
        let operands: Vec<Typed> = spread(&name, args).map(|arg| self.walk(arg)).collect();
        let (operands, kind) = match name.name.as_str() {
            _ if !known => (operands, Kind::Mystery),
            "coalesce" | "greatest" | "least" => settle_common(operands),
            value if args.is_empty() && functions::is_value(value) => (operands, Kind::Known(value_type(value))),
            name => settle(operands, &|kinds: &[Kind]| choose(catalog::function(name), kinds)),
        };
        let mut args: Vec<Expr> = operands.into_iter().map(|operand| operand.expr).collect();
        if regclass::takes_regclass(&name)
            && let Some(first @ Expr::String(_)) = args.first_mut()
        {
            // Kept, since it tells that the constant names a sequence.
            let text = std::mem::replace(first, Expr::Null);
            *first = Expr::Cast(Box::new(text), TypeName::builtin("regclass"));
            *first = self.walk(first).expr;
        }
        Typed::new(Expr::Call { name, args, suffix: suffix.cloned() }, kind)
    }

    fn nullif(&self, name: &NameRef, left: &Expr, right: &Expr) -> Typed {
        let (left, right, _) = pair(self.walk(left), "=", self.walk(right));
        let kind = match Operator("=").chosen(&left.kind, &right.kind) {
            // The result is the first operand as the comparison sees it.
            Some(ty) => Kind::Known(ty),
            None => Kind::Mystery,
        };
        Typed::new(Expr::Call { name: name.clone(), args: vec![left.expr, right.expr], suffix: None }, kind)
    }

    fn extract(&self, name: &NameRef, field: &str, of: &Expr) -> Typed {
        let of = self.walk(of);
        let args = vec![Expr::String(field.to_ascii_lowercase()), of.expr];
        Typed::of(Expr::Call { name: name.clone(), args, suffix: None }, "numeric")
    }

    pub(super) fn array(&self, elements: &[Expr]) -> Typed {
        Typed::array(elements.iter().map(|element| self.walk(element)).collect())
    }

    pub(super) fn case(&self, operand: Option<&Expr>, whens: &[(Expr, Expr)], otherwise: Option<&Expr>) -> Typed {
        let tested = operand.map(|operand| self.walk(operand));
        let conditions = whens.iter().map(|(condition, _)| match &tested {
            Some(tested) => self.compared(tested, condition),
            None => self.condition(condition),
        });
        let conditions: Vec<Expr> = conditions.collect();
        // PostgreSQL looks at ELSE first, and takes a missing one for NULL.
        let last = otherwise.map_or_else(|| Typed::new(Expr::Null, Kind::Literal), |it| self.walk(it));
        let values = std::iter::once(last).chain(whens.iter().map(|(_, value)| self.walk(value))).collect();
        let (values, kind) = settle_common(values);
        let mut values = values.into_iter().map(|value| value.expr);
        let otherwise = values.next().filter(|it| !is_null(it)).map(Box::new);
        let operand = tested.map(|tested| Box::new(tested.expr));
        Typed::new(Expr::Case { operand, whens: conditions.into_iter().zip(values).collect(), otherwise }, kind)
    }

    /// The value of a `WHEN` that is compared with what `CASE` tests.
    fn compared(&self, tested: &Typed, value: &Expr) -> Expr {
        let value = self.walk(value);
        let (left, right, _) = pair(tested.clone(), "=", value.clone());
        // A cast of the tested value has no place in the shared operand; the server decides then.
        if left.expr == tested.expr { right.expr } else { value.expr }
    }
}

fn is_null(expr: &Expr) -> bool {
    match expr {
        Expr::Null => true,
        Expr::Cast(operand, _) => matches!(**operand, Expr::Null),
        _ => false,
    }
}

/// The arguments one by one: `f(a, VARIADIC ARRAY[b, c])`, as PostgreSQL prints some calls, is `f(a, b, c)`.
fn spread<'a>(name: &NameRef, args: &'a [Expr]) -> impl Iterator<Item = &'a Expr> {
    let (first, last) = match args.split_last() {
        Some((Expr::Unary(op, array), first)) if op == "VARIADIC" && functions::is_printed_variadic(name) => {
            match &**array {
                Expr::Array(elements) if !elements.is_empty() => (first, elements.as_slice()),
                _ => (args, &[][..]),
            }
        }
        _ => (args, &[][..]),
    };
    first.iter().chain(last)
}

/// Whether the name is that of a function of PostgreSQL's own that this crate knows.
/// Whether a function without a schema is one of PostgreSQL's own that is known here.
pub(crate) fn is_known(name: &str) -> bool {
    functions::is_value(name) || functions::is_keyword(name) || !catalog::function(name).is_empty()
}

fn value_type(name: &str) -> TypeName {
    TypeName::builtin(match name {
        "current_date" => "date",
        "current_time" => "time with time zone",
        "current_timestamp" => "timestamp with time zone",
        "localtime" => "time without time zone",
        "localtimestamp" => "timestamp without time zone",
        "system_user" => "text",
        _ => "name",
    })
}

impl Operator<'_> {
    /// The type that the left of two operands becomes.
    fn chosen(&self, left: &Kind, right: &Kind) -> Option<TypeName> {
        use super::settle::Resolve;
        self.resolve(&[left.clone(), right.clone()])?.args.into_iter().next()?
    }
}
