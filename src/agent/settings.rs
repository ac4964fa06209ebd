//! Settings of agents: our hooks put in beside what is there, and taken out so that nothing is left.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::Agent;
use super::jsonc::{self, Kind, Node, Style};
use crate::shell;
use sprawl::files::{read, write};

/// Seconds after which an agent gives up on us. We give up before that.
const TIMEOUT: u64 = 30;

/// Where an agent looks for its settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope<'r> {
    /// In a project, whose root this is.
    Project(&'r Path),
    /// In the home of its user.
    User,
}

/// What was done with a file of settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change {
    /// It was written.
    Written,
    /// It is as it was.
    Unchanged,
    /// It held nothing but ours, and is gone.
    Removed,
}

/// A file of settings of an agent.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    agent: Agent,
    /// Where it is.
    pub(crate) file: PathBuf,
}

impl Agent {
    /// The events that our hook is called for, as the agent calls them.
    const fn events(self) -> &'static [&'static str] {
        match self {
            Self::Claude | Self::Codex => &["UserPromptSubmit", "PreToolUse", "PostToolUse"],
            Self::Copilot => &["userPromptSubmitted", "preToolUse", "postToolUse"],
            Self::Cursor => &[
                "beforeSubmitPrompt",
                "beforeShellExecution",
                "beforeMCPExecution",
                "beforeReadFile",
                "preToolUse",
                "postToolUse",
            ],
            Self::Gemini => &["BeforeAgent", "BeforeTool", "AfterTool"],
        }
    }

    /// The file below a project, or below its own directory in the home of a user.
    const fn file(self) -> (&'static str, &'static str) {
        match self {
            Self::Claude => (".claude", "settings.json"),
            Self::Codex => (".codex", "hooks.json"),
            Self::Copilot => (".github/hooks", "sprawl.json"),
            Self::Cursor => (".cursor", "hooks.json"),
            Self::Gemini => (".gemini", "settings.json"),
        }
    }

    /// The variable that moves its directory.
    const fn variable(self) -> Option<&'static str> {
        match self {
            Self::Claude => Some("CLAUDE_CONFIG_DIR"),
            Self::Codex => Some("CODEX_HOME"),
            Self::Copilot => Some("COPILOT_HOME"),
            Self::Cursor | Self::Gemini => None,
        }
    }

    /// The directory of its user's settings.
    fn home(self) -> Option<PathBuf> {
        let moved = self.variable().and_then(std::env::var_os).filter(|path| !path.is_empty());
        let directory = if self == Self::Copilot { ".copilot" } else { self.file().0 };
        moved.map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(directory)))
    }

    /// Whether the agent seems to be in use there.
    pub(crate) fn is_seen(self, scope: Scope<'_>) -> bool {
        match scope {
            Scope::Project(root) if self == Self::Copilot => {
                root.join(".github/hooks").is_dir()
                    || root.join(".github/copilot-instructions.md").is_file()
            }
            Scope::Project(root) => root.join(self.file().0).is_dir(),
            Scope::User => self.home().is_some_and(|home| home.is_dir()),
        }
    }
}

impl Settings {
    /// Of an agent.
    ///
    /// # Errors
    /// Nobody knows where the home of the user is.
    pub(crate) fn of(agent: Agent, scope: Scope<'_>) -> Result<Self, String> {
        let (directory, name) = agent.file();
        let file = match scope {
            Scope::Project(root) => root.join(directory).join(name),
            Scope::User => {
                let home =
                    agent.home().ok_or("the home directory is not known: HOME is not set")?;
                let below = if agent == Agent::Copilot { "hooks" } else { "" };
                home.join(below).join(name)
            }
        };
        Ok(Self { agent, file })
    }

    /// Puts our hooks in. What an earlier version put in gives way.
    ///
    /// # Errors
    /// The file cannot be read, used or written; then it is as it was.
    pub(crate) fn install(&self, program: &Path) -> Result<Change, String> {
        let before = self.text()?;
        let after = match before.as_deref().map(|text| self.without(text)).transpose()? {
            None | Some(None) => self.new_file(program),
            Some(Some(text)) => self.with(&text, program)?,
        };
        if before.as_deref() == Some(after.as_str()) {
            return Ok(Change::Unchanged);
        }
        if let Some(directory) = self.file.parent() {
            fs::create_dir_all(directory)
                .map_err(|error| self.failed("cannot be written", &error))?;
        }
        self.write(&after)?;
        Ok(Change::Written)
    }

    /// Takes our hooks out.
    ///
    /// # Errors
    /// As [`Self::install`].
    pub(crate) fn uninstall(&self) -> Result<Change, String> {
        let Some(before) = self.text()? else { return Ok(Change::Unchanged) };
        match self.without(&before)? {
            Some(after) if after == before => Ok(Change::Unchanged),
            Some(after) => {
                self.write(&after)?;
                Ok(Change::Written)
            }
            None => {
                fs::remove_file(&self.file)
                    .map_err(|error| self.failed("cannot be removed", &error))?;
                // Directories that somebody else uses are not empty.
                let mut directory = self.file.parent();
                for _ in 0..self.agent.file().0.split('/').count() {
                    let Some(empty) = directory.filter(|path| fs::remove_dir(path).is_ok()) else {
                        break;
                    };
                    directory = empty.parent();
                }
                Ok(Change::Removed)
            }
        }
    }

    fn text(&self) -> Result<Option<String>, String> {
        match read::named_text(&self.file, read::LIST) {
            Ok(text) => Ok(Some(text)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed("cannot be read", &error)),
        }
    }

    fn write(&self, text: &str) -> Result<(), String> {
        write::named(&self.file, |out| out.write_all(text.as_bytes()))
            .map_err(|error| self.failed("cannot be written", &error))
    }

    fn failed(&self, what: &str, error: &io::Error) -> String {
        format!("{}: {what}: {error}", self.file.display())
    }

    fn root(&self, text: &str) -> Result<Node, String> {
        let root = jsonc::parse(text)
            .map_err(|what| format!("{}: {what}; correct it first", self.file.display()))?;
        let is_usable = matches!(root.kind, Kind::Object(_))
            && root.member("hooks").is_none_or(|hooks| {
                matches!(hooks.value.kind, Kind::Object(_))
                    && hooks.value.members().iter().all(|event| {
                        !self.agent.events().contains(&event.key.as_str())
                            || matches!(event.value.kind, Kind::Array(_))
                    })
            });
        match is_usable {
            true => Ok(root),
            false => Err(format!(
                "{}: `hooks` is not what {} takes; correct it first",
                self.file.display(),
                self.agent.title()
            )),
        }
    }

    fn new_file(&self, program: &Path) -> String {
        let hooks: serde_json::Map<_, _> = self
            .agent
            .events()
            .iter()
            .map(|event| ((*event).to_owned(), json!([self.entry(event, program)])))
            .collect();
        let mut root = json!({ "hooks": hooks });
        if matches!(self.agent, Agent::Cursor | Agent::Copilot) {
            root["version"] = json!(1);
        }
        Style::of("").pretty(&root, "") + "\n"
    }

    /// The text with our hooks.
    fn with(&self, text: &str, program: &Path) -> Result<String, String> {
        let mut text = text.to_owned();
        for event in self.agent.events() {
            let root = self.root(&text)?;
            let entry = self.entry(event, program);
            let (at, put) = match root.member("hooks").map(|hooks| &hooks.value) {
                None => root.with(&text, Some("hooks"), &json!({ (*event): [entry] })),
                Some(hooks) => match hooks.member(event) {
                    None => hooks.with(&text, Some(event), &json!([entry])),
                    Some(list) => list.value.with(&text, None, &entry),
                },
            };
            text.insert_str(at, &put);
        }
        Ok(text)
    }

    /// The text without our hooks; nothing if nothing else is in it.
    fn without(&self, text: &str) -> Result<Option<String>, String> {
        let mut text = text.to_owned();
        loop {
            let root = self.root(&text)?;
            let Some(hooks) = root.member("hooks") else { return Ok(Some(text)) };
            let ours = hooks.value.members().iter().find_map(|event| {
                let Kind::Array(items) = &event.value.kind else { return None };
                let item = items.iter().find(|item| item.has_text(&|text| self.is_ours(text)))?;
                Some((event, items.len(), item))
            });
            let Some((event, count, item)) = ours else { return Ok(Some(text)) };
            let gone = if count > 1 || !event.value.is_ours(&text) {
                event.value.without(&item.span)
            } else if hooks.value.members().len() > 1 || !hooks.value.is_ours(&text) {
                hooks.value.without(&event.span)
            } else if self.is_new(&root, &text) {
                return Ok(None);
            } else {
                root.without(&hooks.span)
            };
            text.replace_range(gone, "");
        }
    }

    /// Whether we made the file: the hooks stand first, and nothing of others behind them.
    fn is_new(&self, root: &Node, text: &str) -> bool {
        let keys: Vec<&str> = root.members().iter().map(|member| member.key.as_str()).collect();
        root.is_ours(text) && (keys == ["hooks"] || keys == ["hooks", "version"])
    }

    fn is_ours(&self, command: &str) -> bool {
        command.contains(&format!(" agent hook {} ", self.agent.name()))
    }

    fn entry(&self, event: &str, program: &Path) -> Value {
        let call = format!("agent hook {} {event}", self.agent.name());
        let command = format!("{} {call}", quoted(program));
        match self.agent {
            Agent::Claude | Agent::Codex => json!({
                "hooks": [{ "type": "command", "command": command, "timeout": TIMEOUT }],
            }),
            Agent::Gemini => json!({
                "hooks": [{
                    "type": "command", "command": command, "name": "sprawl", "timeout": TIMEOUT * 1000,
                }],
            }),
            Agent::Cursor => json!({ "command": command, "timeout": TIMEOUT }),
            Agent::Copilot => json!({
                "type": "command",
                "bash": format!("{} {call}", shell::quoted(&program.display().to_string())),
                "powershell": format!("& '{}' {call}", program.display().to_string().replace('\'', "''")),
                "timeoutSec": TIMEOUT,
            }),
        }
    }
}

/// A path for the shell of this system.
fn quoted(program: &Path) -> String {
    match cfg!(windows) {
        true => format!("\"{}\"", program.display()),
        false => shell::quoted(&program.display().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Settings as people have them, of every agent.
    const EXISTING: &[&str] = &[
        "{}",
        "{ }\n",
        "{\n}\n",
        "{\n  \"version\": 1\n}\n",
        "{\n  \"version\": 1,\n  \"hooks\": {}\n}",
        "{\"hooks\":{}}",
        "{\"model\": \"x\"}",
        "{\n\t\"model\": \"x\", // mine\n\t\"hooks\": {\n\t\t\"Stop\": [{\"hooks\": []}],\n\t},\n}\n",
        "{\r\n  \"hooks\": {\r\n    \"PreToolUse\": [\r\n      { \"matcher\": \"Bash\", \"hooks\": [] }\r\n    ]\r\n  }\r\n}\r\n",
        "{\"hooks\": {\"PreToolUse\": [], \"preToolUse\": [ ], \"BeforeTool\": [{\"a\": 1}]}, \"b\": 2}",
        "// all mine\n{\n    \"hooks\": {\n        \"PostToolUse\": [ /* none */ ]\n    }\n}\n",
    ];

    #[test]
    fn nothing_is_left_beside_what_was_there() {
        for agent in Agent::ALL {
            for text in EXISTING {
                let directory = tempfile::tempdir().unwrap();
                let settings = Settings::of(agent, Scope::Project(directory.path())).unwrap();
                fs::create_dir_all(settings.file.parent().unwrap()).unwrap();
                fs::write(&settings.file, text).unwrap();
                let program = Path::new("/opt/o'neil/sprawl");
                assert_eq!(settings.install(program).unwrap(), Change::Written);
                let with = fs::read_to_string(&settings.file).unwrap();
                let root = jsonc::parse(&with).unwrap();
                let hooks = &root.member("hooks").unwrap().value;
                for event in agent.events() {
                    assert!(
                        hooks.member(event).unwrap().value.has_text(&|t| settings.is_ours(t)),
                        "{with}"
                    );
                }
                assert_eq!(settings.install(program).unwrap(), Change::Unchanged, "{with}");
                assert_eq!(settings.uninstall().unwrap(), Change::Written);
                assert_eq!(fs::read_to_string(&settings.file).unwrap(), *text, "{agent:?}: {with}");
                assert_eq!(settings.uninstall().unwrap(), Change::Unchanged);
            }
        }
    }

    #[test]
    fn a_file_of_ours_goes_with_its_directories() {
        for agent in Agent::ALL {
            let directory = tempfile::tempdir().unwrap();
            let settings = Settings::of(agent, Scope::Project(directory.path())).unwrap();
            settings.install(Path::new("/a/sprawl")).unwrap();
            // Another binary: the path is that of the last one.
            settings.install(Path::new("/b/sprawl")).unwrap();
            let text = fs::read_to_string(&settings.file).unwrap();
            assert!(text.contains("/b/sprawl") && !text.contains("/a/sprawl"), "{text}");
            assert!(serde_json::from_str::<Value>(&text).is_ok());
            assert_eq!(settings.uninstall().unwrap(), Change::Removed);
            assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 0);
        }
    }

    #[test]
    fn what_cannot_be_used_stays_as_it_is() {
        let directory = tempfile::tempdir().unwrap();
        let settings = Settings::of(Agent::Claude, Scope::Project(directory.path())).unwrap();
        fs::create_dir_all(settings.file.parent().unwrap()).unwrap();
        for text in
            ["", "[]", "{\"hooks\": []}", "{\"hooks\": {\"PreToolUse\": {}}}", "{\n\"a\": }"]
        {
            fs::write(&settings.file, text).unwrap();
            let error = settings.install(Path::new("/a/sprawl")).unwrap_err();
            assert!(
                error.contains("settings.json") && error.contains("correct it first"),
                "{error}"
            );
            assert_eq!(fs::read_to_string(&settings.file).unwrap(), text);
        }
    }
}
