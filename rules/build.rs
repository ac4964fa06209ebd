//! Turns the rule files into one static table, so that start-up does not parse a megabyte of TOML.
//! Measured with 700 rules: 9 ms of parsing against 0.1 ms of reading the table.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[allow(dead_code, unreachable_pub)]
#[path = "../src/rules/schema.rs"]
mod schema;

fn main() {
    println!("cargo::rerun-if-changed=rules");
    println!("cargo::rerun-if-changed=src/rules/schema.rs");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut files: Vec<PathBuf> = fs::read_dir(root.join("rules"))
        .expect("the rules directory is part of the package")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    let mut code = String::from("&[\n");
    for path in files {
        write_file(&mut code, &path);
    }
    code.push_str("]\n");
    fs::write(out.join("builtin_rules.rs"), code).expect("cargo's output directory is writable");
}

fn write_file(code: &mut String, path: &Path) {
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("rules/{name}: {e}"));
    let file: schema::RuleFile =
        toml::from_str(&text).unwrap_or_else(|e| panic!("rules/{name}: {e}"));
    for rule in &file.rule {
        let _ = writeln!(
            code,
            "(\"rules/{name}\", {}, {}, RuleText {{ id: {}, aliases: {}, title: {}, pattern: {}, value: {}, \
             detector: {}, keywords: {}, near: {}, min_entropy: {:?}, check: {}, kind: {}, authority: {}, \
             reach: {}, lifetime: {}, usability: {}, partner: {}, fallback: {}, why: {}, fix: {}, instead: {}, \
             examples: {}, counter_examples: {} }}),",
            text_of(&file.provider),
            text_of(&file.docs),
            text_of(&rule.id),
            texts(&rule.aliases),
            text_of(&rule.title),
            optional(rule.pattern.as_ref()),
            optional(rule.value.as_ref()),
            optional(rule.detector.as_ref()),
            texts(&rule.keywords),
            rule.near.as_ref().map_or("None".to_owned(), |n| format!(
                "Some(NearText {{ any: {}, also: {}, within: {} }})",
                texts(&n.any),
                texts(&n.also),
                n.within
            )),
            rule.min_entropy,
            optional(rule.check.as_ref()),
            text_of(&rule.kind),
            text_of(&rule.authority),
            text_of(&rule.reach),
            text_of(&rule.lifetime),
            optional(rule.usability.as_ref()),
            rule.partner.as_ref().map_or("None".to_owned(), |p| format!(
                "Some(PartnerText {{ rules: {}, within: {}, alone: {} }})",
                texts(&p.rules),
                p.within,
                text_of(&p.alone)
            )),
            rule.fallback,
            text_of(&rule.why),
            text_of(&rule.fix),
            text_of(&rule.instead),
            texts(&rule.examples),
            texts(&rule.counter_examples),
        );
    }
}

fn text_of(text: &str) -> String {
    format!("Cow::Borrowed({text:?})")
}

fn optional(text: Option<&schema::Text>) -> String {
    text.map_or("None".to_owned(), |t| format!("Some({})", text_of(t)))
}

fn texts(list: &[schema::Text]) -> String {
    let inner: Vec<String> = list.iter().map(|t| text_of(t)).collect();
    format!("Cow::Borrowed(&[{}])", inner.join(", "))
}
