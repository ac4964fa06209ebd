//! Variables in texts: `$X`, `${X}`, `${X:-otherwise}`, and what CI systems write in their place.

/// Names of the variables that a text expands, each once, in order.
pub(super) fn variables(text: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('$') {
        let is_escaped = rest[..at].ends_with('\\');
        let after = &rest[at + 1..];
        if let Some(behind) = after.strip_prefix('$') {
            rest = behind;
            continue;
        }
        rest = after;
        if is_escaped || after.starts_with("{{") {
            continue;
        }
        let inner =
            after.strip_prefix('{').map_or(after, |inner| inner.trim_start_matches(['!', '#']));
        let name = beginning(inner);
        // `${x.y}` is a path of some other language.
        let is_path = after.starts_with('{') && inner[name.len()..].starts_with(['.', '[', '(']);
        if !name.is_empty() && !is_path && !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

/// The name that a text begins with.
pub(super) fn beginning(text: &str) -> &str {
    let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let end = text.find(|c| !is_part(c)).unwrap_or(text.len());
    let name = &text[..end];
    if name.starts_with(|c: char| c.is_ascii_digit()) { "" } else { name }
}

/// Whether a text is the name of a variable.
pub(super) fn is_variable(text: &str) -> bool {
    !text.is_empty() && beginning(text).len() == text.len()
}

/// What stands between two signs in a text, as in `${{ secrets.X }}` or `{{ .Values.x }}`.
pub(super) fn between<'t>(text: &'t str, open: &str, close: &str) -> Vec<&'t str> {
    let mut all = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once(open) {
        let Some((inner, behind)) = after.split_once(close) else { break };
        all.push(inner.trim());
        rest = behind;
    }
    all
}

/// Names behind a prefix in a text: `secrets.X` and `secrets['X']` for `secrets`.
pub(super) fn members<'t>(text: &'t str, object: &str) -> Vec<&'t str> {
    let mut all = Vec::new();
    let mut from = 0;
    while let Some(at) = text[from..].find(object).map(|at| from + at) {
        from = at + object.len();
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-';
        let rest = &text[from..];
        let is_word = !text[..at].ends_with(is_part);
        let name = match rest.strip_prefix('.') {
            Some(rest) => beginning(rest),
            None => rest.strip_prefix("['").or(rest.strip_prefix("[\"")).map_or("", beginning),
        };
        if is_word && !name.is_empty() && !all.contains(&name) {
            all.push(name);
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_expanded_as_shells_and_compose_do() {
        assert_eq!(variables("a$X-${Y:-z}$1 ${!R} \\$N $$M ${Z} $X"), ["X", "Y", "R", "Z"]);
        assert_eq!(variables("${{ secrets.X }} ${var.x} ${a[0]} $"), [""; 0]);
    }

    #[test]
    fn members_of_contexts() {
        assert_eq!(
            members("secrets.A || secrets['B'] || mysecrets.C || secrets.A", "secrets"),
            ["A", "B"]
        );
        assert_eq!(between("x ${{ a }} ${{b}} ${{ c", "${{", "}}"), ["a", "b"]);
    }
}
