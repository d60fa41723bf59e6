//! Objects of kinds that are not modelled: named, never passed over. Those that other statements meet anyway, such as
//! views, are named there.

use novate_contract::Ident;

use super::draft::Draft;
use super::fields::{Fields, Oid};
use crate::CatalogError;

/// The schemas that count, and what belongs to an extension.
const COMMON: &str = "\
WITH member AS MATERIALIZED (
  SELECT classid, objid FROM pg_depend WHERE refclassid = 'pg_extension'::regclass AND deptype = 'e'
), namespace AS MATERIALIZED (
  SELECT oid, nspname, nspacl, nspowner FROM pg_namespace
  WHERE NOT starts_with(nspname, 'pg_') AND nspname NOT IN ('information_schema', 'novate')
)
";

pub(super) fn query() -> String {
    let of_relations = OF_RELATIONS.iter().map(|part| (*part).to_owned());
    let others = OTHERS.iter().map(|part| format!("SELECT o.kind, NULL::oid, o.name FROM (\n{part}\n) o(kind, name)"));
    let parts: Vec<String> = of_relations.chain(others).collect();
    format!(
        "{COMMON}SELECT u.kind AS novate_unsupported, u.relation, u.name FROM (\n{}\n) u(kind, relation, name)",
        parts.join("\nUNION ALL\n")
    )
}

/// Names one object.
pub(super) fn take(draft: &mut Draft, fields: &mut Fields<'_>) -> Result<(), CatalogError> {
    let kind = fields.text()?;
    let relation: Option<Oid> = fields.object()?;
    let name = fields.text()?;
    let name = match relation {
        Some(relation) => {
            let Some(of) = draft.relations.get(&relation).filter(|of| of.counts) else { return Ok(()) };
            format!("{} on {}", Ident::new(name), of.name)
        }
        None => name.to_owned(),
    };
    draft.unsupported(kind, name);
    Ok(())
}

/// Queries of kind, relation and name, for what is part of a relation.
const OF_RELATIONS: &[&str] = &[
    "SELECT 'trigger', t.tgrelid, t.tgname::text FROM pg_trigger t WHERE NOT t.tgisinternal AND t.tgparentid = 0",
    "SELECT 'policy', p.polrelid, p.polname::text FROM pg_policy p",
    "SELECT 'rule', w.ev_class, w.rulename::text FROM pg_rewrite w WHERE w.rulename <> '_RETURN' AND w.ev_class >= 16384",
];

/// Queries of kind and name. What hangs on an internal dependency is part of something else; that is looked up for each
/// object by itself, there being few of them among very many dependencies.
const OTHERS: &[&str] = &[
    "SELECT CASE p.prokind WHEN 'p' THEN 'procedure' WHEN 'a' THEN 'aggregate' ELSE 'function' END,
  format('%I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
FROM pg_proc p JOIN namespace n ON n.oid = p.pronamespace
WHERE p.oid >= 16384 AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass
  AND d.objid = p.oid AND d.deptype IN ('e', 'i') OFFSET 0)",
    "SELECT 'statistics', format('%I.%I', n.nspname, s.stxname)
FROM pg_statistic_ext s JOIN namespace n ON n.oid = s.stxnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_statistic_ext'::regclass AND m.objid = s.oid)",
    "SELECT 'operator', format('%I.%s(%s, %s)', n.nspname, o.oprname,
  CASE WHEN o.oprleft = 0 THEN 'NONE' ELSE format_type(o.oprleft, NULL) END,
  CASE WHEN o.oprright = 0 THEN 'NONE' ELSE format_type(o.oprright, NULL) END)
FROM pg_operator o JOIN namespace n ON n.oid = o.oprnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_operator'::regclass AND m.objid = o.oid)",
    "SELECT 'operator class', format('%I.%I', n.nspname, o.opcname)
FROM pg_opclass o JOIN namespace n ON n.oid = o.opcnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_opclass'::regclass AND m.objid = o.oid)",
    "SELECT 'operator family', format('%I.%I', n.nspname, o.opfname)
FROM pg_opfamily o JOIN namespace n ON n.oid = o.opfnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_opfamily'::regclass AND m.objid = o.oid)",
    "SELECT 'collation', format('%I.%I', n.nspname, c.collname)
FROM pg_collation c JOIN namespace n ON n.oid = c.collnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_collation'::regclass AND m.objid = c.oid)",
    "SELECT 'conversion', format('%I.%I', n.nspname, c.conname)
FROM pg_conversion c JOIN namespace n ON n.oid = c.connamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_conversion'::regclass AND m.objid = c.oid)",
    "SELECT 'text search configuration', format('%I.%I', n.nspname, c.cfgname)
FROM pg_ts_config c JOIN namespace n ON n.oid = c.cfgnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_config'::regclass AND m.objid = c.oid)",
    "SELECT 'text search dictionary', format('%I.%I', n.nspname, c.dictname)
FROM pg_ts_dict c JOIN namespace n ON n.oid = c.dictnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_dict'::regclass AND m.objid = c.oid)",
    "SELECT 'text search parser', format('%I.%I', n.nspname, c.prsname)
FROM pg_ts_parser c JOIN namespace n ON n.oid = c.prsnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_parser'::regclass AND m.objid = c.oid)",
    "SELECT 'text search template', format('%I.%I', n.nspname, c.tmplname)
FROM pg_ts_template c JOIN namespace n ON n.oid = c.tmplnamespace
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_ts_template'::regclass AND m.objid = c.oid)",
    "SELECT 'event trigger', format('%I', e.evtname) FROM pg_event_trigger e
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_event_trigger'::regclass AND m.objid = e.oid)",
    "SELECT 'publication', format('%I', p.pubname) FROM pg_publication p",
    "SELECT 'subscription', format('%I', s.subname) FROM pg_subscription s
WHERE s.subdbid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database())",
    "SELECT 'foreign data wrapper', format('%I', w.fdwname) FROM pg_foreign_data_wrapper w
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_foreign_data_wrapper'::regclass AND m.objid = w.oid)",
    "SELECT 'server', format('%I', s.srvname) FROM pg_foreign_server s
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_foreign_server'::regclass AND m.objid = s.oid)",
    "SELECT 'cast', format('(%s AS %s)', format_type(c.castsource, NULL), format_type(c.casttarget, NULL))
FROM pg_cast c WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_cast'::regclass AND d.objid = c.oid
    AND d.deptype IN ('e', 'i') OFFSET 0)",
    "SELECT 'transform', format('for %s language %I', format_type(t.trftype, NULL), l.lanname)
FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
WHERE NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_transform'::regclass AND m.objid = t.oid)",
    "SELECT 'access method', format('%I', a.amname) FROM pg_am a WHERE a.oid >= 16384
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_am'::regclass AND m.objid = a.oid)",
    "SELECT 'language', format('%I', l.lanname) FROM pg_language l WHERE l.oid >= 16384
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_language'::regclass AND m.objid = l.oid)",
    "SELECT 'default privilege', concat_ws(' ', 'for role', quote_ident(pg_get_userbyid(d.defaclrole)),
  CASE WHEN n.nspname IS NOT NULL THEN 'in schema ' || quote_ident(n.nspname) END, 'on',
  CASE d.defaclobjtype WHEN 'r' THEN 'tables' WHEN 'S' THEN 'sequences' WHEN 'f' THEN 'functions' WHEN 'T' THEN 'types'
    ELSE 'schemas' END)
FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace",
    "SELECT 'privilege', format('schema %I', n.nspname)
FROM namespace n LEFT JOIN pg_init_privs i ON i.classoid = 'pg_namespace'::regclass AND i.objoid = n.oid
CROSS JOIN LATERAL (SELECT coalesce(i.initprivs, acldefault('n', n.nspowner))) b(acl)
WHERE n.nspacl IS NOT NULL AND NOT (n.nspacl @> b.acl AND n.nspacl <@ b.acl)
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_namespace'::regclass AND m.objid = n.oid)",
    "SELECT 'privilege', format('function %I.%I(%s)', n.nspname, p.proname, pg_get_function_identity_arguments(p.oid))
FROM pg_proc p JOIN namespace n ON n.oid = p.pronamespace CROSS JOIN LATERAL acldefault('f', p.proowner) b(acl)
WHERE p.proacl IS NOT NULL AND NOT (p.proacl @> b.acl AND p.proacl <@ b.acl)
  AND NOT EXISTS (SELECT FROM member m WHERE m.classid = 'pg_proc'::regclass AND m.objid = p.oid)",
];
