//! Makes one SARIF report of several JSON reports, as one scan of everything would have given.
//!
//! `cargo run --example merge_reports -- api.json web.json > all.sarif`

use std::error::Error;
use std::{env, fs, io};

use sprawl::{Format, Session};

fn main() -> Result<(), Box<dyn Error>> {
    let mut reports = Vec::new();
    for name in env::args().skip(1) {
        let text = fs::read(&name)?;
        reports.push((name, text));
    }
    let session = Session::builder().build()?;
    let report = session.merge(reports)?;
    report.write(Format::Sarif, &mut io::stdout().lock())?;
    Ok(())
}
