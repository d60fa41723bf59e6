//! `novate plan --merge`: a package from each head of a history that has several, all to the contract.

use novate_contract::{Contract, json};
use novate_history::{Edge, Node, PackageName};
use novate_planner::{Compiled, HazardCode, Header, Operation};
use serde_json::{Value, json};

use super::contract::write_emitted;
use super::migration_emit::node_json;
use super::plan;
use crate::cli::Plan;
use crate::operations;
use crate::problem::{Problem, shorten};
use crate::progress::count;
use crate::project::{Context, Outline, Project, short};
use crate::sources;
use crate::ui::{Report, Symbol};

/// Plans the joining packages and writes them, or says that there is nothing to join.
pub(crate) fn run(context: &Context, args: &Plan) -> Result<Report, Problem> {
    let project = context.project()?;
    project.check_own()?;
    let history = project.outline()?;
    let parted = history.graph.parted();
    if parted.len() < 2 {
        let text = format!("{} Nothing to join: the history has one head", Symbol::Done.text());
        return Ok(Report::new(text, json!({ "planned": false, "packages": [] })).next("novate plan"));
    }
    let to = project.sources()?.contract;
    sources::check_coverage(&to, args.strict_coverage)?;
    let mut said = Said::default();
    // Nothing is written before everything is planned.
    let mut joins = Vec::new();
    for (head, branch) in &parted {
        let others = parted.iter().filter(|(other, _)| other != head).flat_map(|(_, branch)| branch);
        // With three heads, two of them may share a part of their ways.
        let others: Vec<&Edge> = others.filter(|edge| !branch.contains(edge)).collect();
        joins.extend(join(&project, &history, args, head, &others, &to, &mut said)?);
    }
    if !args.dry_run {
        write_emitted(&project, &to)?;
    }
    for join in &joins {
        join.say_plan(&mut said);
        let name = if args.dry_run { None } else { Some(join.write(&project, &history, &to, &mut said)?) };
        said.lines.push(String::new());
        said.rows.push(join.row(name.as_ref()));
    }
    let text = said.lines.join("\n");
    let next = match said.open.as_slice() {
        [] => "novate check, then: novate migrate".to_owned(),
        [(source, name)] => format!("look at what {source} asks, then: novate migration emit {name}"),
        several => {
            let sources: Vec<&str> = several.iter().map(|(source, _)| source.as_str()).collect();
            format!("look at what {} ask, then: novate migration emit", sources.join(" and "))
        }
    };
    Ok(Report::new(text, json!({ "planned": !args.dry_run, "packages": said.rows })).next(next))
}

/// What is said of the packages one by one.
#[derive(Default)]
struct Said {
    lines: Vec<String>,
    rows: Vec<Value>,
    /// Sources that wait for their author, and their packages.
    open: Vec<(String, PackageName)>,
}

/// What leads from a head to the contract.
struct Join {
    head: Node,
    /// The package that the head is known by.
    last: String,
    title: String,
    before: Contract,
    source: String,
    compiled: Compiled,
    carried: Vec<Carried>,
}

/// Plans from one head to the contract; `None` where there is no need to.
fn join(
    project: &Project<'_>,
    history: &Outline,
    args: &Plan,
    head: &Node,
    others: &[&Edge],
    to: &Contract,
    said: &mut Said,
) -> Result<Option<Join>, Problem> {
    let target = json::storage_hash(to);
    let known_by = history.graph.leads_to(head);
    let last = known_by.map_or_else(|| short(head), |edge| edge.package.to_string());
    if head.as_ref() == Some(&target) {
        said.lines.push(format!("{} {last} leads to the contract already", Symbol::Done.text()));
        for edge in others {
            for block in transforms(&history.store.read_for_emit(&edge.package)?.1) {
                let missed = format!("databases there have not done {}, of {}", block.name, edge.package);
                said.lines.push(format!("{} {missed}: novate migration new writes data work", Symbol::Warning.text()));
            }
        }
        said.lines.push(String::new());
        return Ok(None);
    }
    if let Some(edge) = history.graph.leaving(head).find(|edge| edge.to == target) {
        said.lines.push(format!("{} {} joins {last} already\n", Symbol::Done.text(), edge.package));
        return Ok(None);
    }
    let mut before = history.contract(head)?;
    before.share_equal(to);
    let sources = project.sources()?;
    let options = plan::options(project, args, sources.hints, sources.value_hints, &before, to)?;
    let planned = novate_planner::plan(&before, to, &options)?;
    operations::print_findings(project.context.ui, &planned.findings);
    let slug = known_by.map_or("branch", |edge| edge.package.slug());
    let title = args.name.clone().unwrap_or_else(|| format!("merge {slug}"));
    let header = Header {
        name: title.clone(),
        from: head.as_ref().map(|hash| hash.as_str().to_owned()),
        to: target.as_str().to_owned(),
    };
    let mut source = novate_planner::render(&planned, &header)?;
    let carried = carry(history, others, &mut source, &before, to)?;
    let compiled = novate_planner::compile(&source, &before, to)
        .map_err(|errors| operations::compile_problem("the plan", &source, errors))?;
    Ok(Some(Join { head: head.clone(), last, title, before, source, compiled, carried }))
}

impl Join {
    fn say_plan(&self, said: &mut Said) {
        said.lines.push(format!("From {} ({}):", self.last, short(&self.head)));
        said.lines.push(operations::table(&self.compiled));
        for (name, package, left_out) in &self.carried {
            said.lines.push(match left_out {
                None => format!("  carried over {name}, of {package}"),
                Some(why) => format!("{} not carried over: {name}, of {package}: {why}", Symbol::Warning.text()),
            });
        }
        let loses = |operation: &Operation| operation.hazards.iter().any(|hazard| hazard.code == HazardCode::DataLoss);
        if self.compiled.operations.iter().any(loses) {
            let lost = format!("data is lost on the way from {}", self.last);
            let question = "does the contract have what that branch brought?";
            said.lines.push(format!("{} {lost}: {question}", Symbol::Warning.text()));
        }
    }

    fn write(
        &self,
        project: &Project<'_>,
        history: &Outline,
        to: &Contract,
        said: &mut Said,
    ) -> Result<PackageName, Problem> {
        let (head, compiled) = (self.head.clone(), &self.compiled);
        let name = plan::write(project, history, &self.title, head, &self.before, to, &self.source, compiled)?;
        let path = shorten(history.store.source_path(&name));
        said.lines.push(format!("{} {name}: {}", Symbol::Done.text(), count(compiled.operations.len(), "operation")));
        for placeholder in &compiled.placeholders {
            let asks = &placeholder.question;
            said.lines.push(format!("{} {path}:{} asks: {asks}", Symbol::Warning.text(), placeholder.line));
        }
        if !compiled.placeholders.is_empty() {
            said.open.push((path.to_string(), name.clone()));
        }
        Ok(name)
    }

    fn row(&self, package: Option<&PackageName>) -> Value {
        let carried = self.carried.iter();
        json!({
            "from": node_json(self.head.as_ref()),
            "package": package.map(PackageName::as_str),
            "operations": operations::json(&self.compiled.operations),
            "placeholders": self.compiled.placeholders.iter()
                .map(|p| json!({ "line": p.line, "question": p.question })).collect::<Vec<_>>(),
            "carried": carried
                .map(|(name, package, left_out)| json!({ "transform": name, "package": package, "leftOut": left_out }))
                .collect::<Vec<_>>(),
        })
    }
}

/// A transform of another branch, its package, and why it was left out, where it was.
type Carried = (String, String, Option<String>);

/// Takes the transforms of other branches' packages over into a source. One that the plan has by the same name takes
/// its place, another is put at the end; a placeholder asks its author to look. What does not compile here is left out.
fn carry(
    history: &Outline,
    others: &[&Edge],
    source: &mut String,
    before: &Contract,
    to: &Contract,
) -> Result<Vec<Carried>, Problem> {
    let mut carried: Vec<Carried> = Vec::new();
    let mut taken: Vec<String> = Vec::new();
    for edge in others {
        let (_, theirs) = history.store.read_for_emit(&edge.package)?;
        for block in transforms(&theirs) {
            // A package that joined others has what it took over from them.
            if taken.contains(&block.text) {
                continue;
            }
            let package = edge.package.to_string();
            if carried.iter().any(|(name, _, left_out)| *name == block.name && left_out.is_none()) {
                carried.push((block.name, package, Some("another of that name was carried over".to_owned())));
                continue;
            }
            let planned = transforms(source).into_iter().find(|planned| planned.name == block.name);
            if planned.as_ref().is_some_and(|planned| planned.text == block.text) {
                continue;
            }
            if block.text.lines().any(|line| directive(line).is_some_and(|words| words.starts_with("placeholder"))) {
                carried.push((block.name, package, Some("its author has not filled it in".to_owned())));
                continue;
            }
            let with = |text: &str| match &planned {
                Some(planned) => source.replacen(&planned.text, text, 1),
                None => format!("{}\n\n{text}", source.trim_end()),
            };
            let left_out = match novate_planner::compile(&with(&block.text), before, to) {
                Ok(_) => None,
                Err(errors) => Some(errors.first().map(ToString::to_string).unwrap_or_default()),
            };
            if left_out.is_none() {
                let asks =
                    format!("-- @placeholder carried over from {package}: is it right here? Delete this line if so");
                let end = block.text.trim_end().rfind('\n').map_or(0, |at| at + 1);
                *source = with(&format!("{}{asks}\n{}", &block.text[..end], &block.text[end..]));
                taken.push(block.text);
            }
            carried.push((block.name, package, left_out));
        }
    }
    Ok(carried)
}

/// `-- @transform ... -- @end` as it is written.
#[derive(Debug, PartialEq, Eq)]
struct Block {
    name: String,
    text: String,
}

/// The transforms of a source, whole lines.
fn transforms(source: &str) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut open: Option<Block> = None;
    for line in source.lines() {
        let words = directive(line);
        if let Some(rest) = words.and_then(|words| words.strip_prefix("transform ")) {
            let name = rest.split_once("@invariant").map_or(rest, |(name, _)| name.trim_end().trim_end_matches('('));
            open = Some(Block { name: name.trim().to_owned(), text: String::new() });
        }
        if let Some(block) = &mut open {
            block.text.push_str(line);
            block.text.push('\n');
        }
        if words == Some("end") {
            found.extend(open.take());
        }
    }
    found
}

/// What follows `-- @` on a line.
fn directive(line: &str) -> Option<&str> {
    line.trim_start().strip_prefix("--")?.trim().strip_prefix('@')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transforms_are_found_with_their_names() {
        let source = "-- migration: x\nSELECT 1;\n-- @transform fill a (@invariant done)\n-- @check\nSELECT 1 FROM a;\n\
                      -- @run\nUPDATE a SET b = 1;\n-- @end\n-- @raw data x\nSELECT 1;\n-- @end\n--@transform  two\n-- @end\n";
        let found = transforms(source);
        assert_eq!(found.iter().map(|block| block.name.as_str()).collect::<Vec<_>>(), ["fill a", "two"]);
        assert!(found.iter().all(|block| source.contains(&block.text) && block.text.ends_with("-- @end\n")));
    }
}
