//! Languages of files, as far as values can be taken out of them.

/// Language of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    /// Python.
    Python,
    /// JavaScript.
    JavaScript,
    /// TypeScript.
    TypeScript,
    /// Go.
    Go,
    /// Java.
    Java,
    /// Ruby.
    Ruby,
    /// PHP.
    Php,
    /// Terraform configuration.
    Terraform,
    /// Values of Terraform variables.
    TerraformValues,
    /// Names and values for the environment.
    Env,
    /// Shell.
    Shell,
    /// Properties that Spring reads.
    Properties,
    /// YAML, by who reads it.
    Yaml(Reader),
}

/// Program that reads a YAML file: each has its own way to refer to a value elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reader {
    /// Docker Compose and what understands its files.
    Compose,
    /// Workflows of GitHub Actions.
    Actions,
    /// Actions themselves, which have no access to secrets.
    Action,
    /// Pipelines of GitLab.
    GitLab,
    /// Pipelines of Bitbucket.
    Bitbucket,
    /// Pipelines of Azure.
    Azure,
    /// Values of Helm charts.
    Helm,
    /// Configuration of Rails, with expressions of Ruby.
    Rails,
    /// Configuration of Spring.
    Spring,
    /// Anything else.
    Unknown,
}

impl Language {
    /// Those with literals and comments.
    #[cfg(test)]
    pub(super) const CODE: &'static [Self] = &[
        Self::Python,
        Self::JavaScript,
        Self::TypeScript,
        Self::Go,
        Self::Java,
        Self::Ruby,
        Self::Php,
        Self::Terraform,
    ];

    /// The language of a file, by its path.
    ///
    /// # Errors
    /// Why a value cannot be taken out of a file of this name.
    pub(super) fn of(path: &str) -> Result<Self, String> {
        let lower = path.to_ascii_lowercase();
        let (directory, name) = lower.rsplit_once('/').unwrap_or(("", &lower));
        let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
        if is_env(name) {
            return Ok(Self::Env);
        }
        Ok(match extension {
            "py" | "pyw" => Self::Python,
            "js" | "mjs" | "cjs" => Self::JavaScript,
            "ts" | "mts" | "cts" => Self::TypeScript,
            "go" => Self::Go,
            "java" => Self::Java,
            "rb" | "rake" | "ru" => Self::Ruby,
            "php" => Self::Php,
            "tf" => Self::Terraform,
            "tfvars" => Self::TerraformValues,
            "sh" | "bash" | "zsh" | "ksh" => Self::Shell,
            "yml" | "yaml" => Self::Yaml(reader(directory, name)),
            "jsx" | "tsx" | "vue" | "svelte" | "html" | "htm" => return Err(BROWSER.to_owned()),
            "pem" | "key" | "p12" | "pfx" | "jks" | "keystore" | "ppk" => {
                return Err(KEY_FILE.to_owned());
            }
            "json" => {
                return Err(
                    "JSON has no references: the program that reads it has to take the value from \
                            the environment"
                        .to_owned(),
                );
            }
            _ if name.starts_with("id_") && extension.is_empty() => return Err(KEY_FILE.to_owned()),
            _ if name.contains("dockerfile") || name.contains("containerfile") => {
                return Err("an image keeps what ENV and ARG hold: pass the value when the container starts, \
                            or to the build with `--secret`"
                    .to_owned());
            }
            "txt" | "md" | "rst" | "adoc" | "log" => {
                return Err("text for people: delete the value there".to_owned());
            }
            "properties" if is_of_spring(name) => Self::Properties,
            "" => return Err("the language of this file is not known".to_owned()),
            other => return Err(format!("values cannot be taken out of .{other} files")),
        })
    }
}

/// Why nothing is changed in code of browsers.
pub(super) const BROWSER: &str =
    "code of a browser: whatever it knows, its users know; move the call to a server";

/// Why nothing is changed in files of keys.
const KEY_FILE: &str =
    "the whole file is the secret: delete it, and mount it from a secret manager";

/// Whether a file holds names and values for the environment: `.env`, `.env.production`, `app.env`, `.envrc`.
/// Samples are such files, too.
fn is_env(name: &str) -> bool {
    name == ".env" || name == ".envrc" || name.starts_with(".env.") || name.ends_with(".env")
}

/// Whether a file is one of the configuration of Spring, by its name.
fn is_of_spring(name: &str) -> bool {
    name.starts_with("application") || name.starts_with("bootstrap")
}

/// Who reads a YAML file, by its path.
fn reader(directory: &str, name: &str) -> Reader {
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let last = directory.rsplit('/').next().unwrap_or_default();
    let is_one_of = |stems: &[&str]| {
        stems.iter().any(|known| {
            stem.strip_prefix(known)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '-', '_']))
        })
    };
    if is_one_of(&["compose", "docker-compose"]) {
        Reader::Compose
    } else if directory.ends_with(".github/workflows")
        || directory.ends_with(".forgejo/workflows")
        || directory.ends_with(".gitea/workflows")
    {
        Reader::Actions
    } else if stem == "action" {
        Reader::Action
    } else if stem == ".gitlab-ci" {
        Reader::GitLab
    } else if stem == "bitbucket-pipelines" {
        Reader::Bitbucket
    } else if is_one_of(&["azure-pipelines"]) {
        Reader::Azure
    } else if is_one_of(&["values"]) {
        Reader::Helm
    } else if last == "config"
        && is_one_of(&["database", "secrets", "storage", "cable", "redis", "mongoid"])
    {
        Reader::Rails
    } else if is_one_of(&["application", "bootstrap"]) {
        Reader::Spring
    } else {
        Reader::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_known_by_their_paths() {
        let of = |path: &str| Language::of(path).ok();
        assert_eq!(of("src/a.py"), Some(Language::Python));
        assert_eq!(of("deploy/app.env"), Some(Language::Env));
        assert_eq!(of(".env.production"), Some(Language::Env));
        assert_eq!(of("docker-compose.prod.yml"), Some(Language::Yaml(Reader::Compose)));
        assert_eq!(of("a/.github/workflows/ci.yaml"), Some(Language::Yaml(Reader::Actions)));
        assert_eq!(of("x.yml"), Some(Language::Yaml(Reader::Unknown)));
        assert_eq!(of("Composer.yml"), Some(Language::Yaml(Reader::Unknown)));
        assert_eq!(of("environment.txt"), None);
        for (path, word) in [
            ("web/a.tsx", "browser"),
            ("id_rsa", "whole file"),
            ("a.json", "JSON"),
            ("Dockerfile", "image"),
        ] {
            assert!(Language::of(path).unwrap_err().contains(word), "{path}");
        }
    }
}
