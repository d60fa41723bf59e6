//! `novate explain`.

use serde_json::json;

use crate::cli::Explain;
use crate::errors;
use crate::problem::Problem;
use crate::ui::Report;

/// Pages about more than one error.
const TOPICS: &[(&str, &str)] = &[
    ("ci", include_str!("../../../../docs/ci.md")),
    ("configuration", include_str!("../../../../docs/configuration.md")),
    ("contracts", include_str!("../../../../docs/contracts.md")),
    ("dev", include_str!("../../../../docs/dev.md")),
    ("environments", include_str!("../../../../docs/environments.md")),
    ("formats", include_str!("../../../../docs/formats.md")),
    ("rehearsal", include_str!("../../../../docs/rehearsal.md")),
    ("policy", include_str!("../../../../docs/policy.md")),
    ("graph", include_str!("../../../../docs/graph.md")),
    ("team", include_str!("../../../../docs/team.md")),
    ("roles", include_str!("../../../../docs/roles.md")),
    ("seeds", include_str!("../../../../docs/seeds.md")),
    ("verify", include_str!("../../../../docs/verify.md")),
    ("taking-over", include_str!("../../../../docs/taking-over/README.md")),
    ("alembic", include_str!("../../../../docs/taking-over/alembic.md")),
    ("diesel", include_str!("../../../../docs/taking-over/diesel.md")),
    ("drizzle", include_str!("../../../../docs/taking-over/drizzle.md")),
    ("flyway", include_str!("../../../../docs/taking-over/flyway.md")),
    ("others", include_str!("../../../../docs/taking-over/others.md")),
    ("prisma", include_str!("../../../../docs/taking-over/prisma.md")),
    ("rails", include_str!("../../../../docs/taking-over/rails.md")),
    ("refinery", include_str!("../../../../docs/taking-over/refinery.md")),
    ("sqlx", include_str!("../../../../docs/taking-over/sqlx.md")),
];

/// Prints the page of an error code or a topic, or lists both.
pub(crate) fn run(args: &Explain) -> Result<Report, Problem> {
    let Some(code) = &args.code else {
        let lines: Vec<String> =
            errors::PAGES.iter().map(|page| format!("{:<36} {}", page.code, page.title())).collect();
        let codes: Vec<&str> = errors::PAGES.iter().map(|page| page.code).collect();
        let topics: Vec<&str> = TOPICS.iter().map(|(name, _)| *name).collect();
        let text = format!("{}\n\ntopics: {}", lines.join("\n"), topics.join(", "));
        return Ok(Report::new(text, json!({ "codes": codes, "topics": topics })));
    };
    if let Some((name, text)) = TOPICS.iter().find(|(name, _)| name.eq_ignore_ascii_case(code)) {
        return Ok(Report::new(*text, json!({ "topic": name, "text": text })).verbatim());
    }
    let wanted = code.to_ascii_uppercase();
    match errors::PAGES.iter().find(|page| page.code == wanted) {
        Some(page) => Ok(Report::new(page.text, json!({ "code": page.code, "text": page.text })).verbatim()),
        None => {
            let near = errors::PAGES
                .iter()
                .min_by_key(|page| strsim::damerau_levenshtein(page.code, &wanted))
                .map(|page| page.code);
            let mut problem =
                Problem::input("USAGE", format!("there is no error code {code}")).fix("novate explain lists them");
            if let Some(near) = near {
                problem = problem.why(format!("did you mean {near}?"));
            }
            Err(problem)
        }
    }
}
