//! `novate init`: a project where there was none.

use camino::Utf8PathBuf;
use serde_json::json;

use super::contract::write_file;
use crate::cli::Init;
use crate::config::FILE;
use crate::keepers::{self, Kept};
use crate::problem::{Place, Problem};
use crate::project::Context;
use crate::ui::{Report, Symbol};
use crate::variables::Variables;

const CONFIG: &str = include_str!("../../templates/novate.toml");
const CONTRACT: &str = include_str!("../../templates/contract.sql");
const GITIGNORE: &str = include_str!("../../templates/gitignore");
const GITATTRIBUTES: &str = include_str!("../../templates/gitattributes");
const CI: &str = include_str!("../../templates/ci.yml");

/// Files and folders that people keep a schema in.
const USUAL_SCHEMAS: &[&str] =
    &["schema.sql", "db/schema.sql", "db/structure.sql", "sql/schema.sql", "supabase/schemas"];

/// Writes what is missing and says what to do with what is there.
pub(crate) async fn run(context: &Context, args: &Init) -> Result<Report, Problem> {
    let root = &context.here;
    let config = root.join(FILE);
    if config.is_file() {
        return Err(Problem::input("CONFIG.EXISTS", format!("{FILE} is here already"))
            .fix("novate status shows where the project stands")
            .at(Place::file(config)));
    }
    let existing = if args.empty { None } else { existing_schema(context) };
    let contract = existing.clone().unwrap_or_else(|| "contracts/app.sql".into());
    let mut written = Vec::new();
    let mut write = |name: &str, text: &str| -> Result<(), Problem> {
        let path = root.join(name);
        if !path.exists() {
            write_file(&path, text)?;
            written.push(name.to_owned());
        }
        Ok(())
    };
    write(FILE, &CONFIG.replace("contracts/app.sql", contract.as_str()))?;
    if existing.is_none() {
        write(contract.as_str(), CONTRACT)?;
    }
    write(".gitignore", GITIGNORE)?;
    write(".gitattributes", GITATTRIBUTES)?;
    write(".github/workflows/novate.yml", CI)?;
    fs_err::create_dir_all(root.join("migrations/app")).map_err(|error| {
        Problem::input("CONFIG.UNWRITABLE", "migrations/app cannot be made")
            .why(error.to_string())
            .fix("check the folder's permissions")
    })?;

    let mut lines: Vec<String> = written.iter().map(|name| format!("{} {name}", Symbol::Done.text())).collect();
    if let Some(path) = &existing {
        lines.push(format!("{} {path} is taken as the contract", Symbol::Info.text()));
    }
    if root.join("prisma/schema.prisma").is_file() || root.join("schema.prisma").is_file() {
        lines.push(format!(
            "{} there is a schema.prisma: contracts are written in SQL so far; adopt its database with novate contract infer",
            Symbol::Info.text()
        ));
    }
    let found = if args.empty { Found::default() } else { look(context).await };
    for kept in &found.kept {
        lines.push(format!("{} {}", Symbol::Info.text(), kept.text()));
        lines.extend(kept.warning().map(|warning| format!("{} {warning}", Symbol::Warning.text())));
        lines.extend(kept.keeper.guide.map(|guide| format!("{} novate explain {guide}", Symbol::Next.text())));
    }
    let unfinished = found.kept.iter().find_map(|kept| kept.past.unfinished.as_ref());
    let next = match (&existing, unfinished) {
        (_, Some(unfinished)) => unfinished.fix.clone(),
        (None, None) if found.has_tables => "novate contract infer".to_owned(),
        (None, None) => format!("edit {contract}, then: novate plan"),
        (Some(_), None) => "novate plan".to_owned(),
    };
    let json = json!({ "written": written, "contract": contract, "keptBy": keepers::to_json(&found.kept) });
    Ok(Report::new(lines.join("\n"), json).next(next))
}

fn existing_schema(context: &Context) -> Option<Utf8PathBuf> {
    USUAL_SCHEMAS.iter().map(Utf8PathBuf::from).find(|name| context.here.join(name).exists())
}

/// What is in the database that would be used.
#[derive(Default)]
struct Found {
    has_tables: bool,
    kept: Vec<Kept>,
}

/// Looks into the database that would be used; one that cannot be reached does not matter here.
async fn look(context: &Context) -> Found {
    let Ok(variables) = Variables::read(Some(&context.here)) else { return Found::default() };
    let url = context.db.clone().or_else(|| variables.get("DATABASE_URL").map(|(url, _)| url));
    let Some(string) = url.and_then(|url| crate::project::parse_connection(&url, &variables).ok()) else {
        return Found::default();
    };
    let Ok(mut session) = novate_runner::Session::open(&string, "novate", context.interrupt.clone()).await else {
        return Found::default();
    };
    let found = match novate_runner::read_live(&mut session).await {
        Ok(live) => Found {
            has_tables: !novate_runner::is_empty(&live),
            kept: keepers::find(&mut session, &live.contract).await.unwrap_or_default(),
        },
        Err(_) => Found::default(),
    };
    session.close().await;
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::problem::shorten;

    #[test]
    fn the_template_is_a_configuration() {
        let root = camino::Utf8Path::new("/p");
        assert!(Config::parse(root, &root.join(FILE), CONFIG).is_ok());
    }

    #[test]
    fn places_are_shown_relative() {
        assert_eq!(shorten(Utf8PathBuf::from("x/y")), "x/y");
    }
}
