//! Reports with names that strangers chose, in every format: no secret stands in them, and no name is
//! taken for anything else by a terminal, a build server, a parser or a browser.
//!
//! The first byte chooses; after it come the names, each up to a byte 0xff (see `strangers.rs`). An
//! input that begins with `{` is a report of a stranger.
#![no_main]

use libfuzzer_sys::fuzz_target;
use secret_sprawl_fuzz::readers::{
    check_format, check_markdown, check_markup, check_text, written,
};
use secret_sprawl_fuzz::strangers::{Names, STAGE, identity, own_rules, read_back, report};
use sprawl::plan::{self, Plan};
use sprawl::report::{Format, Report, SarifProfile, read};

fuzz_target!(|data: &[u8]| {
    let Some((first, rest)) = data.split_first() else { return };
    // The name of something may be a part of a secret, if not by chance.
    let small = String::from_utf8_lossy(data).to_lowercase();
    if STAGE.forms().iter().any(|form| small.contains(&form[..6])) {
        return;
    }
    if *first == b'{' {
        if let Ok(content) = read::read(data, STAGE.rules(), &identity()) {
            check(&read_back(STAGE.rules(), content));
        }
        return;
    }
    let mut names = Names::of(rest);
    // What rules say is written as it is: no secrets there.
    let own = (first & 1 != 0).then(|| own_rules(&mut Names::of_plain(rest)));
    let rules = match &own {
        Some(Some(own)) => own,
        Some(None) => return,
        None => STAGE.rules(),
    };
    let profile = match first >> 1 & 3 {
        0 => SarifProfile::Azure,
        1 => SarifProfile::Generic,
        _ => SarifProfile::Github,
    };
    let mut tame = names.tame();
    let (report, tame) =
        (report(rules, &mut names, profile), report(STAGE.rules(), &mut tame, profile));
    check(&report);
    for format in [Format::Html, Format::Junit] {
        check_markup(format, &written(format, &report), &written(format, &tame));
    }
    let json = written(Format::Json, &report);
    let content = read::read(json.as_bytes(), rules, &identity()).expect("our own report");
    if first & 8 != 0 {
        check(&read_back(rules, content));
    }
});

fn check(report: &Report<'_>) {
    for format in Format::ALL {
        check_format(*format, report, &written(*format, report));
    }
    let plan = Plan::of(report);
    check_text("plan", &plan::text::written(&plan));
    check_text("plan", &plan::json::written(&plan));
    check_markdown(&plan::markdown::written(&plan));
}
