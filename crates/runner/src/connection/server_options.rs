//! What of `options` may be shown. Servers take settings there; poolers and proxies take their own words, some of which
//! open doors.

use super::display::HIDDEN;

/// The options without the values of settings whose names sound secret, and without whatever is no setting.
pub(super) fn redacted(options: &str) -> String {
    let shown: Vec<String> = words(options)
        .iter()
        .map(|word| match word {
            Word::Plain(text) => text.clone(),
            Word::Secret { name, .. } => format!("{name}{HIDDEN}"),
        })
        .collect();
    shown.join(" ")
}

/// The values that are hidden, as the server would repeat them. What is very short says nothing.
pub(super) fn secrets(options: &str) -> Vec<String> {
    let values = words(options).into_iter().filter_map(|word| match word {
        Word::Secret { value, .. } => Some(value.replace('\\', "")),
        Word::Plain(_) => None,
    });
    values.filter(|value| value.len() > 3).collect()
}

enum Word {
    Plain(String),
    /// `name` holds the `=`, if there is one.
    Secret {
        name: String,
        value: String,
    },
}

fn words(options: &str) -> Vec<Word> {
    let mut is_setting = false;
    split(options)
        .into_iter()
        .map(|word| {
            let setting = std::mem::replace(&mut is_setting, word == "-c") || word.starts_with('-');
            match word.split_once('=') {
                Some((name, value)) if !setting || sounds_secret(name) => {
                    Word::Secret { name: format!("{name}="), value: value.to_owned() }
                }
                None if !setting => Word::Secret { name: String::new(), value: word },
                _ => Word::Plain(word),
            }
        })
        .collect()
}

fn sounds_secret(name: &str) -> bool {
    let name = name.to_lowercase();
    ["pass", "pwd", "secret", "token", "key", "credential", "jwt", "claim"].iter().any(|word| name.contains(word))
}

/// The words: a backslash keeps a space inside of one.
fn split(options: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut chars = options.chars();
    while let Some(char) = chars.next() {
        if char.is_whitespace() {
            words.push(String::new());
            continue;
        }
        if let Some(word) = words.last_mut() {
            word.push(char);
            if char == '\\' {
                word.extend(chars.next());
            }
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_are_shown_and_all_else_is_not() {
        for (options, shown, hidden) in [
            ("-c search_path=a,b", "-c search_path=a,b", vec![]),
            ("-csearch_path=a --work_mem=4MB", "-csearch_path=a --work_mem=4MB", vec![]),
            ("-c app.api_key=abcd", "-c app.api_key=***", vec!["abcd"]),
            ("-c app.token=ab\\ cd -c x=y", "-c app.token=*** -c x=y", vec!["ab cd"]),
            ("endpoint=ep-x", "endpoint=***", vec!["ep-x"]),
            ("project=a1b2$secret", "project=***", vec!["a1b2$secret"]),
            ("door-key", "***", vec!["door-key"]),
        ] {
            assert_eq!(
                (redacted(options), secrets(options)),
                (shown.to_owned(), hidden.iter().map(ToString::to_string).collect())
            );
        }
    }
}
