//! `novate explain`.

use serde_json::json;

use crate::cli::Explain;
use crate::errors;
use crate::problem::Problem;
use crate::ui::Report;

/// Pages about more than one error.
const TOPICS: &[(&str, &str)] = &[
    ("configuration", include_str!("../../../../docs/configuration.md")),
    ("contracts", include_str!("../../../../docs/contracts.md")),
    ("formats", include_str!("../../../../docs/formats.md")),
    ("graph", include_str!("../../../../docs/graph.md")),
    ("roles", include_str!("../../../../docs/roles.md")),
    ("verify", include_str!("../../../../docs/verify.md")),
];

/// Prints the page of an error code, or lists the codes.
pub(crate) fn run(args: &Explain) -> Result<Report, Problem> {
    let Some(code) = &args.code else {
        let lines: Vec<String> =
            errors::PAGES.iter().map(|page| format!("{:<36} {}", page.code, page.title())).collect();
        let codes: Vec<&str> = errors::PAGES.iter().map(|page| page.code).collect();
        return Ok(Report::new(lines.join("\n"), json!({ "codes": codes })));
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
