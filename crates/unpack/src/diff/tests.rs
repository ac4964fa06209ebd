//! Diffs of git and of `diff -u`, in all their forms.

use proptest::prelude::*;

use super::*;

const PLAIN: &str = "\
diff --git a/conf/a.py b/conf/a.py
index 1111111..2222222 100644
--- a/conf/a.py
+++ b/conf/a.py
@@ -7,3 +7,3 @@ def f():
 7
+added
-- removed
 9
@@ -20 +21,2 @@
 20
+++ added too
\\ No newline at end of file
";

/// The lines that are added, with path and number.
fn added(diff: &str) -> Vec<(String, usize, String)> {
    let mut found = Vec::new();
    for file in parse(diff.as_bytes()).files {
        for (index, line) in file.piece.lines.iter().enumerate() {
            let end =
                file.piece.lines.get(index + 1).map_or(file.piece.text.len(), |next| next.start);
            let text = &file.piece.text[line.start..end];
            if line.is_added {
                let text = String::from_utf8_lossy(text).trim_end_matches('\n').to_owned();
                found.push((file.path.clone(), line.number, text));
            }
        }
    }
    found
}

fn line(path: &str, number: usize, text: &str) -> (String, usize, String) {
    (path.to_owned(), number, text.to_owned())
}

#[test]
fn added_lines_have_their_numbers_in_the_new_version() {
    assert!(is_diff(PLAIN.as_bytes()));
    let expected = [line("conf/a.py", 8, "added"), line("conf/a.py", 22, "++ added too")];
    assert_eq!(added(PLAIN), expected);
    let diff = parse(PLAIN.as_bytes());
    assert!(diff.outside.text.is_empty(), "{:?}", diff.outside);
    let piece = &diff.files[0].piece;
    assert_eq!(piece.text, b"7\nadded\n9\n\n20\n++ added too\n");
    let at = piece.text.windows(5).position(|five| five == b"added").unwrap();
    assert_eq!(piece.line_at(at + 2), Some(Line { start: 2, number: 8, is_added: true }));
    assert_eq!(piece.line_at(0).map(|line| line.is_added), Some(false));
}

#[test]
fn counts_that_are_wrong_lose_nothing() {
    let wrong = PLAIN.replace("+7,3", "+7,9");
    assert_eq!(added(&wrong), added(PLAIN));
}

#[test]
fn colours_are_taken_off() {
    let mut coloured = String::new();
    for line in PLAIN.lines() {
        coloured.push_str(&format!("\x1b[1;32m{line}\x1b[m\x1b[K\n"));
    }
    assert!(is_diff(coloured.as_bytes()));
    assert_eq!(added(&coloured), added(PLAIN));
}

#[test]
fn paths_are_those_of_the_new_version() {
    let change = "@@ -0,0 +1 @@\n+x\n";
    for (header, path) in [
        ("diff --git a/a b c b/a b c\n--- /dev/null\n+++ b/a b c\t\n", "a b c"),
        (
            "diff --git \"a/\\303\\244\\\"\" \"b/\\303\\244\\\"\"\n--- \"a/x\"\n+++ \"b/\\303\\244\\\"\"\n",
            "\u{e4}\"",
        ),
        (
            "diff --git a/x b/y\nsimilarity index 90%\nrename from x\nrename to y\n--- a/x\n+++ b/y\n",
            "y",
        ),
        ("diff --git i/x w/x\n--- i/x\n+++ w/x\n", "x"),
        ("diff --git b/x b/x\n--- b/x\n+++ b/x\n", "b/x"),
        ("diff --git x x\n--- x\n+++ x\n", "x"),
        ("--- old/x\t2026-01-01 00:00:00\r\n+++ new/x\t2026-01-01 00:00:00\r\n", "new/x"),
        ("Index: x\n=======\n--- x\t(revision 1)\n+++ x\t(working copy)\n", "x"),
        ("diff -ru a/x b/x\n--- a/x\t1\n+++ b/x\t2\n", "x"),
    ] {
        let diff = format!("{header}{change}");
        assert!(is_diff(diff.as_bytes()), "{diff}");
        assert_eq!(added(&diff), [line(path, 1, "x")], "{diff}");
    }
}

#[test]
fn deleted_files_have_no_new_side() {
    let diff = "diff --git a/x b/x\ndeleted file mode 100644\n--- a/x\n+++ /dev/null\n@@ -1,2 +0,0 @@\n-a\n-b\n";
    let diff = parse(diff.as_bytes());
    assert!(diff.files.is_empty() && diff.outside.text.is_empty());
}

#[test]
fn merges_have_a_sign_for_each_parent() {
    let diff = "diff --cc x\nindex 1,2..3\n--- a/x\n+++ b/x\n@@@ -1,2 -1,2 +1,3 @@@\n  both\n++new\n -gone\n +one\n";
    assert!(is_diff(diff.as_bytes()));
    assert_eq!(added(diff), [line("x", 2, "new"), line("x", 3, "one")]);
}

#[test]
fn messages_and_binary_files_stand_outside() {
    let id = "0".repeat(40);
    let diff = format!(
        "commit {id}\n\n    message\n\n{PLAIN}diff --git a/p b/p\nindex 1..2 100644\n\
         Binary files a/p and b/p differ\ndiff --git a/q b/q\nGIT binary patch\nliteral 1\nIcm\n\n\
         diff --git a/z b/z\n--- a/z\n+++ b/z\n@@ -1 +1 @@\n-a\n+b\n-- \n2.50\n"
    );
    assert!(is_diff(diff.as_bytes()));
    let parsed = parse(diff.as_bytes());
    assert_eq!(parsed.binary, ["p", "q"]);
    let outside = String::from_utf8_lossy(&parsed.outside.text).into_owned();
    assert_eq!(outside, format!("commit {id}\n\n    message\n\n-- \n2.50\n"));
    assert_eq!(parsed.outside.lines[2].number, 3);
    assert_eq!(added(&diff).last(), Some(&line("z", 1, "b")));
}

#[test]
fn other_texts_are_no_diffs() {
    for text in
        ["", "text", "--- title\n", "commit to it\n@@ -1 +1 @@\n", "- a\n+ b\n", "From here\n"]
    {
        assert!(!is_diff(text.as_bytes()), "{text}");
    }
}

proptest! {
    #[test]
    fn any_pieces_are_survived(
        pieces in prop::collection::vec(
            prop_oneof![
                Just("diff --git a/x b/x\n"), Just("--- a/x\n"), Just("+++ b/x\n"), Just("@@ -1 +1 @@\n"),
                Just("+x\n"), Just("-x\n"), Just(" x\n"), Just("\n"), Just("@@@ -1,9 -1 +1,9 @@@\n"),
                Just("\\ No\n"), Just("\x1b[32m"), Just("GIT binary patch\n"), Just("\r\n"),
                Just("diff --git \"a\\4"), Just("@@ -99999999999999999999 +1 @@\n"), Just("rename to y\n"),
            ],
            0..40,
        ),
    ) {
        let text = pieces.concat();
        is_diff(text.as_bytes());
        let diff = parse(text.as_bytes());
        for file in &diff.files {
            prop_assert!(file.piece.lines.is_sorted_by_key(|line| line.start));
        }
        let out: usize = diff.files.iter().map(|file| file.piece.text.len()).sum();
        prop_assert!(out + diff.outside.text.len() <= text.len() * 2 + 2);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = parse(&[b"--- a\n+++ b\n@@ -1,9 +1,9 @@\n", &bytes[..]].concat());
    }
}
