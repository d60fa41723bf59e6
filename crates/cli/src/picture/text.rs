//! Lanes in box-drawing characters.

use super::Picture;
use super::lanes::{Row, lanes};

/// The picture for a terminal.
pub(crate) fn text(picture: &Picture) -> String {
    let rows = lanes(picture);
    let mut lines: Vec<String> = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        if !row.joined.is_empty() {
            lines.push(turns(row, &row.joined, '╯', '┴', row.below || row.above));
        }
        let mut words = picture.words(at).into_iter();
        lines.push(beside(
            &cells(row, |column| if column == row.column { Some('o') } else { None }, false),
            words.next(),
        ));
        if !row.forked.is_empty() {
            lines.push(beside(&turns(row, &row.forked, '╮', '┬', true), words.next()));
        }
        for word in words {
            lines.push(beside(&cells(row, |_| None, true), Some(word)));
        }
    }
    let mut text = String::new();
    for line in lines {
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn beside(lanes: &str, word: Option<String>) -> String {
    format!("{lanes}  {}", word.unwrap_or_default())
}

/// The last column of a row, and one more.
fn width(row: &Row) -> usize {
    let all = row.joined.iter().chain(&row.forked).chain(&row.passing).chain([&row.column]);
    all.max().map_or(1, |last| last + 1)
}

/// A line of columns that run on; `special` says what stands in one instead.
fn cells(row: &Row, special: impl Fn(usize) -> Option<char>, below: bool) -> String {
    let mut line = String::new();
    for column in 0..width(row) {
        let runs = row.passing.contains(&column)
            || (below && ((column == row.column && row.below) || row.forked.contains(&column)));
        line.push(special(column).unwrap_or(if runs { '│' } else { ' ' }));
        line.push(' ');
    }
    line.trim_end().to_owned()
}

/// A line on which columns turn into the point's own, or out of it.
fn turns(row: &Row, turning: &[usize], last: char, other: char, own: bool) -> String {
    let end = turning.iter().copied().max().unwrap_or(row.column);
    let mut line = String::new();
    for column in 0..width(row) {
        let between = column > row.column && column < end;
        let corner = if column == end { last } else { other };
        line.push(match column {
            column if column == row.column => {
                if own {
                    '├'
                } else {
                    '╰'
                }
            }
            column if turning.contains(&column) => corner,
            column if row.passing.contains(&column) => {
                if between {
                    '┼'
                } else {
                    '│'
                }
            }
            _ => {
                if between {
                    '─'
                } else {
                    ' '
                }
            }
        });
        line.push(if column >= row.column && column < end { '─' } else { ' ' });
    }
    line.trim_end().to_owned()
}
