//! Who plays, and which databases there are.

/// Somebody with a clone of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Member {
    Ada,
    Ben,
    Cleo,
    Dan,
    /// Joins late.
    Eve,
    /// The machine that deploys, the only one that knows where staging and production are.
    Robot,
    /// Nobody of the play: the clone in which databases are verified.
    Audit,
}

/// A database of the play.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Base {
    Development,
    Staging,
    Production,
    /// The local one of a member.
    Of(Member),
}

/// The environments, in the order in which they are told.
pub(crate) const ENVIRONMENTS: [Base; 3] = [Base::Development, Base::Staging, Base::Production];

impl Member {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ada => "Ada",
            Self::Ben => "Ben",
            Self::Cleo => "Cleo",
            Self::Dan => "Dan",
            Self::Eve => "Eve",
            Self::Robot => "Robot",
            Self::Audit => "Audit",
        }
    }

    /// The name of their clone's folder and of their database.
    pub(crate) fn folder(self) -> String {
        self.name().to_ascii_lowercase()
    }

    /// Whether they know where staging and production are.
    pub(crate) fn deploys(self) -> bool {
        matches!(self, Self::Robot | Self::Audit)
    }
}

impl Base {
    pub(crate) fn name(self) -> String {
        match self {
            Self::Development => "development".to_owned(),
            Self::Staging => "staging".to_owned(),
            Self::Production => "production".to_owned(),
            Self::Of(member) => member.folder(),
        }
    }

    /// The ref that says where it is to be.
    pub(crate) fn reference(self) -> Option<&'static str> {
        match self {
            Self::Staging => Some("staging"),
            Self::Production => Some("production"),
            Self::Development | Self::Of(_) => None,
        }
    }

    /// The arguments that choose it, in any clone that knows it.
    pub(crate) fn chosen(self) -> String {
        match self {
            Self::Of(_) => String::new(),
            environment => format!(" --env {}", environment.name()),
        }
    }
}
