//! The picture as a Mermaid flowchart, which Markdown on many sites draws.

use super::{ArrowKind, Picture};

/// A Mermaid flowchart, oldest contract on top.
pub(crate) fn mermaid(picture: &Picture) -> String {
    let mut out = "flowchart TD\n".to_owned();
    for (at, point) in picture.points.iter().enumerate().rev() {
        let marks = point.marks.iter().map(|mark| format!("<br/>{}", escape(&mark.text())));
        out.push_str(&format!("    c{at}[\"{}{}\"]\n", escape(&point.name), marks.collect::<String>()));
    }
    for arrow in &picture.arrows {
        let line = if arrow.kind == ArrowKind::Back { "-.->" } else { "-->" };
        out.push_str(&format!("    c{} {line}|\"{}\"| c{}\n", arrow.from, escape(&arrow.package), arrow.to));
    }
    out
}

/// Mermaid reads entities by number in quoted texts.
fn escape(text: &str) -> String {
    let plain = |c: char| c.is_alphanumeric() || " -_./:@()".contains(c);
    text.chars().map(|c| if plain(c) { c.to_string() } else { format!("#{};", u32::from(c)) }).collect()
}
