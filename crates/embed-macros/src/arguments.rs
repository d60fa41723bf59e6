//! What stands between the parentheses: folders, as string literals.

use proc_macro::{TokenStream, TokenTree};

use crate::failure::Failure;

/// The folders that the macro was given; at least one.
pub(crate) fn read(input: TokenStream) -> Result<Vec<String>, Vec<Failure>> {
    let words = input.into_iter().map(|token| match token {
        TokenTree::Literal(literal) => literal.to_string(),
        other => other.to_string(),
    });
    of_words(words)
}

fn of_words(words: impl Iterator<Item = String>) -> Result<Vec<String>, Vec<Failure>> {
    let mut folders = Vec::new();
    let mut wants_comma = false;
    for word in words {
        match (wants_comma, string(&word)) {
            (true, _) if word == "," => {}
            (false, Some(folder)) => folders.push(folder.to_owned()),
            _ => return Err(vec![Failure::argument(&word)]),
        }
        wants_comma = !wants_comma;
    }
    if folders.is_empty() { Err(vec![Failure::argument("nothing")]) } else { Ok(folders) }
}

/// What a string literal says that needs no escapes.
fn string(word: &str) -> Option<&str> {
    word.strip_prefix('"')?.strip_suffix('"').filter(|text| !text.is_empty() && !text.contains('\\'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(words: &[&str]) -> Option<Vec<String>> {
        of_words(words.iter().map(ToString::to_string)).ok()
    }

    #[test]
    fn folders_are_strings_with_commas_between() {
        assert_eq!(words(&["\"migrations/app\""]), Some(vec!["migrations/app".to_owned()]));
        assert_eq!(words(&["\"a\"", ",", "\"b\"", ","]), Some(vec!["a".to_owned(), "b".to_owned()]));
    }

    #[test]
    fn anything_else_is_refused() {
        for wrong in [&[][..], &["FOLDER"], &["\"a\"", "\"b\""], &[",", "\"a\""], &["\"a\\\\b\""], &["\"\""], &["1"]] {
            assert_eq!(words(wrong), None, "{wrong:?}");
        }
    }
}
