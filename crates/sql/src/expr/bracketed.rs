//! Expressions in which nearly every operation stands in parentheses of its own, as PostgreSQL prints them:
//! `((a >= (0)::numeric) AND (b IS NOT NULL))`. Much of what people write has this form too.
//!
//! Comparisons bind tighter than the `AND` or `OR` around them, and other operators tighter than comparisons; nothing else
//! needs to be known of what binds how. What is not certain is left to the parser. That both read the same is tested.

use super::{Expr, functions, quick};
use crate::literal::ident_is_safe;
use crate::parse::quick_type;
use crate::{Ident, NameRef, TypeName};

/// How deep parentheses and lists may nest, and how many terms there may be in a row: such trees are far lower than what
/// the parser makes of a text.
const MAX_DEPTH: usize = 8;
const MAX_TERMS: usize = 16;

/// Operators that bind tighter than comparisons. Which of them binds tighter than which is not known here, so that only one
/// stands on either side of a comparison.
const TIGHT: [&str; 13] = ["!~~*", "!~~", "!~*", "!~", "~~*", "~~", "~*", "~", "||", "+", "-", "*", "/"];
/// Comparisons, of which only one stands between `AND` and `OR`.
const COMPARISONS: [&str; 6] = ["<>", "<=", ">=", "=", "<", ">"];

/// The expression that `text` is, where it is of this form.
pub(super) fn read(text: &str) -> Option<Expr> {
    let mut reader = Reader { rest: text, depth: 0 };
    let expr = reader.condition()?;
    reader.rest.is_empty().then_some(expr)
}

/// Every part takes only what it knows; what follows it is for the caller to know.
struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, text: &str) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// The bytes of one kind, of ASCII, that come next.
    fn run(&mut self, is: impl Fn(u8) -> bool) -> &'a str {
        let end = self.rest.bytes().take_while(|byte| byte.is_ascii() && is(*byte)).count();
        let (run, rest) = self.rest.split_at(end);
        self.rest = rest;
        run
    }

    fn word(&mut self) -> &'a str {
        self.run(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'))
    }

    fn digits(&mut self) -> Option<&'a str> {
        Some(self.run(|byte| byte.is_ascii_digit())).filter(|digits| (1..=18).contains(&digits.len()))
    }

    fn within<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        self.depth += 1;
        let found = if self.depth > MAX_DEPTH { None } else { read(self) };
        self.depth -= 1;
        found
    }

    /// Terms with `AND` between all of them, or `OR`.
    fn condition(&mut self) -> Option<Expr> {
        let mut all = self.term()?;
        let word =
            ["AND", "OR"].into_iter().find(|word| self.rest.strip_prefix(' ').is_some_and(|r| r.starts_with(word)));
        let Some(word) = word else { return Some(all) };
        let mut terms = 1;
        while self.eat(" ") {
            terms += 1;
            let goes_on = self.eat(word) && self.eat(" ") && terms <= MAX_TERMS;
            let right = goes_on.then(|| self.term())??;
            all = Expr::Binary(Box::new(all), word.to_owned(), Box::new(right));
        }
        Some(all)
    }

    fn term(&mut self) -> Option<Expr> {
        if self.eat("NOT ") {
            return Some(Expr::Unary("NOT".to_owned(), Box::new(self.operand()?)));
        }
        let left = Box::new(self.side()?);
        for words in ["NULL", "NOT NULL"] {
            if self.eat(if words == "NULL" { " IS NULL" } else { " IS NOT NULL" }) {
                return Some(Expr::Is(left, words.to_owned()));
            }
        }
        for negated in [false, true] {
            if self.eat(if negated { " NOT IN (" } else { " IN (" }) {
                let list = self.list(Self::operand)?;
                return self.eat(")").then_some(Expr::In { left, negated, list });
            }
        }
        let Some(op) = self.operator(&COMPARISONS) else { return Some(*left) };
        if let Some((all, right)) = self.quantified() {
            return Some(Expr::Quantified { left, op, all, right: Box::new(right?) });
        }
        Some(Expr::Binary(left, op, Box::new(self.side()?)))
    }

    /// What stands on one side of a comparison.
    fn side(&mut self) -> Option<Expr> {
        let left = self.operand()?;
        let Some(op) = self.operator(&TIGHT) else { return Some(left) };
        let left = Box::new(left);
        if let Some((all, right)) = self.quantified() {
            return Some(Expr::Quantified { left, op, all, right: Box::new(right?) });
        }
        Some(Expr::Binary(left, op, Box::new(self.operand()?)))
    }

    /// One of these operators, if it comes next with a space on either side.
    fn operator(&mut self, known: &[&str]) -> Option<String> {
        let (op, rest) = self.rest.strip_prefix(' ')?.split_once(' ')?;
        let op = known.iter().find(|known| **known == op)?;
        self.rest = rest;
        Some((*op).to_owned())
    }

    /// `ANY (...)` or `ALL (...)`, if it comes next, and what it is of.
    fn quantified(&mut self) -> Option<(bool, Option<Expr>)> {
        let all = [false, true].into_iter().find(|all| self.eat(if *all { "ALL (" } else { "ANY (" }))?;
        let right = self.within(Self::operand);
        Some((all, right.filter(|_| self.eat(")"))))
    }

    fn operand(&mut self) -> Option<Expr> {
        let value = self.primary()?;
        if self.eat("::") { Some(Expr::Cast(Box::new(value), self.type_name()?)) } else { Some(value) }
    }

    fn primary(&mut self) -> Option<Expr> {
        match self.rest.bytes().next()? {
            b'(' => {
                self.eat("(");
                let inner = self.within(Self::condition)?;
                self.eat(")").then_some(inner)
            }
            b'\'' => self.string(),
            b'"' => self.quoted_column(),
            b'0'..=b'9' => {
                let whole = self.digits()?;
                if !self.eat(".") {
                    return Some(Expr::Number(whole.to_owned()));
                }
                Some(Expr::Number(format!("{whole}.{}", self.digits()?)))
            }
            b'A' if self.eat("ARRAY[") => {
                let elements = self.list(Self::operand)?;
                self.eat("]").then_some(Expr::Array(elements))
            }
            b'N' => self.eat("NULL").then_some(Expr::Null),
            b'a'..=b'z' | b'_' => self.named(),
            _ => None,
        }
    }

    fn string(&mut self) -> Option<Expr> {
        self.eat("'");
        let mut content = String::new();
        loop {
            content.push_str(self.run(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'\'' | b'\\')));
            if !self.eat("'") {
                return None;
            }
            if !self.eat("'") {
                return Some(Expr::String(content));
            }
            content.push('\'');
        }
    }

    fn quoted_column(&mut self) -> Option<Expr> {
        self.eat("\"");
        let name = self.run(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\'));
        let plain = (1..64).contains(&name.len()) && self.eat("\"") && !self.rest.starts_with('"');
        plain.then(|| Expr::Column(vec![Ident::new(name)]))
    }

    /// A column, a call, or one of the words that are constants.
    fn named(&mut self) -> Option<Expr> {
        let from = self.rest;
        let word = self.word();
        let qualified = self.eat(".");
        if qualified {
            self.word();
        }
        let written = &from[..from.len() - self.rest.len()];
        if self.eat("(") {
            let name = function(written)?;
            let args = if self.rest.starts_with(')') { Vec::new() } else { self.list(Self::condition)? };
            return self.eat(")").then_some(Expr::Call { name, args, suffix: None });
        }
        match word {
            _ if qualified => None,
            "true" => Some(Expr::Bool(true)),
            "false" => Some(Expr::Bool(false)),
            name => (ident_is_safe(name) && name.len() < 64).then(|| Expr::Column(vec![Ident::new(name)])),
        }
    }

    fn list(&mut self, element: impl Fn(&mut Self) -> Option<Expr>) -> Option<Vec<Expr>> {
        self.within(|reader| {
            let mut all = vec![element(reader)?];
            while reader.eat(",") {
                reader.eat(" ");
                all.push(element(reader)?);
            }
            Some(all)
        })
    }

    fn type_name(&mut self) -> Option<TypeName> {
        let from = self.rest;
        match self.word() {
            "character" | "bit" => drop(self.eat(" varying")),
            "double" => drop(self.eat(" precision")),
            "timestamp" | "time" => {
                self.modifiers()?;
                let _ = self.eat(" with time zone") || self.eat(" without time zone");
            }
            _ if self.eat(".") => drop(self.word()),
            _ => {}
        }
        self.modifiers()?;
        self.eat("[]");
        quick_type(&from[..from.len() - self.rest.len()])
    }

    fn modifiers(&mut self) -> Option<()> {
        if !self.eat("(") {
            return Some(());
        }
        self.run(|byte| matches!(byte, b'0'..=b'9' | b','));
        self.eat(")").then_some(())
    }
}

/// A function without a form of its own.
fn function(text: &str) -> Option<NameRef> {
    let name = quick::function(text)?;
    let own = name.name.as_str();
    let has_form = matches!(own, "extract" | "overlaps" | "position" | "substring" | "overlay" | "trim");
    (!has_form && !functions::is_printed_variadic(&name)).then_some(name)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::read;
    use crate::expr::read::parse_slowly;

    fn is_read(text: &str) -> bool {
        let quick = read(text);
        if let Some(expr) = &quick {
            let slow = parse_slowly(text);
            assert_eq!(slow.as_ref().map(|slow| &slow.expr), Ok(expr), "{text}");
            assert_eq!(slow.as_ref().map(|slow| (slow.text.as_str(), slow.span.range())), Ok((text, 0..text.len())));
        }
        quick.is_some()
    }

    #[test]
    fn what_postgresql_prints_is_read() {
        for text in [
            "(amount >= (0)::numeric)",
            "((amount >= (0)::numeric) AND (amount <= ((17 + 1000))::numeric))",
            "(note IS NULL)",
            "((a IS NOT NULL) OR (b IS NULL) OR c)",
            "(NOT a)",
            "((state)::text = ANY ((ARRAY['new'::character varying, 'done'::character varying])::text[]))",
            "(kind = ANY (ARRAY['a'::public.kind, 'it''s: b'::public.kind]))",
            "(kind <> ALL ('{a,b}'::text[]))",
            "(email ~* '^[a-z]+$'::text)",
            "(name !~~ 'a%'::text)",
            "(\"createdAt\" < now())",
            "(length((name)::text) > 3)",
            "(((a + b) * 2) > 1.5)",
            "('-1'::integer)::numeric",
            "app.is_email(email)",
            "(starts_at < (ends_at)::timestamp(3) with time zone)",
            "round((price * (1.2)::double precision), 2)",
            "((tags @> x))",
        ] {
            assert_eq!(is_read(text), !text.contains('@'), "{text}");
        }
    }

    #[test]
    fn what_people_write_is_read() {
        for text in [
            "a >= 0 AND b < 3",
            "state IN ('new', 'done')",
            "state NOT IN ('new','done') AND NOT gone",
            "a = 1 OR b IS NULL OR lower(c) = 'x'",
            "price * 100 > 5 + 1",
            "amount >= 0 AND amount <= 17 + 1000",
            "a || b IS NOT NULL",
            "a - b IN (1, 2)",
            "a ~~ b = c",
        ] {
            assert!(is_read(text), "{text}");
        }
    }

    #[test]
    fn the_rest_is_left_to_the_parser() {
        for text in [
            "",
            "()",
            "(a",
            "a)",
            "(a, b)",
            "a AND b OR c",
            "a OR b AND c",
            "NOT a = b",
            "NOT a IS NULL",
            "a + b * c",
            "a + b - c = 1",
            "a = b = c",
            "a = b IS NULL",
            "(SELECT 1)",
            "(a)[1]",
            "(a).b",
            "a.b",
            "a -- b",
            "date '2020-01-01'",
            "b'101'",
            "'a' 'b'",
            "'a\\b'",
            "(x)::text::name",
            "a BETWEEN 1 AND 2",
            "a COLLATE \"C\"",
            "f(DISTINCT a)",
            "f(a => 1)",
            "f(VARIADIC a)",
            "count(*)",
            "COALESCE(a, b)",
            "coalesce(a, b)",
            "trim(a)",
            "operator(a)",
            "\"f\"(a)",
            "a AND",
            "a AND ",
            " a",
            "a ",
            "ARRAY[]",
            "a IN ()",
            "é = 1",
            "jsonb_extract_path(a, 'b')",
        ] {
            assert!(!is_read(text), "{text}");
        }
        let deep = format!("{}a{}", "(".repeat(100), ")".repeat(100));
        let long = format!("a{}", " AND a".repeat(400));
        assert!(!is_read(&deep) && !is_read(&long));
    }

    /// Texts of the form, of all sorts of parts.
    fn printed() -> impl Strategy<Value = String> {
        const OPERATORS: [&str; 8] = ["=", "<>", "||", "~~", "-", "/", "= ANY", "<"];
        let operand = prop_oneof![
            Just("a".to_owned()),
            Just("\"B c\"".to_owned()),
            Just("'x''y'".to_owned()),
            Just("12.5".to_owned()),
            Just("NULL".to_owned()),
            Just("true".to_owned()),
        ];
        operand.prop_recursive(4, 24, 3, |inner| {
            let more = prop::collection::vec(inner.clone(), 1..4);
            prop_oneof![
                (inner.clone(), inner.clone(), 0..OPERATORS.len())
                    .prop_map(|(a, b, op)| { format!("({a} {} {b})", OPERATORS[op]).replace("ANY a", "ANY (a)") }),
                (prop::collection::vec(inner.clone(), 4), 0..OPERATORS.len()).prop_map(|(all, op)| {
                    format!("({} + {} {} {} * {})", all[0], all[1], OPERATORS[op], all[2], all[3])
                }),
                (more.clone(), any::<bool>())
                    .prop_map(|(all, and)| format!("({})", all.join(if and { " AND " } else { " OR " }))),
                inner.clone().prop_map(|it| format!("({it})::numeric(10,2)")),
                inner.clone().prop_map(|it| format!("({it})::character varying")),
                inner.clone().prop_map(|it| format!("({it} IS NOT NULL)")),
                inner.prop_map(|it| format!("(NOT {it})")),
                more.clone().prop_map(|all| format!("f({})", all.join(", "))),
                more.prop_map(|all| format!("(a IN ({}))", all.join(","))),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_read_is_read_alike(text in "[a-c1'\"():.,=<> ]{0,12}") {
            is_read(&text);
        }

        #[test]
        fn words_in_any_order_are_read_alike(
            words in prop::collection::vec(
                "a|b|1|'x'|\\(|\\)|::text|::numeric\\(1,2\\)| AND | OR |NOT | IS NULL| = | - | \\|\\| | < | = ANY \\(|, |f\\(| IN \\(|ARRAY\\[|\\]",
                0..9,
            )
        ) {
            is_read(&words.concat());
        }

        #[test]
        fn what_is_of_the_form_is_read_alike(text in printed()) {
            is_read(&text);
        }
    }
}
