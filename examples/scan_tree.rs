//! Scans files and directories, and prints a line for each place with a secret.
//!
//! `cargo run --example scan_tree -- src tests`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "an example")]

use sprawl::{Error, Session, Tree};

fn main() -> Result<(), Error> {
    let paths: Vec<String> = std::env::args().skip(1).collect();
    let session = Session::builder().paths(&paths).build()?;
    let report = session.scan(&Tree::new(&paths))?;
    for secret in report.secrets() {
        let (severity, kind) = (secret.score.severity().name(), report.rule(secret).title);
        for place in &secret.occurrences {
            println!("{}:{} {severity}: {kind}", place.location.path, place.location.line);
        }
    }
    for problem in report.problems() {
        eprintln!("{}: {}", problem.place, problem.what);
    }
    Ok(())
}
