//! The arguments and the result of an operator or function, and how polymorphic ones become concrete.

use std::cell::RefCell;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use super::types::{Category, by_typname, category, converts, is_preferred, range_element};
use crate::TypeName;

/// What is known of the type of an operand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// A string constant or NULL whose type is still open (PostgreSQL's `unknown`).
    Literal,
    /// This type, without modifiers.
    Known(TypeName),
    /// Nobody knows.
    Mystery,
}

/// One overload.
#[derive(Debug, Clone)]
pub(super) struct Signature {
    args: Vec<Slot>,
    variadic: bool,
    result: Slot,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Slot {
    Type(TypeName),
    /// Takes anything as it is.
    Any,
    Element,
    Array,
    NonArray,
    Enum,
    Range,
    Multirange,
}

/// An overload with its types for given operands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Concrete {
    /// What each operand becomes; `None` where it stays as it is.
    pub(super) args: Vec<Option<TypeName>>,
    /// Which of them the overload leaves open, so that a match does not count as exact.
    open: Vec<bool>,
    /// The type of the result, where it can be told.
    pub(super) result: Option<TypeName>,
}

impl Concrete {
    /// Operands of these types with a result of that.
    pub(super) fn of(args: Vec<Option<TypeName>>, result: TypeName) -> Self {
        Self { open: vec![false; args.len()], args, result: Some(result) }
    }
}

/// Reads a list of signatures in the notation of the catalog's tables.
pub(super) fn parse(text: &str) -> Vec<Signature> {
    text.split(' ').filter_map(parse_one).collect()
}

fn parse_one(text: &str) -> Option<Signature> {
    let (args, result) = text.split_once('>')?;
    let mut variadic = false;
    let slots = args.split(',').filter(|arg| !arg.is_empty()).map(|arg| {
        variadic |= arg.starts_with('*');
        slot(arg.trim_start_matches('*'))
    });
    let args = slots.collect();
    Some(Signature { args, variadic, result: slot(result) })
}

fn slot(name: &str) -> Slot {
    match name {
        "any" => Slot::Any,
        "anyelement" | "anycompatible" => Slot::Element,
        "anyarray" | "anycompatiblearray" => Slot::Array,
        "anynonarray" => Slot::NonArray,
        "anyenum" => Slot::Enum,
        "anyrange" => Slot::Range,
        "anymultirange" => Slot::Multirange,
        name => Slot::Type(by_typname(name)),
    }
}

impl Signature {
    /// The overload for these operands, or `None` where they do not fit.
    pub(super) fn concrete(&self, kinds: &[Kind]) -> Option<Concrete> {
        // Nearly all overloads end here, so nothing is made for them.
        let misfits = |(slot, kind): (&Slot, &Kind)| match (slot, kind) {
            (Slot::Type(arg), Kind::Known(known)) => !converts(known, arg),
            _ => false,
        };
        if self.args.iter().zip(kinds).any(misfits) {
            return None;
        }
        let slots = self.slots(kinds.len())?;
        let bound = Bound::from(&slots, kinds)?;
        let wanted = slots.iter().map(|slot| bound.resolve(slot)).collect::<Option<Vec<Wanted>>>()?;
        let args: Vec<Option<TypeName>> = wanted.into_iter().map(Wanted::ty).collect();
        let fits = args.iter().zip(kinds).all(|(arg, kind)| match (arg, kind) {
            (Some(arg), Kind::Known(known)) => converts(known, arg),
            _ => true,
        });
        let open = slots.iter().map(|slot| !matches!(slot, Slot::Type(_))).collect();
        fits.then(|| Concrete { args, open, result: bound.resolve(&self.result).and_then(Wanted::ty) })
    }

    /// Whether it is declared with exactly these types.
    pub(super) fn declares(&self, types: &[&TypeName]) -> bool {
        let is = |(slot, ty): (&Slot, &&TypeName)| matches!(slot, Slot::Type(own) if own == *ty);
        !self.variadic && self.args.len() == types.len() && self.args.iter().zip(types).all(is)
    }

    fn slots(&self, count: usize) -> Option<Vec<Slot>> {
        let mut slots = self.args.clone();
        if self.variadic && count >= slots.len() {
            let last = slots.last()?.clone();
            slots.resize(count, last);
        }
        (slots.len() == count).then_some(slots)
    }
}

/// What the polymorphic slots of a signature stand for.
#[derive(Default)]
struct Bound {
    element: Option<TypeName>,
    range: Option<TypeName>,
}

impl Bound {
    fn from(slots: &[Slot], kinds: &[Kind]) -> Option<Self> {
        let mut bound = Self::default();
        for (slot, kind) in slots.iter().zip(kinds) {
            let Kind::Known(known) = kind else { continue };
            let element = match slot {
                Slot::Type(_) | Slot::Any => continue,
                Slot::Element => known.clone(),
                Slot::NonArray if !known.array => known.clone(),
                Slot::Enum if category(known) == Category::User && !known.is_builtin() => known.clone(),
                Slot::Array if known.array => known.element(),
                Slot::Range | Slot::Multirange => {
                    let is_multirange = known.name.as_str().ends_with("multirange");
                    if is_multirange != (*slot == Slot::Multirange)
                        || bound.range.as_ref().is_some_and(|it| it != known)
                    {
                        return None;
                    }
                    bound.range = Some(known.clone());
                    range_element(known)?
                }
                Slot::NonArray | Slot::Enum | Slot::Array => return None,
            };
            if bound.element.replace(element.clone()).is_some_and(|before| before != element) {
                return None;
            }
        }
        Some(bound)
    }

    /// `None` where nothing tells the type.
    fn resolve(&self, slot: &Slot) -> Option<Wanted> {
        match slot {
            Slot::Any => Some(Wanted::Anything),
            Slot::Type(ty) => Some(Wanted::Type(ty.clone())),
            Slot::Element | Slot::NonArray | Slot::Enum => self.element.clone().map(Wanted::Type),
            Slot::Array => {
                let element = self.element.clone().filter(|it| !it.array)?;
                Some(Wanted::Type(TypeName { array: true, ..element }))
            }
            Slot::Range | Slot::Multirange => self.range.clone().map(Wanted::Type),
        }
    }
}

/// What a slot wants of its operand.
enum Wanted {
    Anything,
    Type(TypeName),
}

impl Wanted {
    fn ty(self) -> Option<TypeName> {
        match self {
            Self::Anything => None,
            Self::Type(ty) => Some(ty),
        }
    }
}

/// How many choices are remembered: schemas ask the same few again and again.
const REMEMBERED: usize = 1024;

/// A choice: the overloads by where they stand, the operands, and what was chosen.
type Choice = (usize, Vec<Kind>, Option<Concrete>);

thread_local! {
    static CHOICES: RefCell<HashMap<u64, Choice>> = RefCell::default();
}

/// Chooses the overload as PostgreSQL does (`func_select_candidate`); `None` where that is not certain.
pub(super) fn choose(signatures: &'static [Signature], kinds: &[Kind]) -> Option<Concrete> {
    let place = signatures.as_ptr() as usize;
    let mut hasher = DefaultHasher::new();
    (place, kinds).hash(&mut hasher);
    let key = hasher.finish();
    CHOICES.with_borrow_mut(|choices| {
        if let Some((_, _, chosen)) = choices.get(&key).filter(|(at, of, _)| *at == place && of == kinds) {
            return chosen.clone();
        }
        let chosen = choose_anew(signatures, kinds);
        if choices.len() >= REMEMBERED {
            choices.clear();
        }
        choices.insert(key, (place, kinds.to_vec(), chosen.clone()));
        chosen
    })
}

fn choose_anew(signatures: &[Signature], kinds: &[Kind]) -> Option<Concrete> {
    if kinds.contains(&Kind::Mystery) {
        return None;
    }
    let known: Option<Vec<&TypeName>> =
        kinds.iter().map(|kind| if let Kind::Known(ty) = kind { Some(ty) } else { None }).collect();
    if let Some(exact) = known.and_then(|types| signatures.iter().find(|it| it.declares(&types))) {
        return exact.concrete(kinds);
    }
    let mut left: Vec<Concrete> = signatures.iter().filter_map(|signature| signature.concrete(kinds)).collect();
    keep_best(&mut left, |it| count(it, kinds, |it, at, known| !it.open[at] && it.args[at].as_ref() == Some(known)));
    keep_best(&mut left, |it| {
        count(it, kinds, |it, at, known| {
            let Some(arg) = it.args[at].as_ref().filter(|_| !it.open[at]) else { return false };
            arg == known || (is_preferred(arg) && category(arg) == category(known))
        })
    });
    if left.len() > 1 && kinds.contains(&Kind::Literal) {
        settle_literals(&mut left, kinds);
    }
    if left.len() > 1 {
        same_as_the_others(&mut left, kinds);
    }
    let only = left.pop()?;
    left.is_empty().then_some(only)
}

fn count(it: &Concrete, kinds: &[Kind], good: impl Fn(&Concrete, usize, &TypeName) -> bool) -> usize {
    let known = kinds.iter().enumerate().filter_map(|(at, kind)| match kind {
        Kind::Known(known) => Some((at, known)),
        _ => None,
    });
    known.filter(|(at, known)| good(it, *at, known)).count()
}

fn keep_best(left: &mut Vec<Concrete>, score: impl Fn(&Concrete) -> usize) {
    let best = left.iter().map(&score).max().unwrap_or(0);
    left.retain(|it| score(it) == best);
}

/// An open literal goes where text is taken, or else to the one category that all overloads agree on.
fn settle_literals(left: &mut Vec<Concrete>, kinds: &[Kind]) {
    let literals: Vec<usize> = (0..kinds.len()).filter(|at| kinds[*at] == Kind::Literal).collect();
    let mut wanted = Vec::new();
    for at in literals {
        let categories: Vec<Category> = left.iter().map(|it| category_at(it, at)).collect();
        let all_same = categories.iter().all(|category| *category == categories[0]);
        let chosen = if categories.contains(&Category::Text) {
            Category::Text
        } else if all_same {
            categories[0]
        } else {
            return;
        };
        let some_preferred =
            left.iter().any(|it| category_at(it, at) == chosen && it.args[at].as_ref().is_some_and(is_preferred));
        wanted.push((at, chosen, some_preferred));
    }
    let suits = |it: &Concrete| {
        wanted.iter().all(|(at, chosen, preferred)| {
            category_at(it, *at) == *chosen && (!preferred || it.args[*at].as_ref().is_some_and(is_preferred))
        })
    };
    if left.iter().any(suits) {
        left.retain(suits);
    }
}

fn category_at(it: &Concrete, at: usize) -> Category {
    match &it.args[at] {
        Some(ty) if !it.open[at] => category(ty),
        _ => Category::Polymorphic,
    }
}

/// Where all known operands have one type, the open ones are taken to have it too.
fn same_as_the_others(left: &mut Vec<Concrete>, kinds: &[Kind]) {
    let mut known = kinds.iter().filter_map(|kind| match kind {
        Kind::Known(known) => Some(known),
        _ => None,
    });
    let Some(first) = known.next().filter(|first| known.all(|other| other == *first)) else { return };
    let takes = |it: &Concrete| it.args.iter().flatten().all(|arg| converts(first, arg));
    if left.iter().filter(|it| takes(it)).count() == 1 {
        left.retain(takes);
    }
}
