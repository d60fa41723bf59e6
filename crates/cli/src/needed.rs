//! Which packages somebody needs: a new database, a ref, or a database that the project knows of.

use std::collections::BTreeSet;

use novate_history::{Node, PackageName};
use novate_runner::{Session, standing};

use crate::problem::Problem;
use crate::project::{Loaded, Project};
use crate::ui::Symbol;

/// Someone's place: where they stand, and the invariants that they have.
type Place = (Node, BTreeSet<String>);

/// Every package on a way from a place where somebody stands to one where somebody wants to be. A database that cannot
/// be read is named: what it needs is not known.
pub(crate) async fn packages(project: &Project<'_>, history: &Loaded) -> Result<BTreeSet<PackageName>, Problem> {
    let none = BTreeSet::new();
    let mut goals: Vec<Place> = history.graph.heads().into_iter().map(|head| (head, none.clone())).collect();
    let mut starts: Vec<Place> = vec![(None, none)];
    for name in history.store.ref_names()? {
        let reference = history.store.read_ref(&name)?;
        starts.push((Some(reference.hash.clone()), reference.invariants.clone()));
        goals.push((Some(reference.hash), reference.invariants));
    }
    starts.extend(standings(project).await);
    let mut needed = BTreeSet::new();
    for (start, have) in &starts {
        for (goal, required) in &goals {
            // Whoever is past a goal has no way there, and needs none.
            if let Ok(route) = history.graph.route(start, goal, required, have) {
                needed.extend(route.edges.into_iter().map(|edge| edge.package));
            }
        }
    }
    Ok(needed)
}

/// Where the project's databases stand.
async fn standings(project: &Project<'_>) -> Vec<Place> {
    let ui = project.context.ui;
    let mut places = Vec::new();
    for (name, string) in project.databases() {
        let place = match string {
            Ok(string) => match Session::open(&string, "novate", project.context.interrupt.clone()).await {
                Ok(mut session) => {
                    let found = standing(&mut session, &project.context.space).await;
                    session.close().await;
                    found.map_err(Problem::from)
                }
                Err(error) => Err(error.into()),
            },
            Err(problem) => Err(problem),
        };
        match place {
            Ok(standing) => {
                let have = standing.marker.as_ref().map(|marker| marker.invariants.clone()).unwrap_or_default();
                places.push((standing.node(), have));
            }
            Err(problem) => ui.note(
                Symbol::Warning,
                &format!("the database of {name} could not be asked what it needs: {}", problem.summary),
            ),
        }
    }
    places
}
