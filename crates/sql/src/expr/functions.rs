//! What is known of PostgreSQL's own functions.

use crate::NameRef;

/// Functions that SQL writes without parentheses: `CURRENT_TIMESTAMP`.
pub(super) fn is_value(name: &str) -> bool {
    matches!(
        name,
        "current_catalog"
            | "current_date"
            | "current_role"
            | "current_schema"
            | "current_time"
            | "current_timestamp"
            | "current_user"
            | "localtime"
            | "localtimestamp"
            | "session_user"
            | "system_user"
            | "user"
    )
}

/// Functions that exist in the grammar only, so that their names must not be quoted.
pub(super) fn is_keyword(name: &str) -> bool {
    matches!(
        name,
        "coalesce"
            | "greatest"
            | "least"
            | "nullif"
            | "current_time"
            | "current_timestamp"
            | "localtime"
            | "localtimestamp"
    )
}

/// Functions with a variadic argument of one type, which PostgreSQL prints as an array.
pub(super) fn is_printed_variadic(name: &NameRef) -> bool {
    name.schema.is_none()
        && matches!(
            name.name.as_str(),
            "jsonb_extract_path" | "jsonb_extract_path_text" | "json_extract_path" | "json_extract_path_text"
        )
}
