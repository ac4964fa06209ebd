//! Terraform and OpenTofu: variables, local values, outputs, modules and the resources that use them. Read line by
//! line by the blocks that the lines are in, which is all that names need.

use std::collections::BTreeMap;

use super::expand::{beginning, is_variable};
use super::model::{Binding, Home, Name, Pass, Space};
use super::secret_manager;
use super::source::Source;
use super::tree::split;
use crate::finding::reader::ReaderKind;

pub(super) fn is_for(source: &Source<'_>) -> bool {
    let file = source.file();
    file.ends_with(".tf") || file.ends_with(".tofu") || file.ends_with(".tfvars")
}

fn terraform(directory: &str, name: &str) -> Name {
    Name::new(Space::Terraform, format!("{directory}#{name}"))
}

/// A file, with its directory and the modules that it calls.
#[derive(Clone, Copy)]
struct File<'f> {
    source: &'f Source<'f>,
    own: &'f str,
    modules: &'f BTreeMap<String, String>,
}

/// A block, or an object in one.
struct Block {
    /// Words before the brace, without quotes: `resource`, `aws_db_instance`, `main`.
    words: Vec<String>,
    /// The last `name = "..."` within it.
    name: String,
}

pub(super) fn read(source: &Source<'_>) -> Vec<Binding> {
    let modules = modules(source);
    let file = File { source, own: split(source.path).0, modules: &modules };
    if source.file().ends_with(".tfvars") {
        return values(source);
    }
    let mut found = Vec::new();
    let mut open: Vec<Block> = Vec::new();
    let mut heredoc: Option<String> = None;
    let mut comment = false;
    for (line, number) in source.text.lines().zip(1..) {
        let trimmed = line.trim();
        if let Some(end) = &heredoc {
            if trimmed == end {
                heredoc = None;
            } else {
                expression(&file, &open, "", trimmed, number, &mut found);
            }
            continue;
        }
        if comment || trimmed.starts_with("/*") {
            comment = !trimmed.contains("*/");
            continue;
        }
        let line = without_comment(trimmed);
        if line.is_empty() {
            continue;
        }
        if let Some((_, end)) = line.split_once("<<") {
            let end = end.trim_start_matches(['-', '~']).trim();
            if is_variable(end) {
                heredoc = Some(end.to_owned());
            }
        }
        let (key, value) = match line
            .split_once('=')
            .filter(|(key, rest)| !rest.starts_with('=') && is_key(key.trim()))
        {
            Some((key, value)) => (key.trim().trim_matches('"'), value.trim()),
            None => ("", line),
        };
        // A block on one line: `variable "x" {}`, `variable "x" { default = "y" }`.
        if open.is_empty()
            && let Some((head, inner)) = line.split_once('{')
            && let Some(inner) = inner.strip_suffix('}')
        {
            let words: Vec<String> =
                head.split_whitespace().map(|word| word.trim_matches('"').to_owned()).collect();
            enter(&file, &words, number, &mut found);
            let block = [Block { words, name: String::new() }];
            if let Some((key, value)) = inner.split_once('=') {
                expression(&file, &block, key.trim(), value.trim(), number, &mut found);
            }
            continue;
        }
        if line.ends_with(['{', '[']) && !line.contains("${") || line.ends_with("({") {
            let head = match key {
                "" => line.trim_end_matches(['{', '[', '(', ' ']),
                key => key,
            };
            let words = head.split_whitespace().map(|word| word.trim_matches('"').to_owned());
            let words: Vec<String> = words.collect();
            if open.is_empty() {
                enter(&file, &words, number, &mut found);
            }
            if !key.is_empty() {
                expression(&file, &open, key, value, number, &mut found);
            }
            open.push(Block { words, name: String::new() });
            continue;
        }
        if line.starts_with(['}', ']']) {
            open.pop();
            continue;
        }
        if let Some(block) = open.last_mut()
            && matches!(key, "name" | "secret_name" | "variable_name" | "key")
        {
            block.name = value.trim_matches('"').to_owned();
        }
        expression(&file, &open, key, value, number, &mut found);
    }
    found
}

fn is_key(key: &str) -> bool {
    let key = key.trim_matches('"');
    !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
}

/// A line without the comment behind it.
fn without_comment(line: &str) -> &str {
    let mut is_text = false;
    let bytes = line.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'"' if at == 0 || bytes[at - 1] != b'\\' => is_text = !is_text,
            b'#' if !is_text => return line[..at].trim_end(),
            b'/' if !is_text && bytes.get(at + 1) == Some(&b'/') => return line[..at].trim_end(),
            _ => {}
        }
    }
    line
}

/// What a block at the top says by its head.
fn enter(file: &File<'_>, words: &[String], line: usize, found: &mut Vec<Binding>) {
    let File { source, own, .. } = *file;
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    if let ["variable", name] = words.as_slice() {
        let taken = Name::variable(format!("TF_VAR_{name}"));
        let mut binding = Binding::taking(line, ReaderKind::Terraform, taken);
        binding.give(terraform(own, &format!("var.{name}")), Home::Directory(String::new()));
        found.push(binding.of(source.tree.service(source.path)));
    }
}

/// The values that the expression of a line uses, and the name that it gives to them.
fn expression(
    file: &File<'_>,
    open: &[Block],
    key: &str,
    value: &str,
    line: usize,
    found: &mut Vec<Binding>,
) {
    let File { source, own, modules } = *file;
    let Some(top) = open.first() else { return };
    let words: Vec<&str> = top.words.iter().map(String::as_str).collect();
    let everywhere = Home::Directory(String::new());
    let mut binding = Binding::empty(line, ReaderKind::Terraform);
    binding.takes = references(own, value);
    let depth = open.len();
    match words.as_slice() {
        ["variable", name] if key == "default" => {
            binding.give(terraform(own, &format!("var.{name}")), everywhere);
        }
        ["locals"] if depth == 1 && !key.is_empty() => {
            binding.give(terraform(own, &format!("local.{key}")), everywhere);
        }
        ["output", name] if key == "value" => {
            binding.give(terraform(own, "output").within(*name), everywhere);
            binding.service = Some(format!("output {name}"));
        }
        ["module", name] => {
            binding.service = Some(format!("module {name}"));
            if key == "source"
                && let Some(directory) = source.tree.resolve_directory(source.path, value)
            {
                let taken = terraform(&directory, "output");
                let mut outputs = Binding::taking(line, ReaderKind::Terraform, taken);
                let into = Some(terraform(own, &format!("module.{name}")));
                outputs.passes = Some(Pass { prefix: String::new(), home: everywhere, into });
                found.push(outputs.of(format!("module {name}")));
            }
            if let Some(directory) = modules.get(*name)
                && depth == 1
                && !key.is_empty()
            {
                let given = terraform(directory, &format!("var.{key}"));
                binding.give(given, Home::Directory(String::new()));
            }
        }
        ["resource" | "data", kind, name] => {
            binding.service = Some(format!("{kind}.{name}"));
            resource(source, open, (*kind, *name), key, value, &mut binding, found);
        }
        ["provider", name] => binding.service = Some(format!("provider {name}")),
        _ => {}
    }
    if !binding.takes.is_empty() || !binding.gives.is_empty() {
        found.push(binding);
    }
}

/// The directories of the modules that a file calls, by the names of the calls.
fn modules(source: &Source<'_>) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    let mut name = None;
    for line in source.text.lines() {
        let line = without_comment(line.trim());
        if let Some(rest) = line.strip_prefix("module ") {
            name = rest.split('"').nth(1);
        } else if let (Some(name), Some(rest)) = (name, line.strip_prefix("source"))
            && let Some(path) = rest.trim_start().strip_prefix('=')
            && let Some(directory) = source.tree.resolve_directory(source.path, path)
        {
            all.entry(name.to_owned()).or_insert(directory);
        }
    }
    all
}

/// What resources make of values: variables of programs, Secrets of Kubernetes, entries of secret managers.
fn resource(
    source: &Source<'_>,
    open: &[Block],
    (kind, name): (&str, &str),
    key: &str,
    value: &str,
    binding: &mut Binding,
    found: &mut Vec<Binding>,
) {
    const VARIABLES: &[&str] = &[
        "variables",
        "app_settings",
        "environment_variables",
        "environment",
        "env",
        "config_vars",
    ];
    let home = match source.tree.directory_of(name) {
        Some(directory) => Home::Directory(directory.to_owned()),
        None => Home::Workload(name.to_owned()),
    };
    let block = open.last();
    let last = block.and_then(|block| block.words.last()).map_or("", String::as_str);
    let is_top = open.len() == 1;
    let stated = block.map_or("", |block| block.name.as_str());
    let everywhere = Home::Directory(String::new());
    if VARIABLES.contains(&last) && is_variable(key) && !is_top {
        binding.give(Name::variable(key), home.clone());
    } else if matches!(key, "value" | "plaintext_value" | "valueFrom")
        && is_variable(stated)
        && (!is_top || kind.starts_with("github_actions") || kind.starts_with("gitlab_"))
    {
        let to = if is_top { everywhere.clone() } else { home.clone() };
        binding.give(Name::variable(stated), to);
    }
    // `{ name = "X", value = var.y }` on one line.
    if let Some(name) = inline(value, "name").filter(|name| is_variable(name))
        && value.contains("value")
    {
        binding.give(Name::variable(name), home);
    }
    let is_store = [
        "aws_ssm_parameter",
        "aws_secretsmanager_secret",
        "vault_generic_secret",
        "vault_kv_secret",
        "google_secret_manager_secret",
        "azurerm_key_vault_secret",
    ];
    if is_store.iter().any(|store| kind.starts_with(store)) {
        let is_data =
            open.first().is_some_and(|top| top.words.first().is_some_and(|one| one == "data"));
        let is_path = matches!(key, "name" | "path" | "secret_id" | "secret") && is_top;
        if is_path && is_data && value.starts_with('"') {
            let name = secret_manager::path(value, None);
            let reading = Binding::taking(*binding.lines.start(), ReaderKind::SecretManager, name);
            found.push(reading.of(format!("{kind}.{name}", name = open[0].words[2])));
        }
        let is_value = matches!(key, "value" | "secret_string" | "secret_data" | "data_json");
        if is_value && !is_data && is_top && !stated.is_empty() {
            binding.give(secret_manager::path(stated, None), everywhere.clone());
        }
    }
    if kind.starts_with("kubernetes_secret") && last == "data" && is_key(key) {
        // The name stands in the block `metadata` before it.
        let object = metadata_name(source, *binding.lines.start());
        if let Some(object) = object {
            let home = Home::Namespace(None, split(source.path).0.to_owned());
            binding.give(Name::new(Space::Kubernetes, object).within(key), home);
        }
    }
}

/// The value of a key in an object on one line.
fn inline<'v>(value: &'v str, key: &str) -> Option<&'v str> {
    let (_, rest) = value.split_once(&format!("{key} "))?;
    let rest = rest.trim_start().strip_prefix(['=', ':'])?.trim_start().strip_prefix('"')?;
    rest.split('"').next()
}

/// The name in the last `metadata` before a line.
fn metadata_name(source: &Source<'_>, line: usize) -> Option<String> {
    let before: Vec<&str> = source.text.lines().take(line).collect();
    let start = before.iter().rposition(|one| one.trim().starts_with("metadata"))?;
    let names = before[start..].iter().filter_map(|one| one.trim().strip_prefix("name"));
    let stated =
        names.map(|rest| rest.trim_start().trim_start_matches('=').trim().trim_matches('"'));
    stated.map(str::to_owned).find(|name| !name.is_empty() && !name.contains("${"))
}

/// Variables, local values and outputs of modules that an expression uses.
fn references(own: &str, value: &str) -> Vec<Name> {
    let mut all = Vec::new();
    for (word, parts) in [("var.", 1), ("local.", 1), ("module.", 2)] {
        for (at, _) in value.match_indices(word) {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.' || c == '-';
            if value[..at].ends_with(is_part) {
                continue;
            }
            let rest = &value[at + word.len()..];
            let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            let first = &rest[..rest.find(|c| !is_name(c)).unwrap_or(rest.len())];
            if first.is_empty() {
                continue;
            }
            let name = terraform(own, &format!("{word}{first}"));
            if parts == 1 {
                all.push(name);
                continue;
            }
            let output = rest[first.len()..].strip_prefix('.').map_or("", beginning);
            if !output.is_empty() {
                all.push(name.within(output));
            }
        }
    }
    all.sort();
    all.dedup();
    all
}

/// A file of values for the variables of the directory that it is in, or of the one above that has a
/// configuration.
fn values(source: &Source<'_>) -> Vec<Binding> {
    let mut directory = split(source.path).0;
    while !source.tree.has_terraform(directory) && !directory.is_empty() {
        directory = split(directory).0;
    }
    let mut found = Vec::new();
    let mut depth = 0_usize;
    for (line, number) in source.text.lines().zip(1..) {
        let line = without_comment(line.trim());
        if depth == 0
            && let Some((name, _)) = line.split_once('=')
            && is_variable(name.trim())
        {
            let mut binding = Binding::empty(number, ReaderKind::Terraform);
            let name = terraform(directory, &format!("var.{}", name.trim()));
            binding.give(name, Home::Directory(String::new()));
            found.push(binding);
        } else if depth > 0
            && let Some(last) = found.last_mut()
        {
            // A value over several lines.
            last.lines = *last.lines.start()..=number;
        }
        depth += line.matches(['{', '[']).count();
        depth = depth.saturating_sub(line.matches(['}', ']']).count());
    }
    found
}
