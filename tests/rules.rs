//! Every built-in rule does what it says, through the same code that checks users' files.

use std::collections::BTreeSet;

use sprawl_detect::examples;
use sprawl_detect::rules::{Rules, check};

use crate::common::{minted, run, scratch, write};

#[test]
fn every_rule_keeps_its_word() {
    let rules = Rules::builtin();
    let all: Vec<_> = rules.iter().collect();
    let mut broken = Vec::new();
    for (id, rule) in &all {
        let proved = match check::prove(std::slice::from_ref(rule)) {
            Err((_, fault)) => Err(fault),
            Ok(()) => examples::prove(&rules, *id),
        };
        if let Err(fault) = proved {
            let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(&rule.file);
            let line = fault.line(&std::fs::read_to_string(file).unwrap_or_default(), rule.id());
            broken.push(format!("{}:{line}: {}: {fault}", rule.file, rule.id()));
        }
    }
    assert!(broken.is_empty(), "{} rules:\n{}", broken.len(), broken.join("\n"));
}

#[test]
fn ids_and_aliases_are_unique() {
    let rules = Rules::builtin();
    let mut seen = BTreeSet::new();
    for (_, rule) in rules.iter() {
        for name in std::iter::once(&rule.text.id).chain(rule.text.aliases.iter()) {
            assert!(seen.insert(name.clone()), "{name} names two rules");
        }
    }
}

#[test]
fn partners_exist() {
    let rules = Rules::builtin();
    for (_, rule) in rules.iter() {
        for partner in rule.partner().iter().flat_map(|p| p.rules.iter()) {
            assert!(rules.named(partner).is_some(), "{}: no rule {partner}", rule.id());
        }
    }
}

/// Set `SPRAWL_UPDATE_DOCS` to write the file anew.
#[test]
fn the_list_of_all_types_is_fresh() {
    let (_guard, root) = scratch();
    let listed = run(&root, &["rules", "list", "--markdown"]);
    assert_eq!(listed.status, 0, "{}", listed.stderr);
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
    if std::env::var_os("SPRAWL_UPDATE_DOCS").is_some() {
        std::fs::write(&path, &listed.stdout).unwrap();
    }
    let file = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        file == listed.stdout,
        "docs/rules.md is out of date: cargo run -- rules list --markdown > docs/rules.md"
    );
}

const GOOD: &str = r#"
provider = "Acme"
[[rule]]
id = "acme-key"
title = "Acme key"
pattern = '''\b(?<secret>acme_[0-9a-f]{24})\b'''
keywords = ["acme_"]
kind = "api-key"
authority = "service-wide"
reach = "saas"
lifetime = "static"
why = "Opens it."
fix = "Revoke it."
instead = "Log in."
examples = ["KEY={secret}"]
counter_examples = ["acme_0123"]
"#;

fn refused(change: impl Fn(&str) -> String, line: usize, says: &str) {
    let (_guard, root) = scratch();
    write(&root, "acme.toml", change(GOOD));
    let checked = run(&root, &["rules", "check", "acme.toml"]);
    assert_eq!(checked.status, 2, "{}", checked.stderr);
    let place = format!("acme.toml:{line}:");
    assert!(checked.stderr.contains(&place), "no {place} in {}", checked.stderr);
    assert!(checked.stderr.contains(says), "no `{says}` in {}", checked.stderr);
    let scanned = run(&root, &["scan", ".", "--rules", "acme.toml"]);
    assert_eq!((scanned.status, scanned.stdout.as_str()), (2, ""));
}

#[test]
fn a_good_file_is_accepted_and_used() {
    let (_guard, root) = scratch();
    write(&root, "acme.toml", GOOD);
    let checked = run(&root, &["rules", "check", "acme.toml"]);
    assert_eq!((checked.status, checked.stdout.as_str()), (0, "1 rule OK\n"));
    let secret = ["acme", "_", "0f1e2d3c4b5a69788796a5b4"].concat();
    write(&root, "src/a.py", format!("KEY = '{secret}'\n"));
    let found = run(&root, &["scan", "src", "--rules", "acme.toml", "-f", "jsonl"]);
    assert_eq!(found.status, 1);
    assert!(found.stdout.contains(r#""rule_id":"acme-key""#), "{}", found.stdout);
    assert!(!found.stdout.contains(&secret));
}

#[test]
fn unknown_keys_are_refused() {
    let says = "rule `acme-key`: unknown field `titel`";
    refused(|good| good.replace("title =", "titel ="), 5, says);
}

#[test]
fn a_field_that_is_missing_is_named_with_its_rule() {
    let without = |good: &str| good.replace("why = \"Opens it.\"\n", "");
    refused(without, 3, "rule `acme-key`: missing field `why`");
}

#[test]
fn an_entry_of_a_list_is_named_by_its_own_line() {
    let several =
        |good: &str| good.replace("\"KEY={secret}\"", "\n  \"KEY={secret}\",\n  \"KEY\",\n");
    refused(several, 17, "the example `KEY` has no {secret}");
    let short = |good: &str| good.replace("\"acme_\"", "\n  \"acme_\",\n  \"a\",\n");
    refused(short, 9, "`a` is too short");
}

/// A file of ours that somebody has changed stands for the one that was built.
#[test]
fn a_file_of_our_own_rules_is_checked_in_their_place() {
    let (_guard, root) = scratch();
    let file = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("rules/npm.toml");
    let text = std::fs::read_to_string(file).unwrap().replace("\r\n", "\n");
    write(&root, "rules/npm.toml", &text);
    let checked = run(&root, &["rules", "check", "rules/npm.toml"]);
    let count = text.matches("[[rule]]").count();
    let expected = format!("{count} rule{} OK\n", if count == 1 { "" } else { "s" });
    assert_eq!((checked.status, checked.stdout), (0, expected), "{}", checked.stderr);
    assert!(
        checked.stderr.contains("in place of the built-in rules/npm.toml"),
        "{}",
        checked.stderr
    );
    // What is wrong with it is found; so is one without an id that is ours.
    let line = text.lines().position(|line| line.starts_with("authority =")).unwrap() + 1;
    write(&root, "rules/npm.toml", text.replacen("authority = \"", "authority = \"x-", 1));
    let broken = run(&root, &["rules", "check", "rules/npm.toml"]);
    assert_eq!(broken.status, 2);
    assert!(broken.stderr.contains(&format!("rules/npm.toml:{line}: rule ")), "{}", broken.stderr);
    // Under another name it would be a second one.
    write(&root, "other.toml", &text);
    let twice = run(&root, &["rules", "check", "other.toml"]);
    assert!(twice.stderr.contains("exists already in rules/npm.toml"), "{}", twice.stderr);
    // And so it would be for a scan.
    write(&root, "rules/npm.toml", &text);
    let scanned = run(&root, &["scan", ".", "--rules", "rules/npm.toml"]);
    assert!(scanned.stderr.contains("exists already"), "{}", scanned.stderr);
}

#[test]
fn an_unknown_form_is_refused() {
    let with = |good: &str| good.replace("kind =", "form = \"odd\"\nkind =");
    refused(with, 8, "form = \"odd\" is not one of own");
}

#[test]
fn a_pattern_without_a_secret_group_is_refused() {
    refused(|good| good.replace("?<secret>", ""), 6, "no group (?<secret>...)");
}

#[test]
fn an_unbounded_pattern_is_refused() {
    refused(|good| good.replace("{24}", "+"), 6, "no upper bound");
}

#[test]
fn a_keyword_that_is_not_implied_is_refused() {
    refused(|good| good.replace("[\"acme_\"]", "[\"acme_key\"]"), 7, "does not imply its keywords");
}

#[test]
fn keywords_that_the_prefilter_cannot_number_are_refused() {
    let many: Vec<String> = (0..66_000).map(|n| format!("\"acme_{n:05}\"")).collect();
    let list = format!("[{}]", many.join(","));
    refused(|good| good.replace("[\"acme_\"]", &list), 1, "more than 65535 keywords");
    let long = format!("[\"acme_{}\"]", "x".repeat(300));
    refused(|good| good.replace("[\"acme_\"]", &long), 7, "at most 256 are allowed");
}

#[test]
fn an_example_that_is_not_found_is_refused() {
    refused(|good| good.replace("KEY={secret}", "KEYx{secret}"), 15, "is not found");
}

#[test]
fn a_counter_example_that_is_found_is_refused() {
    let found = ["acme", "_", "0f1e2d3c4b5a69788796a5b4"].concat();
    refused(|good| good.replace("acme_0123", &found), 16, "is found");
}

#[test]
fn an_id_that_exists_is_refused() {
    refused(|good| good.replace("acme-key", "github-pat-classic"), 4, "exists already");
    refused(
        |good| format!("{good}{}", good.replace("provider = \"Acme\"", "")),
        4,
        "exists already",
    );
}

#[test]
fn a_class_that_the_model_does_not_know_is_refused() {
    refused(|good| good.replace("service-wide", "sevice-wide"), 9, "is not one of bootstrap");
}

#[test]
fn show_and_list_tell_about_a_rule() {
    let (_guard, root) = scratch();
    let listed = run(&root, &["rules", "list"]);
    assert!(
        listed.stdout.lines().any(|l| l.starts_with("github-pat-classic ")),
        "{}",
        listed.stdout
    );
    let shown = run(&root, &["rules", "show", "github-pat-classic"]);
    for part in ["account-wide", "source-control", "keywords", "ghp_"] {
        assert!(shown.stdout.contains(part), "no {part} in {}", shown.stdout);
    }
    let unknown = run(&root, &["rules", "show", "nonesuch"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.stderr.contains("rules list"));
}

/// Examples of rules in the documentation are rules that load as they are written.
#[test]
fn documented_rules_load() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut tried = 0;
    for name in ["CONTRIBUTING.md", "README.md"] {
        let text = std::fs::read_to_string(root.join(name)).unwrap().replace("\r\n", "\n");
        let blocks = text.split("```toml\n").skip(1).map(|rest| rest.split("```").next().unwrap());
        for block in blocks.filter(|block| block.contains("[[rule]]")) {
            let (_guard, scratch) = scratch();
            // In a list it is indented.
            let lines: Vec<&str> = block.lines().map(str::trim_start).collect();
            write(&scratch, "acme.toml", lines.join("\n"));
            let checked = run(&scratch, &["rules", "check", "acme.toml"]);
            assert_eq!(checked.status, 0, "{name}: {}", checked.stderr);
            tried += 1;
        }
    }
    assert!(tried > 0);
}

/// Previews show what all secrets of a type begin with, and of a random part at most the last four
/// characters, where 80 bits stay hidden.
#[test]
fn previews_show_no_character_of_a_secret_itself() {
    use sprawl::finding::Secret;
    use sprawl_detect::rules::mint::{Random, mint};
    let rules = Rules::builtin();
    for (_, rule) in rules.iter() {
        let Ok(compiled) = rule.compiled() else { continue };
        let all: Vec<Vec<u8>> =
            (1..=8).filter_map(|seed| mint(rule, &mut Random::new(seed)).ok()).collect();
        for bytes in &all {
            let same =
                |other: &Vec<u8>| bytes.iter().zip(other).take_while(|(a, b)| a == b).count();
            let shared = all.iter().map(same).min().unwrap_or(0);
            let prefix = compiled.literal_prefix(bytes);
            assert!(prefix <= shared, "{}: {prefix} of {shared}", rule.id());
            let shown = Secret::new(bytes).redacted(prefix, rule.kind.is_guessable());
            let (_, last) = shown.split_once("****").unwrap();
            let is_long = bytes.len() >= prefix + 20 && !rule.kind.is_guessable();
            assert!(last.is_empty() || is_long, "{}: {shown}", rule.id());
            assert!(!rule.kind.is_guessable() || shown == "****", "{}: {shown}", rule.id());
        }
    }
}

/// A rule that took the place of others, of one type and of guesses by names.
fn successor() -> String {
    GOOD.replace("title =", "replaces = [\"npm-token\", \"generic-*\"]\ntitle =")
}

#[test]
fn a_mark_counts_for_the_rule_that_took_the_place_of_its_own() {
    let (_guard, root) = scratch();
    write(&root, "acme.toml", successor());
    let secret = ["acme", "_", "0f1e2d3c4b5a69788796a5b4"].concat();
    for (rule, status) in
        [("acme-key", 0), ("npm-token", 0), ("generic-api-key", 0), ("github-pat-classic", 1)]
    {
        write(&root, "src/a.py", format!("KEY = '{secret}'  # sprawl:allow {rule}\n"));
        let found = run(&root, &["scan", "src", "--rules", "acme.toml"]);
        assert_eq!(found.status, status, "{rule}: {}", found.stdout);
    }
}

#[test]
fn a_switch_counts_for_the_rule_that_took_the_place_of_its_own() {
    let (_guard, root) = scratch();
    write(&root, "acme.toml", successor());
    let secret = ["acme", "_", "0f1e2d3c4b5a69788796a5b4"].concat();
    // Under no name, which would make it a guess.
    write(&root, "src/a.log", format!("started with {secret} after 12 ms\n"));
    for (switch, rule, status) in [
        ("--disable", "npm-token", 0),
        ("--disable", "npm-*", 0),
        ("--only", "npm-token", 1),
        ("--only", "github-pat-classic", 0),
        // Guesses by names are switched off, and this is none.
        ("--disable", "generic-api-key", 1),
    ] {
        let found = run(&root, &["scan", "src", "--rules", "acme.toml", switch, rule]);
        assert_eq!(found.status, status, "{switch} {rule}: {}", found.stdout);
    }
}

#[test]
fn a_form_that_is_of_one_type_alone_is_known_under_any_name() {
    let (_guard, root) = scratch();
    let near = "near = { any = [\"acme.example\"], within = 40 }\nbegins = [\"ac_\"]\nkind =";
    let rule = GOOD
        .replace("acme_[0-9a-f]{24}", "ac_[0-9a-f]{24}")
        .replace("keywords = [\"acme_\"]\n", "")
        .replace("kind =", near)
        .replace("KEY={secret}", "KEY={secret} # acme.example")
        .replace("acme_0123", "ac_0123");
    write(&root, "acme.toml", &rule);
    let secret = ["ac", "_", "0f1e2d3c4b5a69788796a5b4"].concat();
    let rules_of = |text: String| {
        write(&root, "src/a.py", text);
        let found = run(&root, &["scan", "src", "--rules", "acme.toml", "-f", "jsonl"]);
        found.stdout.lines().filter(|line| line.contains("\"rule_id\":\"acme-key\"")).count()
    };
    assert_eq!(rules_of(format!("MY_TOKEN = '{secret}'\n")), 1);
    assert_eq!(rules_of(format!("client(service_password='{secret}')\n")), 1);
    assert_eq!(rules_of(format!("MY_TOKEN = '{secret}0'\n")), 0);
    assert_eq!(rules_of(format!("started with {secret} after 12 ms\n")), 0);
    refused(|good| good.replace("kind =", "begins = [\"acme_\"]\nkind ="), 8, "without `near`");
}

#[test]
fn words_find_rules_and_unknown_names_find_those_that_were_meant() {
    let (_guard, root) = scratch();
    let found = run(&root, &["rules", "search", "github", "classic"]);
    assert_eq!(found.status, 0, "{}", found.stderr);
    assert!(found.stdout.starts_with("github-pat-classic "), "{}", found.stdout);
    let by_prefix = run(&root, &["rules", "search", "ghp_"]).stdout;
    assert!(by_prefix.contains("github-pat-classic"), "{by_prefix}");
    let none = run(&root, &["rules", "search", "githubb"]);
    assert_eq!(none.status, 2);
    let json = run(&root, &["rules", "search", "--json", "github", "classic"]).stdout;
    let json: Vec<serde_json::Value> = serde_json::from_str(&json).unwrap();
    assert_eq!(json[0]["id"], "github-pat-classic");

    write(
        &root,
        "a.env",
        format!("TOKEN={} # sprawl:allow github-pat-clasic\n", minted("github-pat-classic", 1)),
    );
    write(&root, "enable.toml", "[rules]\nenable = ['github-pat-clasic']\n");
    write(&root, "disable.toml", "[rules]\ndisable = ['github-pat-clasic']\n");
    for arguments in [
        &["rules", "show", "github-pat-clasic"][..],
        &["scan", "--only", "github-pat-clasic"],
        &["scan", "--disable", "sendgrid-key,github-pat-clasic"],
        &["scan", "--config", "disable.toml"],
        &["scan", "--config", "enable.toml"],
    ] {
        let wrong = run(&root, arguments);
        assert_eq!(wrong.status, 2, "{arguments:?}");
        assert!(wrong.stderr.contains("did you mean `github-pat-classic`?"), "{}", wrong.stderr);
    }
    let marked = run(&root, &["scan", "a.env", "-v"]).stdout.replace(['\n', ' '], "");
    assert!(marked.contains("didyoumean`github-pat-classic`?"), "{marked}");
    let several = run(&root, &["rules", "show", "github"]).stderr;
    assert!(several.contains("sprawl rules search github"), "{several}");
    write(
        &root,
        ".sprawl/exceptions.toml",
        "version = 1\nexceptions = [\n\
         { rule = 'github-pat-clasic', paths = ['a.env'], owner = '@o', reason = 'false-positive', \
         created = '2026-01-01' },\n]\n",
    );
    let scanned = run(&root, &["scan"]).stderr;
    assert!(scanned.contains("names no known rule: did you mean"), "{scanned}");
}

#[test]
fn the_list_has_everything_that_rules_say() {
    let (_guard, root) = scratch();
    let listed = run(&root, &["rules", "list", "--json"]).stdout;
    let listed: Vec<serde_json::Value> = serde_json::from_str(&listed).unwrap();
    let rules = Rules::builtin();
    assert_eq!(listed.len(), rules.len());
    let former =
        ["id", "title", "provider", "kind", "authority", "reach", "lifetime", "aliases", "file"];
    let new = ["docs", "base_score", "confidence", "known_by", "why", "fix", "instead", "examples"];
    for (facts, (_, rule)) in listed.iter().zip(rules.iter()) {
        for name in former.iter().chain(&new) {
            assert!(facts.get(name).is_some(), "{}: no {name}", rule.id());
        }
        assert_eq!(facts["id"], rule.id());
        assert_eq!(facts.get("pattern").is_some(), rule.text.pattern.is_some(), "{}", rule.id());
        assert_eq!(facts.get("check_about").is_some(), rule.check.is_some(), "{}", rule.id());
    }
    let of = |id: &str| listed.iter().find(|facts| facts["id"] == id).unwrap();
    assert_eq!(of("github-pat-classic")["confidence"], "proven");
    assert_eq!(of("github-pat-classic")["keywords"][0], "ghp_");
    let known = listed.iter().filter(|facts| facts["confidence"].is_string()).count();
    assert!(known * 10 > listed.len() * 9, "{known} of {}", listed.len());
}
