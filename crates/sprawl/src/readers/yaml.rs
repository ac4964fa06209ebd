//! YAML as far as names need it: keys, scalars and lines. Templates of Helm and Jinja are no YAML before they are
//! rendered, and files that are broken somewhere still name what they use, so this reads lines by their
//! indentation and skips what it does not know.

/// A key with its value, or an item of a list, whose key is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Node {
    pub(super) key: String,
    /// Scalar, without quotes; empty if there is none.
    pub(super) value: String,
    /// Whether the scalar is there and empty: `""`.
    pub(super) is_blank: bool,
    /// First line, 1-based.
    pub(super) line: usize,
    /// Last line of the scalar.
    pub(super) end: usize,
    pub(super) children: Vec<Node>,
}

/// Deeper levels, and aliases beyond so many nodes, are left out.
const DEEPEST: usize = 48;
const MOST_NODES: usize = 200_000;

impl Node {
    /// The child with this key.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.children.iter().find(|child| child.key == key)
    }

    /// The node at a path of keys.
    pub(super) fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The scalar at a path of keys; empty if there is none.
    pub(super) fn text(&self, path: &[&str]) -> &str {
        self.at(path).map_or("", |node| &node.value)
    }

    /// This node and everything below it.
    pub(super) fn all(&self) -> Vec<&Self> {
        let mut all = Vec::new();
        let mut open = vec![self];
        while let Some(node) = open.pop() {
            all.push(node);
            open.extend(node.children.iter().rev());
        }
        all
    }
}

impl Node {
    /// The nodes below it that have scalars, each with the keys to it.
    pub(super) fn scalars(&self) -> Vec<(Vec<&str>, &Self)> {
        let mut all = Vec::new();
        let mut open: Vec<(Vec<&str>, &Self)> =
            self.children.iter().rev().map(|child| (vec![child.key.as_str()], child)).collect();
        while let Some((path, node)) = open.pop() {
            for child in node.children.iter().rev() {
                let mut below = path.clone();
                below.push(&child.key);
                open.push((below, child));
            }
            if !node.value.is_empty() {
                all.push((path, node));
            }
        }
        all
    }
}

/// The documents of a file.
pub(super) fn documents(text: &str) -> Vec<Node> {
    let mut documents = Vec::new();
    let mut reader = Reader::default();
    let lines: Vec<&str> = text.lines().collect();
    let mut at = 0;
    while at < lines.len() {
        let line = lines[at];
        if line.starts_with("---") || line.trim_end() == "..." {
            documents.push(reader.finish());
            reader = Reader::default();
            at += 1;
            continue;
        }
        at = reader.line(&lines, at);
    }
    documents.push(reader.finish());
    documents.retain(|document| !document.children.is_empty());
    documents
}

/// Nodes by number, so that a deep file needs no deep stack while it is read.
#[derive(Default)]
struct Reader {
    nodes: Vec<(Node, Option<usize>)>,
    /// Indentation and number of the open nodes.
    open: Vec<(usize, usize)>,
    /// Nodes with an anchor, by its name.
    anchors: Vec<(String, usize)>,
}

impl Reader {
    /// Reads the line at a position, and the lines of its scalar; returns the next one.
    fn line(&mut self, lines: &[&str], at: usize) -> usize {
        let line = lines[at].trim_end();
        let mut content = line.trim_start();
        let mut indent = line.len() - content.len();
        let is_template =
            content.starts_with("{{") && content.ends_with("}}") && !content.contains("}}:");
        if content.is_empty() || content.starts_with('#') || content.starts_with('%') || is_template
        {
            return at + 1;
        }
        while content == "-" || content.starts_with("- ") {
            // A list may stand at the level of its key.
            self.close(indent + 1);
            if self
                .open
                .last()
                .is_some_and(|(own, number)| *own == indent && self.nodes[*number].0.key.is_empty())
            {
                self.open.pop();
            }
            self.push(indent, Node { line: at + 1, end: at + 1, ..Node::default() });
            let inner = content[1..].trim_start();
            indent += content.len() - inner.len();
            content = inner;
        }
        if content.is_empty() {
            return at + 1;
        }
        let Some((key, value)) = key_and_value(content) else {
            // An item of a list that is a scalar, or the rest of one.
            if let Some((_, number)) = self.open.last().copied()
                && let Some((node, _)) = self.nodes.get_mut(number)
            {
                if node.line == at + 1 && node.children.is_empty() {
                    (node.value, node.children) = scalar(content, at + 1);
                    node.children.reverse();
                } else if !node.value.is_empty() {
                    node.value.push(' ');
                    node.value.push_str(content.trim_matches(['"', '\'']));
                    node.end = at + 1;
                }
            }
            return at + 1;
        };
        self.close(indent);
        let mut node = Node { key, line: at + 1, end: at + 1, ..Node::default() };
        let (value, anchor) = without_anchor(value);
        let mut next = at + 1;
        if value.starts_with(['|', '>']) {
            let is_inside = |line: &str| {
                line.trim().is_empty() || line.len() - line.trim_start().len() > indent
            };
            while next < lines.len() && is_inside(lines[next]) {
                next += 1;
            }
            while next > at + 1 && lines[next - 1].trim().is_empty() {
                next -= 1;
            }
            node.value = lines[at + 1..next].join("\n");
            node.end = next;
        } else {
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let mut whole = value.to_owned();
            // A quoted scalar, or a list in brackets, over several lines.
            let is_open = |whole: &str| match quote {
                Some(quote) => whole.matches(quote).count() < 2,
                None => {
                    whole.starts_with('[')
                        && whole.matches('[').count() > whole.matches(']').count()
                        || whole.starts_with('{')
                            && !whole.starts_with("{{")
                            && whole.matches('{').count() > whole.matches('}').count()
                }
            };
            while is_open(&whole) && next < lines.len() && next < at + 200 {
                whole.push(' ');
                whole.push_str(lines[next].trim());
                next += 1;
            }
            node.is_blank = matches!(value, "\"\"" | "''");
            (node.value, node.children) = scalar(&whole, at + 1);
            node.end = next.max(at + 1);
        }
        let number = self.push(indent, node);
        if let (Some(anchor), Some(number)) = (anchor, number) {
            self.anchors.push((anchor, number));
        }
        next
    }

    /// Closes what does not enclose a line of this indentation.
    fn close(&mut self, indent: usize) {
        while self.open.last().is_some_and(|(own, _)| *own >= indent) {
            self.open.pop();
        }
    }

    fn push(&mut self, indent: usize, mut node: Node) -> Option<usize> {
        if self.nodes.len() >= MOST_NODES || self.open.len() >= DEEPEST {
            return None;
        }
        let parent = self.open.last().map(|(_, number)| *number);
        // Children are collected from the last one on.
        node.children.reverse();
        self.nodes.push((node, parent));
        self.open.push((indent, self.nodes.len() - 1));
        Some(self.nodes.len() - 1)
    }

    /// The document, with what aliases stand for put in their places.
    fn finish(self) -> Node {
        let Self { nodes, anchors, .. } = self;
        let parents: Vec<Option<usize>> = nodes.iter().map(|(_, parent)| *parent).collect();
        let mut nodes: Vec<Node> = nodes.into_iter().map(|(node, _)| node).collect();
        let mut root = Node { line: 1, end: 1, ..Node::default() };
        // Children come behind their parents: from the last one on, each is whole when it is put away.
        let mut whole: Vec<(usize, Vec<Node>)> = Vec::new();
        for at in (0..nodes.len()).rev() {
            let mut node = std::mem::take(&mut nodes[at]);
            node.children.reverse();
            if anchors.iter().any(|(_, number)| *number == at) {
                whole.push((at, node.children.clone()));
            }
            let target = match parents[at] {
                Some(parent) => &mut nodes[parent],
                None => &mut root,
            };
            target.children.push(node);
        }
        root.children.reverse();
        let mut left = MOST_NODES;
        let anchored: Vec<(&str, &Vec<Node>)> = anchors
            .iter()
            .filter_map(|(name, number)| {
                let (_, children) = whole.iter().find(|(at, _)| at == number)?;
                Some((name.as_str(), children))
            })
            .collect();
        fill(&mut root, &anchored, &mut left, 0);
        root
    }
}

/// Puts what anchors name in the places of aliases: `<<: *name`, `environment: *name`.
fn fill(node: &mut Node, anchored: &[(&str, &Vec<Node>)], left: &mut usize, depth: usize) {
    if anchored.is_empty() || depth > DEEPEST {
        return;
    }
    let mut merged = Vec::new();
    for child in &mut node.children {
        let names = child.children.iter().map(|item| &item.value);
        let names: Vec<String> = match child.key.as_str() {
            "<<" if child.value.is_empty() => names.cloned().collect(),
            _ => vec![child.value.clone()],
        };
        for name in names {
            let Some(name) = name.strip_prefix('*') else { continue };
            let Some((_, children)) = anchored.iter().find(|(other, _)| *other == name) else {
                continue;
            };
            if children.len() > *left {
                continue;
            }
            *left -= children.len();
            match child.key.as_str() {
                "<<" => merged.extend(children.iter().cloned()),
                _ => child.children = (*children).clone(),
            }
        }
        fill(child, anchored, left, depth + 1);
    }
    for one in merged {
        if node.get(&one.key).is_none() {
            node.children.push(one);
        }
    }
}

/// `key: value`, `"key": value`, `key:`.
fn key_and_value(content: &str) -> Option<(String, &str)> {
    let (key, rest) = match content.chars().next()? {
        quote @ ('"' | '\'') => {
            let end = content[1..].find(quote)? + 1;
            (&content[1..end], content[end + 1..].trim_start())
        }
        '{' | '[' if !content.starts_with("{{") => return None,
        _ => {
            let end = content
                .match_indices(':')
                .map(|(at, _)| at)
                .find(|at| matches!(content.as_bytes().get(at + 1), None | Some(b' ' | b'\t')))?;
            (&content[..end], &content[end..])
        }
    };
    let value = rest.strip_prefix(':')?;
    (value.is_empty() || value.starts_with([' ', '\t']))
        .then(|| (key.trim().to_owned(), value.trim()))
}

/// A value without the anchor before it, and the name of that.
fn without_anchor(value: &str) -> (&str, Option<String>) {
    let Some(rest) = value.strip_prefix('&') else { return (value, None) };
    let (name, value) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
    (value.trim(), Some(name.to_owned()))
}

/// The text of a scalar, or the nodes of a list or mapping in brackets.
fn scalar(value: &str, line: usize) -> (String, Vec<Node>) {
    let value = value.trim();
    let is_template = value.starts_with("{{");
    if let Some(inner) = value.strip_prefix('[').and_then(|v| v.trim_end().strip_suffix(']')) {
        let items = pieces(inner).into_iter().map(|piece| {
            let (value, children) = flat(piece, line, 0);
            Node { value, line, end: line, children, ..Node::default() }
        });
        return (String::new(), items.collect());
    }
    if !is_template && value.starts_with('{') && value.ends_with('}') {
        return flat(value, line, 0);
    }
    (unquoted(value).to_owned(), Vec::new())
}

/// A mapping in brackets within a line, or a scalar. Mappings in it are read to a depth that people write.
fn flat(value: &str, line: usize, depth: usize) -> (String, Vec<Node>) {
    const DEEPEST: usize = 6;
    let value = value.trim();
    let inner = value.strip_prefix('{').and_then(|v| v.strip_suffix('}'));
    let Some(inner) = inner.filter(|_| !value.starts_with("{{") && depth < DEEPEST) else {
        return (unquoted(value).to_owned(), Vec::new());
    };
    let entries = pieces(inner).into_iter().filter_map(|piece| {
        let (key, value) = key_and_value(piece.trim())?;
        let (value, children) = flat(value, line, depth + 1);
        Some(Node { key, value, line, end: line, children, ..Node::default() })
    });
    (String::new(), entries.collect())
}

/// The parts of a list in brackets: commas in quotes and in inner brackets separate nothing.
fn pieces(inner: &str) -> Vec<&str> {
    let mut all = Vec::new();
    let (mut depth, mut quote, mut start) = (0_usize, None, 0);
    for (at, c) in inner.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '[' | '{') => depth += 1,
            (None, ']' | '}') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
                all.push(&inner[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    all.push(&inner[start..]);
    all.retain(|piece| !piece.trim().is_empty());
    all
}

/// A scalar without its quotes, or without the comment behind it.
fn unquoted(value: &str) -> &str {
    let value = value.trim();
    for quote in ['"', '\''] {
        if let Some(inner) = value.strip_prefix(quote) {
            return inner.rfind(quote).map_or(inner, |end| &inner[..end]);
        }
    }
    if value.starts_with('#') {
        return "";
    }
    value.split_once(" #").map_or(value, |(value, _)| value.trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_lists_and_scalars() {
        let text =
            "a:\n  b: \"c\" # d\n  e:\n  - f: g\n    h: 'i'\n  - j\nk: [l, \"m, n\"]\no: {p: q}\n";
        let documents = documents(text);
        let [root] = documents.as_slice() else { panic!("{documents:?}") };
        assert_eq!(root.text(&["a", "b"]), "c");
        let e = root.at(&["a", "e"]).unwrap();
        assert_eq!(e.children.len(), 2);
        assert_eq!((e.children[0].text(&["f"]), e.children[0].text(&["h"])), ("g", "i"));
        assert_eq!((e.children[1].value.as_str(), e.children[1].line), ("j", 6));
        let k: Vec<&str> = root.get("k").unwrap().children.iter().map(|c| &*c.value).collect();
        assert_eq!(k, ["l", "m, n"]);
        assert_eq!(root.text(&["o", "p"]), "q");
        let deep = super::documents("a: {b: {c: d}, e: [f]}\n");
        assert_eq!(deep[0].text(&["a", "b", "c"]), "d");
    }

    #[test]
    fn lists_at_the_level_of_their_key_belong_to_it() {
        let documents = documents("env:\n- name: A\n  value: b\n- name: C\nx: y\n");
        assert_eq!(documents[0].get("env").unwrap().children.len(), 2);
        assert_eq!(documents[0].text(&["x"]), "y");
    }

    #[test]
    fn blocks_documents_and_aliases() {
        let text = "a: |\n  x\n\n  y\nb: 1\n---\nc: &n\n  d: e\nf:\n  <<: *n\n  g: h\ni: *n\n";
        let documents = documents(text);
        let a = documents[0].get("a").unwrap();
        assert_eq!((a.value.as_str(), a.line, a.end), ("  x\n\n  y", 1, 4));
        assert_eq!(documents[0].text(&["b"]), "1");
        assert_eq!(documents[1].text(&["f", "d"]), "e");
        assert_eq!(documents[1].text(&["i", "d"]), "e");
        let lists =
            super::documents("a: &a\n  x: 1\nb: &b\n  y: 2\nc:\n  <<: [*a, *b]\n  z: \"\"\n");
        let c = lists[0].get("c").unwrap();
        assert_eq!((c.text(&["x"]), c.text(&["y"])), ("1", "2"));
        assert!(c.get("z").unwrap().is_blank);
    }

    #[test]
    fn templates_are_read_as_far_as_they_are_lines() {
        let text =
            "data:\n{{- if .Values.x }}\n  a: {{ .Values.b.c | quote }}\n{{- end }}\n  d: e\n";
        let documents = documents(text);
        assert_eq!(documents[0].text(&["data", "a"]), "{{ .Values.b.c | quote }}");
        assert_eq!(documents[0].text(&["data", "d"]), "e");
    }

    #[test]
    fn any_text_is_survived() {
        documents(&"- ".repeat(5000));
        documents(&(0..3000).map(|n| format!("{}k:\n", " ".repeat(n))).collect::<String>());
        for text in
            ["\"", "a: \"", "a: [", "a: {", "- - - x", "&", "*", "a: &", "a: *a", "a: &a\n  b: *a"]
        {
            documents(text);
        }
    }
}
