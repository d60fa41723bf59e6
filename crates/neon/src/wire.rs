//! What is sent and answered, as JSON. Fields that nobody asked about are passed over: others write these answers.

use serde::{Deserialize, Serialize};

use crate::branch::{Branch, BranchId, BranchRequest};

#[derive(Serialize)]
pub(crate) struct Create<'a> {
    branch: NewBranch<'a>,
    endpoints: [NewEndpoint; 1],
}

#[derive(Serialize)]
struct NewBranch<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parent_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

#[derive(Serialize)]
struct NewEndpoint {
    r#type: &'static str,
}

impl<'a> Create<'a> {
    pub(crate) fn new(request: &'a BranchRequest) -> Self {
        Self {
            branch: NewBranch {
                name: &request.name,
                parent_id: request.parent.as_ref().map(BranchId::as_str),
                // Neon keeps whole seconds.
                expires_at: request.expires_at.map(|at| format!("{at:.0}")),
            },
            endpoints: [NewEndpoint { r#type: READ_WRITE }],
        }
    }
}

const READ_WRITE: &str = "read_write";

#[derive(Deserialize)]
pub(crate) struct Created {
    pub(crate) branch: WireBranch,
    #[serde(default)]
    pub(crate) operations: Vec<Operation>,
}

#[derive(Deserialize)]
pub(crate) struct Deleted {
    #[serde(default)]
    pub(crate) operations: Vec<Operation>,
}

#[derive(Deserialize)]
pub(crate) struct Branches {
    pub(crate) branches: Vec<WireBranch>,
    #[serde(default)]
    pagination: Option<Pagination>,
}

#[derive(Deserialize)]
struct Pagination {
    next: Option<String>,
}

impl Branches {
    /// Where the next page begins, if there is one.
    pub(crate) fn next(&self) -> Option<String> {
        let next = self.pagination.as_ref()?.next.as_ref()?;
        (!next.is_empty() && !self.branches.is_empty()).then(|| next.clone())
    }
}

#[derive(Deserialize)]
pub(crate) struct WireBranch {
    id: String,
    name: String,
    parent_id: Option<String>,
    #[serde(default)]
    default: bool,
    #[serde(default)]
    protected: bool,
    created_at: Option<String>,
    expires_at: Option<String>,
}

impl From<WireBranch> for Branch {
    fn from(wire: WireBranch) -> Self {
        let time = |text: Option<String>| text.and_then(|text| text.parse().ok());
        Self {
            id: BranchId::new(wire.id),
            name: wire.name,
            parent: wire.parent_id.map(BranchId::new),
            is_default: wire.default,
            is_protected: wire.protected,
            created_at: time(wire.created_at),
            expires_at: time(wire.expires_at),
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct OperationAnswer {
    pub(crate) operation: Operation,
}

#[derive(Deserialize)]
pub(crate) struct Operation {
    pub(crate) id: String,
    pub(crate) action: String,
    pub(crate) status: String,
    #[serde(default)]
    pub(crate) error: Option<String>,
}

/// How an operation stands.
pub(crate) enum Standing {
    Done,
    Failed,
    Running,
}

impl Operation {
    /// A status that is not known is one that does not end yet; the deadline ends the waiting.
    pub(crate) fn standing(&self) -> Standing {
        match self.status.as_str() {
            "finished" | "skipped" => Standing::Done,
            "failed" | "cancelled" => Standing::Failed,
            _ => Standing::Running,
        }
    }
}

#[derive(Deserialize)]
pub(crate) struct Endpoints {
    endpoints: Vec<Endpoint>,
}

#[derive(Deserialize)]
struct Endpoint {
    r#type: String,
    #[serde(default)]
    current_state: String,
}

impl Endpoints {
    /// Whether one can be connected to: it runs, or it sleeps and wakes for a connection.
    pub(crate) fn ready(&self) -> bool {
        self.endpoints.iter().any(|endpoint| {
            endpoint.r#type == READ_WRITE && matches!(endpoint.current_state.as_str(), "active" | "idle")
        })
    }
}

#[derive(Deserialize)]
pub(crate) struct Uri {
    pub(crate) uri: String,
}

/// The body of an error. Proxies and gateways send others, or none.
#[derive(Default)]
pub(crate) struct ErrorBody {
    pub(crate) code: String,
    pub(crate) message: String,
    pub(crate) request_id: Option<String>,
}

impl ErrorBody {
    /// As much of it as there is.
    pub(crate) fn read(body: &[u8]) -> Self {
        let value: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |name: &str| value.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        Self {
            code: text("code").unwrap_or_default(),
            message: text("message").unwrap_or_default(),
            request_id: text("request_id").filter(|id| !id.is_empty()),
        }
    }
}
