//! Scans bytes in memory and writes the report as JSON.
//!
//! `cargo run --example scan_bytes < deploy.env`

use std::error::Error;
use std::io::{self, Read as _};

use sprawl::{Format, Session};

fn main() -> Result<(), Box<dyn Error>> {
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes)?;
    // The bytes are a stranger's: nothing in the current directory shall hide what is in them.
    let session = Session::builder().isolated(true).build()?;
    let report = session.scan_bytes("deploy.env", &bytes)?;
    report.write(Format::Json, &mut io::stdout().lock())?;
    Ok(())
}
