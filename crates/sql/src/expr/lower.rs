//! From the parser's tree to [`Expr`].

use squawk_syntax::ast::{self, AstNode, CastKind, LitKind, normalize_name_node};
use squawk_syntax::{SyntaxKind, SyntaxNode};

use super::Expr;
use super::climb::{builtin, climb};
use super::items::{Item, heads, items, run};
use crate::parse::{Scanner, lower_type, tokens_normalised};
use crate::{Ident, NameRef, Span, TypeName};

/// How high a tree may grow; what is higher stays opaque. Everything that walks a tree recurses, and this keeps it within
/// the stack of any thread.
const MAX_HEIGHT: usize = 256;

/// Lowers an expression. It may reach beyond its node, see [`extent`].
pub(crate) fn lower(node: &ast::Expr) -> Expr {
    Lowering { height: 0 }.run(node.syntax())
}

/// The bytes that an expression covers in its tree's text. The parser leaves a `BETWEEN` that follows a cast beside the
/// node it belongs to; this takes it in.
pub(crate) fn extent(node: &ast::Expr) -> Span {
    let run = run(node.syntax());
    let start = node.syntax().text_range().start();
    let end = run.last().map_or(start, |last| last.text_range().end());
    Span::new(start.into(), end.into())
}

/// A call of a built-in function.
pub(super) fn call(name: &str, args: Vec<Expr>) -> Expr {
    Expr::Call { name: builtin(name), args, suffix: None }
}

/// The parts of a dotted name, whatever node holds it.
pub(super) fn name_parts(node: &SyntaxNode) -> Vec<Ident> {
    node.descendants()
        .filter(|part| matches!(part.kind(), SyntaxKind::PATH_SEGMENT_REF | SyntaxKind::NAME_REF))
        .filter(|part| part.first_token().is_some_and(|token| !token.text().is_empty()))
        .map(|part| Ident::new(normalize_name_node(&part)))
        .collect()
}

/// A name without a database and without `pg_catalog`.
pub(super) fn function_name(mut parts: Vec<Ident>) -> NameRef {
    let name = parts.pop().unwrap_or_else(|| Ident::new(""));
    NameRef { schema: parts.pop().filter(|schema| schema.as_str() != "pg_catalog"), name }
}

/// A lowering at some depth of the tree.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lowering {
    height: usize,
}

impl Lowering {
    /// An expression from its first node.
    fn run(self, first: &SyntaxNode) -> Expr {
        let run = run(first);
        let items = items(&run);
        if let [Item::Operand(node)] = items.as_slice() {
            return self.operand(node);
        }
        // Every operator may put its operands one level down.
        let operators = items.iter().filter(|item| !matches!(item, Item::Operand(_))).count();
        let below = Self { height: self.height + operators };
        if below.height > MAX_HEIGHT {
            return enclosed(&run);
        }
        climb(items, below).unwrap_or_else(|| enclosed(&run))
    }

    /// An expression that stands as one operand.
    pub(super) fn operand(self, node: &SyntaxNode) -> Expr {
        // A chain of subscripts and fields stays opaque as a whole.
        let links = std::iter::successors(Some(node.clone()), SyntaxNode::first_child)
            .take_while(|link| {
                matches!(link.kind(), SyntaxKind::INDEX_EXPR | SyntaxKind::SLICE_EXPR | SyntaxKind::FIELD_EXPR)
            })
            .count();
        if self.height + links > MAX_HEIGHT {
            return opaque(node);
        }
        let below = Self { height: self.height + 1 };
        match ast::Expr::cast(node.clone()) {
            Some(expr) if below.height <= MAX_HEIGHT => below.atom(&expr).unwrap_or_else(|| opaque(node)),
            _ => opaque(node),
        }
    }

    /// What stands between the parentheses of `node`: an expression, or a query with its parentheses.
    pub(super) fn contents(self, node: &SyntaxNode) -> Expr {
        if let Some(inner) = heads(node).next() {
            return self.run(&inner);
        }
        let text = tokens_normalised(node);
        Expr::Opaque(text[text.find('(').unwrap_or(0)..].to_owned())
    }

    /// The expressions among a node's children.
    pub(super) fn list(self, node: &SyntaxNode) -> Vec<Expr> {
        heads(node).map(|head| self.run(&head)).collect()
    }

    fn optional(self, node: Option<ast::Expr>) -> Option<Box<Expr>> {
        node.map(|node| Box::new(self.run(node.syntax())))
    }

    fn atom(self, expr: &ast::Expr) -> Option<Expr> {
        match expr {
            ast::Expr::Literal(literal) => lower_literal(literal),
            ast::Expr::NameRef(name) => Some(lower_name(name)),
            ast::Expr::ParenExpr(paren) => Some(self.contents(paren.syntax())),
            ast::Expr::TupleExpr(tuple) => Some(Expr::Row(self.list(tuple.syntax()))),
            ast::Expr::ArrayExpr(array) if array.select_variant().is_none() => {
                Some(Expr::Array(self.list(array.syntax())))
            }
            ast::Expr::CallExpr(call) => self.call(call),
            ast::Expr::CaseExpr(case) => self.case(case),
            ast::Expr::CastExpr(cast) => self.cast(cast),
            ast::Expr::FieldExpr(field) => self.field(field),
            ast::Expr::IndexExpr(index) => {
                let base = self.run(index.base()?.syntax());
                Some(Expr::Subscript(Box::new(base), self.optional(index.index()), None))
            }
            ast::Expr::SliceExpr(slice) => {
                let base = self.run(slice.base()?.syntax());
                Some(Expr::Subscript(Box::new(base), self.optional(slice.start()), Some(self.optional(slice.end()))))
            }
            _ => None,
        }
    }

    fn field(self, field: &ast::FieldExpr) -> Option<Expr> {
        let star = field.star_token().is_some();
        if is_dotted_name(field.syntax()) {
            let parts = name_parts(field.syntax());
            return Some(if star { Expr::Star(parts) } else { Expr::Column(parts) });
        }
        let name = field.field()?;
        let base = self.run(field.base()?.syntax());
        (!star).then(|| Expr::Field(Box::new(base), Ident::new(normalize_name_node(name.syntax()))))
    }

    fn cast(self, cast: &ast::CastExpr) -> Option<Expr> {
        let ty = lower_type(&cast.ty()?);
        match cast.kind()? {
            CastKind::Cast => Some(Expr::Cast(self.optional(cast.expr())?, ty)),
            CastKind::TypeLiteral => {
                let value = Expr::String(cast.literal()?.string_value()?);
                let fields = cast.interval_qualifier().map(|fields| tokens_normalised(fields.syntax()));
                Some(Expr::Cast(Box::new(value), TypeName { modifiers: with_fields(ty.modifiers, fields), ..ty }))
            }
            CastKind::DoubleColon | CastKind::Treat => None,
        }
    }

    fn case(self, case: &ast::CaseExpr) -> Option<Expr> {
        let list = case.when_clause_list()?;
        let whens = list.when_clauses().map(|when| {
            let mut parts = self.list(when.syntax()).into_iter();
            Some((parts.next()?, parts.next()?))
        });
        Some(Expr::Case {
            operand: self.optional(case.expr()),
            whens: whens.collect::<Option<_>>()?,
            otherwise: self.optional(case.else_clause().and_then(|clause| clause.expr())),
        })
    }

    fn call(self, node: &ast::CallExpr) -> Option<Expr> {
        let Some(list) = node.arg_list() else { return self.standard_call(node) };
        let callee = node.expr()?;
        let is_name = matches!(callee, ast::Expr::NameRef(_)) || is_dotted_name(callee.syntax());
        if !is_name || list.all_or_distinct().is_some() {
            return None;
        }
        let name = function_name(name_parts(callee.syntax()));
        let mut args = match list.star_token() {
            Some(_) => vec![Expr::Star(Vec::new())],
            None => list.args().map(|arg| self.argument(&arg)).collect::<Option<_>>()?,
        };
        if let ("normalize", [_, form]) = (name.name.as_str(), args.as_mut_slice())
            && let Expr::Column(parts) = form
        {
            *form = Expr::String(parts.last()?.as_str().to_ascii_uppercase());
        }
        let after = list.syntax().text_range().end() - node.syntax().text_range().start();
        let suffix = crate::parse::normalised(&node.syntax().text().to_string()[usize::from(after)..]);
        Some(Expr::Call { name, args, suffix: Some(suffix).filter(|text| !text.is_empty()) })
    }

    fn argument(self, arg: &ast::Arg) -> Option<Expr> {
        if arg.order_by_clause().is_some() {
            return None;
        }
        let value = match arg.func_arg_expr()? {
            ast::FuncArgExpr::Expr(expr) => self.run(expr.syntax()),
            ast::FuncArgExpr::NamedArg(named) => {
                let name = Expr::Column(vec![Ident::new(normalize_name_node(named.name()?.syntax()))]);
                Expr::Binary(Box::new(name), "=>".to_owned(), self.optional(named.expr())?)
            }
        };
        Some(if arg.variadic_token().is_some() { Expr::Unary("VARIADIC".to_owned(), Box::new(value)) } else { value })
    }

    /// The calls for which SQL has a syntax of their own.
    fn standard_call(self, node: &ast::CallExpr) -> Option<Expr> {
        let name_and_args = if let Some(extract) = node.extract_fn() {
            let field = match extract.extract_field()? {
                ast::ExtractField::ExtractFieldLiteral(field) => field.literal()?.string_value()?,
                ast::ExtractField::ExtractFieldName(field) => Ident::from_sql(&field.text()).as_str().to_owned(),
            };
            ("extract", vec![Expr::String(field), *self.optional(extract.expr())?])
        } else if let Some(position) = node.position_fn() {
            let mut args = self.list(position.syntax());
            args.reverse();
            ("position", args)
        } else if let Some(substring) = node.substring_fn() {
            ("substring", self.substring(&substring.substring_args()?)?)
        } else if let Some(overlay) = node.overlay_fn() {
            ("overlay", self.plain_args(overlay.overlay_args()?.syntax())?)
        } else if let Some(trim) = node.trim_fn() {
            self.trim(&trim)?
        } else if let Some(of) = node.collation_for_fn() {
            ("pg_collation_for", self.list(of.syntax()))
        } else {
            return None;
        };
        Some(call(name_and_args.0, name_and_args.1))
    }

    fn plain_args(self, args: &SyntaxNode) -> Option<Vec<Expr>> {
        // A named argument is not an expression of its own; leave the whole call alone.
        let only_expressions = args.children().all(|child| ast::Expr::can_cast(child.kind()));
        only_expressions.then(|| self.list(args))
    }

    fn substring(self, args: &ast::SubstringArgs) -> Option<Vec<Expr>> {
        let mut list = self.plain_args(args.syntax())?;
        if let ast::SubstringArgs::SubstringForFrom(_) = args {
            match list.len() {
                2 => list.insert(1, Expr::Number("1".to_owned())),
                _ => list.swap(1, 2),
            }
        }
        Some(list)
    }

    fn trim(self, trim: &ast::TrimFn) -> Option<(&'static str, Vec<Expr>)> {
        let name = match trim.trim_side() {
            None | Some(ast::TrimSide::TrimBoth(_)) => "btrim",
            Some(ast::TrimSide::TrimLeading(_)) => "ltrim",
            Some(ast::TrimSide::TrimTrailing(_)) => "rtrim",
        };
        let args = trim.trim_args()?;
        let mut list = self.list(args.syntax());
        if let ast::TrimArgs::TrimExprFrom(_) = args {
            list.rotate_left(1);
        }
        Some((name, list))
    }
}

/// `interval '1' day`: the fields join a precision that was written before the literal.
fn with_fields(modifiers: Vec<String>, fields: Option<String>) -> Vec<String> {
    fields.map_or(modifiers.clone(), |fields| std::iter::once(fields).chain(modifiers).collect())
}

fn opaque(node: &SyntaxNode) -> Expr {
    Expr::Opaque(tokens_normalised(node))
}

/// A run that is not understood, in parentheses so that it can stand anywhere.
fn enclosed(run: &[SyntaxNode]) -> Expr {
    let parts: Vec<String> = run.iter().map(tokens_normalised).collect();
    Expr::Opaque(in_parentheses(parts.join(" ")))
}

/// `(text)`; what stands in parentheses already stays as it is.
pub(super) fn in_parentheses(text: String) -> String {
    let mut open = 0_usize;
    let mut closed_at = None;
    for token in Scanner::new(&text, 0) {
        match &text[token.span.range()] {
            "(" => open += 1,
            ")" => open = open.saturating_sub(1),
            _ => {}
        }
        if open == 0 {
            closed_at = Some(token.span.end);
            break;
        }
    }
    if text.starts_with('(') && closed_at == Some(text.len()) { text } else { format!("({text})") }
}

fn is_dotted_name(node: &SyntaxNode) -> bool {
    node.kind() == SyntaxKind::FIELD_EXPR
        && node.descendants().all(|part| matches!(part.kind(), SyntaxKind::FIELD_EXPR | SyntaxKind::NAME_REF))
}

fn lower_name(name: &ast::NameRef) -> Expr {
    let kind = name.syntax().first_token().map(|token| token.kind());
    let text = normalize_name_node(name.syntax());
    match kind {
        Some(
            SyntaxKind::CURRENT_CATALOG_KW
            | SyntaxKind::CURRENT_DATE_KW
            | SyntaxKind::CURRENT_ROLE_KW
            | SyntaxKind::CURRENT_SCHEMA_KW
            | SyntaxKind::CURRENT_TIME_KW
            | SyntaxKind::CURRENT_TIMESTAMP_KW
            | SyntaxKind::CURRENT_USER_KW
            | SyntaxKind::LOCALTIME_KW
            | SyntaxKind::LOCALTIMESTAMP_KW
            | SyntaxKind::SESSION_USER_KW
            | SyntaxKind::SYSTEM_USER_KW
            | SyntaxKind::USER_KW,
        ) => call(&text, Vec::new()),
        _ => Expr::Column(vec![Ident::new(text)]),
    }
}

fn lower_literal(literal: &ast::Literal) -> Option<Expr> {
    match literal.kind()? {
        LitKind::Null(_) => Some(Expr::Null),
        LitKind::True(_) => Some(Expr::Bool(true)),
        LitKind::False(_) => Some(Expr::Bool(false)),
        LitKind::IntNumber(token) | LitKind::NumericNumber(token) => Some(Expr::Number(token.text().to_owned())),
        LitKind::BitString(_) => Some(Expr::Bits(format!("B'{}'", literal.string_value()?))),
        LitKind::ByteString(_) => Some(Expr::Bits(format!("X'{}'", literal.string_value()?))),
        LitKind::NationalString(_) => {
            let value = Box::new(Expr::String(literal.string_value()?));
            Some(Expr::Cast(value, TypeName::builtin("bpchar")))
        }
        LitKind::String(_) | LitKind::EscString(_) | LitKind::UnicodeEscString(_) | LitKind::DollarQuotedString(_) => {
            Some(Expr::String(literal.string_value()?))
        }
        LitKind::Default(_) | LitKind::Off(_) | LitKind::On(_) | LitKind::PositionalParam(_) => None,
    }
}
