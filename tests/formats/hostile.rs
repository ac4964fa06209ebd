//! Names that want to be more than names: of files, authors and branches, in every format, on standard
//! output, standard error and in files. None of them steers a terminal, turns or ends a line, or speaks
//! to a build server.

use sprawl::report::Format;
use sprawl_detect::text::is_hidden;

use crate::common::{Run, finished, minted, sprawl};
use crate::git::Repo;

/// Names of files; each is a name that Unix allows.
const NAMES: &[&str] = &[
    "::stop-commands::a.env",
    " ::error::b.env",
    "##[group]c.env",
    "x##vso[task.setvariable variable=P]d.env",
    "##teamcity[blockOpened name='x']e.env",
    "--- f.env",
    "+++ g.env",
    "section_start:1:x\r\u{1b}[0Kh.env",
    "i\u{1b}[2J\u{1b}]0;t\u{7}.env",
    "j\n::set-output name=x::y.env",
    "k\r\n##[error]x.env",
    "l\u{202e}vne\u{2066}.env",
    "m\u{200b}\u{200d}\u{feff}\u{ad}\u{e0041}.env",
    "n\u{2028}\u{2029}\u{85}\u{9b}.env",
    "o<img src=x onerror=alert(1)>'\"&amp;.env",
    "p|`*_[x](javascript:y)~.env",
    "=q,\"1\";.env",
    "r]]><x/>.env",
    "s\\u{a}::warning::x.env",
];

/// Authors; git takes `<`, `>` and line ends out of names by itself.
const AUTHORS: &[&str] =
    &["::add-mask::x", "##vso[x]\u{1b}[2J", "\u{202e}\u{200b}evil @team", "=1+1|<b>&\u{2028}"];

fn repository() -> Repo {
    let repo = Repo::new();
    for (name, seed) in NAMES.iter().zip(1..) {
        repo.write(name, crate::git::secret_line(seed));
        repo.tick();
        repo.git(&["add", "-A"]);
        let author = AUTHORS[seed as usize % AUTHORS.len()];
        let mut commit = repo.command(&["commit", "-q", "-m", name]);
        commit.env("GIT_AUTHOR_NAME", author).env("GIT_AUTHOR_EMAIL", format!("{author}@x"));
        assert!(commit.output().unwrap().status.success());
    }
    repo.git(&["checkout", "-q", "-b", "##vso\u{202e}\u{2028}b"]);
    repo.write(".github/CODEOWNERS", "* @::x ##[y]\n");
    repo
}

/// What must not stand in anything that a terminal, a log or a reader gets.
fn check(what: &str, text: &str, format: Option<Format>) {
    let text = text.replace("\r\n", "\n");
    for line in text.split('\n') {
        let hidden: Vec<char> = line.chars().filter(|c| is_hidden(*c)).collect();
        assert!(hidden.is_empty(), "{what}: {hidden:?} in {line}");
        let ours =
            format == Some(Format::Markdown) && line.starts_with("##") && !line.contains("]");
        assert!(ours || !line.contains("##"), "{what}: {line}");
        let begin = line.trim_start();
        let ours = format == Some(Format::Github)
            && ["::error ", "::warning ", "::notice "].iter().any(|own| line.starts_with(own));
        assert!(ours || !begin.starts_with("::"), "{what}: {line}");
        for group in ["---", "+++", "~~~", "section_start:", "section_end:"] {
            assert!(!begin.starts_with(group), "{what}: {line}");
        }
    }
}

fn run(repo: &Repo, arguments: &[&str]) -> Run {
    let mut command = sprawl(&repo.root);
    repo.set_environment(&mut command);
    finished(command.args(arguments).output().unwrap())
}

#[test]
fn no_name_speaks_in_any_format() {
    let repo = repository();
    for format in Format::ALL {
        for scan in [&["scan", "."][..], &["scan", "--history"]] {
            let name = format.name();
            let done = run(&repo, &[scan, &["-f", name, "-o", "out"]].concat());
            assert_eq!(done.status, 1, "{name}: {}", done.stderr);
            let text = std::fs::read_to_string(repo.root.join("out")).unwrap();
            std::fs::remove_file(repo.root.join("out")).unwrap();
            assert!(text.len() > 500, "{name}: {text}");
            check(name, &text, Some(*format));
            check(name, &(done.stdout + &done.stderr), None);
        }
    }
}

#[test]
fn json_lines_stay_lines_and_say_the_true_names() {
    let repo = repository();
    let lines = run(&repo, &["scan", ".", "-f", "jsonl"]).stdout;
    let paths: std::collections::BTreeSet<String> = lines
        .split('\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
        .map(|line| line["path"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(paths, NAMES.iter().map(|name| (*name).to_owned()).collect());
}

#[test]
fn no_name_speaks_in_plans_errors_and_decisions() {
    let repo = repository();
    run(&repo, &["scan", "--history", "-o", "all.json"]);
    for format in ["text", "markdown", "json"] {
        let plan = run(&repo, &["plan", "all.json", "-f", format]);
        assert_eq!(plan.status, 0, "{}", plan.stderr);
        let of_plan = (format == "markdown").then_some(Format::Markdown);
        check(format, &(plan.stdout + &plan.stderr), of_plan);
    }
    // A report of strangers is no better than their tree.
    for format in Format::ALL {
        let merged = run(&repo, &["merge", "all.json", "-f", format.name()]);
        check(format.name(), &merged.stdout, Some(*format));
        check(format.name(), &merged.stderr, None);
    }
    std::fs::remove_file(repo.root.join("all.json")).unwrap();
    for arguments in [&["baseline"][..], &["exceptions", "list"], &["scan", ".", "-f", "text"]] {
        let done = run(&repo, arguments);
        check(arguments[0], &(done.stdout + &done.stderr), None);
    }
    for name in NAMES {
        let option = format!("--{name}");
        for arguments in [
            &[*name][..],
            &["scan", &option],
            &["scan", "--fail-on", name],
            &["scan", "-f", name],
            &["scan", "--hook", "pre-commit", &option],
            &["hook", name],
        ] {
            let done = run(&repo, arguments);
            assert_eq!(done.status, 2, "{arguments:?}");
            check(arguments[0], &(done.stdout + &done.stderr), None);
        }
    }
    for arguments in [
        &["explain", "::stop-commands::a.env:1"][..],
        &["explain", "no\n##[such]file:1"],
        &["scan", "no\u{1b}[2J\n::such::"],
        &["scan", "--range", "##vso[x]\u{202e}..HEAD"],
        &["merge", "::x::\u{1b}"],
    ] {
        let done = run(&repo, arguments);
        check(arguments[0], &(done.stdout + &done.stderr), None);
    }
    repo.write("sprawl.toml", "[thresholds]\nfail-on = \"##vso[x]\\u001b\\u202e\"\n");
    let done = run(&repo, &["scan", "."]);
    assert_eq!(done.status, 2, "{}", done.stderr);
    check("configuration", &done.stderr, None);
}

#[test]
fn a_written_out_line_end_stays_written_out() {
    let repo = Repo::new();
    repo.write("a.env", format!("T={}\n", minted("github-pat-classic", 1)));
    repo.commit("x");
    let day = jiff::Zoned::now().date().saturating_add(jiff::Span::new().days(9)).to_string();
    let why = ["--reason", "third-party", "--purpose", "a\\u{a}::warning::x\n::error::y"];
    let how = ["accept", "a.env:1", "--owner", "@x\\u{a}::z", "--until", &day];
    let accepted = run(&repo, &[&how[..], &why].concat());
    assert_eq!(accepted.status, 0, "{}", accepted.stderr);
    let list = run(&repo, &["exceptions", "list"]).stdout;
    assert!(list.contains("::warning::x"), "{list}");
    check("list", &list, None);
}
