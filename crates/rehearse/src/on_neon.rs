//! A copy as a branch of a Neon project: made in seconds whatever the size, beside the original and apart from it.

use std::sync::{Arc, Mutex};

use novate_neon::{ApiKey, BranchId, BranchRequest, ConnectionUri, Event, Neon, NeonError, ProjectId};
use novate_runner::connection::{ConnectEnv, ConnectionString};

use crate::RehearseError;
use crate::copy::{Copy, Kind};

/// A Neon project, and the way to its API.
#[derive(Debug)]
pub struct NeonProject {
    /// The key of the API.
    pub key: ApiKey,
    /// The project.
    pub id: ProjectId,
    /// Where the API is, if it is not at Neon.
    pub base_url: Option<String>,
}

/// Makes a branch of a project's default branch and connects to the same database on it, as the same role.
///
/// `on` is told what is waited for.
pub async fn on_neon(
    source: &ConnectionString,
    project: NeonProject,
    name: &str,
    on: impl Fn(&Event) + Send + Sync + 'static,
) -> Result<Copy, RehearseError> {
    let made: Arc<Mutex<Option<BranchId>>> = Arc::default();
    let seen = Arc::clone(&made);
    let mut builder = Neon::builder(project.key, project.id).on_event(move |event| {
        if let (Event::Made { branch }, Ok(mut made)) = (event, seen.lock()) {
            *made = Some(branch.clone());
        }
        on(event);
    });
    if let Some(base) = project.base_url {
        builder = builder.base_url(base);
    }
    let neon = builder.build()?;
    let request = BranchRequest::new(name);
    let (database, role) = (source.dbname.clone(), source.user.clone());
    let client = neon.clone();
    let answer: Result<(BranchId, ConnectionUri), NeonError> = blocking(move || {
        let branch = client.create_branch(&request)?;
        let uri = client.connection_string(&branch.id, &database, &role)?;
        Ok((branch.id, uri))
    })
    .await?;
    let (branch, uri) = match answer {
        Ok(made) => made,
        Err(error) => {
            let left = made.lock().ok().and_then(|mut made| made.take());
            if let Some(branch) = left {
                remove(neon, branch).await?;
            }
            return Err(error.into());
        }
    };
    let string = ConnectionString::parse(uri.expose(), &ConnectEnv::default())?;
    Ok(Copy { string, lacks: Vec::new(), kind: Kind::Neon { neon, branch } })
}

/// Deletes a branch.
pub(crate) async fn remove(neon: Neon, branch: BranchId) -> Result<(), RehearseError> {
    Ok(blocking(move || neon.delete_branch(&branch)).await??)
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, RehearseError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| RehearseError::Lost { action: "speak with Neon", message: error.to_string() })
}
