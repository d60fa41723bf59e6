//! Lanes as SVG, readable on light and dark ground.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use super::lanes::{Row, lanes};
use super::{ArrowKind, Mark, Picture};

/// From one lane to the next.
const LANE: usize = 22;
/// From one line of text to the next.
const LINE: usize = 18;
/// Between rows.
const GAP: usize = 14;
/// Around the picture.
const MARGIN: usize = 20;
/// What a character of the monospaced font takes, at least as wide as fonts are.
const CHARACTER: usize = 8;
/// How far the nearest way back stands off to the left of the lanes, and each further one of the last.
const BACK: usize = 14;

/// The style: colours for light ground, and others where the reader's ground is dark.
const STYLE: &str = "text{font:13px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#24292f}\
.p{fill:#57606a}.lane{fill:none;stroke:#0969da;stroke-width:2}.back{fill:none;stroke:#bf3989;stroke-width:2;\
stroke-dasharray:5 4}.tip{fill:#bf3989}.point{fill:#fff;stroke:#0969da;stroke-width:2}.here{fill:#0969da}\
.ref{fill:#1a7f37}.database{fill:#9a6700}.contract{fill:#0969da}\
@media(prefers-color-scheme:dark){text{fill:#e6edf3}.p{fill:#9198a1}.lane,.point{stroke:#4493f8}.point{fill:#0d1117}\
.here,.contract{fill:#4493f8}.back{stroke:#db61a2}.tip{fill:#db61a2}.ref{fill:#3fb950}.database{fill:#d29922}}";

/// The picture as an SVG document.
pub(crate) fn svg(picture: &Picture) -> String {
    let rows = lanes(picture);
    let back: Vec<(usize, usize)> = arcs(picture);
    let tracks = tracks(&back);
    let left = MARGIN + tracks.iter().max().map_or(0, |track| (track + 1) * BACK);
    let columns = rows.iter().map(Row::last).max().unwrap_or_default() + 1;
    let words: Vec<Vec<String>> = (0..rows.len()).map(|at| picture.words(at)).collect();
    let text_at = left + columns * LANE + 6;
    let x = |column: usize| left + column * LANE;
    let mut tops = Vec::with_capacity(rows.len());
    let mut height = MARGIN;
    for lines in &words {
        tops.push(height);
        height += lines.len().max(1) * LINE + GAP;
    }
    let y = |at: usize| tops.get(at).copied().unwrap_or_default() + LINE / 2;
    let widest = words.iter().flatten().map(|line| line.width()).max().unwrap_or_default();
    let width = text_at + widest * CHARACTER + MARGIN;

    let mut lines = String::new();
    // Where each open column was left, so that a lane is one stroke from point to point.
    let mut open: Vec<Option<(usize, usize)>> = vec![None; columns];
    for (at, row) in rows.iter().enumerate() {
        let own = row.above.then_some(row.column);
        for column in own.into_iter().chain(row.joined.iter().copied()) {
            if let Some((from, began)) = open.get_mut(column).and_then(Option::take) {
                lines.push_str(&lane((x(from), y(began)), x(column), (x(row.column), y(at))));
            }
        }
        let below = row.below.then_some(row.column);
        for column in below.into_iter().chain(row.forked.iter().copied()) {
            if let Some(slot) = open.get_mut(column) {
                *slot = Some((row.column, at));
            }
        }
    }
    for ((from, to), track) in back.iter().zip(&tracks) {
        let (start, end) = ((x(column(&rows, *from)), y(*from)), (x(column(&rows, *to)), y(*to)));
        lines.push_str(&arc(start, left - (track + 1) * BACK, end));
    }
    let mut points = String::new();
    for (at, row) in rows.iter().enumerate() {
        let marks = picture.points.get(at).map(|point| point.marks.as_slice()).unwrap_or_default();
        let here = if marks.contains(&Mark::Contract) { " here" } else { "" };
        points.push_str(&format!(
            "<circle class=\"point{here}\" cx=\"{}\" cy=\"{}\" r=\"5\"/>\n",
            x(row.column),
            y(at)
        ));
        for (line, word) in words.get(at).into_iter().flatten().enumerate() {
            let baseline = y(at) + line * LINE + 4;
            let class = if line == 0 { "" } else { " class=\"p\"" };
            let shown = if line == 0 { name_and_marks(picture, at) } else { escape(word) };
            points.push_str(&format!("<text{class} x=\"{text_at}\" y=\"{baseline}\">{shown}</text>\n"));
        }
    }
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} \
         {height}\" role=\"img\" aria-label=\"The history: contracts, and the packages between them\">\n\
         <style>{STYLE}</style>\n{lines}{points}</svg>\n"
    )
}

impl Row {
    fn last(&self) -> usize {
        let all = self.joined.iter().chain(&self.forked).chain(&self.passing).copied();
        all.chain([self.column]).max().unwrap_or_default()
    }
}

fn column(rows: &[Row], at: usize) -> usize {
    rows.get(at).map(|row| row.column).unwrap_or_default()
}

/// A stroke from a point down a lane to another point.
fn lane((x1, y1): (usize, usize), lane: usize, (x2, y2): (usize, usize)) -> String {
    let turn = LINE + GAP / 2;
    let (leave, arrive) = ((y1 + turn).min(y2), y2.saturating_sub(turn).max(y1));
    let middle = usize::midpoint(y1, y2);
    let (leave, arrive) = if leave > arrive { (middle, middle) } else { (leave, arrive) };
    let mut path = format!("M{x1} {y1}");
    if x1 != lane {
        path.push_str(&format!("C{x1} {leave} {lane} {y1} {lane} {leave}"));
    }
    if x2 == lane {
        path.push_str(&format!("L{x2} {y2}"));
    } else {
        path.push_str(&format!("L{lane} {arrive}C{lane} {y2} {x2} {arrive} {x2} {y2}"));
    }
    format!("<path class=\"lane\" d=\"{path}\"/>\n")
}

/// A way back: out to the left, down or up, and in again with a tip.
fn arc((x1, y1): (usize, usize), track: usize, (x2, y2): (usize, usize)) -> String {
    let (leave, arrive) = if y1 < y2 { (y1 + 10, y2.saturating_sub(10)) } else { (y1.saturating_sub(10), y2 + 10) };
    let tip = x2.saturating_sub(8);
    format!(
        "<path class=\"back\" d=\"M{} {y1}Q{track} {y1} {track} {leave}L{track} {arrive}Q{track} {y2} {} {y2}\"/>\n\
         <path class=\"tip\" d=\"M{tip} {y2}l-7 -4v8z\"/>\n",
        x1.saturating_sub(7),
        tip.saturating_sub(6),
    )
}

/// From where to where ways lead back, each pair once.
fn arcs(picture: &Picture) -> Vec<(usize, usize)> {
    let back = picture.arrows.iter().filter(|arrow| arrow.kind == ArrowKind::Back);
    back.map(|arrow| (arrow.from, arrow.to)).collect::<BTreeSet<_>>().into_iter().collect()
}

/// A track for each arc, from 0, so that arcs side by side do not lie on each other.
fn tracks(arcs: &[(usize, usize)]) -> Vec<usize> {
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    arcs.iter()
        .map(|(from, to)| {
            let (top, bottom) = (*from.min(to), *from.max(to));
            let fits = |track: &Vec<(usize, usize)>| track.iter().all(|(t, b)| bottom < *t || *b < top);
            let track = taken.iter().position(fits).unwrap_or(taken.len());
            if track == taken.len() {
                taken.push(Vec::new());
            }
            taken[track].push((top, bottom));
            track
        })
        .collect()
}

fn name_and_marks(picture: &Picture, at: usize) -> String {
    let Some(point) = picture.points.get(at) else { return String::new() };
    let mut shown = escape(&point.name);
    for mark in &point.marks {
        let class = match mark {
            Mark::Ref(_) => "ref",
            Mark::Contract => "contract",
            Mark::Database(_) => "database",
        };
        shown.push_str(&format!(" <tspan class=\"{class}\">{}</tspan>", escape(&mark.text())));
    }
    shown
}

/// Text that stands in XML as it is.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            // XML has no way to hold them.
            c if c.is_control() => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
