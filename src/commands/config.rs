//! `sprawl config show`.

use std::ffi::OsString;
use std::path::Path;

use toml::Value;

use super::{Error, Outcome, output};
use crate::cli::config::ConfigCommand;
use crate::cli::{Cli, Command, ScanArgs, environment, list};
use sprawl::Session;
use sprawl::config::Effective;
use sprawl::session::context::ProjectContext;
use sprawl_detect::evidence::Confidence;
use sprawl_detect::text::display_path;

/// Runs it.
pub(super) fn run(command: ConfigCommand) -> Result<Outcome, Error> {
    let ConfigCommand::Show { path, config, json } = command;
    let context = Session::builder().paths([&path]).options(config.options()).context()?;
    let mut effective = of_path(&context, &path)?;
    let variables = environment::in_use();
    if !variables.is_empty() {
        let said = of_environment()?;
        add_environment(&mut effective, &said);
    }
    let text = if json {
        let mut shown = effective.to_json();
        shown["environment"] = serde_json::json!(variables);
        output::json(&shown)?
    } else {
        let variables = match variables.as_slice() {
            [] => String::new(),
            names => format!("# environment: {}\n", names.join(", ")),
        };
        variables + &effective.to_text()
    };
    output::say(&text)?;
    Ok(Outcome::Clean)
}

/// What counts at a path: in a directory, or for a file.
fn of_path(context: &ProjectContext, path: &Path) -> Result<Effective, Error> {
    let full = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let below = full.strip_prefix(context.project.root()).map(display_path).unwrap_or_default();
    let nested = &context.nested;
    let level = if full.is_dir() { nested.at(&below) } else { nested.of_file(&below) };
    nested.check().map_err(sprawl::Error::from)?;
    Ok(level.effective().clone())
}

/// What environment variables say to `sprawl scan`.
fn of_environment() -> Result<Box<ScanArgs>, Error> {
    let cli = Cli::typed(&["sprawl", "scan"].map(OsString::from));
    match cli.map(|cli| cli.command) {
        Ok(Some(Command::Scan(args))) => Ok(args),
        Ok(_) => Err(Error::Input("the environment is not understood".to_owned())),
        Err(error) => {
            let text = error.to_string();
            let line = text.lines().next().unwrap_or_default();
            Err(Error::Input(line.trim_start_matches("error: ").to_owned()))
        }
    }
}

/// Puts what variables say into the place of the keys that they take precedence over, or adds to their lists.
fn add_environment(effective: &mut Effective, args: &ScanArgs) {
    let texts = |all: &[String]| Value::from(all.to_vec());
    let exclude = list::values(&args.exclude);
    let (only, disable) = (list::values(&args.rules.only), list::values(&args.rules.disable));
    let files: Vec<String> =
        args.rules.files.iter().map(|file| file.to_string_lossy().into_owned()).collect();
    let unread: Vec<String> =
        args.report.allow_unread.iter().map(|reason| reason.name().to_owned()).collect();
    let mut put = |section: &str, key: &str, value: Value, variable: &str| {
        effective.overlay(section, key, value, &format!("environment: {variable}"));
    };
    if let Some(fail_on) = args.report.fail_on {
        put("thresholds", "fail-on", Value::from(fail_on.name()), "SPRAWL_FAIL_ON");
    }
    if let Some(least) = args.threshold.min_confidence {
        let name = Confidence::from(least).name();
        put("thresholds", "min-confidence", Value::from(name), "SPRAWL_MIN_CONFIDENCE");
    }
    if args.threshold.include_placeholders {
        let variable = "SPRAWL_INCLUDE_PLACEHOLDERS";
        put("thresholds", "include-placeholders", Value::from(true), variable);
    }
    if let Some(days) = args.policy.max_open_days {
        let days = Value::from(i64::from(days));
        put("policy", "max-open-days", days, "SPRAWL_MAX_OPEN_DAYS");
    }
    for (section, key, list, variable) in [
        ("paths", "exclude", &exclude, "SPRAWL_EXCLUDE"),
        ("rules", "files", &files, "SPRAWL_RULES"),
        ("rules", "only", &only, "SPRAWL_ONLY"),
        ("rules", "disable", &disable, "SPRAWL_DISABLE"),
        ("unread", "accept", &unread, "SPRAWL_ALLOW_UNREAD"),
    ] {
        if !list.is_empty() {
            put(section, key, texts(list), variable);
        }
    }
}
