//! Lists on the command line: several values in one argument, with commas in between.

/// Values of one argument. Commas within `{a,b}` and `[a,b]` are a part of a glob, and `\,` is a comma.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct List(Vec<String>);

impl List {
    /// Reads an argument.
    ///
    /// # Errors
    /// None: every text is a list of at least one value or none.
    pub(crate) fn parse(typed: &str) -> Result<Self, String> {
        let mut all = Vec::new();
        let mut part = String::new();
        let (mut braces, mut class) = (0_usize, false);
        let mut chars = typed.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' if chars.peek() == Some(&',') => {
                    chars.next();
                    part.push(',');
                    continue;
                }
                '\\' => {
                    part.push(c);
                    part.extend(chars.next());
                    continue;
                }
                '[' if !class => class = true,
                ']' => class = false,
                '{' if !class => braces += 1,
                '}' if !class => braces = braces.saturating_sub(1),
                ',' if braces == 0 && !class => {
                    all.push(std::mem::take(&mut part));
                    continue;
                }
                _ => {}
            }
            part.push(c);
        }
        all.push(part);
        all.iter_mut().for_each(|part| *part = part.trim().to_owned());
        all.retain(|part| !part.is_empty());
        Ok(Self(all))
    }

    /// Where the last value of an argument begins that is being typed.
    pub(crate) fn last_start(typed: &str) -> usize {
        let ends = typed.char_indices().filter(|(_, c)| *c == ',').map(|(at, _)| at + 1);
        // A comma ends a value if what is before it is so many values, and not a part of one.
        ends.rev()
            .find(|end| {
                let before = Self::parse(&typed[..*end]).map_or(0, |list| list.0.len());
                let with =
                    Self::parse(&format!("{}x", &typed[..*end])).map_or(0, |list| list.0.len());
                with > before
            })
            .unwrap_or(0)
    }
}

/// The values of several arguments.
pub(crate) fn values(lists: &[List]) -> Vec<String> {
    lists.iter().flat_map(|list| &list.0).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(typed: &str) -> Vec<String> {
        List::parse(typed).unwrap().0
    }

    #[test]
    fn commas_part_values_and_stay_in_globs() {
        for (typed, expected) in [
            ("vendor", &["vendor"][..]),
            ("vendor,*.lock", &["vendor", "*.lock"]),
            ("*.{js,ts},dist", &["*.{js,ts}", "dist"]),
            ("src/{a,{b,c}}/x,y", &["src/{a,{b,c}}/x", "y"]),
            ("[a,b]*,c", &["[a,b]*", "c"]),
            (r"a\,b,c", &["a,b", "c"]),
            (r"a\{b,c", &[r"a\{b", "c"]),
            (" a , b ", &["a", "b"]),
            (",a,,b,", &["a", "b"]),
            ("", &[]),
            (",", &[]),
            ("a{b,c", &["a{b,c"]),
            ("a}b,c", &["a}b", "c"]),
            ("ä,é", &["ä", "é"]),
        ] {
            assert_eq!(parts(typed), expected, "{typed}");
        }
    }

    #[test]
    fn the_value_that_is_being_typed_begins_behind_the_last_comma() {
        for (typed, start) in
            [("a", 0), ("a,", 2), ("a,b", 2), ("{a,b", 0), ("{a,b},c", 6), ("", 0)]
        {
            assert_eq!(List::last_start(typed), start, "{typed}");
        }
    }
}
