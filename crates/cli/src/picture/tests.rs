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
    assert_snapshot!(text(&diamond()), @r#"
    o  d (the contract) [prod<"&>]
    ├─╮  from_left
    │ │  from_right
    │ │  undo (back to b)
    o │  c
    │ │  right
    │ o  b (database staging)
    │ │  left
    ├─╯
    o  a
    │  start
    │  tidy (data work)
    o  empty
    "#);
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
    assert_snapshot!(text(&picture), @r"
    o  f
    ├─╮  df
    │ │  bf
    │ │ o  e
    │ │ │  ce
    o │ │  d
    │ │ │  bd
    │ │ o  c
    │ │ │  ac
    ├─╯ │
    o   │  b
    │   │  ab
    ├───╯
    o  a
    ");
}

#[test]
fn a_diamond_for_others() {
    assert_snapshot!(mermaid(&diamond()), @r#"
    flowchart TD
        c4["empty"]
        c3["a"]
        c2["b<br/>(database staging)"]
        c1["c"]
        c0["d<br/>(the contract)<br/>#91;prod#60;#34;#38;#62;#93;"]
        c4 -->|"start"| c3
        c3 -->|"left"| c2
        c3 -->|"right"| c1
        c2 -->|"from_left"| c0
        c1 -->|"from_right"| c0
        c0 -.->|"undo"| c2
        c3 -->|"tidy"| c3
    "#);
    assert_snapshot!(dot(&diamond()), @r#"
    digraph history {
        node [shape=box, fontname=monospace];
        edge [fontname=monospace];
        c4 [label="empty"];
        c3 [label="a"];
        c2 [label="b\n(database staging)"];
        c1 [label="c"];
        c0 [label="d\n(the contract)\n[prod<\"&>]"];
        c4 -> c3 [label="start"];
        c3 -> c2 [label="left"];
        c3 -> c1 [label="right"];
        c2 -> c0 [label="from_left"];
        c1 -> c0 [label="from_right"];
        c0 -> c2 [label="undo", style=dashed, constraint=false];
        c3 -> c3 [label="tidy"];
    }
    "#);
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
