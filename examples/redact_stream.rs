//! Copies standard input to standard output, with the type and id of each secret in its place.
//!
//! `make 2>&1 | cargo run --example redact_stream`

use std::error::Error;
use std::io;

use sprawl::{Delay, Session};

fn main() -> Result<(), Box<dyn Error>> {
    let session = Session::builder().isolated(true).build()?;
    let mut output = session.redacting(io::stdout().lock(), Delay::Line);
    io::copy(&mut io::stdin().lock(), &mut output)?;
    let (_output, _redacted) = output.finish()?;
    Ok(())
}
