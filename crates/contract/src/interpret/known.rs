//! What well-known extensions bring, so that a name without a schema can be given that of its extension.
//!
//! Source: the catalogs of PostgreSQL 15 with its contributed extensions, and the manuals of PostGIS and pgvector.

/// The extension that brings a type.
pub(super) fn extension_of_type(name: &str) -> Option<&'static str> {
    Some(match name {
        "citext" => "citext",
        "hstore" => "hstore",
        "ltree" | "lquery" | "ltxtquery" => "ltree",
        "cube" => "cube",
        "earth" => "earthdistance",
        "seg" => "seg",
        "lo" => "lo",
        "query_int" => "intarray",
        "ean13" | "isbn" | "isbn13" | "ismn" | "ismn13" | "issn" | "issn13" | "upc" => "isn",
        "tablefunc_crosstab_2" | "tablefunc_crosstab_3" | "tablefunc_crosstab_4" => "tablefunc",
        "geometry" | "geography" | "box2d" | "box3d" | "geometry_dump" | "spheroid" => "postgis",
        "raster" => "postgis_raster",
        "topogeometry" => "postgis_topology",
        "vector" | "halfvec" | "sparsevec" => "vector",
        _ => return None,
    })
}

/// The extension that brings a function.
pub(super) fn extension_of_function(name: &str) -> Option<&'static str> {
    Some(match name {
        "uuid_generate_v1" | "uuid_generate_v1mc" | "uuid_generate_v3" | "uuid_generate_v4" | "uuid_generate_v5"
        | "uuid_nil" | "uuid_ns_dns" | "uuid_ns_oid" | "uuid_ns_url" | "uuid_ns_x500" => "uuid-ossp",
        "armor"
        | "crypt"
        | "dearmor"
        | "decrypt"
        | "decrypt_iv"
        | "digest"
        | "encrypt"
        | "encrypt_iv"
        | "gen_random_bytes"
        | "gen_salt"
        | "hmac"
        | "pgp_armor_headers"
        | "pgp_key_id"
        | "pgp_pub_decrypt"
        | "pgp_pub_decrypt_bytea"
        | "pgp_pub_encrypt"
        | "pgp_pub_encrypt_bytea"
        | "pgp_sym_decrypt"
        | "pgp_sym_decrypt_bytea"
        | "pgp_sym_encrypt"
        | "pgp_sym_encrypt_bytea" => "pgcrypto",
        "show_trgm" | "similarity" | "strict_word_similarity" | "word_similarity" => "pg_trgm",
        "unaccent" => "unaccent",
        "citext" => "citext",
        "akeys"
        | "avals"
        | "defined"
        | "delete"
        | "each"
        | "exist"
        | "exists_all"
        | "exists_any"
        | "fetchval"
        | "hstore"
        | "hstore_to_array"
        | "hstore_to_json"
        | "hstore_to_json_loose"
        | "hstore_to_jsonb"
        | "hstore_to_jsonb_loose"
        | "hstore_to_matrix"
        | "isdefined"
        | "isexists"
        | "populate_record"
        | "skeys"
        | "slice"
        | "slice_array"
        | "svals"
        | "tconvert" => "hstore",
        "index" | "lca" | "ltree2text" | "nlevel" | "subltree" | "subpath" | "text2ltree" => "ltree",
        "daitch_mokotoff"
        | "difference"
        | "dmetaphone"
        | "dmetaphone_alt"
        | "levenshtein"
        | "levenshtein_less_equal"
        | "metaphone"
        | "soundex"
        | "text_soundex" => "fuzzystrmatch",
        "icount" | "idx" | "intset" | "sort" | "sort_asc" | "sort_desc" | "subarray" | "uniq" => "intarray",
        "cube" | "cube_coord" | "cube_coord_llur" | "cube_dim" | "cube_distance" | "cube_enlarge" | "cube_inter"
        | "cube_is_point" | "cube_ll_coord" | "cube_size" | "cube_subset" | "cube_union" | "cube_ur_coord" => "cube",
        "earth" | "earth_box" | "earth_distance" | "gc_to_sec" | "latitude" | "ll_to_earth" | "longitude"
        | "sec_to_gc" => "earthdistance",
        "connectby" | "crosstab" | "crosstab2" | "crosstab3" | "crosstab4" | "normal_rand" => "tablefunc",
        "is_valid" | "isbn" | "isbn13" | "ismn" | "ismn13" | "issn" | "issn13" | "isn_weak" | "make_valid" | "upc" => {
            "isn"
        }
        "array_to_halfvec" | "array_to_sparsevec" | "array_to_vector" | "binary_quantize" | "cosine_distance"
        | "hamming_distance" | "inner_product" | "jaccard_distance" | "l1_distance" | "l2_distance" | "l2_norm"
        | "l2_normalize" | "subvector" | "vector_dims" | "vector_norm" => "vector",
        "geometrytype" | "find_srid" | "postgis_version" => "postgis",
        name if name.starts_with("st_") => "postgis",
        _ => return None,
    })
}

/// The extension that brings an operator class.
pub(super) fn extension_of_opclass(name: &str) -> Option<&'static str> {
    Some(match name {
        "gin_trgm_ops" | "gist_trgm_ops" => "pg_trgm",
        "citext_ops" | "citext_pattern_ops" => "citext",
        "btree_hstore_ops" | "gin_hstore_ops" | "gist_hstore_ops" | "hash_hstore_ops" => "hstore",
        "gist__int_ops" | "gist__intbig_ops" | "gin__int_ops" => "intarray",
        "gist__ltree_ops" | "gist_ltree_ops" | "ltree_ops" => "ltree",
        "cube_ops" | "gist_cube_ops" => "cube",
        "seg_ops" | "gist_seg_ops" => "seg",
        name if is_vector(name) => "vector",
        name if name.contains("geometry") || name.contains("geography") => "postgis",
        _ => return None,
    })
}

fn is_vector(name: &str) -> bool {
    ["vector_", "halfvec_", "sparsevec_"].iter().any(|head| name.starts_with(head))
        || matches!(name, "bit_hamming_ops" | "bit_jaccard_ops")
}

/// Whether all types of an extension are in the lists above. Of the others anything may come.
pub(super) fn is_known(extension: &str) -> bool {
    matches!(
        extension,
        "adminpack"
            | "amcheck"
            | "autoinc"
            | "bloom"
            | "btree_gin"
            | "btree_gist"
            | "citext"
            | "cube"
            | "dblink"
            | "dict_int"
            | "dict_xsyn"
            | "earthdistance"
            | "file_fdw"
            | "fuzzystrmatch"
            | "hstore"
            | "insert_username"
            | "intagg"
            | "intarray"
            | "isn"
            | "lo"
            | "ltree"
            | "moddatetime"
            | "pageinspect"
            | "pg_buffercache"
            | "pg_freespacemap"
            | "pg_prewarm"
            | "pg_stat_statements"
            | "pg_trgm"
            | "pg_visibility"
            | "pgcrypto"
            | "pgrowlocks"
            | "pgstattuple"
            | "plpgsql"
            | "postgres_fdw"
            | "refint"
            | "seg"
            | "sslinfo"
            | "tablefunc"
            | "tcn"
            | "tsm_system_rows"
            | "tsm_system_time"
            | "unaccent"
            | "uuid-ossp"
            | "vector"
            | "xml2"
    )
}

/// Whether PostgreSQL takes this operator class where none is named, for the type that it is made for.
///
/// A class that is a default takes only values that are of its type or are stored alike, and for those it is the default
/// as well; so the type need not be known.
pub(super) fn is_default_opclass(method: &str, name: &str) -> bool {
    match method {
        "btree" => BTREE.contains(&name) || BOTH.contains(&name),
        "hash" => HASH.contains(&name) || BOTH.contains(&name),
        "gin" => GIN.contains(&name),
        "gist" => GIST.contains(&name),
        "spgist" => SPGIST.contains(&name),
        "brin" => {
            BRIN.contains(&name)
                || name.strip_suffix("_minmax_ops").is_some_and(|ty| BRIN_MINMAX.contains(&ty) && ty != "inet")
        }
        "ivfflat" => name == "vector_l2_ops",
        _ => false,
    }
}

const BOTH: &[&str] = &[
    "array_ops",
    "bool_ops",
    "bpchar_ops",
    "bytea_ops",
    "char_ops",
    "citext_ops",
    "date_ops",
    "ean13_ops",
    "enum_ops",
    "float4_ops",
    "float8_ops",
    "inet_ops",
    "int2_ops",
    "int4_ops",
    "int8_ops",
    "interval_ops",
    "isbn13_ops",
    "isbn_ops",
    "ismn13_ops",
    "ismn_ops",
    "issn13_ops",
    "issn_ops",
    "jsonb_ops",
    "macaddr8_ops",
    "macaddr_ops",
    "multirange_ops",
    "name_ops",
    "numeric_ops",
    "oid_ops",
    "oidvector_ops",
    "pg_lsn_ops",
    "range_ops",
    "record_ops",
    "text_ops",
    "tid_ops",
    "time_ops",
    "timestamp_ops",
    "timestamptz_ops",
    "timetz_ops",
    "upc_ops",
    "uuid_ops",
    "xid8_ops",
];
const BTREE: &[&str] = &[
    "bit_ops",
    "btree_geography_ops",
    "btree_geometry_ops",
    "btree_hstore_ops",
    "cube_ops",
    "halfvec_ops",
    "ltree_ops",
    "money_ops",
    "seg_ops",
    "sparsevec_ops",
    "tsquery_ops",
    "tsvector_ops",
    "varbit_ops",
    "vector_ops",
];
const HASH: &[&str] = &["aclitem_ops", "cid_ops", "hash_hstore_ops", "hash_geometry_ops", "xid_ops"];
/// `btree_gin` makes default classes for the scalar types.
const GIN: &[&str] = &[
    "array_ops",
    "bit_ops",
    "bool_ops",
    "bpchar_ops",
    "bytea_ops",
    "char_ops",
    "cidr_ops",
    "date_ops",
    "enum_ops",
    "float4_ops",
    "float8_ops",
    "gin_hstore_ops",
    "inet_ops",
    "int2_ops",
    "int4_ops",
    "int8_ops",
    "interval_ops",
    "jsonb_ops",
    "macaddr8_ops",
    "macaddr_ops",
    "money_ops",
    "name_ops",
    "numeric_ops",
    "oid_ops",
    "text_ops",
    "time_ops",
    "timestamp_ops",
    "timestamptz_ops",
    "timetz_ops",
    "tsvector_ops",
    "uuid_ops",
    "varbit_ops",
    "varchar_ops",
];
/// `btree_gist` makes default classes for the scalar types.
const GIST: &[&str] = &[
    "box_ops",
    "circle_ops",
    "gist__int_ops",
    "gist__ltree_ops",
    "gist_bit_ops",
    "gist_bool_ops",
    "gist_bpchar_ops",
    "gist_bytea_ops",
    "gist_cash_ops",
    "gist_cidr_ops",
    "gist_cube_ops",
    "gist_date_ops",
    "gist_enum_ops",
    "gist_float4_ops",
    "gist_float8_ops",
    "gist_geography_ops",
    "gist_geometry_ops_2d",
    "gist_hstore_ops",
    "gist_inet_ops",
    "gist_int2_ops",
    "gist_int4_ops",
    "gist_int8_ops",
    "gist_interval_ops",
    "gist_ltree_ops",
    "gist_macaddr8_ops",
    "gist_macaddr_ops",
    "gist_numeric_ops",
    "gist_oid_ops",
    "gist_seg_ops",
    "gist_text_ops",
    "gist_time_ops",
    "gist_timestamp_ops",
    "gist_timestamptz_ops",
    "gist_timetz_ops",
    "gist_uuid_ops",
    "gist_vbit_ops",
    "multirange_ops",
    "point_ops",
    "poly_ops",
    "range_ops",
    "tsquery_ops",
    "tsvector_ops",
];
const SPGIST: &[&str] = &[
    "box_ops",
    "inet_ops",
    "poly_ops",
    "quad_point_ops",
    "range_ops",
    "spgist_geography_ops_nd",
    "spgist_geometry_ops_2d",
    "text_ops",
];
const BRIN: &[&str] = &[
    "box_inclusion_ops",
    "brin_geography_inclusion_ops",
    "brin_geometry_inclusion_ops_2d",
    "inet_inclusion_ops",
    "range_inclusion_ops",
];
const BRIN_MINMAX: &[&str] = &[
    "bit",
    "bpchar",
    "bytea",
    "char",
    "date",
    "float4",
    "float8",
    "int2",
    "int4",
    "int8",
    "interval",
    "macaddr",
    "macaddr8",
    "name",
    "numeric",
    "oid",
    "pg_lsn",
    "text",
    "tid",
    "time",
    "timestamp",
    "timestamptz",
    "timetz",
    "uuid",
    "varbit",
];
