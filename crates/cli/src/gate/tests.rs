//! One gate in every format.
#![allow(clippy::unwrap_used)]

mod schema;

use camino::Utf8PathBuf;
use insta::assert_snapshot;
use novate_contract::{Contract, json};
use novate_history::PackageName;
use novate_sql::Span;

use super::*;
use crate::problem::Place;
use crate::project::denied;

const SOURCE: &str = "-- migration: clean_up\n\n-- @allow scan: the table is small | *really*\nALTER TABLE public.users ADD \
                      CONSTRAINT c CHECK (age > 0);\n\nALTER TABLE public.users DROP COLUMN old;\n";

fn contract(sql: &str) -> Contract {
    let file = novate_source::SourceFile::new("app.sql", sql);
    novate_source::read(&[file], &novate_source::SourceOptions::default()).unwrap().contract
}

/// A package with an exception, what a policy says of it, a warning elsewhere, and a summary that tries everything.
fn gate() -> Gate {
    let from = contract("CREATE TABLE users (id int PRIMARY KEY, age int, old text);");
    let to = contract("CREATE TABLE users (id int PRIMARY KEY, age int, CONSTRAINT c CHECK (age > 0));");
    let compiled = novate_planner::compile(SOURCE, &from, &to).unwrap();
    let path = Utf8PathBuf::from("/repo/db/migrations/app/20260515T1200_clean_up/migration.sql");
    let at = SOURCE.find("ALTER TABLE public.users DROP").unwrap();
    let package = Reviewed {
        name: PackageName::parse("20260515T1200_clean_up").unwrap(),
        path: path.clone(),
        source: SOURCE.to_owned(),
        from: Some(json::storage_hash(&from)),
        to: Some(json::storage_hash(&to)),
        mode: compiled.transaction,
        operations: compiled.operations,
        places: compiled.places,
        allowed: compiled.allowed,
    };
    let drop = denied("POLICY.DENIED", "destructive is denied: Drop column old of public.users")
        .why("[env.production] names destructive\n100% of it: a, b")
        .fix("plan it otherwise")
        .meta(serde_json::json!({ "operation": "column.public.users.old" }))
        .at(Place::span(path, SOURCE, Span::new(at, at)));
    let hostile = Problem::input("REF.DANGLING", "the ref <b>x</b>|`y`\r\n::error::@all points nowhere")
        .at(Place::file("/repo/db/migrations/app/refs/a,b:c d.json"));
    let warning = Problem::input("CONTRACT.NAME_CUT", "the name is too long").warning();
    Gate {
        problems: vec![drop.clone(), drop, hostile, warning],
        pending: vec![package],
        base: Some("origin/main".to_owned()),
        packages: 3,
        snapshots: 4,
        settings: "/repo/db/novate.toml".into(),
        ..Gate::default()
    }
}

fn written(format: Format) -> String {
    gate().write(format, Utf8Path::new("/repo/db"), Utf8Path::new("/repo"))
}

#[test]
fn github() {
    assert_snapshot!(written(Format::Github), @r#"
    ::error file=db/migrations/app/20260515T1200_clean_up/migration.sql,line=6,col=1,title=POLICY.DENIED::destructive is denied: Drop column old of public.users%0A[env.production] names destructive%0A100%25 of it: a, b%0AFix: plan it otherwise
    ::error file=db/migrations/app/20260515T1200_clean_up/migration.sql,line=6,col=1,title=POLICY.DENIED::destructive is denied: Drop column old of public.users%0A[env.production] names destructive%0A100%25 of it: a, b%0AFix: plan it otherwise
    ::error file=db/migrations/app/refs/a%2Cb%3Ac d.json,title=REF.DANGLING::the ref <b>x</b>|`y`%0D%0A::error::@all points nowhere
    ::warning title=CONTRACT.NAME_CUT::the name is too long
    novate check: 3 problems, 1 warning
    "#);
}

#[test]
fn markdown() {
    assert_snapshot!(written(Format::Markdown), @r#"
    ## novate check

    1 package that `origin/main` does not have.

    ### `20260515T1200_clean_up`

    From `e86f40f86b64` to `0496b77d4d61`; one transaction.

    | class | operation | hazards |
    |---|---|---|
    | data | Add check c to public.users | **scan**: All of public.users is read.<br>**blocks-reads**: Nobody can read public.users while its rows are checked.<br>**blocks-writes**: Nobody can write to public.users while its rows are checked.<br>**may-fail**: It fails where a row of public.users does not satisfy it.<br>_allowed scan: the table is small \| \*really\*_ |
    | destructive | Drop column old from public.users | **drop-column**: Column public.users.old is dropped.<br>**data-loss**: All values of public.users.old are lost.<br>**breaks-clients**: Programs that use public.users.old break.<br>**irreversible**: Its values cannot be had back. |

    <details><summary>SQL</summary>

    ```sql
    -- migration: clean_up

    -- @allow scan: the table is small | *really*
    ALTER TABLE public.users ADD CONSTRAINT c CHECK (age > 0);

    ALTER TABLE public.users DROP COLUMN old;
    ```

    </details>

    ### What the hazards mean

    - **blocks-reads**: Takes a lock (ACCESS EXCLUSIVE) that keeps every reader and writer of the table waiting until the transaction ends.
    - **blocks-writes**: Takes a lock (SHARE or SHARE ROW EXCLUSIVE) under which the table can be read, and every writer waits until the transaction ends.
    - **scan**: Reads the whole table while it holds its lock.
    - **may-fail**: Can fail on rows that are there. Then all of it is rolled back.
    - **data-loss**: Loses data that nothing brings back but a backup.
    - **drop-column**: Drops a column with what is in it.
    - **breaks-clients**: Programs that run against the schema as it was fail afterwards.
    - **irreversible**: No later migration can take it back.

    ### Problems

    | | problem | place | fix |
    |---|---|---|---|
    | ✖ | `POLICY.DENIED`<br>destructive is denied: Drop column old of public.users<br>\[env.production\] names destructive<br>100% of it: a, b | `db/migrations/app/20260515T1200_clean_up/migration.sql:6:1` | plan it otherwise |
    | ✖ | `POLICY.DENIED`<br>destructive is denied: Drop column old of public.users<br>\[env.production\] names destructive<br>100% of it: a, b | `db/migrations/app/20260515T1200_clean_up/migration.sql:6:1` | plan it otherwise |
    | ✖ | `REF.DANGLING`<br>the ref &lt;b&gt;x&lt;/b&gt;\|\`y\`<br>::error::&#64;all points nowhere | `db/migrations/app/refs/a,b:c d.json` |  |
    | ⚠ | `CONTRACT.NAME_CUT`<br>the name is too long |  |  |

    **✖ 3 problems, 1 warning**
    "#);
}

#[test]
fn sarif() {
    let mut log: Value = serde_json::from_str(&written(Format::Sarif)).unwrap();
    assert_eq!(schema::faults(&log), Vec::<String>::new());
    // The pages and the version are long or change.
    for rule in log["runs"][0]["tool"]["driver"]["rules"].as_array_mut().unwrap() {
        assert!(rule["help"]["text"].as_str().unwrap().contains("What to do: "));
        rule.as_object_mut().unwrap().remove("help");
    }
    log["runs"][0]["tool"]["driver"]["semanticVersion"] = "VERSION".into();
    assert_snapshot!(serde_json::to_string_pretty(&log).unwrap(), @r#"
    {
      "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
      "runs": [
        {
          "columnKind": "unicodeCodePoints",
          "results": [
            {
              "level": "error",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "db/migrations/app/20260515T1200_clean_up/migration.sql"
                    },
                    "region": {
                      "startColumn": 1,
                      "startLine": 6
                    }
                  }
                }
              ],
              "message": {
                "text": "destructive is denied: Drop column old of public.users\nWhy: [env.production] names destructive\n100% of it: a, b\nFix: plan it otherwise"
              },
              "partialFingerprints": {
                "novate/v1": "b67fc4cae59b5a1f182b904ec9e03d24"
              },
              "ruleId": "POLICY.DENIED",
              "ruleIndex": 1
            },
            {
              "level": "error",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "db/migrations/app/20260515T1200_clean_up/migration.sql"
                    },
                    "region": {
                      "startColumn": 1,
                      "startLine": 6
                    }
                  }
                }
              ],
              "message": {
                "text": "destructive is denied: Drop column old of public.users\nWhy: [env.production] names destructive\n100% of it: a, b\nFix: plan it otherwise"
              },
              "partialFingerprints": {
                "novate/v1": "b67fc4cae59b5a1f182b904ec9e03d24:1"
              },
              "ruleId": "POLICY.DENIED",
              "ruleIndex": 1
            },
            {
              "level": "error",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "db/migrations/app/refs/a%2Cb%3Ac%20d.json"
                    },
                    "region": {
                      "startColumn": 1,
                      "startLine": 1
                    }
                  }
                }
              ],
              "message": {
                "text": "the ref <b>x</b>|`y`\r\n::error::@all points nowhere"
              },
              "partialFingerprints": {
                "novate/v1": "974f9510f7a4b577d4b50e313816a9b5"
              },
              "ruleId": "REF.DANGLING",
              "ruleIndex": 2
            },
            {
              "level": "warning",
              "locations": [
                {
                  "physicalLocation": {
                    "artifactLocation": {
                      "uri": "db/novate.toml"
                    },
                    "region": {
                      "startColumn": 1,
                      "startLine": 1
                    }
                  }
                }
              ],
              "message": {
                "text": "the name is too long"
              },
              "partialFingerprints": {
                "novate/v1": "aeb24588e5ef0ac7c47165541c26362a"
              },
              "ruleId": "CONTRACT.NAME_CUT",
              "ruleIndex": 0
            }
          ],
          "tool": {
            "driver": {
              "informationUri": "https://github.com/novate-sql/novate",
              "name": "novate",
              "rules": [
                {
                  "helpUri": "https://github.com/novate-sql/novate/blob/main/docs/errors/CONTRACT.NAME_CUT.md",
                  "id": "CONTRACT.NAME_CUT",
                  "name": "ContractNameCut",
                  "shortDescription": {
                    "text": "A name in the contract is longer than PostgreSQL's names"
                  }
                },
                {
                  "helpUri": "https://github.com/novate-sql/novate/blob/main/docs/errors/POLICY.DENIED.md",
                  "id": "POLICY.DENIED",
                  "name": "PolicyDenied",
                  "shortDescription": {
                    "text": "A policy forbids an operation"
                  }
                },
                {
                  "helpUri": "https://github.com/novate-sql/novate/blob/main/docs/errors/REF.DANGLING.md",
                  "id": "REF.DANGLING",
                  "name": "RefDangling",
                  "shortDescription": {
                    "text": "A ref points at a contract that no package touches"
                  }
                }
              ],
              "semanticVersion": "VERSION"
            }
          }
        }
      ],
      "version": "2.1.0"
    }
    "#);
}

#[test]
fn a_sarif_log_of_nothing_is_one_too() {
    let log = sarif::value(&Gate::default());
    assert_eq!(schema::faults(&log), Vec::<String>::new());
}

#[test]
fn a_fingerprint_outlives_lines_that_come_and_go() {
    let prints = |gate: &Gate| -> Vec<String> {
        let log = sarif::value(gate);
        let results = log["runs"][0]["results"].as_array().unwrap();
        results.iter().map(|result| result["partialFingerprints"]["novate/v1"].as_str().unwrap().to_owned()).collect()
    };
    let before = prints(&gate());
    let mut moved = gate();
    for place in moved.problems.iter_mut().filter_map(|problem| problem.place.as_mut()) {
        place.at = place.at.map(|at| novate_sql::LineColumn { line: at.line + 7, ..at });
    }
    assert_eq!(before, prints(&moved));
    let distinct: std::collections::BTreeSet<&String> = before.iter().collect();
    assert_eq!(distinct.len(), before.len(), "two of one operation have two");
}

#[test]
fn json() {
    let value: Value = serde_json::from_str(&written(Format::Json)).unwrap();
    assert_eq!((&value["ok"], &value["code"]), (&false.into(), &"POLICY.DENIED".into()));
    assert_eq!(value["also"].as_array().unwrap().len(), 2);
    assert_eq!(value["warnings"][0]["severity"], "warning");
    assert_eq!(value["pending"][0]["allowed"][0]["hazard"], "scan");
    assert_eq!(value["verdict"], "3 problems, 1 warning");
}

#[test]
fn warnings_do_not_fail() {
    let mut gate = gate();
    gate.problems.retain(|problem| problem.severity == Severity::Warning);
    assert_eq!(
        (gate.exit(), gate.verdict().as_str()),
        (Exit::Done, "3 packages and 4 snapshots are in order, 1 warning")
    );
}
