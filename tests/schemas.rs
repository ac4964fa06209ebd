//! JSON Schemas: those in `docs/schemas` are those of the program, and know every key that it reads and
//! writes. `tests/validate-schemas.sh` has them read by a validator.

use std::collections::BTreeSet;
use std::path::Path;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::common::{minted, run, scratch};
use crate::git::Repo;
use sprawl::config::Config;
use sprawl::lifetime::LifetimePolicy;
use sprawl::policy::exceptions::Exception;
use sprawl_detect::rules::schema::{NearText, PartnerText, RuleFile, RuleText};

/// What has a schema.
const NAMES: [&str; 6] = ["config", "rules", "exceptions", "report", "identities", "inventory"];

fn schema(name: &str) -> Value {
    let (_guard, root) = scratch();
    let printed = run(&root, &["schema", name]);
    assert_eq!(printed.status, 0, "{}", printed.stderr);
    serde_json::from_str(&printed.stdout).unwrap()
}

/// Set `SPRAWL_UPDATE_DOCS` to write the files anew.
#[test]
fn the_files_are_what_the_program_prints() {
    let (_guard, root) = scratch();
    for name in NAMES {
        let printed = run(&root, &["schema", name]).stdout;
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("docs/schemas/{name}.json"));
        if std::env::var_os("SPRAWL_UPDATE_DOCS").is_some() {
            std::fs::write(&path, &printed).unwrap();
        }
        let file = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        assert!(
            file == printed,
            "docs/schemas/{name}.json is out of date: cargo run -- schema {name} > docs/schemas/{name}.json"
        );
    }
}

#[test]
fn every_field_is_described() {
    for name in NAMES {
        let schema = schema(name);
        let definitions = schema["definitions"].as_object().unwrap();
        for (of, object) in
            definitions.iter().map(|(of, object)| (of.as_str(), object)).chain([("", &schema)])
        {
            for (key, property) in object["properties"].as_object().into_iter().flatten() {
                // A list that stands for the variant of an enum has no fields of its own.
                let is_described =
                    property.get("description").is_some() || object.get("description").is_none();
                assert!(is_described, "{name}: {of}.{key} has no description");
            }
        }
    }
}

/// The keys that a reader knows, as it says when it meets another one.
fn keys_read<T: DeserializeOwned>(section: &str) -> BTreeSet<String> {
    let text = format!("{section}\nno-such-key = 1\n");
    let Err(error) = toml::from_str::<T>(&text) else { panic!("{section} takes any key") };
    let message = error.message().to_owned();
    let (unknown, known) = message.split_once("expected ").unwrap_or_else(|| panic!("{message}"));
    assert!(unknown.contains("no-such-key"), "{message}");
    known.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// The keys of an object of a schema, which must take no others.
fn keys_of(schema: &Value, path: &[&str]) -> BTreeSet<String> {
    let mut object = resolved(schema, schema);
    for step in path {
        object = resolved(schema, &object["properties"][step]);
    }
    assert_eq!(object["additionalProperties"], json!(false), "{path:?}");
    object["properties"].as_object().unwrap().keys().cloned().collect()
}

/// What an object refers to: itself, or the definition, also that of the elements of a list.
fn resolved<'s>(schema: &'s Value, object: &'s Value) -> &'s Value {
    let inner = object.get("allOf").map(|all| &all[0]).or(object.get("items"));
    let option = object.get("anyOf").map(|any| &any[0]);
    if let Some(inner) = inner.or(option) {
        return resolved(schema, inner);
    }
    match object["$ref"].as_str() {
        Some(reference) => resolved(schema, schema.pointer(&reference[1..]).unwrap()),
        None => object,
    }
}

#[test]
fn they_know_every_key_that_is_read_and_no_other() {
    let config = schema("config");
    let sections: Vec<String> = keys_of(&config, &[]).into_iter().collect();
    assert_eq!(keys_of(&config, &[]), keys_read::<Config>(""));
    let mut looked_into = 0;
    for section in sections.iter().filter(|name| *name != "extends") {
        assert_eq!(
            keys_of(&config, &[section]),
            keys_read::<Config>(&format!("[{section}]")),
            "{section}"
        );
        looked_into += 1;
    }
    assert_eq!(looked_into, 7);
    for table in ["authority", "reach", "lifetime", "usability", "environment", "exposure"] {
        let read = keys_read::<Config>(&format!("[weights.{table}]"));
        assert_eq!(keys_of(&config, &["weights", table]), read, "{table}");
    }
    // Its keys are of two sorts, so that its reader has no list of them.
    for class in keys_of(&config, &["lifetime", "max-lifetime"]) {
        toml::from_str::<LifetimePolicy>(&format!("[max-lifetime]\n{class} = '1d'\n")).unwrap();
    }
    let rules = schema("rules");
    assert_eq!(keys_of(&rules, &[]), keys_read::<RuleFile>(""));
    assert_eq!(keys_of(&rules, &["rule"]), keys_read::<RuleText>(""));
    assert_eq!(keys_of(&rules, &["rule", "near"]), keys_read::<NearText>(""));
    assert_eq!(keys_of(&rules, &["rule", "partner"]), keys_read::<PartnerText>(""));
    let exceptions = schema("exceptions");
    assert_eq!(keys_of(&exceptions, &["exceptions"]), keys_read::<Exception>(""));
}

/// The keys of a report, with their place, that the schema does not have.
fn unknown_keys(
    schema: &Value,
    object: &Value,
    value: &Value,
    place: &str,
    unknown: &mut Vec<String>,
) {
    match value {
        Value::Object(fields) => {
            let known = resolved(schema, object);
            for (key, field) in fields {
                match known["properties"].get(key).or(known.get("additionalProperties")) {
                    Some(Value::Bool(_)) | None if known != &json!(true) => {
                        unknown.push(format!("{place}.{key}"))
                    }
                    Some(known) => {
                        unknown_keys(schema, known, field, &format!("{place}.{key}"), unknown)
                    }
                    None => {}
                }
            }
        }
        Value::Array(all) => {
            let elements = resolved(schema, object);
            let elements = elements.get("items").unwrap_or(elements);
            for one in all {
                unknown_keys(schema, elements, one, place, unknown);
            }
        }
        _ => {}
    }
}

#[test]
fn the_schema_of_the_report_knows_every_key_that_is_written() {
    let schema = schema("report");
    let repo = Repo::new();
    let token = minted("github-pat-classic", 7);
    repo.write("deploy/app.env", format!("GITHUB_TOKEN={token}\n"));
    repo.write("CODEOWNERS", "* @team\n");
    repo.commit("one");
    repo.write("deploy/app.env", "GITHUB_TOKEN=\n");
    repo.commit("two");
    let sendgrid = minted("sendgrid-key", 7);
    repo.write(
        "src/a.py",
        format!("token = '{sendgrid}'  # sprawl:allow sendgrid-key reason=\"sample\"\n"),
    );
    repo.write("src/b.py", format!("token = '{token}'\n"));
    repo.commit("three");
    let scan = |arguments: &[&str]| -> Value {
        let written = run(&repo.root, &[&["scan", "-f", "json"], arguments].concat());
        serde_json::from_str(&written.stdout).unwrap_or_else(|_| panic!("{}", written.stderr))
    };
    let reports = [
        scan(&["."]),
        scan(&["--history", "--show-secrets"]),
        scan(&["--no-unpack", "--min-confidence", "weak", "--include-placeholders"]),
    ];
    for report in &reports {
        let mut unknown = Vec::new();
        unknown_keys(&schema, &schema, report, "", &mut unknown);
        assert!(unknown.is_empty(), "{unknown:?}");
    }
    assert!(reports[1]["secrets"][0]["occurrences"][0]["commit"].is_string());
    // Keys that the schema lacks are noticed, however deep they are.
    for place in ["/secrets/0", "/secrets/0/occurrences/0", "/summary/left_out", ""] {
        let mut report = reports[0].clone();
        report.pointer_mut(place).unwrap()["no_such_key"] = json!(1);
        let mut unknown = Vec::new();
        unknown_keys(&schema, &schema, &report, "", &mut unknown);
        assert_eq!(unknown.len(), 1, "{place}");
    }
}
