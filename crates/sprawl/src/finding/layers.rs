//! Layers around a secret: the containers that its text is a member of, and the encodings that its text was
//! decoded from. Most secrets have none: they stand in a file as it is.

use sprawl_detect::rare::Nothing;

/// Layers between the file that people can open and the text that the secret was found in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layers {
    /// Bytes at the end of the path that name the member of a container, without the `!` before them; 0 for a
    /// file itself. Counted from the end, so that the path may be put below a directory.
    pub member: usize,
    /// Encodings that were undone, the outermost first: `base64`, `gzip`.
    pub decoded: Vec<Box<str>>,
    /// What whoever handed over the document said of it, as JSON.
    pub meta: Option<Box<str>>,
}

impl Nothing for Layers {
    fn nothing() -> &'static Self {
        static NOTHING: Layers = Layers { member: 0, decoded: Vec::new(), meta: None };
        &NOTHING
    }
}

impl Layers {
    /// The path of the outermost container and that of the member below it, by the path of the finding;
    /// nothing for a file itself. A `!` alone makes no member: files may have it in their names.
    pub fn split<'p>(&self, path: &'p str) -> Option<(&'p str, &'p str)> {
        let (container, member) = path.split_at_checked(path.len().checked_sub(self.member)?)?;
        let container = container.strip_suffix('!')?;
        (!container.is_empty() && !member.is_empty()).then_some((container, member))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_to_be_a_member_is_one() {
        let of = |member| Layers { member, ..Layers::default() };
        let path = "d/outer.zip!inner/a.env";
        assert_eq!(of("inner/a.env".len()).split(path), Some(("d/outer.zip", "inner/a.env")));
        assert_eq!(of(0).split("what!/a.txt"), None);
        assert_eq!(of(3).split(path), None, "there is no `!` before it");
        assert_eq!(of(1).split("!x"), None, "of nothing");
        assert_eq!(of(900).split(path), None);
        assert_eq!(of(1).split("x!ä"), None, "within a character");
    }
}
