//! Names that PostgreSQL cuts.

use super::scan::{Scanner, TokenKind};
use crate::{MAX_IDENT_BYTES, Spanned};

/// The names in a piece of SQL that have more bytes than PostgreSQL keeps, as they are without their quotes; where each
/// stands is counted from the beginning of `text`.
pub fn long_names(text: &str) -> Vec<Spanned<String>> {
    let mut found = Vec::new();
    if !may_have_some(text) {
        return found;
    }
    for token in Scanner::new(text, 0).filter(|token| token.span.end - token.span.start > MAX_IDENT_BYTES) {
        let Some(written) = text.get(token.span.range()) else { continue };
        let name = match token.kind {
            TokenKind::Word => written.to_ascii_lowercase(),
            TokenKind::QuotedName if token.closed => {
                let Some(inner) = written.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) else { continue };
                inner.replace("\"\"", "\"")
            }
            _ => continue,
        };
        if name.len() > MAX_IDENT_BYTES {
            found.push(Spanned { value: name, span: token.span });
        }
    }
    found
}

/// Whether there are quotes, or enough bytes of words in a row, which takes no scanner to say.
fn may_have_some(text: &str) -> bool {
    let mut run = 0;
    text.bytes().any(|byte| {
        let is_of_word = byte.is_ascii_alphanumeric() || !byte.is_ascii() || matches!(byte, b'_' | b'$');
        run = if is_of_word { run + 1 } else { 0 };
        byte == b'"' || run > MAX_IDENT_BYTES
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_and_only_beyond_63_bytes() {
        let fits = "x".repeat(63);
        let long = "Y".repeat(64);
        let accents = "\u{e9}".repeat(32);
        let text = format!("SELECT {fits}, {long}, \"{fits}\", \"{accents}\", '{long}', $a${long}$a$ -- {long}");
        let names: Vec<String> = long_names(&text).into_iter().map(|name| name.value).collect();
        assert_eq!(names, [long.to_lowercase(), accents]);
        let quotes = format!("\"{}\"\"\"", "q".repeat(62));
        assert!(long_names(&quotes).is_empty(), "a doubled quote is one byte");
    }
}
