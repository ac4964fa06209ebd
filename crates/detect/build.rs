//! Packs the rules, and makes the tables that a scan needs of all of them: names, keywords and the
//! windows of the prefilter. Measured with 1,400 rules, a scan of one small file: 12 ms when rules and
//! tables were made at start-up, half of that with what is made here.
//!
//! What it makes them with is the library's own code.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

use library::score::{Authority, Lifetime, Reach, Usability};
use prefilter::plan::Plan;
use rules::fault::{Fault, rule_at};
use rules::form::Form;
use rules::kind::Kind;
use rules::lexicon::file as lexicon;
use rules::schema::{Packed, RuleFile, RuleText};
use rules::table::{Detector, RuleId, Table, Target};
use serde::Deserialize;
use text::line_at;

/// Parts of the library under the names that they have there.
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "src/rules"]
mod rules {
    pub mod fault;
    pub mod form;
    pub mod kind;
    pub mod lexicon {
        pub mod file;
    }
    pub mod near {
        mod spellings;
        pub(crate) use spellings::spellings;
    }
    pub mod schema;
    pub mod table;
}
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "src/assignment"]
mod assignment {
    mod keywords;
    pub use keywords::KEYWORDS;
}
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "src/keys"]
mod keys {
    mod literals;
    pub use literals::KEYWORDS;
}
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "src/prefilter"]
mod prefilter {
    mod commonness;
    mod context;
    pub mod plan;
}

#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "src"]
mod library {
    pub mod score;
}
#[allow(dead_code, unreachable_pub, missing_docs)]
#[path = "src/text"]
mod text {
    mod line;
    pub use line::line_at;
}

/// What is included here, for cargo to look at.
const SOURCES: &[&str] = &[
    "src/rules/fault.rs",
    "src/rules/form.rs",
    "src/rules/kind.rs",
    "src/rules/schema.rs",
    "src/rules/table.rs",
    "src/rules/lexicon/file.rs",
    "src/rules/near/spellings.rs",
    "src/keys/literals.rs",
    "src/assignment/keywords.rs",
    "src/prefilter/commonness.rs",
    "src/prefilter/trigrams.bin",
    "src/prefilter/context.rs",
    "src/prefilter/plan.rs",
    "src/score.rs",
    "src/score/weights.rs",
    "src/text/line.rs",
];

fn main() {
    // What this script includes is built here without schemas, and in the library with them.
    println!("cargo::rustc-cfg=schemas");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={source}");
    }
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    let folder = rules_in(&root);
    println!("cargo::rerun-if-changed={}", folder.display());
    println!("cargo::rustc-env=SPRAWL_RULES={}", folder.display());
    let mut rules: Vec<Packed> = toml_in(&folder).iter().flat_map(|path| rules_of(path)).collect();
    let lexicon =
        fs::read_to_string(folder.join("lexicon.csv")).expect("the lexicon is part of the package");
    let lexicon = lexicon::parse(&lexicon)
        .unwrap_or_else(|e| panic!("rules/lexicon.csv:{}: {}", e.line, e.what));
    let mut texts = texts_in(&folder.join("lexicon"));
    let lexicon_code = lexicon_tables(&lexicon, rules.len());
    for line in &lexicon {
        let id = &line.id;
        let said = texts
            .remove(id)
            .unwrap_or_else(|| panic!("rules/lexicon: no file has a table `[{id}]`; add one"));
        let rule = rule_of(line, said);
        if let Err(fault) = check_names(&rule.text) {
            panic!("rules/lexicon.csv: `{id}`: {fault}");
        }
        rules.push(rule);
    }
    if let Some(id) = texts.keys().next() {
        panic!("rules/lexicon: `[{id}]` is not a line of rules/lexicon.csv");
    }
    let packed: Vec<String> = rules
        .iter()
        .map(|rule| serde_json::to_string(rule).expect("texts and numbers are JSON"))
        .collect();
    for (name, text) in [
        ("builtin.json", packed.concat()),
        ("builtin.rs", builtin_tables(&rules, &packed)),
        ("lexicon.rs", lexicon_code),
        ("ids.rs", ids_of(&rules)),
    ] {
        fs::write(out.join(name), text).expect("cargo's output directory is writable");
    }
}

/// The directory of the rules. They lie at the top of the repository, where people look for them, and a
/// package holds only what is in its own directory: there `rules` is a link, or in a package a copy, or
/// where a checkout cannot make links a file that is of no use.
fn rules_in(root: &Path) -> PathBuf {
    let own = root.join("rules");
    if own.is_dir() { own } else { root.join("../../rules") }
}

/// The TOML files of a directory, in order.
fn toml_in(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("the rules directory is part of the package")
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
}

/// What a file in `rules/lexicon` says of one type of the lexicon.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Texts {
    /// What a thief can do with it.
    why: String,
    /// How to revoke and rotate it, and where.
    fix: String,
    /// The short-lived alternative, if the vendor has one.
    instead: Option<String>,
    /// The vendor's page about it.
    docs: Option<String>,
}

fn texts_in(folder: &Path) -> BTreeMap<String, Texts> {
    let mut all = BTreeMap::new();
    for path in toml_in(folder) {
        let name = file_name(&path);
        let text =
            fs::read_to_string(&path).unwrap_or_else(|e| panic!("rules/lexicon/{name}: {e}"));
        let texts: BTreeMap<String, Texts> = toml::from_str(&text).unwrap_or_else(|error| {
            let at = error.span().map_or(0, |span| span.start);
            panic!("rules/lexicon/{name}:{}: {}", line_at(&text, at), error.message())
        });
        for (id, said) in texts {
            let twice = all.insert(id.clone(), said).is_some();
            assert!(!twice, "rules/lexicon/{name}: another file has a table `[{id}]`, too");
        }
    }
    all
}

fn rules_of(path: &Path) -> Vec<Packed> {
    let name = file_name(path);
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("rules/{name}: {e}"));
    let RuleFile { provider, docs, rule } = toml::from_str(&text).unwrap_or_else(|error| {
        let at = error.span().map_or(0, |span| span.start);
        let of = rule_at(&text, at).map(|id| format!("rule `{id}`: ")).unwrap_or_default();
        panic!("rules/{name}:{}: {of}{}", line_at(&text, at), error.message())
    });
    for rule in &rule {
        if let Err(fault) = check_names(rule) {
            panic!("rules/{name}:{}: rule `{}`: {fault}", fault.line(&text, &rule.id), rule.id);
        }
    }
    let packed = |text| Packed {
        file: format!("rules/{name}"),
        provider: provider.clone(),
        docs: docs.clone(),
        text,
    };
    rule.into_iter().map(packed).collect()
}

/// Checks what must be one of a few names. Patterns, checks and examples take the whole library: the tests
/// prove those.
fn check_names(rule: &RuleText) -> Result<(), Fault> {
    let check = |field, name: &str, mut all: Vec<&str>| {
        if all.contains(&name) {
            return Ok(());
        }
        all.sort_unstable();
        Err(Fault::of(field, format!("{field} = \"{name}\" is not one of {}", all.join(", "))))
    };
    check("kind", &rule.kind, Kind::ALL.iter().map(|(_, name)| *name).collect())?;
    check("authority", &rule.authority, Authority::ALL.iter().map(|class| class.name()).collect())?;
    check("reach", &rule.reach, Reach::ALL.iter().map(|class| class.name()).collect())?;
    check("lifetime", &rule.lifetime, Lifetime::ALL.iter().map(|class| class.name()).collect())?;
    let usability = || Usability::ALL.iter().map(|class| class.name()).collect();
    if let Some(name) = &rule.usability {
        check("usability", name, usability())?;
    }
    if let Some(partner) = &rule.partner {
        check("partner.alone", &partner.alone, usability())?;
    }
    match &rule.form {
        Some(name) => check("form", name, Form::NAMED.iter().map(|(_, name)| *name).collect()),
        None => Ok(()),
    }
}

/// What a line of the lexicon is as a rule.
fn rule_of(line: &lexicon::Line, said: Texts) -> Packed {
    let provider = &line.provider;
    let text = RuleText {
        id: line.id.clone(),
        aliases: Vec::new(),
        replaces: vec!["generic-*".to_owned()],
        title: line.title.clone(),
        docs: None,
        pattern: None,
        value: None,
        detector: Some("assignment".to_owned()),
        keywords: Vec::new(),
        near: None,
        begins: Vec::new(),
        min_entropy: None,
        check: None,
        form: None,
        kind: line.kind.clone(),
        authority: line.authority.clone(),
        reach: line.reach.clone(),
        lifetime: line.lifetime.clone(),
        usability: None,
        live: false,
        encoded: false,
        partner: None,
        files: Vec::new(),
        fallback: true,
        why: said.why,
        fix: said.fix,
        instead: said.instead.unwrap_or_else(|| {
            format!(
                "Read it from a secret manager at run time; use a scoped, expiring key if \
                 {provider} offers one."
            )
        }),
        examples: Vec::new(),
        counter_examples: Vec::new(),
    };
    Packed {
        file: "rules/lexicon.csv".to_owned(),
        provider: provider.clone(),
        docs: said.docs.unwrap_or_default(),
        text,
    }
}

/// A constant for each rule, as `src/ids.rs` includes them.
fn ids_of(rules: &[Packed]) -> String {
    let mut constants = String::new();
    for RuleText { id, title, .. } in rules.iter().map(|rule| &rule.text) {
        let mut name = id.replace('-', "_").to_ascii_uppercase();
        if name.starts_with(|first: char| first.is_ascii_digit()) {
            name.insert(0, '_');
        }
        let _ = writeln!(
            constants,
            "#[doc = {title:?}]\npub const {name}: RuleName = RuleName({id:?});"
        );
    }
    constants
}

/// `Builtin { .. }`, as `src/rules/builtin.rs` includes it.
fn builtin_tables(rules: &[Packed], packed: &[String]) -> String {
    let mut table = Table::default();
    let mut detectors = String::new();
    let mut names = Vec::new();
    for (number, rule) in (0..).zip(rules) {
        let id = &rule.text.id;
        let detector =
            Detector::of(&rule.text).unwrap_or_else(|e| panic!("{}: {id}: {e}", rule.file));
        table.add(RuleId(number), &rule.text, detector);
        detectors.push_str(match detector {
            Detector::Pattern => "P,",
            Detector::Keys => "K,",
            Detector::Assignment => "A,",
        });
        names.push((id, number, false));
        names.extend(rule.text.aliases.iter().map(|alias| (alias, number, true)));
    }
    names.sort();
    if let Some(twice) = names.windows(2).find(|pair| pair[0].0 == pair[1].0) {
        panic!("two rules are called `{}`", twice[0].0);
    }
    let mut ids = vec![0; rules.len()];
    for (index, (_, number, is_alias)) in names.iter().enumerate() {
        if !is_alias {
            ids[usize::from(*number)] = index;
        }
    }
    let named: Vec<_> = names.iter().map(|(_, number, is_alias)| (number, is_alias)).collect();
    let mut targets = String::new();
    for target in table.0.values().flatten() {
        let _ = match target {
            Target::Rule(RuleId(number)) => write!(targets, "rule({number}),"),
            Target::Keys => write!(targets, "Target::Keys,"),
            Target::Assignment => write!(targets, "Target::Assignment,"),
        };
    }
    let beginnings = (0_u16..).zip(rules).flat_map(|(number, rule)| {
        rule.text.begins.iter().map(move |beginning| (beginning.as_str(), number))
    });
    let replacing = (0_u16..).zip(rules).flat_map(|(number, rule)| {
        rule.text.replaces.iter().map(move |name| (number, name.as_str()))
    });
    // What each line of the lexicon says need not be written down for each.
    let replacing = replacing.filter(|(_, name)| *name != "generic-*");
    let keywords: Vec<&[u8]> = table.0.keys().map(Vec::as_slice).collect();
    format!(
        "Builtin {{ packed: include_str!(concat!(env!(\"OUT_DIR\"), \"/builtin.json\")), ends: &{:?}, \
         detectors: &[{detectors}], names: {}, named: &{named:?}, ids: &{ids:?}, \
         target_ends: &{:?}, targets: &[{targets}], beginnings: &{:?}, replacing: &{:?}, plan: {} }}",
        ends(packed.iter().map(String::len)),
        names_of(names.iter().map(|(name, ..)| name.as_str())),
        ends(table.0.values().map(Vec::len)),
        beginnings.collect::<Vec<_>>(),
        replacing.collect::<Vec<_>>(),
        plan_of(&Plan::new(&keywords)),
    )
}

/// The lexicon's tables: entries, and names and hosts in order. Its rules follow `first` others.
fn lexicon_tables(lines: &[lexicon::Line], first: usize) -> String {
    let mut entries = String::new();
    let mut names = Vec::new();
    let mut hosts = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        let value = match line.value {
            None => "None".to_owned(),
            Some(lexicon::Value::Uuid) => "Some(Value::Uuid)".to_owned(),
            Some(lexicon::Value::Characters { set, least, most }) => {
                format!("Some(Value::Characters {{ set: {set:#x}, least: {least}, most: {most} }})")
            }
        };
        let _ = writeln!(entries, "Entry {{ rule: {}, value: {value} }},", first + index);
        names.extend(line.names.iter().map(|(name, alone)| (name, (alone, index))));
        hosts.extend(line.hosts.iter().map(|host| (host, index)));
    }
    names.sort();
    hosts.sort();
    let named: Vec<_> = names.iter().map(|(_, entry)| entry).collect();
    let hosted: Vec<_> = hosts.iter().map(|(_, entry)| entry).collect();
    format!(
        "Lexicon {{ entries: &[{entries}], names: {}, named: &{named:?}, hosts: {}, hosted: &{hosted:?} }}",
        names_of(names.iter().map(|(name, _)| name.as_str())),
        names_of(hosts.iter().map(|(host, _)| host.as_str())),
    )
}

fn names_of<'n>(names: impl Iterator<Item = &'n str> + Clone) -> String {
    let text: String = names.clone().collect();
    format!("Names {{ text: {text:?}, ends: &{:?} }}", ends(names.map(str::len)))
}

fn plan_of(plan: &Plan) -> String {
    let mut rows = String::new();
    for row in plan.rows.iter() {
        let _ = write!(rows, "row({},{},{},{}),", row.before, row.after, row.first, row.places);
    }
    let mut places = String::new();
    for place in plan.places.iter() {
        let (keyword, offset, context) = (place.keyword, place.offset, place.context);
        let _ = write!(places, "place({keyword},{offset},{},{}),", context.bytes, context.mask);
    }
    format!(
        "Plan {{ windows: Cow::Borrowed(&{:?}), rows: Cow::Borrowed(&[{rows}]), \
         places: Cow::Borrowed(&[{places}]), spellings: Cow::Borrowed(&{:?}), \
         ends: Cow::Borrowed(&{:?}), reach: {:?} }}",
        plan.windows, plan.spellings, plan.ends, plan.reach
    )
}

/// Where each ends if one follows the other.
fn ends(lengths: impl Iterator<Item = usize>) -> Vec<usize> {
    let mut end = 0;
    let mut add = |length| {
        end += length;
        end
    };
    lengths.map(&mut add).collect()
}
