//! The parser's messages in words that people know.

/// One message without the parser's names for tokens: `expected COMMA, found CREATE_KW` says `expected ",", found CREATE`.
pub(super) fn readable(message: &str) -> String {
    let words = message.trim_end_matches('.').split(' ').map(|word| {
        let (name, after) = word.split_at(word.trim_end_matches([',', ':']).len());
        let token = match name {
            "IDENT" => "a name",
            "COMMA" => "\",\"",
            "SEMICOLON" => "\";\"",
            "DOT" => "\".\"",
            "EQ" => "\"=\"",
            "STAR" => "\"*\"",
            "MINUS" => "\"-\"",
            "PLUS" => "\"+\"",
            "AT" => "\"@\"",
            "COLON" => "\":\"",
            "L_PAREN" => "\"(\"",
            "R_PAREN" => "\")\"",
            "L_BRACK" => "\"[\"",
            "R_BRACK" => "\"]\"",
            "L_ANGLE" => "\"<\"",
            "R_ANGLE" => "\">\"",
            "STRING" => "a string",
            "INT_NUMBER" | "NUMERIC_NUMBER" => "a number",
            "ERROR" => "an unknown character",
            "EOF" => "the end of the statement",
            name => name.strip_suffix("_KW").unwrap_or(name),
        };
        format!("{token}{after}")
    });
    let text = words.collect::<Vec<_>>().join(" ");
    // Some begin in upper case, some do not.
    let mut chars = text.chars();
    match chars.next() {
        Some(first) if chars.as_str().starts_with(|next: char| next.is_lowercase()) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tokens_are_replaced() {
        assert_eq!(readable("expected COMMA, found CREATE_KW"), "expected \",\", found CREATE");
        assert_eq!(readable("Missing trailing `'` symbol."), "missing trailing `'` symbol");
        assert_eq!(readable("SQL is odd"), "SQL is odd");
    }
}
