//! PostgreSQL's own operators and functions, as far as defaults, checks and indexes use them: `args>result`, types by
//! their names in `pg_type`, `_` for arrays, `*` for a variadic argument. Taken from `pg_operator` and `pg_proc`; an
//! operator's list is complete for the types that the lists name, since what is chosen depends on what there is.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::signature::{Signature, parse};

/// The signatures of an operator. A prefix operator has one argument.
pub(super) fn operator(name: &str) -> &'static [Signature] {
    static TABLE: LazyLock<HashMap<&str, Vec<Signature>>> = LazyLock::new(|| {
        let comparisons = ["=", "<>", "<", "<=", ">", ">="].map(|name| (name, parse(COMPARISONS)));
        OPERATORS.iter().map(|(name, text)| (*name, parse(text))).chain(comparisons).collect()
    });
    TABLE.get(name).map_or(&[], Vec::as_slice)
}

/// The signatures of a function.
pub(super) fn function(name: &str) -> &'static [Signature] {
    static TABLE: LazyLock<HashMap<&str, Vec<Signature>>> =
        LazyLock::new(|| FUNCTIONS.iter().map(|(name, text)| (*name, parse(text))).collect());
    TABLE.get(name).map_or(&[], Vec::as_slice)
}

/// The six comparisons, which exist for the same types.
const COMPARISONS: &str = "\
    anyarray,anyarray>bool anyenum,anyenum>bool anymultirange,anymultirange>bool anyrange,anyrange>bool \
    bit,bit>bool bool,bool>bool bpchar,bpchar>bool bytea,bytea>bool char,char>bool date,date>bool \
    date,timestamp>bool date,timestamptz>bool float4,float4>bool float4,float8>bool float8,float4>bool \
    float8,float8>bool inet,inet>bool int2,int2>bool int2,int4>bool int2,int8>bool int4,int2>bool \
    int4,int4>bool int4,int8>bool int8,int2>bool int8,int4>bool int8,int8>bool interval,interval>bool \
    jsonb,jsonb>bool money,money>bool name,name>bool name,text>bool numeric,numeric>bool oid,oid>bool \
    text,name>bool text,text>bool time,time>bool timestamp,date>bool timestamp,timestamp>bool \
    timestamp,timestamptz>bool timestamptz,date>bool timestamptz,timestamp>bool timestamptz,timestamptz>bool \
    timetz,timetz>bool tsquery,tsquery>bool tsvector,tsvector>bool uuid,uuid>bool varbit,varbit>bool";

/// Every other operator by its name.
const OPERATORS: &[(&str, &str)] = &[
    ("!~", "bpchar,text>bool name,text>bool text,text>bool"),
    ("!~*", "bpchar,text>bool name,text>bool text,text>bool"),
    ("!~~", "bpchar,text>bool bytea,bytea>bool name,text>bool text,text>bool"),
    ("!~~*", "bpchar,text>bool name,text>bool text,text>bool"),
    ("#", "bit,bit>bit int2,int2>int2 int4,int4>int4 int8,int8>int8"),
    ("#-", "jsonb,_text>jsonb"),
    ("#>", "json,_text>json jsonb,_text>jsonb"),
    ("#>>", "json,_text>text jsonb,_text>text"),
    ("%", "int2,int2>int2 int4,int4>int4 int8,int8>int8 numeric,numeric>numeric"),
    ("&", "bit,bit>bit inet,inet>inet int2,int2>int2 int4,int4>int4 int8,int8>int8"),
    (
        "&&",
        "anyarray,anyarray>bool anymultirange,anymultirange>bool anymultirange,anyrange>bool \
         anyrange,anymultirange>bool anyrange,anyrange>bool inet,inet>bool tsquery,tsquery>tsquery",
    ),
    (
        "*",
        "anymultirange,anymultirange>anymultirange anyrange,anyrange>anyrange float4,float4>float4 \
         float4,float8>float8 float4,money>money float8,float4>float8 float8,float8>float8 \
         float8,interval>interval float8,money>money int2,int2>int2 int2,int4>int4 int2,int8>int8 int2,money>money \
         int4,int2>int4 int4,int4>int4 int4,int8>int8 int4,money>money int8,int2>int8 int8,int4>int8 \
         int8,int8>int8 int8,money>money interval,float8>interval money,float4>money money,float8>money \
         money,int2>money money,int4>money money,int8>money numeric,numeric>numeric",
    ),
    (
        "+",
        "anymultirange,anymultirange>anymultirange anyrange,anyrange>anyrange date,int4>date \
         date,interval>timestamp date,time>timestamp date,timetz>timestamptz float4,float4>float4 \
         float4,float8>float8 float8,float4>float8 float8,float8>float8 inet,int8>inet int2,int2>int2 \
         int2,int4>int4 int2,int8>int8 int4,date>date int4,int2>int4 int4,int4>int4 int4,int8>int8 int8,inet>inet \
         int8,int2>int8 int8,int4>int8 int8,int8>int8 interval,date>timestamp interval,interval>interval \
         interval,time>time interval,timestamp>timestamp interval,timestamptz>timestamptz interval,timetz>timetz \
         money,money>money numeric,numeric>numeric time,date>timestamp time,interval>time \
         timestamp,interval>timestamp timestamptz,interval>timestamptz timetz,date>timestamptz \
         timetz,interval>timetz ,float4>float4 ,float8>float8 ,int2>int2 ,int4>int4 ,int8>int8 ,numeric>numeric",
    ),
    (
        "-",
        "anymultirange,anymultirange>anymultirange anyrange,anyrange>anyrange date,date>int4 date,int4>date \
         date,interval>timestamp float4,float4>float4 float4,float8>float8 float8,float4>float8 \
         float8,float8>float8 inet,inet>int8 inet,int8>inet int2,int2>int2 int2,int4>int4 int2,int8>int8 \
         int4,int2>int4 int4,int4>int4 int4,int8>int8 int8,int2>int8 int8,int4>int8 int8,int8>int8 \
         interval,interval>interval jsonb,_text>jsonb jsonb,int4>jsonb jsonb,text>jsonb money,money>money \
         numeric,numeric>numeric time,interval>time time,time>interval timestamp,interval>timestamp \
         timestamp,timestamp>interval timestamptz,interval>timestamptz timestamptz,timestamptz>interval \
         timetz,interval>timetz ,float4>float4 ,float8>float8 ,int2>int2 ,int4>int4 ,int8>int8 ,interval>interval \
         ,numeric>numeric",
    ),
    ("->", "json,int4>json json,text>json jsonb,int4>jsonb jsonb,text>jsonb"),
    ("->>", "json,int4>text json,text>text jsonb,int4>text jsonb,text>text"),
    (
        "/",
        "float4,float4>float4 float4,float8>float8 float8,float4>float8 float8,float8>float8 int2,int2>int2 \
         int2,int4>int4 int2,int8>int8 int4,int2>int4 int4,int4>int4 int4,int8>int8 int8,int2>int8 int8,int4>int8 \
         int8,int8>int8 interval,float8>interval money,float4>money money,float8>money money,int2>money \
         money,int4>money money,int8>money money,money>float8 numeric,numeric>numeric",
    ),
    (
        "<<",
        "anymultirange,anymultirange>bool anymultirange,anyrange>bool anyrange,anymultirange>bool \
         anyrange,anyrange>bool bit,int4>bit inet,inet>bool int2,int4>int2 int4,int4>int4 int8,int4>int8",
    ),
    ("<<=", "inet,inet>bool"),
    (
        "<@",
        "anyarray,anyarray>bool anyelement,anymultirange>bool anyelement,anyrange>bool \
         anymultirange,anymultirange>bool anymultirange,anyrange>bool anyrange,anymultirange>bool \
         anyrange,anyrange>bool jsonb,jsonb>bool tsquery,tsquery>bool",
    ),
    (
        ">>",
        "anymultirange,anymultirange>bool anymultirange,anyrange>bool anyrange,anymultirange>bool \
         anyrange,anyrange>bool bit,int4>bit inet,inet>bool int2,int4>int2 int4,int4>int4 int8,int4>int8",
    ),
    (">>=", "inet,inet>bool"),
    ("?", "jsonb,text>bool"),
    ("?&", "jsonb,_text>bool"),
    ("?|", "jsonb,_text>bool"),
    ("@", ",float4>float4 ,float8>float8 ,int2>int2 ,int4>int4 ,int8>int8 ,numeric>numeric"),
    (
        "@>",
        "anyarray,anyarray>bool anymultirange,anyelement>bool anymultirange,anymultirange>bool \
         anymultirange,anyrange>bool anyrange,anyelement>bool anyrange,anymultirange>bool anyrange,anyrange>bool \
         jsonb,jsonb>bool tsquery,tsquery>bool",
    ),
    ("@?", "jsonb,jsonpath>bool"),
    ("@@", "jsonb,jsonpath>bool text,text>bool text,tsquery>bool tsquery,tsvector>bool tsvector,tsquery>bool"),
    ("^", "float8,float8>float8 numeric,numeric>numeric"),
    ("^@", "text,text>bool"),
    ("|", "bit,bit>bit inet,inet>inet int2,int2>int2 int4,int4>int4 int8,int8>int8"),
    ("|/", ",float8>float8"),
    (
        "||",
        "anycompatible,anycompatiblearray>anycompatiblearray anycompatiblearray,anycompatible>anycompatiblearray \
         anycompatiblearray,anycompatiblearray>anycompatiblearray anynonarray,text>text bytea,bytea>bytea \
         jsonb,jsonb>jsonb text,anynonarray>text text,text>text tsquery,tsquery>tsquery tsvector,tsvector>tsvector \
         varbit,varbit>varbit",
    ),
    ("||/", ",float8>float8"),
    ("~", "bpchar,text>bool name,text>bool text,text>bool ,bit>bit ,inet>inet ,int2>int2 ,int4>int4 ,int8>int8"),
    ("~*", "bpchar,text>bool name,text>bool text,text>bool"),
    ("~~", "bpchar,text>bool bytea,bytea>bool name,text>bool text,text>bool"),
    ("~~*", "bpchar,text>bool name,text>bool text,text>bool"),
];

/// Functions by their names.
const FUNCTIONS: &[(&str, &str)] = &[
    ("abs", "float4>float4 float8>float8 int2>int2 int4>int4 int8>int8 numeric>numeric"),
    ("age", "timestamp>interval timestamp,timestamp>interval timestamptz>interval timestamptz,timestamptz>interval"),
    ("array_append", "anycompatiblearray,anycompatible>anycompatiblearray"),
    ("array_cat", "anycompatiblearray,anycompatiblearray>anycompatiblearray"),
    ("array_length", "anyarray,int4>int4"),
    ("array_lower", "anyarray,int4>int4"),
    ("array_ndims", "anyarray>int4"),
    ("array_position", "anycompatiblearray,anycompatible>int4 anycompatiblearray,anycompatible,int4>int4"),
    ("array_positions", "anycompatiblearray,anycompatible>_int4"),
    ("array_prepend", "anycompatible,anycompatiblearray>anycompatiblearray"),
    ("array_remove", "anycompatiblearray,anycompatible>anycompatiblearray"),
    ("array_replace", "anycompatiblearray,anycompatible,anycompatible>anycompatiblearray"),
    ("array_to_string", "anyarray,text>text anyarray,text,text>text"),
    ("array_upper", "anyarray,int4>int4"),
    ("ascii", "text>int4"),
    ("bit_length", "bit>int4 bytea>int4 text>int4"),
    ("btrim", "bytea,bytea>bytea text>text text,text>text"),
    ("cardinality", "anyarray>int4"),
    ("ceil", "float8>float8 numeric>numeric"),
    ("ceiling", "float8>float8 numeric>numeric"),
    ("char_length", "bpchar>int4 text>int4"),
    ("character_length", "bpchar>int4 text>int4"),
    ("chr", "int4>text"),
    ("clock_timestamp", ">timestamptz"),
    ("concat", "*any>text"),
    ("concat_ws", "text,*any>text"),
    ("current_database", ">name"),
    ("current_schema", ">name"),
    ("current_setting", "text>text text,bool>text"),
    ("currval", "regclass>int8"),
    ("date", "timestamp>date timestamptz>date"),
    (
        "date_part",
        "text,date>float8 text,interval>float8 text,time>float8 text,timestamp>float8 text,timestamptz>float8 \
         text,timetz>float8",
    ),
    (
        "date_trunc",
        "text,interval>interval text,timestamp>timestamp text,timestamptz>timestamptz \
         text,timestamptz,text>timestamptz",
    ),
    ("daterange", "date,date>daterange date,date,text>daterange"),
    ("decode", "text,text>bytea"),
    ("encode", "bytea,text>text"),
    ("exp", "float8>float8 numeric>numeric"),
    (
        "extract",
        "text,date>numeric text,interval>numeric text,time>numeric text,timestamp>numeric text,timestamptz>numeric \
         text,timetz>numeric",
    ),
    ("family", "inet>int4"),
    ("floor", "float8>float8 numeric>numeric"),
    ("format", "text>text text,*any>text"),
    ("gen_random_uuid", ">uuid"),
    ("hashtext", "text>int4"),
    ("host", "inet>text"),
    ("initcap", "text>text"),
    ("int4range", "int4,int4>int4range int4,int4,text>int4range"),
    ("int8range", "int8,int8>int8range int8,int8,text>int8range"),
    ("is_normalized", "text>bool text,text>bool"),
    ("isempty", "anymultirange>bool anyrange>bool"),
    ("json_array_length", "json>int4"),
    ("json_build_array", ">json *any>json"),
    ("json_build_object", ">json *any>json"),
    ("json_typeof", "json>text"),
    ("jsonb_array_length", "jsonb>int4"),
    ("jsonb_build_array", ">jsonb *any>jsonb"),
    ("jsonb_build_object", ">jsonb *any>jsonb"),
    ("jsonb_exists", "jsonb,text>bool"),
    ("json_extract_path", "json,*text>json"),
    ("json_extract_path_text", "json,*text>text"),
    ("jsonb_extract_path", "jsonb,*text>jsonb"),
    ("jsonb_extract_path_text", "jsonb,*text>text"),
    ("jsonb_path_exists", "jsonb,jsonpath>bool jsonb,jsonpath,jsonb>bool jsonb,jsonpath,jsonb,bool>bool"),
    ("jsonb_path_match", "jsonb,jsonpath>bool jsonb,jsonpath,jsonb>bool jsonb,jsonpath,jsonb,bool>bool"),
    ("jsonb_pretty", "jsonb>text"),
    ("jsonb_set", "jsonb,_text,jsonb>jsonb jsonb,_text,jsonb,bool>jsonb"),
    ("jsonb_strip_nulls", "jsonb>jsonb"),
    ("jsonb_typeof", "jsonb>text"),
    ("justify_days", "interval>interval"),
    ("justify_hours", "interval>interval"),
    ("justify_interval", "interval>interval"),
    ("left", "text,int4>text"),
    ("length", "bit>int4 bpchar>int4 bytea>int4 bytea,name>int4 text>int4 tsvector>int4"),
    ("like_escape", "bytea,bytea>bytea text,text>text"),
    ("ln", "float8>float8 numeric>numeric"),
    ("log", "float8>float8 numeric>numeric numeric,numeric>numeric"),
    ("lower", "anymultirange>anyelement anyrange>anyelement text>text"),
    ("lower_inc", "anymultirange>bool anyrange>bool"),
    ("lower_inf", "anymultirange>bool anyrange>bool"),
    ("lpad", "text,int4>text text,int4,text>text"),
    ("ltrim", "bytea,bytea>bytea text>text text,text>text"),
    ("make_date", "int4,int4,int4>date"),
    ("make_time", "int4,int4,float8>time"),
    ("make_timestamp", "int4,int4,int4,int4,int4,float8>timestamp"),
    (
        "make_timestamptz",
        "int4,int4,int4,int4,int4,float8>timestamptz int4,int4,int4,int4,int4,float8,text>timestamptz",
    ),
    ("masklen", "inet>int4"),
    ("md5", "bytea>text text>text"),
    ("mod", "int2,int2>int2 int4,int4>int4 int8,int8>int8 numeric,numeric>numeric"),
    ("nextval", "regclass>int8"),
    ("normalize", "text>text text,text>text"),
    ("now", ">timestamptz"),
    ("num_nonnulls", "*any>int4"),
    ("num_nulls", "*any>int4"),
    ("numrange", "numeric,numeric>numrange numeric,numeric,text>numrange"),
    ("octet_length", "bit>int4 bpchar>int4 bytea>int4 text>int4"),
    (
        "overlay",
        "bit,bit,int4>bit bit,bit,int4,int4>bit bytea,bytea,int4>bytea bytea,bytea,int4,int4>bytea \
         text,text,int4>text text,text,int4,int4>text",
    ),
    ("pg_column_size", "any>int4"),
    ("pg_typeof", "any>regtype"),
    ("phraseto_tsquery", "regconfig,text>tsquery text>tsquery"),
    ("pi", ">float8"),
    ("plainto_tsquery", "regconfig,text>tsquery text>tsquery"),
    ("position", "bit,bit>int4 bytea,bytea>int4 text,text>int4"),
    ("power", "float8,float8>float8 numeric,numeric>numeric"),
    ("quote_ident", "text>text"),
    ("quote_literal", "anyelement>text text>text"),
    ("random", ">float8"),
    ("regexp_match", "text,text>_text text,text,text>_text"),
    (
        "regexp_replace",
        "text,text,text>text text,text,text,int4>text text,text,text,int4,int4>text \
         text,text,text,int4,int4,text>text text,text,text,text>text",
    ),
    ("regexp_split_to_array", "text,text>_text text,text,text>_text"),
    ("repeat", "text,int4>text"),
    ("replace", "text,text,text>text"),
    ("reverse", "text>text"),
    ("right", "text,int4>text"),
    ("round", "float8>float8 numeric>numeric numeric,int4>numeric"),
    ("rpad", "text,int4>text text,int4,text>text"),
    ("rtrim", "bytea,bytea>bytea text>text text,text>text"),
    ("scale", "numeric>int4"),
    ("setval", "regclass,int8>int8 regclass,int8,bool>int8"),
    ("setweight", "tsvector,char>tsvector tsvector,char,_text>tsvector"),
    ("sha256", "bytea>bytea"),
    ("sign", "float8>float8 numeric>numeric"),
    ("similar_to_escape", "text>text text,text>text"),
    ("split_part", "text,text,int4>text"),
    ("sqrt", "float8>float8 numeric>numeric"),
    ("starts_with", "text,text>bool"),
    ("statement_timestamp", ">timestamptz"),
    ("string_to_array", "text,text>_text text,text,text>_text"),
    ("strpos", "text,text>int4"),
    ("substr", "bytea,int4>bytea bytea,int4,int4>bytea text,int4>text text,int4,int4>text"),
    (
        "substring",
        "bit,int4>bit bit,int4,int4>bit bytea,int4>bytea bytea,int4,int4>bytea text,int4>text text,int4,int4>text \
         text,text>text text,text,text>text",
    ),
    (
        "timezone",
        "interval,timestamp>timestamptz interval,timestamptz>timestamp interval,timetz>timetz \
         text,timestamp>timestamptz text,timestamptz>timestamp text,timetz>timetz",
    ),
    (
        "to_char",
        "float4,text>text float8,text>text int4,text>text int8,text>text interval,text>text numeric,text>text \
         timestamp,text>text timestamptz,text>text",
    ),
    ("to_date", "text,text>date"),
    ("to_json", "anyelement>json"),
    ("to_jsonb", "anyelement>jsonb"),
    ("to_number", "text,text>numeric"),
    ("to_timestamp", "float8>timestamptz text,text>timestamptz"),
    ("to_tsquery", "regconfig,text>tsquery text>tsquery"),
    (
        "to_tsvector",
        "json>tsvector jsonb>tsvector regconfig,json>tsvector regconfig,jsonb>tsvector regconfig,text>tsvector \
         text>tsvector",
    ),
    ("transaction_timestamp", ">timestamptz"),
    ("translate", "text,text,text>text"),
    ("trunc", "float8>float8 numeric>numeric numeric,int4>numeric"),
    ("tsrange", "timestamp,timestamp>tsrange timestamp,timestamp,text>tsrange"),
    ("tstzrange", "timestamptz,timestamptz>tstzrange timestamptz,timestamptz,text>tstzrange"),
    ("upper", "anymultirange>anyelement anyrange>anyelement text>text"),
    ("upper_inc", "anymultirange>bool anyrange>bool"),
    ("upper_inf", "anymultirange>bool anyrange>bool"),
    ("websearch_to_tsquery", "regconfig,text>tsquery text>tsquery"),
    ("isfinite", "date>bool interval>bool timestamp>bool timestamptz>bool"),
];
