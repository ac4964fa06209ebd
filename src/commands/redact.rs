//! `sprawl redact`: standard input to standard output, without its secrets.

use std::io::{self, Read as _, Write as _};

use super::{Error, Outcome, output};
use crate::cli::redact::RedactArgs;
use sprawl::session::options::Options;
use sprawl::{Delay, Redacted, Refused, Session};
use sprawl_detect::text::count;

/// Bytes that are read at once.
const READ: usize = 256 << 10;

/// Copies standard input, redacted, and says what was replaced.
///
/// # Errors
/// The input is not a text, or the output cannot be written.
pub(super) fn run(args: &RedactArgs) -> Result<Outcome, Error> {
    let options = Options {
        rules: args.rules.options(),
        min_confidence: args.threshold.min_confidence,
        include_placeholders: args.threshold.include_placeholders,
        ..args.config.options()
    };
    let session = Session::builder().options(options).build()?;
    let delay = if args.line_buffered { Delay::Line } else { Delay::Window };
    // Not buffered again: what is handed over is decided, and wanted.
    let mut out = session.redacting(io::stdout().lock(), delay);
    let mut input = io::stdin().lock();
    let mut buffer = vec![0; READ];
    let unread = loop {
        match input.read(&mut buffer) {
            Ok(0) => break None,
            Ok(read) => {
                out.write_all(&buffer[..read]).map_err(unwritten)?;
                if args.line_buffered {
                    out.flush().map_err(unwritten)?;
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => break Some(error),
        }
    };
    let (_, redacted) = out.finish().map_err(unwritten)?;
    if let Some(error) = &unread {
        output::note(&format!("standard input could not be read to the end: {error}"));
    }
    incomplete(&redacted);
    if !args.quiet {
        output::note(&summary(&redacted));
    }
    // The process ends here: to give back the memory of the rules one by one takes time.
    std::mem::forget(session);
    Ok(if redacted.is_complete() && unread.is_none() {
        Outcome::Clean
    } else {
        Outcome::Incomplete
    })
}

fn unwritten(error: io::Error) -> Error {
    match error.get_ref().and_then(|inner| inner.downcast_ref::<Refused>()) {
        Some(refused) => Error::Input(format!("standard input: {refused}; nothing was written")),
        None if error.kind() == io::ErrorKind::BrokenPipe => Error::BrokenPipe,
        None => Error::Input(format!("standard output could not be written: {error}")),
    }
}

/// Says what was not looked into.
fn incomplete(redacted: &Redacted) {
    for unread in &redacted.unread {
        let (detail, reason) = (&unread.detail, unread.reason.name());
        output::note(&format!("passed on without being looked into: {detail} ({reason})"));
    }
    if redacted.withheld > 0 {
        let withheld = count(redacted.withheld, "byte");
        output::note(&format!("{withheld} withheld: they could not be searched for secrets"));
    }
}

fn summary(redacted: &Redacted) -> String {
    let read = indicatif::DecimalBytes(redacted.bytes);
    match redacted.secrets.len() {
        0 => format!("no secrets found; {read} read"),
        secrets => format!(
            "{} replaced in {}; {read} read",
            count(secrets as u64, "secret"),
            count(redacted.places, "place")
        ),
    }
}
