//! Scans the current directory with a rule of one's own, and nothing else.
//!
//! `cargo run --example own_rule`
#![expect(clippy::print_stdout, reason = "an example")]

use std::error::Error;
use std::fs;

use sprawl::{Session, Tree};

const RULE: &str = r#"
provider = "Acme"
[[rule]]
id = "acme-api-key"
title = "Acme API key"
pattern = '\b(?<secret>acme_[0-9a-f]{24})\b'
keywords = ["acme_"]
kind = "api-key"
authority = "service-wide"
reach = "saas"
lifetime = "static"
why = "Calls every API of the account."
fix = "Delete it under Settings > Keys."
instead = "A token of the workload identity, good for an hour."
examples = ["ACME_KEY={secret}"]
"#;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::temp_dir().join("acme.toml");
    fs::write(&file, RULE)?;
    let session = Session::builder().rules(file).only(["acme-api-key"]).build()?;
    let report = session.scan(&Tree::new(["."]))?;
    println!("{} Acme API keys", report.secrets().len());
    Ok(())
}
