//! An application on a platform: the platform keeps who may sign in, in a schema of its own, and has installed pgvector;
//! the application's tables refer to the platform's users, and its documents are found by what they mean.
//!
//! Whatever novate is told to do, nothing in the platform's schema changes: its catalog rows are compared after every
//! command, and at the end every statement that the deploying role sent is read in the server's log.

mod log;
mod theirs;

use novate_scratch::Server;

use crate::support::{Project, Ran, server_with_vector};

/// What the platform has set up before anybody deploys. The application's role owns the database, as it does on a
/// platform, and nothing in the platform's schemas.
const PLATFORM: &str = "
CREATE ROLE platform;
CREATE ROLE deploy LOGIN CREATEDB;
CREATE SCHEMA auth AUTHORIZATION platform;
SET ROLE platform;
CREATE TABLE auth.users (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    email varchar(255) UNIQUE,
    encrypted_password varchar(60),
    confirmed_at timestamptz
);
CREATE TABLE auth.sessions (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE
);
CREATE INDEX sessions_user_id_idx ON auth.sessions (user_id);
COMMENT ON TABLE auth.users IS 'Kept by the platform.';
INSERT INTO auth.users (id, email) SELECT ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'user' || n || '@example.org'
    FROM generate_series(1, 5) n;
INSERT INTO auth.sessions (user_id) SELECT id FROM auth.users;
GRANT USAGE ON SCHEMA auth TO deploy;
GRANT SELECT, REFERENCES ON auth.users TO deploy;
RESET ROLE;
CREATE SCHEMA extensions;
CREATE EXTENSION vector SCHEMA extensions;
GRANT USAGE ON SCHEMA extensions TO deploy;
GRANT USAGE, CREATE ON SCHEMA public TO deploy;
";

/// What the project declares of it: no more than what it refers to or reads.
const DECLARED: &str = "
-- @control external
CREATE SCHEMA auth;
-- @control external
CREATE TABLE auth.users (
    id uuid PRIMARY KEY,
    email varchar(255)
);
";
const EXTENSION: &str = "
-- @control external
CREATE SCHEMA extensions;
-- @control external
CREATE EXTENSION vector SCHEMA extensions;
";

const PROFILES: &str = "
CREATE TABLE profiles (
    user_id uuid PRIMARY KEY REFERENCES auth.users (id) ON DELETE CASCADE,
    display_name text NOT NULL
);
";
const DOCUMENTS: &str = "
CREATE TABLE documents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    title text NOT NULL UNIQUE
);
";
const EMBEDDED: &str = "
CREATE TABLE documents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    owner_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    title text NOT NULL UNIQUE,
    embedding extensions.vector(3)
);
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding extensions.vector_cosine_ops)
    WITH (m = 16, ef_construction = 64);
";
const USAGE: &str = "
CREATE TABLE usage_logs (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES auth.users (id) ON DELETE CASCADE,
    action text NOT NULL
);
CREATE TABLE usage_charges (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    usage_log_id bigint NOT NULL REFERENCES usage_logs (id) ON DELETE CASCADE,
    amount numeric(10, 4) NOT NULL
);
";

/// The documents nearest to a point, and how PostgreSQL finds them. The index is used wherever it can be: so few rows are
/// read faster without one.
const NEAREST: &str = "SELECT title FROM documents ORDER BY embedding OPERATOR(extensions.<=>) '[1,0.2,0]' LIMIT 5";

/// Where it is said what the platform keeps.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Said {
    /// In the application's own contract, as external.
    InTheContract,
    /// In spaces of their own, which the application refers to.
    InSpaces,
}

struct Session {
    project: Project,
    server: Server,
}

impl Session {
    /// A server with a database that the platform has set up, and a project that has nothing but its configuration.
    fn new(said: Said) -> Self {
        let server = server_with_vector(log::SETTINGS);
        let project = Project::on(&server);
        project.write(
            "novate.toml",
            "[database]\nurl = \"env:DATABASE_URL\"\n[space.app]\ncontract = \"contracts/app\"\n",
        );
        project.sql(PLATFORM);
        project.sql(&format!("ALTER DATABASE \"{}\" OWNER TO deploy", project.db.name()));
        let session = Self { project, server };
        match said {
            Said::InTheContract => {
                session.project.write("contracts/app/10_platform.sql", &[DECLARED, EXTENSION].concat());
            }
            Said::InSpaces => {
                session.space("platform", DECLARED);
                session.space("pgvector", EXTENSION);
            }
        }
        session
    }

    /// Runs novate as the role that deploys, and looks whether everything of the platform's is as it was.
    #[track_caller]
    fn novate(&self, arguments: &str) -> Ran {
        let before = theirs::everything(&self.project.db);
        let url = self.project.db.url().replace("postgres@", "deploy@");
        let ran = self.project.novate_on(&url, arguments);
        assert_eq!(theirs::everything(&self.project.db), before, "{}", ran.transcript());
        ran
    }

    /// A new version of a space, as whoever keeps it plans it, installed.
    fn space(&self, name: &str, contract: &str) {
        self.project.write(&format!("kept/{name}/novate.toml"), &format!("[space.{name}]\n"));
        self.project.write(&format!("kept/{name}/contracts/{name}.sql"), contract);
        self.novate(&format!("-C kept/{name} plan --name next")).ok();
        self.novate(&format!("space add kept/{name}")).ok();
    }

    /// Writes the part of the contract that is the application's own.
    fn contract(&self, parts: &[&str]) {
        self.project.write("contracts/app/20_app.sql", &parts.concat());
    }

    /// The platform changes what is its own.
    fn platform(&self, sql: &str) {
        self.project.sql(&format!("SET ROLE platform; {sql}"));
    }

    /// The application writes or reads rows.
    fn application(&self, sql: &str) -> String {
        self.project.value(&format!("SET ROLE deploy; {sql}"))
    }

    fn package(&self) -> String {
        self.project.read(&format!("{}/migration.sql", self.project.newest_package()))
    }

    /// A change from the contract to the database: planned, tried on a copy, applied, verified.
    #[track_caller]
    fn deploy(&self, name: &str) -> String {
        self.novate(&format!("plan --name '{name}'")).ok();
        let package = self.package();
        self.novate("check").ok();
        self.novate("rehearse --on template").ok().says("The rehearsal is clean").says("the copy is removed");
        self.novate("migrate").ok();
        self.verified();
        package
    }

    /// The database is what the contract says, nothing more and nothing less but who may do what, which contracts do not
    /// hold yet; and nothing is left to plan.
    #[track_caller]
    fn verified(&self) {
        let verified = self.novate("db verify --strict --json").ok();
        let json = verified.json();
        let spaces = json["spaces"].as_array().cloned().unwrap_or_default();
        for seen in spaces.iter().chain([&json]) {
            let findings = seen["findings"].as_array().into_iter().flatten();
            let beside = findings.into_iter().find(|finding| finding["objectType"] != "privilege");
            assert_eq!(beside, None, "{}", verified.transcript());
        }
        assert_eq!(self.novate("plan --json").ok().json()["planned"], false);
    }

    fn nearest(&self) -> Vec<String> {
        let rows = self.project.sql(&format!("SET enable_seqscan = off; {NEAREST}"));
        rows.into_iter().flatten().flatten().collect()
    }

    fn plan_of_nearest(&self) -> String {
        let rows = self.project.sql(&format!("SET enable_seqscan = off; EXPLAIN {NEAREST}"));
        rows.into_iter().flatten().flatten().collect::<Vec<String>>().join("\n")
    }
}

#[test]
fn an_application_on_a_platform() {
    story(Said::InTheContract);
}

#[test]
fn an_application_beside_spaces_of_the_platform() {
    story(Said::InSpaces);
}

fn story(said: Said) {
    let session = Session::new(said);

    // The first deploy: tables that refer to the platform's users.
    session.contract(&[PROFILES, DOCUMENTS, USAGE]);
    let package = session.deploy("start");
    assert!(!package.contains("CREATE SCHEMA"), "{package}");
    assert!(!package.contains("CREATE EXTENSION"), "{package}");
    session.application(
        "INSERT INTO profiles SELECT id, split_part(email, '@', 1) FROM auth.users;
         INSERT INTO documents (owner_id, title) SELECT id, 'by ' || email || ' ' || n FROM auth.users, generate_series(1, 20) n;
         INSERT INTO usage_logs (user_id, action) SELECT id, 'search' FROM auth.users;
         INSERT INTO usage_charges (usage_log_id, amount) SELECT id, id * 0.25 FROM usage_logs",
    );

    // The platform changes its table: columns are added, one that nobody declared becomes wider. That is its business.
    session.platform(
        "ALTER TABLE auth.users ADD COLUMN phone text, ADD COLUMN banned_until timestamptz,
             ALTER COLUMN encrypted_password TYPE text;
         CREATE INDEX users_phone_idx ON auth.users (phone)",
    );
    session.verified();
    session.novate("migrate").ok();
    session.novate("db update --yes").ok();

    // Documents get embeddings and an index that finds the nearest.
    session.contract(&[PROFILES, EMBEDDED, USAGE]);
    let package = session.deploy("documents have embeddings");
    assert!(package.contains("ADD COLUMN embedding extensions.vector(3)"), "{package}");
    assert!(package.contains("USING hnsw (embedding extensions.vector_cosine_ops)"), "{package}");
    session.application(
        "UPDATE documents SET embedding = ARRAY[cos(id / 10.0), sin(id / 10.0), id % 7]::real[]::extensions.vector",
    );
    let nearest = session.nearest();
    assert_eq!(nearest.len(), 5);
    assert!(session.plan_of_nearest().contains("documents_embedding_idx"), "{}", session.plan_of_nearest());
    let embeddings =
        session.application("SELECT md5(string_agg(id || embedding::text, ',' ORDER BY id)) FROM documents");

    // The integer key of the usage logs becomes text, and so does what refers to it.
    let charges = "SELECT string_agg(usage_log_id || '=' || amount || '@' || l.user_id, ' ' ORDER BY c.id)
                   FROM usage_charges c JOIN usage_logs l ON l.id = c.usage_log_id";
    let before = session.application(charges);
    let text_keys = USAGE
        .replacen(
            "id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
            "id text PRIMARY KEY DEFAULT gen_random_uuid()::text",
            1,
        )
        .replace("usage_log_id bigint", "usage_log_id text");
    session.contract(&[PROFILES, EMBEDDED, &text_keys]);
    let package = session.deploy("usage log keys as text");
    assert!(package.contains("ALTER COLUMN usage_log_id SET DATA TYPE text"), "{package}");
    assert_eq!(session.application(charges), before);
    session.application("INSERT INTO usage_logs (user_id, action) SELECT id, 'export' FROM auth.users");
    assert_eq!(session.application("SELECT count(*) FROM usage_logs WHERE length(id) = 36"), "5");

    // The platform changes its table again, and now it is something that was declared. Nothing of it is ours to mend:
    // what the contract says of it has to follow.
    session.contract(&[PROFILES, EMBEDDED, &text_keys, "CREATE INDEX usage_logs_action_idx ON usage_logs (action);\n"]);
    session.novate("plan --name 'logs by action'").ok();
    session.platform("ALTER TABLE auth.users RENAME COLUMN email TO email_address; ALTER TABLE auth.users ALTER email_address TYPE text");
    let infer = "novate contract infer --only auth.users --control external";
    // A space of the platform's is held against its declaration before anything of the application's runs.
    let failed = if said == Said::InSpaces { 4 } else { 5 };
    for (arguments, code) in
        [("migrate", failed), ("rehearse --on template", failed), ("db verify --strict --schema-only", 4)]
    {
        let end = session.novate(arguments);
        assert_eq!(end.code, code, "{}", end.transcript());
        end.says("auth.users").says("email").says(infer).does_not_say("ALTER TABLE auth");
    }
    let (folder, file) = match said {
        Said::InTheContract => (".", "contracts/app/10_platform.sql"),
        Said::InSpaces => ("kept/platform", "contracts/platform.sql"),
    };
    session
        .novate(&format!("-C {folder} contract infer --only auth.users --control external --output {file} --force"))
        .ok();
    let declared = session.project.read(&format!("{folder}/{file}"));
    assert!(declared.contains("-- @control external\nCREATE TABLE auth.users ("), "{declared}");
    assert!(declared.contains("email_address text"), "{declared}");
    match said {
        Said::InTheContract => {
            session.project.write("contracts/app/11_extensions.sql", EXTENSION);
            let package = session.deploy("what the platform calls an address");
            assert!(!package.contains("auth"), "{package}");
        }
        Said::InSpaces => {
            session.space("platform", &declared);
            session.novate("plan").ok().says("Nothing to do");
            session.novate("rehearse --on template").ok().says("The rehearsal is clean");
            session.novate("migrate").ok().says("platform: 1 package applied").says("app: 1 package applied");
        }
    }

    // Nothing of anybody's was lost, and what was found is found.
    session.verified();
    session.novate("status").ok();
    assert_eq!(
        session.application("SELECT md5(string_agg(id || embedding::text, ',' ORDER BY id)) FROM documents"),
        embeddings
    );
    assert_eq!(session.nearest(), nearest);
    assert!(session.plan_of_nearest().contains("documents_embedding_idx"), "{}", session.plan_of_nearest());
    assert_eq!(session.application(charges), before);
    assert_eq!(session.project.value("SELECT count(*) FROM auth.users"), "5");

    // No statement of the deploying role named the platform's schema but as the target of a foreign key.
    let folder = session.server.folder().unwrap();
    let text = std::fs::read_to_string(folder.join("log")).unwrap();
    let statements = log::statements_of("deploy", &text);
    assert!(statements.iter().any(|sql| sql.contains("REFERENCES auth.users")), "{statements:#?}");
    for sql in &statements {
        assert_eq!(log::touches("auth", sql), Vec::<String>::new(), "{sql}");
    }
}
