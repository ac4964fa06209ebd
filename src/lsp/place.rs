//! Addresses of files, as editors write them.

use std::path::PathBuf;

/// The path that a `file:` address stands for (RFC 8089); none for any other.
pub(super) fn path(uri: &str) -> Option<PathBuf> {
    let rest = uri.strip_prefix("file://")?;
    // An empty host, or the own one.
    let path = &rest[rest.find('/')?..];
    let decoded = decoded(path)?;
    let is_drive = |path: &str| {
        path.strip_prefix('/').is_some_and(|rest| rest.as_bytes().get(1) == Some(&b':'))
    };
    Some(PathBuf::from(if is_drive(&decoded) { &decoded[1..] } else { &decoded }))
}

/// Percent-encoding undone (RFC 3986, section 2.1).
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            bytes.push(u8::from_str_radix(digits, 16).ok()?);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_paths() {
        let of = |uri: &str| path(uri).map(|path| path.display().to_string());
        assert_eq!(of("file:///a/b%20c/%C3%A4.py").unwrap(), "/a/b c/\u{e4}.py");
        assert_eq!(of("file:///c%3A/x/y.rs").unwrap(), "c:/x/y.rs");
        assert_eq!(of("file://localhost/a").unwrap(), "/a");
        assert_eq!((of("untitled:Untitled-1"), of("file:///a%zz")), (None, None));
    }
}
