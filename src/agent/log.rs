//! The log of decisions: local, without values, and bounded in size.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Call, Found, Verdict};
use sprawl::files::write;

/// Variable that names another directory for the log.
const DIRECTORY: &str = "SPRAWL_STATE_DIR";

const FILE: &str = "agent.jsonl";

/// The file before; together the two are no longer than twice this.
const FORMER: &str = "agent.1.jsonl";

/// Bytes after which a new file is begun: about 5,000 decisions.
const LARGEST: u64 = 1 << 20;

/// A decision.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct Entry {
    /// When, RFC 3339.
    pub(crate) time: String,
    /// Who asked.
    pub(crate) agent: String,
    /// About what: `prompt`, `tool call`, `tool output`, `file`.
    pub(crate) event: String,
    /// The tool.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) tool: String,
    /// `passed`, `blocked`, `redacted`, `reported` or `withheld`.
    pub(crate) decision: String,
    /// The secrets: types and ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) secrets: Vec<LoggedSecret>,
    /// The directory that the agent works in.
    pub(crate) directory: String,
    /// What did not go as it should.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) warnings: Vec<String>,
}

/// A secret in the log.
#[derive(Debug, Clone, Serialize, Deserialize, PartialEq, Eq)]
pub(crate) struct LoggedSecret {
    /// Id of its type.
    pub(crate) rule: String,
    /// Its id.
    pub(crate) id: String,
    /// Where it was.
    pub(crate) place: String,
}

impl Entry {
    /// The entry for a verdict. `safe` takes out of texts what looks like a credential.
    pub(crate) fn of(
        call: &Call,
        verdict: &Verdict,
        warnings: &[String],
        safe: impl Fn(&str) -> String,
    ) -> Self {
        let (decision, found): (&str, &[Found]) = match verdict {
            Verdict::Pass => ("passed", &[]),
            Verdict::Block(found) => ("blocked", found),
            Verdict::Redact(_, found) => ("redacted", found),
            Verdict::Seen(found) => ("reported", found),
            Verdict::Withhold(_) => ("withheld", &[]),
        };
        let secret = |one: &Found| LoggedSecret {
            rule: one.rule.clone(),
            id: one.id.clone(),
            place: safe(&one.place),
        };
        let mut warnings: Vec<String> = warnings.iter().map(|warning| safe(warning)).collect();
        if let Verdict::Withhold(why) = verdict {
            warnings.push(safe(why));
        }
        Self {
            time: jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
            agent: call.agent.name().to_owned(),
            event: call.event.name().to_owned(),
            tool: safe(&call.tool),
            decision: decision.to_owned(),
            secrets: found.iter().map(secret).collect(),
            directory: safe(&call.directory.to_string_lossy()),
            warnings,
        }
    }
}

/// The directory of the log: `$XDG_STATE_HOME/sprawl`, `%LOCALAPPDATA%\sprawl`, or `~/.local/state/sprawl`.
pub(crate) fn directory() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    if let Some(directory) = set(DIRECTORY) {
        return Some(PathBuf::from(directory));
    }
    let base = match set("XDG_STATE_HOME").map(PathBuf::from).filter(|path| path.is_absolute()) {
        Some(state) => state,
        None if cfg!(windows) => PathBuf::from(set("LOCALAPPDATA")?),
        None => std::env::home_dir()?.join(".local").join("state"),
    };
    Some(base.join("sprawl"))
}

/// Adds a decision to the log.
///
/// # Errors
/// It cannot be written.
pub(crate) fn add(entry: &Entry) -> io::Result<()> {
    let directory =
        directory().ok_or_else(|| io::Error::other("no directory for it: HOME is not set"))?;
    add_in(&directory, entry)
}

fn add_in(directory: &Path, entry: &Entry) -> io::Result<()> {
    let mut line = serde_json::to_vec(entry)?;
    line.push(b'\n');
    fs::create_dir_all(directory)?;
    let file = directory.join(FILE);
    if fs::metadata(&file).is_ok_and(|metadata| metadata.len() + line.len() as u64 > LARGEST) {
        // Another process may have done so meanwhile.
        let _ = fs::rename(&file, directory.join(FORMER));
    }
    // In one piece, so that those of several processes do not mix.
    private(&file, write::append(&file)?)?.write_all(&line)
}

/// The log is nobody else's business.
fn private(path: &Path, file: File) -> io::Result<File> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if file.metadata()?.len() == 0 {
            fs::set_permissions(path, fs::Permissions::from_mode(0o600))?;
        }
    }
    let _ = path;
    Ok(file)
}

/// The decisions of the log, the oldest first, and how many lines cannot be read.
///
/// # Errors
/// It cannot be read.
pub(crate) fn entries() -> io::Result<(Vec<Entry>, usize)> {
    match directory() {
        Some(directory) => entries_in(&directory),
        None => Ok((Vec::new(), 0)),
    }
}

fn entries_in(directory: &Path) -> io::Result<(Vec<Entry>, usize)> {
    let mut entries = Vec::new();
    let mut broken = 0;
    for name in [FORMER, FILE] {
        let mut text = String::new();
        match File::open(directory.join(name)) {
            Ok(file) => _ = file.take(2 * LARGEST).read_to_string(&mut text)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        for line in text.lines() {
            match serde_json::from_str(line) {
                Ok(entry) => entries.push(entry),
                Err(_) => broken += 1,
            }
        }
    }
    Ok((entries, broken))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: usize) -> Entry {
        Entry {
            time: "2026-11-29T10:00:00Z".to_owned(),
            agent: "claude".to_owned(),
            event: "prompt".to_owned(),
            tool: format!("tool {number} {}", "x".repeat(200)),
            decision: "passed".to_owned(),
            secrets: Vec::new(),
            directory: "/w".to_owned(),
            warnings: Vec::new(),
        }
    }

    #[test]
    fn it_stays_bounded_and_keeps_the_latest() {
        let directory = tempfile::tempdir().unwrap();
        for number in 0..9_000 {
            add_in(directory.path(), &entry(number)).unwrap();
        }
        let size = |name: &str| fs::metadata(directory.path().join(name)).unwrap().len();
        assert!(size(FILE) <= LARGEST && size(FORMER) <= LARGEST);
        let (entries, broken) = entries_in(directory.path()).unwrap();
        assert_eq!((entries.last(), broken), (Some(&entry(8_999)), 0));
        assert!(
            entries.len() > 3_000
                && entries
                    .windows(2)
                    .all(|two| two[0].tool < two[1].tool || two[0].tool.len() < two[1].tool.len())
        );
    }
}
