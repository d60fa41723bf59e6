use insta::assert_snapshot;

use super::*;

/// Points by name, newest first, with arrows by place.
fn picture(points: &[&str], arrows: &[(usize, usize, &str, ArrowKind)]) -> Picture {
    Picture {
        points: points.iter().map(|name| Point { name: (*name).to_owned(), marks: Vec::new() }).collect(),
        arrows: arrows
            .iter()
            .map(|(from, to, package, kind)| Arrow {
                from: *from,
                to: *to,
                package: (*package).to_owned(),
                kind: *kind,
            })
            .collect(),
    }
}

fn diamond() -> Picture {
    use ArrowKind::{Back, Onward, Work};
    let mut picture = picture(
        &["d", "c", "b", "a", "empty"],
        &[
            (4, 3, "start", Onward),
            (3, 2, "left", Onward),
            (3, 1, "right", Onward),
            (2, 0, "from_left", Onward),
            (1, 0, "from_right", Onward),
            (0, 2, "undo", Back),
            (3, 3, "tidy", Work),
        ],
    );
    picture.points[0].marks = vec![Mark::Contract, Mark::Ref("prod<\"&>".into())];
    picture.points[2].marks = vec![Mark::Database("staging".into())];
    picture
}

#[test]
fn a_diamond_in_the_terminal() {
    assert_snapshot!(text(&diamond()), @"");
}

#[test]
fn lanes_that_cross() {
    use ArrowKind::Onward;
    let picture = picture(
        &["f", "e", "d", "c", "b", "a"],
        &[
            (5, 4, "ab", Onward),
            (5, 3, "ac", Onward),
            (4, 2, "bd", Onward),
            (3, 1, "ce", Onward),
            (2, 0, "df", Onward),
            (4, 0, "bf", Onward),
        ],
    );
    assert_snapshot!(text(&picture), @"");
}

#[test]
fn a_diamond_for_others() {
    assert_snapshot!(mermaid(&diamond()), @"");
    assert_snapshot!(dot(&diamond()), @"");
}

#[test]
fn names_are_escaped_in_svg() {
    let svg = svg(&diamond());
    assert!(svg.contains("[prod&lt;&quot;&amp;&gt;]"), "{svg}");
    assert!(!svg.contains("prod<"), "{svg}");
    assert_eq!(svg.matches("<circle").count(), 5);
    assert_eq!(svg.matches("class=\"lane\"").count(), 5);
    assert_eq!(svg.matches("class=\"back\"").count(), 1);
}
