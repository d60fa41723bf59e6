//! What would mend a database that is not what its contract says: the planner's way from what is there to what should
//! be, for whatever is an error.

mod level;
mod unmodelled;

use std::collections::{BTreeMap, BTreeSet};

use novate_catalog::{Finding, Severity};
use novate_contract::{Contract, ObjectId};
use novate_planner::{Item, Plan, PlanOptions, Rename, lookalikes, plan};

/// Works out the statements that would make every error among the findings go away, in the order in which they would
/// have to run, each with its semicolon. Each finding is told those that are about its object.
///
/// They are what a person would run by hand: they ask nothing of the rows that are there. Where nothing can be planned,
/// there are none.
pub(crate) fn mend(findings: &mut [Finding], live: &Contract, expected: &Contract, major: u32) -> Vec<String> {
    if !findings.iter().any(Finding::is_error) {
        return Vec::new();
    }
    let mut errors = BTreeSet::new();
    let mut notes = BTreeSet::new();
    for finding in findings.iter() {
        sort_out(finding, &mut errors, &mut notes);
    }
    let target_major = u16::try_from(major).unwrap_or(PlanOptions::default().target_major);
    let mut options = PlanOptions { script: true, target_major, ..PlanOptions::default() };
    options.renames = renamed(live, expected, &options, &errors);
    notes.retain(|id| !options.renames.iter().any(|rename| rename.from == *id || rename.from.table() == id.table()));
    let live = level::levelled(live, expected, &errors, &notes);
    let mut steps = unmodelled::drops(findings);
    match plan(&live, expected, &options) {
        Ok(plan) => steps.extend(self::steps(plan)),
        Err(error) => {
            tracing::debug!(%error, "what would mend the findings cannot be planned");
            return Vec::new();
        }
    }
    steps.dedup_by(|a, b| a.sql == b.sql);
    let by_object = by_object(&steps);
    for finding in findings {
        tell(finding, &steps, &by_object);
    }
    steps.into_iter().map(|step| step.sql).collect()
}

/// The live schema with whatever is no error as the contract has it, in the contract's words.
pub(crate) fn levelled(findings: &[Finding], live: &Contract, expected: &Contract) -> Contract {
    let mut errors = BTreeSet::new();
    for finding in findings {
        sort_out(finding, &mut errors, &mut BTreeSet::new());
    }
    level::levelled(live, expected, &errors, &BTreeSet::new())
}

/// What is missing, and is there under another name: making it anew would leave its rows behind.
fn renamed(live: &Contract, expected: &Contract, options: &PlanOptions, errors: &BTreeSet<ObjectId>) -> Vec<Rename> {
    let mut found = lookalikes(live, expected, options);
    found.retain(|rename| errors.contains(&rename.to));
    found
}

/// A statement and the objects that it is about, those of kinds that are not modelled by their names.
pub(crate) struct Step {
    objects: Vec<ObjectId>,
    unmodelled: Option<String>,
    sql: String,
}

fn steps(plan: Plan) -> impl Iterator<Item = Step> {
    let items = plan.items.into_iter().filter_map(|item| match item {
        Item::Statement(statement) => Some((statement.objects, statement.sql)),
        Item::Raw(raw) => Some((raw.objects, raw.sql)),
        // Scripts have none.
        Item::Transform(_) => None,
    });
    items.map(|(objects, sql)| Step { objects, unmodelled: None, sql: format!("{sql};") })
}

/// The objects that are errors, and those that are only noted.
fn sort_out(finding: &Finding, errors: &mut BTreeSet<ObjectId>, notes: &mut BTreeSet<ObjectId>) {
    if let (false, Some(id)) = (finding.differences.is_empty(), finding.object.id()) {
        let into = if finding.severity == Severity::Error { &mut *errors } else { &mut *notes };
        into.insert(id.clone());
    }
    for child in &finding.children {
        sort_out(child, errors, notes);
    }
}

/// What steps are about: an object, or the name of something that is not modelled.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum About<'a> {
    Object(&'a ObjectId),
    Unmodelled(&'a str),
}

fn by_object(steps: &[Step]) -> BTreeMap<About<'_>, Vec<usize>> {
    let mut all: BTreeMap<About<'_>, Vec<usize>> = BTreeMap::new();
    for (at, step) in steps.iter().enumerate() {
        let objects = step.objects.iter().map(About::Object);
        for about in objects.chain(step.unmodelled.as_deref().map(About::Unmodelled)) {
            all.entry(about).or_default().push(at);
        }
    }
    all
}

fn tell(finding: &mut Finding, steps: &[Step], by_object: &BTreeMap<About<'_>, Vec<usize>>) {
    for child in &mut finding.children {
        tell(child, steps, by_object);
    }
    if finding.differences.is_empty() || finding.severity != Severity::Error {
        return;
    }
    let name = finding.object.name();
    let abouts = finding.object.id().map(About::Object).into_iter().chain([About::Unmodelled(&name)]);
    let mut places: Vec<usize> = abouts.filter_map(|about| by_object.get(&about)).flatten().copied().collect();
    places.sort_unstable();
    finding.mend = places.into_iter().filter_map(|at| steps.get(at)).map(|step| step.sql.clone()).collect();
}
