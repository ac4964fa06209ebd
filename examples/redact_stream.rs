//! Copies standard input to standard output, line by line, with the type of each secret in its place.
//!
//! `make 2>&1 | cargo run --example redact_stream`

use std::error::Error;
use std::io::{self, BufRead as _, Write as _};

use sprawl::Session;

fn main() -> Result<(), Box<dyn Error>> {
    let session = Session::builder().isolated(true).build()?;
    let mut output = io::stdout().lock();
    for line in io::stdin().lock().lines() {
        writeln!(output, "{}", session.redact(&line?))?;
    }
    Ok(())
}
