//! Embeddings: pgvector's types, indexes and operators in contracts, wherever the extension lives.

use std::sync::OnceLock;

use novate_scratch::Server;

use crate::support::{Project, server_with_vector};

fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| server_with_vector(&[]))
}

/// A project whose contract is planned and applied, on a server that has pgvector.
fn migrated(contract: &str) -> Project {
    let project = planned(contract);
    project.novate("migrate").ok();
    settled(&project);
    project
}

/// A project whose contract is planned, on such a server.
fn planned(contract: &str) -> Project {
    let project = Project::on(server());
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n");
    project.contract(contract);
    project.novate("plan --name start").ok();
    project
}

/// Nothing is left to plan, to mend or to tell, and what is read back from the database is the same contract.
#[track_caller]
fn settled(project: &Project) {
    let verified = project.novate("db verify --strict --json").ok();
    assert_eq!(verified.json()["findings"], serde_json::json!([]), "{}", verified.transcript());
    assert_eq!(project.novate("plan --json").ok().json()["planned"], false);
    inferred(project);
}

/// What is inferred says the same as what was written.
#[track_caller]
fn inferred(project: &Project) {
    let text = project.novate("contract infer --output -").ok().out;
    let written = project.read("contracts/app.sql");
    project.contract(&text);
    let verified = project.novate("db verify --strict --schema-only --json").ok();
    assert_eq!(verified.json()["findings"], serde_json::json!([]), "{}\n{text}", verified.transcript());
    project.contract(&written);
}

/// Plans for a contract, and gives what is in the newest package.
fn plan(project: &Project, contract: &str) -> String {
    project.contract(contract);
    project.novate("plan").ok();
    project.read(&format!("{}/migration.sql", project.newest_package()))
}

const EVERYTHING: &str = "
CREATE EXTENSION vector;
CREATE TABLE documents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    title text NOT NULL,
    large vector(1536),
    embedding vector(3) NOT NULL DEFAULT '[0,0,0]',
    half halfvec(3),
    sparse sparsevec(5),
    flags bit(8),
    many vector(3)[],
    free vector,
    CONSTRAINT near CHECK (embedding <-> '[0,0,0]' < 100),
    CHECK (vector_dims(free) < 10),
    CHECK (l2_norm(half) >= 0)
);
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding vector_cosine_ops)
    WITH (m = 16, ef_construction = 64);
CREATE INDEX documents_large_idx ON documents USING hnsw (large vector_l2_ops);
CREATE INDEX documents_half_idx ON documents USING hnsw (half halfvec_ip_ops) WITH (ef_construction = 100);
CREATE INDEX documents_sparse_idx ON documents USING hnsw (sparse sparsevec_l1_ops);
CREATE INDEX documents_flags_idx ON documents USING hnsw (flags bit_hamming_ops);
CREATE INDEX documents_lists_idx ON documents USING ivfflat (embedding vector_ip_ops) WITH (lists = 10);
CREATE INDEX documents_default_idx ON documents USING ivfflat (embedding) WITH (lists = 10);
CREATE INDEX documents_cast_idx ON documents USING hnsw ((free::vector(3)) vector_l2_ops) WHERE vector_dims(free) = 3;
CREATE INDEX documents_binary_idx ON documents USING hnsw ((binary_quantize(embedding)::bit(3)) bit_jaccard_ops);
CREATE INDEX documents_tree_idx ON documents (embedding);
";

#[test]
fn types_indexes_and_operators() {
    let project = migrated(EVERYTHING);
    project.sql("INSERT INTO documents (title, embedding) VALUES ('one', '[1,0,0]'), ('two', '[0,1,0]')");
    project.novate("db sign").ok();
    // Dropped one by one, and all at once.
    let without = EVERYTHING.replace("    free vector,\n", "").replace("    CHECK (vector_dims(free) < 10),\n", "");
    let without: Vec<&str> = without.lines().filter(|line| !line.contains("free")).collect();
    plan(&project, &without.join("\n"));
    project.novate("migrate").ok();
    settled(&project);
    plan(&project, "");
    project.novate("migrate").ok();
    settled(&project);
    assert_eq!(project.value("SELECT count(*) FROM pg_extension WHERE extname = 'vector'"), "0");
}

#[test]
fn a_dump_is_a_contract() {
    let project = migrated(EVERYTHING);
    project
        .novate("db schema")
        .ok()
        .says("USING hnsw")
        .says("vector_cosine_ops")
        .does_not_say("vector_l2_ops)\n    WITH");
    // As pg_dump writes it: qualified, and the operators with their schema.
    project.contract(
        "CREATE EXTENSION IF NOT EXISTS vector WITH SCHEMA public;
         COMMENT ON EXTENSION vector IS 'vector data type and ivfflat and hnsw access methods';
         CREATE TABLE public.t (id integer NOT NULL, a public.vector(3) DEFAULT '[0,0,0]'::public.vector,
             b public.halfvec(4), CONSTRAINT near CHECK (((a OPERATOR(public.<->) '[0,0,0]'::public.vector) < (100)::double precision)));
         CREATE INDEX t_a_idx ON public.t USING hnsw (a public.vector_cosine_ops) WITH (m='16', ef_construction='64');
         CREATE INDEX t_b_idx ON public.t USING ivfflat (b public.halfvec_l2_ops) WITH (lists='10');",
    );
    project.novate("plan").ok();
    project.novate("migrate").ok();
    settled(&project);
    project.contract(
        "CREATE EXTENSION vector;
         CREATE TABLE t (id integer NOT NULL, a vector(3) DEFAULT '[0,0,0]', b halfvec(4),
             CONSTRAINT near CHECK (a <-> '[0,0,0]' < 100));
         CREATE INDEX t_a_idx ON t USING hnsw (a vector_cosine_ops) WITH (m = 16, ef_construction = 64);
         CREATE INDEX t_b_idx ON t USING ivfflat (b halfvec_l2_ops) WITH (lists = 10);",
    );
    let verified = project.novate("db verify --strict --schema-only --json").ok();
    assert_eq!(verified.json()["findings"], serde_json::json!([]), "{}", verified.transcript());
}

const ELSEWHERE: &str = "
CREATE SCHEMA extensions;
CREATE EXTENSION vector SCHEMA extensions;
CREATE TABLE documents (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    embedding extensions.vector(3) NOT NULL DEFAULT '[0,0,0]',
    half extensions.halfvec(3),
    CONSTRAINT near CHECK (embedding OPERATOR(extensions.<->) '[0,0,0]' < 100),
    CHECK (extensions.vector_dims(embedding) = 3)
);
CREATE INDEX documents_embedding_idx ON documents USING hnsw (embedding extensions.vector_cosine_ops)
    WITH (m = 16, ef_construction = 64);
CREATE INDEX documents_half_idx ON documents USING ivfflat (half extensions.halfvec_cosine_ops) WITH (lists = 10);
";

#[test]
fn an_extension_in_a_schema_of_its_own() {
    let project = migrated(ELSEWHERE);
    // Whatever the path of whoever looks.
    for path in ["public, extensions", "extensions", "extensions, public", "\"$user\"", "pg_catalog"] {
        project.sql(&format!("ALTER DATABASE \"{}\" SET search_path = {path}", project.db.name()));
        settled(&project);
    }
    project.sql(&format!("ALTER DATABASE \"{}\" RESET search_path", project.db.name()));
    // Names without a schema are those of the extension, wherever it is.
    let short = ELSEWHERE.replace("extensions.v", "v").replace("extensions.h", "h");
    assert!(short.contains("embedding vector(3)"), "{short}");
    project.contract(&short);
    project.novate("plan --json").ok().says("\"planned\": false");
    settled(&project);
}

/// On a platform that has the extension's schema on everybody's path, operators need no schema either.
#[test]
fn operators_found_on_the_path() {
    let project = Project::on(server());
    project.write("novate.toml", "[database]\nurl = \"env:DATABASE_URL\"\n");
    project.sql(&format!("ALTER DATABASE \"{}\" SET search_path = public, extensions", project.db.name()));
    project.contract(&ELSEWHERE.replace("OPERATOR(extensions.<->)", "<->").replace("extensions.v", "v"));
    project.novate("plan --name start").ok();
    project.novate("migrate").ok();
    settled(&project);
}

fn table(columns: &str, indexes: &str) -> String {
    format!("CREATE EXTENSION vector;\nCREATE TABLE t (id int PRIMARY KEY, {columns});\n{indexes}\n")
}

const HNSW: &str = "CREATE INDEX t_v_idx ON t USING hnsw (v vector_cosine_ops);";

#[test]
fn no_vector_has_room_in_other_dimensions() {
    let project = migrated(&table("v vector(3)", HNSW));
    project.sql("INSERT INTO t VALUES (1, '[1,2,3]'), (2, NULL)");
    // More are no more room: only the author knows what becomes of what is there.
    for to in ["vector(4)", "vector(2)"] {
        let text = plan(&project, &table(&format!("v {to}"), HNSW));
        assert!(text.contains("-- @placeholder public.t.v"), "{text}");
        project.novate("migrate").fails(2, "MIGRATION.UNFILLED_PLACEHOLDER");
        std::fs::remove_dir_all(project.path(&project.newest_package())).unwrap();
    }
    plan(&project, &table("v vector(2)", HNSW));
    project.fill("subvector(v, 1, 2)::vector(2)").ok();
    project.novate("migrate").ok();
    settled(&project);
    assert_eq!(project.value("SELECT v FROM t WHERE id = 1"), "[1,2]");
    // Without dimensions there is room for every vector, and nothing is rewritten; an index on it has to go.
    let file = project.value("SELECT relfilenode FROM pg_class WHERE relname = 't'");
    let text = plan(&project, &table("v vector", ""));
    assert!(!text.contains("@placeholder"), "{text}");
    project.novate("migrate").ok();
    settled(&project);
    assert_eq!(project.value("SELECT relfilenode FROM pg_class WHERE relname = 't'"), file);
    // Back to some: what does not fit stops it, and nothing is changed.
    let text = plan(&project, &table("v vector(3)", HNSW));
    assert!(!text.contains("@placeholder"), "{text}");
    project.novate("migrate").fails(5, "MIGRATION.STATEMENT_FAILED").says("expected 3 dimensions, not 2");
    project.sql("DELETE FROM t WHERE v IS NOT NULL");
    project.novate("migrate").ok();
    settled(&project);
}

/// One vector, before and after a column has got another type; an answer where the plan has to ask.
#[track_caller]
fn changes(from: &str, before: &str, to: (&str, &str), after: &str, answer: Option<&str>) {
    let (ty, index) = to;
    let project = migrated(&table(&format!("v {from}"), ""));
    project.sql(&format!("INSERT INTO t VALUES (1, '{before}'), (2, NULL)"));
    let text = plan(&project, &table(&format!("v {ty}"), index));
    assert_eq!(text.contains("@placeholder"), answer.is_some(), "{text}");
    if let Some(expression) = answer {
        project.fill(expression).ok();
    }
    project.novate("migrate").ok();
    settled(&project);
    assert_eq!(project.value("SELECT v FROM t WHERE id = 1"), after, "{text}");
}

#[test]
fn from_one_kind_of_vector_to_another() {
    let hnsw = |class: &str| format!("CREATE INDEX t_v_idx ON t USING hnsw (v {class});");
    changes("vector(3)", "[1,2,3]", ("halfvec(3)", &hnsw("halfvec_cosine_ops")), "[1,2,3]", None);
    changes("halfvec(3)", "[1,2,3]", ("vector(3)", &hnsw("vector_l1_ops")), "[1,2,3]", None);
    changes("vector(3)", "[1,0,3]", ("sparsevec(3)", &hnsw("sparsevec_l2_ops")), "{1:1,3:3}/3", None);
    changes("sparsevec(3)", "{1:1,3:3}/3", ("vector(3)", &hnsw("vector_ip_ops")), "[1,0,3]", None);
    changes("real[]", "{1,2,3}", ("vector(3)", HNSW), "[1,2,3]", None);
    changes("vector(3)", "[1,2,3]", ("real[]", ""), "{1,2,3}", Some("v::real[]"));
    changes("vector(3)", "[1,2,3]", ("text", ""), "[1,2,3]", None);
    changes("text", "[1,2,3]", ("vector(3)", HNSW), "[1,2,3]", None);
    changes("vector(3)", "[1,2,3]", ("halfvec(2)", ""), "[1,2]", Some("subvector(v, 1, 2)::halfvec(2)"));
}

#[test]
fn an_index_goes_with_the_class_that_its_column_had() {
    let project = migrated(&table("v vector(3)", HNSW));
    project.sql("INSERT INTO t VALUES (1, '[1,2,3]')");
    plan(&project, &table("v halfvec(3)", "CREATE INDEX t_v_idx ON t USING hnsw (v halfvec_cosine_ops);"));
    let shown = project.novate("migration show --json").ok();
    assert!(shown.out.contains("data-loss"), "{}", shown.transcript());
    project.novate("migrate").ok();
    settled(&project);
}

#[test]
fn parameters_and_classes_of_indexes() {
    let project = migrated(&table("v vector(3)", HNSW));
    project.sql("INSERT INTO t SELECT n, ARRAY[n, 1, 2]::vector FROM generate_series(1, 50) n");
    let file = || project.value("SELECT relfilenode FROM pg_class WHERE relname = 't_v_idx'");
    for index in [
        "CREATE INDEX t_v_idx ON t USING hnsw (v vector_cosine_ops) WITH (m = 8, ef_construction = 40);",
        "CREATE INDEX t_v_idx ON t USING hnsw (v vector_l2_ops) WITH (m = 8);",
        "CREATE INDEX t_v_idx ON t USING ivfflat (v vector_l2_ops) WITH (lists = 2);",
        "CREATE INDEX t_v_idx ON t USING ivfflat (v) WITH (lists = 4);",
        "CREATE INDEX t_v_idx ON t USING hnsw (v vector_l2_ops) WHERE id > 3;",
        "",
        HNSW,
    ] {
        // What a graph was built with it keeps: whatever is changed, it has to be built anew.
        let before = file();
        plan(&project, &table("v vector(3)", index));
        project.novate("migrate").ok();
        settled(&project);
        assert_ne!(file(), before, "{index}");
    }
}

#[test]
fn built_without_holding_anybody_up() {
    let online = |index: &str| table("v vector(3)", index).replace("CREATE TABLE", "-- @online\nCREATE TABLE");
    let project = migrated(&online(""));
    project.sql("INSERT INTO t SELECT n, ARRAY[n, 1, 2]::vector FROM generate_series(1, 50) n");
    let hnsw = "CREATE INDEX t_v_idx ON t USING hnsw (v vector_cosine_ops) WITH (m = 16, ef_construction = 64);";
    let text = plan(&project, &online(hnsw));
    assert!(text.contains("CREATE INDEX CONCURRENTLY"), "{text}");
    project.novate("migrate").ok();
    settled(&project);
    // Other parameters: the new one is there before the old one goes.
    plan(&project, &online(&hnsw.replace("64", "80")));
    project.novate("migrate").ok();
    settled(&project);
    let text = plan(&project, &online(""));
    assert!(text.contains("DROP INDEX CONCURRENTLY"), "{text}");
    project.novate("migrate").ok();
    settled(&project);
}

#[test]
fn what_was_changed_behind_our_back() {
    let project = migrated(&table("v vector(3)", HNSW));
    project.sql("DROP INDEX t_v_idx; CREATE INDEX t_v_idx ON t USING hnsw (v vector_l2_ops)");
    project.novate("db verify").fails(4, "DB.DRIFT").says("vector_l2_ops");
    project.sql("DROP INDEX t_v_idx; CREATE INDEX t_v_idx ON t USING hnsw (v vector_cosine_ops) WITH (m = 8)");
    project
        .novate("db verify")
        .fails(4, "DB.DRIFT")
        .says("m=8")
        .says("CREATE INDEX t_v_idx ON public.t USING hnsw (v vector_cosine_ops)");
    project.sql("DROP INDEX t_v_idx; CREATE INDEX t_v_idx ON t USING hnsw (v vector_cosine_ops); ALTER TABLE t ALTER v TYPE vector(4)");
    project.novate("db verify").fails(4, "DB.DRIFT").says("vector(4)");
}
