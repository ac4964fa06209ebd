//! The lines of `rules/lexicon.csv`. Shared with the build script, which makes static data of them;
//! in the library only tests read the file. The texts of each type are in `rules/lexicon/*.toml`.

use std::collections::BTreeMap;

/// The first line of the file: what each column is called.
pub const COLUMNS: &str = "id,provider,title,names,hosts,value,kind,authority,reach,lifetime";

/// One credential type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// Kebab-case, stable for ever: the id of the rule.
    pub id: String,
    /// Who issues it.
    pub provider: String,
    /// What it is, in a few words.
    pub title: String,
    /// Words of an identifier, written together, that name it; whether no other word may stand in
    /// the identifier (`=word` in the file).
    pub names: Vec<(String, bool)>,
    /// Hosts that it is sent to.
    pub hosts: Vec<String>,
    /// What its value looks like, if known.
    pub value: Option<Value>,
    /// Classes of the score model, by name.
    pub kind: String,
    /// What it may do.
    pub authority: String,
    /// What it reaches.
    pub reach: String,
    /// How long it lives.
    pub lifetime: String,
}

/// What a value looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value {
    /// A lower-case UUID with hyphens.
    Uuid,
    /// A number of characters of a set.
    Characters {
        /// The ASCII characters, one bit each.
        set: u128,
        /// Least length.
        least: u16,
        /// Greatest length.
        most: u16,
    },
}

/// Something wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineError {
    /// 1-based.
    pub line: usize,
    /// What is wrong and what to do.
    pub what: String,
}

/// Reads the whole file.
///
/// # Errors
/// The first line that is not as it should be.
pub fn parse(text: &str) -> Result<Vec<Line>, LineError> {
    let mut lines = text.lines().enumerate().map(|(index, line)| (index + 1, line));
    if lines.next().map(|(_, line)| line) != Some(COLUMNS) {
        return Err(LineError { line: 1, what: format!("the first line must be {COLUMNS}") });
    }
    let mut all: Vec<Line> = Vec::new();
    let mut taken: BTreeMap<String, usize> = BTreeMap::new();
    for (number, text) in lines {
        let fail = |what| LineError { line: number, what };
        let line = parse_line(text).map_err(fail)?;
        if all.last().is_some_and(|before| before.id >= line.id) {
            return Err(fail(format!("`{}` is out of order or there twice", line.id)));
        }
        let names = line.names.iter().map(|(name, _)| name);
        for word in names.chain(&line.hosts) {
            if let Some(other) = taken.insert(word.clone(), number) {
                return Err(fail(format!("`{word}` names line {other} already; keep one")));
            }
        }
        all.push(line);
    }
    Ok(all)
}

fn parse_line(text: &str) -> Result<Line, String> {
    let columns: Vec<&str> = text.split(',').collect();
    let count = COLUMNS.split(',').count();
    let [id, provider, title, names, hosts, value, kind, authority, reach, lifetime] = columns[..]
    else {
        return Err(format!(
            "has {} columns instead of {count}; none may hold a comma",
            columns.len()
        ));
    };
    let kebab = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
    if id.is_empty() || !id.bytes().all(kebab) {
        return Err(format!("the id `{id}` must be kebab-case: a-z, 0-9 and -"));
    }
    for (column, text) in [("provider", provider), ("title", title)] {
        if text.trim() != text || text.is_empty() {
            return Err(format!("{column} is empty or has spaces around it"));
        }
    }
    let names = names.split_whitespace().map(parse_name).collect::<Result<Vec<_>, _>>()?;
    if names.is_empty() {
        return Err("has no name; write the words of an identifier that names it".to_owned());
    }
    let hosts = hosts.split_whitespace().map(parse_host).collect::<Result<Vec<_>, _>>()?;
    Ok(Line {
        id: id.to_owned(),
        provider: provider.to_owned(),
        title: title.to_owned(),
        names,
        hosts,
        value: if value.is_empty() { None } else { Some(parse_value(value)?) },
        kind: kind.to_owned(),
        authority: authority.to_owned(),
        reach: reach.to_owned(),
        lifetime: lifetime.to_owned(),
    })
}

fn parse_name(text: &str) -> Result<(String, bool), String> {
    let alone = text.strip_prefix('=');
    let name = alone.unwrap_or(text);
    if !name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit()) {
        return Err(format!("the name `{text}` must be a-z and 0-9, words written together"));
    }
    if name.len() < if alone.is_some() { 2 } else { 3 } {
        return Err(format!("the name `{text}` is too short"));
    }
    Ok((name.to_owned(), alone.is_some()))
}

fn parse_host(text: &str) -> Result<String, String> {
    let label = |label: &str| {
        !label.is_empty() && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    };
    let plain = text.split('.').all(label) && text.contains('.');
    if plain && text == text.to_ascii_lowercase() {
        Ok(text.to_owned())
    } else {
        Err(format!("the host `{text}` must be lower case with a dot, without scheme and path"))
    }
}

/// `uuid`, `[0-9a-f]{32}` or `[0-9A-Za-z_-]{20-24}`.
fn parse_value(text: &str) -> Result<Value, String> {
    if text == "uuid" {
        return Ok(Value::Uuid);
    }
    let wrong = || format!("the value `{text}` must be uuid, [set]{{n}} or [set]{{m-n}}");
    let inner = text.strip_prefix('[').and_then(|t| t.strip_suffix('}')).ok_or_else(wrong)?;
    let (set, length) = inner.rsplit_once("]{").ok_or_else(wrong)?;
    let (least, most) = length.split_once('-').unwrap_or((length, length));
    let least: u16 = least.parse().map_err(|_| wrong())?;
    let most: u16 = most.parse().map_err(|_| wrong())?;
    let set = parse_set(set.as_bytes()).ok_or_else(wrong)?;
    if set == 0 || least < 5 || least > most {
        return Err(wrong());
    }
    Ok(Value::Characters { set, least, most })
}

fn parse_set(text: &[u8]) -> Option<u128> {
    let mut set = 0_u128;
    let mut at = 0;
    while let Some(first) = text.get(at) {
        let last = match (text.get(at + 1), text.get(at + 2)) {
            (Some(b'-'), Some(last)) => last,
            _ => first,
        };
        at += if last == first { 1 } else { 3 };
        if first > last || !first.is_ascii_graphic() || !last.is_ascii_graphic() {
            return None;
        }
        for byte in *first..=*last {
            set |= 1 << byte;
        }
    }
    Some(set)
}
