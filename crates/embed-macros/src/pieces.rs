//! Texts in pieces, each piece once: snapshots of one contract after another are nearly the same.

use std::collections::HashMap;

/// Pieces, each with its number.
#[derive(Default)]
pub(crate) struct Pieces<'a> {
    numbers: HashMap<&'a str, usize>,
    texts: Vec<&'a str>,
}

/// Lines that are indented deeper than this stay with the line above them: what belongs to one table is one piece.
const DEPTH: usize = 10;

impl<'a> Pieces<'a> {
    /// Takes a text as one piece.
    pub(crate) fn whole(&mut self, text: &'a str) -> Vec<usize> {
        vec![self.number(text)]
    }

    /// Takes a snapshot, object by object.
    pub(crate) fn objects(&mut self, text: &'a str) -> Vec<usize> {
        let mut numbers = Vec::new();
        let mut start = 0;
        let mut at = 0;
        for line in text.split_inclusive('\n') {
            let name = line.trim_start_matches(' ');
            if line.len() - name.len() <= DEPTH && name.starts_with('"') && at > start {
                numbers.push(self.number(&text[start..at]));
                start = at;
            }
            at += line.len();
        }
        numbers.push(self.number(&text[start..]));
        numbers
    }

    /// Every piece, by its number.
    pub(crate) fn texts(&self) -> &[&'a str] {
        &self.texts
    }

    fn number(&mut self, text: &'a str) -> usize {
        *self.numbers.entry(text).or_insert_with(|| {
            self.texts.push(text);
            self.texts.len() - 1
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "{\n  \"format\": 1,\n  \"storage\": {\n    \"schemas\": {\n      \"public\": {\n        \"tables\": \
                       {\n          \"a\": {\n            \"columns\": {\n            }\n          },\n          \"b\": \
                       {\n          }\n        }\n      }\n    }\n  }\n}\n";

    #[test]
    fn pieces_put_together_are_the_text() {
        for text in [ONE, "", "no lines", "\n\n", "{\n  \"a\": \"ö\"\r\n}"] {
            let mut pieces = Pieces::default();
            let numbers = pieces.objects(text);
            assert_eq!(numbers.iter().map(|at| pieces.texts()[*at]).collect::<String>(), text);
        }
    }

    #[test]
    fn what_did_not_change_is_there_once() {
        let other = ONE.replace("\"b\": {\n", "\"b\": {\n            \"unlogged\": true\n");
        let mut pieces = Pieces::default();
        let (one, two) = (pieces.objects(ONE), pieces.objects(&other));
        assert_eq!(one.len(), two.len());
        assert_eq!(one.iter().zip(&two).filter(|(one, two)| one != two).count(), 1);
    }
}
