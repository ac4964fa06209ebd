//! Three repositories, two environments, and what happened in them, told by report, plan and SARIF.
//!
//! A token is shared by two repositories and two environments; a payment key was rotated; a token was
//! taken out and came back; an age key opens 14 SOPS files; one person, who leaves, brought the age
//! key and a token of their own.

use std::path::Path;

use regex_automata::meta::Regex;
use serde_json::{Value, json};

use crate::common::{Run, finished, minted, sprawl};
use crate::git::Repo;

pub(super) struct Story {
    pub(super) holder: Repo,
}

const ADA: &str = "Ada Author <ada@example.invalid>";
const BOB: &str = "Bob Builder <bob@example.invalid>";

impl Story {
    pub(super) fn new() -> Self {
        let holder = Repo::with(&["init", "-q", "-b", "main", "app"]);
        for name in ["infra", "tools"] {
            holder.git(&["init", "-q", "-b", "main", name]);
        }
        let story = Self { holder };
        story.told();
        story
    }

    fn write(&self, path: &str, content: &str) {
        self.holder.write(path, content);
    }

    fn commit(&self, repository: &str, author: &str) {
        self.holder.tick();
        self.holder.git(&["-C", repository, "add", "-A"]);
        let author = format!("--author={author}");
        self.holder.git(&["-C", repository, "commit", "-q", "-m", "change", &author]);
    }

    fn told(&self) {
        let key = minted("sops-age-key", 1);
        let recipient = sprawl_detect::checks::age::recipient(key.as_bytes()).unwrap();
        self.write("infra/CODEOWNERS", "* @acme/platform\n");
        self.write("infra/keys.txt", &key);
        for file in 0..14 {
            let sops = format!("sops:\n  age:\n  - recipient: {recipient}\n");
            let text = format!("password: ENC[AES256_GCM,data:{file}]\n{sops}");
            self.write(&format!("infra/secrets/{file:02}.yaml"), &text);
        }
        self.commit("infra", BOB);

        let shared = minted("github-pat-classic", 1);
        self.write("app/config/production.env", &format!("DEPLOY_TOKEN={shared}\n"));
        self.write("app/config/staging.env", &format!("DEPLOY_TOKEN={shared}\n"));
        let payment = |seed| format!("key: {}\n", minted("stripe-secret-live", seed));
        self.write("app/billing.yaml", &payment(1));
        self.write("app/build.env", &format!("NPM={}\n", minted("npm-token", 1)));
        self.commit("app", ADA);
        self.write("app/billing.yaml", &payment(2));
        self.write("app/build.env", "NPM=\n");
        self.commit("app", ADA);
        self.write("app/build.env", &format!("NPM={}\n", minted("npm-token", 1)));
        self.commit("app", ADA);

        self.write("tools/run.sh", &format!("export TOKEN={shared}\n"));
        self.commit("tools", ADA);
        self.write("tools/chat.sh", &format!("TOKEN={}\n", minted("slack-bot-token", 1)));
        self.commit("tools", BOB);
    }

    pub(super) fn run(&self, arguments: &[&str]) -> Run {
        let mut command = sprawl(&self.holder.root);
        self.holder.set_environment(&mut command);
        finished(command.env("SPRAWL_ID_KEY", "story").args(arguments).output().unwrap())
    }

    /// Scans the history of all three.
    pub(super) fn scan(&self, format: &str) -> Run {
        self.run(&["scan", "--history", "app", "infra", "tools", "-f", format])
    }

    fn report(&self) -> Value {
        serde_json::from_str(&self.scan("json").stdout).unwrap()
    }

    /// Steps of a plan: what, and of each place that is to be changed or is only in history.
    fn steps(&self, command: &[&str]) -> Vec<String> {
        std::fs::write(self.holder.root.join("all.json"), self.scan("json").stdout).unwrap();
        let done = self.run(&[command, &["all.json", "-f", "json"]].concat());
        assert_eq!(done.status, 0, "{}", done.stderr);
        let plan: Value = serde_json::from_str(&done.stdout).unwrap();
        plan["steps"].as_array().unwrap().iter().map(outline).collect()
    }
}

/// Puts names in place of what changes with the clock or with the way in which secrets are minted.
fn readable(report: &Value, text: &str) -> String {
    let mut text = text.to_owned();
    let mut commits = Vec::new();
    for (secret, number) in report["secrets"].as_array().unwrap().iter().zip(1..) {
        let (id, name) = (secret["secret_id"].as_str().unwrap(), format!("SECRET-{number}"));
        text = text.replace(id, &name).replace(&id[..8], &name);
        for occurrence in secret["occurrences"].as_array().unwrap() {
            let known = [&occurrence["commit"], &occurrence["removed_by"]];
            commits.extend(known.into_iter().filter_map(Value::as_str));
        }
    }
    commits.sort();
    commits.dedup();
    for commit in commits {
        text = text.replace(commit, "COMMIT").replace(&commit[..10], "COMMIT");
    }
    for (expression, name) in [
        (r"\*\*\*\*[0-9A-Za-z_-]{4}", "****TAIL"),
        (r"[0-9]+ day\(s\)", "N day(s)"),
        (r"--until [0-9-]+", "--until DAY"),
        // Entropy.
        (r"\b[0-9]\.[0-9]\b", "N.N"),
        (r"age1[0-9a-z]{58}", "RECIPIENT"),
    ] {
        let expression = Regex::new(expression).unwrap();
        let found: Vec<String> =
            expression.find_iter(&text).map(|m| text[m.range()].to_owned()).collect();
        for one in found {
            text = text.replace(&one, name);
        }
    }
    text
}

/// Compares with a file beside this one; with SPRAWL_TEST_WRITE in the environment it is written.
fn assert_reads(name: &str, text: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/radius/story").join(name);
    if std::env::var_os("SPRAWL_TEST_WRITE").is_some() {
        std::fs::write(&file, text).unwrap();
    }
    let wanted = std::fs::read_to_string(&file).unwrap().replace("\r\n", "\n");
    assert!(
        text == wanted,
        "{} reads otherwise now; with SPRAWL_TEST_WRITE=1 in the environment the test writes it \
         anew, to be read again:\n{text}",
        file.display()
    );
}

/// What readers of SARIF see of a result.
fn selected(result: &Value) -> Value {
    let place = |value: &Value| {
        let place = &value["physicalLocation"];
        let (uri, line) = (&place["artifactLocation"]["uri"], &place["region"]["startLine"]);
        json!(format!("{}:{line}", uri.as_str().unwrap()))
    };
    let list = |name: &str, of: &dyn Fn(&Value) -> Value| {
        let all = result[name].as_array().map(Vec::as_slice).unwrap_or_default();
        all.iter().map(of).collect::<Vec<_>>()
    };
    json!({
        "ruleId": result["ruleId"],
        "level": result["level"],
        "message": result["message"]["markdown"],
        "location": place(&result["locations"][0]),
        "related": list("relatedLocations", &place),
        "taxa": list("taxa", &|taxon| taxon["id"].clone()),
        "record": result["properties"]["record"],
    })
}

fn outline(step: &Value) -> String {
    let places = |list: &str| {
        let all = step[list].as_array().unwrap().iter().map(|p| p["path"].as_str().unwrap());
        all.collect::<Vec<_>>().join(" ")
    };
    let ask: Vec<_> = step["ask"].as_array().unwrap().iter().filter_map(Value::as_str).collect();
    format!(
        "{} {} opens {}, change {}, history {}, ask {}",
        step["number"],
        step["rule_id"].as_str().unwrap(),
        step["opens"].as_array().unwrap().len(),
        places("change"),
        places("history"),
        ask.join(" ")
    )
}

fn of_rule<'v>(report: &'v Value, rule: &str) -> Vec<&'v Value> {
    report["secrets"].as_array().unwrap().iter().filter(|s| s["rule_id"] == rule).collect()
}

#[test]
fn the_report_knows_what_happened() {
    let story = Story::new();
    let report = story.report();
    let shared = of_rule(&report, "github-pat-classic")[0];
    let because = shared["because"].to_string();
    assert!(because.contains("+12% reused across environments"), "{because}");
    assert!(because.contains("+5% 2 repo(s)"), "{because}");
    assert!(because.contains("+7% 3 file(s)") || because.contains("+7% 4 file(s)"), "{because}");
    assert_eq!(shared["record"]["environments"], serde_json::json!(["production", "staging"]));

    let payment = of_rule(&report, "stripe-secret-live");
    assert_eq!(payment.len(), 2);
    let (new, old): (Vec<&Value>, Vec<&Value>) =
        payment.iter().partition(|s| s["record"]["rotations"] == 1);
    assert_eq!((new.len(), old.len()), (1, 1));
    assert_eq!(old[0]["record"]["replaced_by"][0], new[0]["secret_id"]);
    assert_eq!(old[0]["record"]["replaced_at"], new[0]["record"]["rotated_at"]);
    assert_eq!(old[0]["record"]["last_seen"], new[0]["record"]["first_seen"]);
    assert_eq!(new[0]["record"]["last_seen"], Value::Null);

    assert_eq!(of_rule(&report, "npm-token")[0]["record"]["reintroduced"], true);
    assert_eq!(new[0]["record"]["reintroduced"], false);
    let age = of_rule(&report, "sops-age-key")[0];
    assert!(age["because"].to_string().contains("+6% unlocks 14 item(s) in this tree"));
    assert_eq!(age["record"]["owners"], serde_json::json!(["@acme/platform"]));
}

#[test]
fn the_plan_begins_with_secret_zero() {
    let story = Story::new();
    let steps = story.steps(&["plan"]);
    assert_eq!(
        steps,
        [
            "1 sops-age-key opens 14, change infra/keys.txt, history , ask @acme/platform",
            "2 github-pat-classic opens 0, change app/config/production.env app/config/staging.env \
             tools/run.sh, history , ask Ada Author <ada@example.invalid>",
            "3 stripe-secret-live opens 0, change app/billing.yaml, history , ask Ada Author \
             <ada@example.invalid>",
            "4 npm-token opens 0, change app/build.env, history , ask Ada Author \
             <ada@example.invalid>",
            "5 stripe-secret-live opens 0, change , history app/billing.yaml, ask Ada Author \
             <ada@example.invalid>",
            "6 slack-bot-token opens 0, change tools/chat.sh, history , ask Bob Builder \
             <bob@example.invalid>",
        ]
    );
}

#[test]
fn who_leaves_takes_along_what_they_brought() {
    let story = Story::new();
    let steps = story.steps(&["offboard", "--author", "BOB@example.invalid"]);
    let rules: Vec<&str> = steps.iter().map(|s| s.split(' ').nth(1).unwrap()).collect();
    assert_eq!(rules, ["sops-age-key", "slack-bot-token"]);
    let done = story.run(&["offboard", "--author", "bob", "all.json"]);
    assert_eq!(done.status, 2);
    assert!(done.stderr.contains("is not an address"));
    // Scans of files know no authors, and must not look like good news.
    story.run(&["scan", "app", "-o", "files.json"]);
    let done = story.run(&["offboard", "--author", "bob@example.invalid", "files.json"]);
    assert_eq!(done.status, 2);
    assert!(done.stderr.contains("--history"), "{}", done.stderr);
}

#[test]
fn sarif_tells_the_same_story() {
    let story = Story::new();
    let log: Value = serde_json::from_str(&story.scan("sarif").stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    // The worst come first, and every other place of a secret is related to it.
    let ranks: Vec<f64> = results.iter().map(|r| r["rank"].as_f64().unwrap()).collect();
    assert!(ranks.windows(2).all(|pair| pair[0] >= pair[1]));
    let is_shared = |r: &&Value| r["ruleId"].as_str().unwrap().starts_with("github-pat-classic");
    let shared: Vec<&Value> = results.iter().filter(is_shared).collect();
    assert_eq!(shared.len(), 3);
    let of = |rule: &str| {
        let found = results.iter().find(|r| r["ruleId"].as_str().unwrap().starts_with(rule));
        &found.unwrap()["properties"]
    };
    assert_eq!(of("sops-age-key")["opensCount"], 14);
    assert_eq!(of("npm-token")["record"]["reintroduced"], true);
    assert_eq!(log["runs"][0]["automationDetails"]["id"], "sprawl/history/");
    for result in shared {
        assert_eq!(result["relatedLocations"].as_array().unwrap().len(), 2);
        let taxa = result["taxa"].to_string();
        assert!(taxa.contains("NHI8:2025") && taxa.contains("NHI9:2025"), "{taxa}");
    }
}

#[test]
fn the_story_reads_well() {
    let story = Story::new();
    let report = story.report();
    std::fs::write(story.holder.root.join("all.json"), report.to_string()).unwrap();
    let reads = |name: &str, text: &str| assert_reads(name, &readable(&report, text));
    reads("report.txt", &story.scan("text").stdout);
    let whole = story.run(&["scan", "--history", "app", "infra", "tools", "-v"]);
    reads("report-whole.txt", &whole.stdout);
    reads("plan.txt", &story.run(&["plan", "all.json"]).stdout);
    reads("plan.md", &story.run(&["plan", "all.json", "-f", "markdown"]).stdout);
    let leaves = ["offboard", "--author", "bob@example.invalid", "all.json"];
    reads("offboard.txt", &story.run(&leaves).stdout);
    let log: Value = serde_json::from_str(&story.scan("sarif").stdout).unwrap();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let selected: Vec<Value> = results.iter().map(selected).collect();
    reads("results.json", &format!("{:#}\n", Value::Array(selected)));
}
