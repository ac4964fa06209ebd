//! Regular expressions over paths as globs, where both mean the same.

use regex_syntax::hir::{Hir, HirKind, Look};

/// Part of a path that a regular expression describes.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Start,
    End,
    Text(String),
    Anything,
}

/// More alternatives are no list that a person would read.
const MOST: usize = 64;

/// The globs that together match what a regular expression finds in paths; none if there are none.
pub(super) fn of_regex(regex: &str) -> Option<Vec<String>> {
    let hir = regex_syntax::parse(regex).ok()?;
    let globs: Option<Vec<String>> = expanded(&hir)?.iter().map(|parts| glob(parts)).collect();
    globs.filter(|globs| globs.iter().all(|glob| glob.chars().any(char::is_alphanumeric)))
}

/// Every way to match, without repetitions of anything but `.*`.
fn expanded(hir: &Hir) -> Option<Vec<Vec<Part>>> {
    let ways = match hir.kind() {
        HirKind::Empty => vec![Vec::new()],
        HirKind::Literal(literal) => {
            vec![vec![Part::Text(std::str::from_utf8(&literal.0).ok()?.to_owned())]]
        }
        HirKind::Look(Look::Start) => vec![vec![Part::Start]],
        HirKind::Look(Look::End) => vec![vec![Part::End]],
        HirKind::Capture(capture) => expanded(&capture.sub)?,
        HirKind::Alternation(all) => all.iter().map(expanded).collect::<Option<Vec<_>>>()?.concat(),
        HirKind::Concat(all) => {
            let mut ways = vec![Vec::new()];
            for hir in all {
                let next = expanded(hir)?;
                ways = ways
                    .iter()
                    .flat_map(|way| next.iter().map(|n| [way.as_slice(), n].concat()))
                    .collect();
                if ways.len() > MOST {
                    return None;
                }
            }
            ways
        }
        HirKind::Repetition(repetition) if is_dot(&repetition.sub) => match repetition.min {
            0 if repetition.max.is_none() => vec![vec![Part::Anything]],
            _ => return None,
        },
        HirKind::Repetition(repetition) if (repetition.min, repetition.max) == (0, Some(1)) => {
            let mut ways = expanded(&repetition.sub)?;
            ways.push(Vec::new());
            ways
        }
        _ => return None,
    };
    (ways.len() <= MOST).then_some(ways)
}

fn is_dot(hir: &Hir) -> bool {
    [Hir::dot(regex_syntax::hir::Dot::AnyCharExceptLF), Hir::dot(regex_syntax::hir::Dot::AnyChar)]
        .contains(hir)
}

fn glob(parts: &[Part]) -> Option<String> {
    let starts = parts.first() == Some(&Part::Start);
    let ends = parts.last() == Some(&Part::End);
    let middle = &parts[usize::from(starts)..];
    let middle = &middle[..middle.len().saturating_sub(usize::from(ends))];
    let mut body = String::new();
    for part in middle {
        match part {
            Part::Text(text) => body.push_str(&escaped(text)),
            // Within a name, what a star leaves out is only less than the expression finds.
            Part::Anything => body.push_str(if body.is_empty() { "**/*" } else { "*" }),
            Part::Start | Part::End => return None,
        }
    }
    let start = if starts || body.starts_with("**") { "" } else { "**/*" };
    let end = match (ends, body.ends_with('/')) {
        (true, _) => "",
        (false, true) => "**",
        (false, false) if body.ends_with('*') => "",
        (false, false) => "*",
    };
    Some(format!("{start}{body}{end}"))
}

fn escaped(text: &str) -> String {
    text.chars()
        .map(|c| if "*?[]{}".contains(c) { format!("[{c}]") } else { c.to_string() })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PathFilter;

    #[test]
    fn a_glob_finds_what_the_expression_finds() {
        let paths = [
            "vendor/a.c",
            "x/vendor/a.c",
            "myvendor/a.c",
            "go.sum",
            "a/go.sum",
            "go.sum.old",
            "src/test/data.json",
            "test/x",
            "a.min.js",
            "b/package-lock.json",
            "yarn.lock",
        ];
        for regex in [
            r"(^|/)vendor/",
            r"vendor/",
            r"^vendor/",
            r"go\.sum$",
            r"(?:package-lock\.json|yarn\.lock)$",
            r"\.min\.js",
            r"^src/test/.*",
            r"/?test/",
            r".*\.json$",
        ] {
            let globs = of_regex(regex).unwrap();
            let filter = PathFilter::new(&globs, &[]).unwrap();
            let engine = regex_automata::meta::Regex::new(regex).unwrap();
            for path in paths {
                let (found, left_out) = (engine.is_match(path), filter.leaves_out(path));
                assert_eq!(found, left_out, "{regex} {globs:?} {path}");
            }
        }
    }

    #[test]
    fn what_has_no_glob_is_refused() {
        for regex in ["[a-z]+", ".*", "", "a{3}", "(", "x^y", ".+\\.c$"] {
            assert_eq!(of_regex(regex), None, "{regex}");
        }
    }
}
