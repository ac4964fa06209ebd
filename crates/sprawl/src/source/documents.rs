//! Documents on standard input: texts from elsewhere (tickets, chats, objects of a store), one in each line as
//! JSON. Whoever makes them says what each is called, and what else is known of it.
//!
//! | field | meaning |
//! |---|---|
//! | `path` | its name in reports; the number of the line if absent |
//! | `content` or `data` | its text |
//! | `content_b64` or `data_b64` | its bytes in base64 |
//! | `meta` or `metadata` | anything; comes back with each occurrence |

use std::io::{self, BufRead, Read as _};
use std::sync::Arc;

use data_encoding::BASE64;
use serde::Deserialize;
use serde_json::Value;

use super::kept::Kept;
use super::stdin::NAME;
use super::{Scan, Source};
use crate::blob::{Base, Blob};
use crate::error::Error;
use crate::finding::Origin;
use crate::problem::Problem;
use crate::scan::{ScanPool, Worker};
use crate::scan_output::ScanOutput;

/// Documents on standard input, one in each line.
#[derive(Debug, Clone, Default)]
pub struct Documents {
    /// For a second look at them.
    kept: Kept,
}

impl Source for Documents {
    fn scan(&self, scan: &Scan<'_>) -> Result<ScanOutput, Error> {
        let pool = scan.pool()?;
        pool.guarded(NAME, || {
            match scan.values {
                Some(_) => read_all(&pool, &mut self.kept.take().as_slice()),
                None => read_all(&pool, &mut self.kept.copying(io::stdin().lock())),
            }
            Ok(())
        })?;
        Ok(pool.finish())
    }
}

/// A document as it is written. The second name of each field is that of another enumerator.
#[derive(Deserialize)]
struct Document {
    path: Option<String>,
    #[serde(alias = "data")]
    content: Option<String>,
    #[serde(alias = "data_b64")]
    content_b64: Option<String>,
    #[serde(alias = "metadata")]
    meta: Option<Value>,
}

/// Bytes of a line, at most: 256 MiB.
const LONGEST: u64 = 256 << 20;

/// Lines that are read before the threads scan them, and their bytes.
const BATCH: usize = 256;
const BATCH_BYTES: usize = 8 << 20;

/// Scans the documents of each line; a line that is none is a problem, and the others count.
pub(super) fn read_all(pool: &ScanPool<'_>, input: &mut dyn BufRead) {
    let mut number = 0;
    let mut is_at_end = false;
    while !is_at_end {
        let (mut lines, mut bytes) = (Vec::new(), 0);
        while lines.len() < BATCH && bytes < BATCH_BYTES {
            let mut line = Vec::new();
            let read = input.take(LONGEST).read_until(b'\n', &mut line);
            number += 1;
            is_at_end = !matches!(read, Ok(1..));
            if let Err(error) = read {
                let what = format!("could not be read to the end: {error}");
                pool.worker(|worker| worker.problem(Problem::new(NAME, what)));
            }
            if is_at_end {
                break;
            }
            bytes += line.len();
            lines.push((number, line));
        }
        pool.scope(|scope| {
            for (number, line) in &lines {
                scope.spawn(move |_| pool.worker(|worker| scan_line(worker, *number, line)));
            }
        });
    }
}

fn scan_line(worker: &mut Worker<'_>, number: usize, line: &[u8]) {
    if line.trim_ascii().is_empty() {
        return;
    }
    let place = format!("{NAME}:{number}");
    let document = match parsed(line) {
        Ok(document) => document,
        Err(what) => return worker.problem(Problem::new(place, what)),
    };
    let Document { path, content, content_b64, meta } = document;
    let bytes = match (content, content_b64) {
        (Some(text), None) => text.into_bytes(),
        (None, Some(encoded)) => match BASE64.decode(encoded.trim().as_bytes()) {
            Ok(bytes) => bytes,
            Err(error) => {
                let what = format!("has no base64 in `content_b64`: {error}");
                return worker.problem(Problem::new(place, what));
            }
        },
        (Some(_), Some(_)) => {
            let what = "has both `content` and `content_b64`; write one of them";
            return worker.problem(Problem::new(place, what));
        }
        (None, None) => {
            let what = "has neither `content` nor `content_b64`";
            return worker.problem(Problem::new(place, what));
        }
    };
    let path = path.unwrap_or(place);
    let mut found = worker.findings_of(&Blob {
        base: Base::TOP,
        bytes: &bytes,
        path: &path,
        repository: &Arc::from(NAME),
        origin: &Origin::Stdin,
        untracked: false,
    });
    if let Some(meta) = meta {
        let meta: Box<str> = meta.to_string().into();
        found.iter_mut().for_each(|finding| finding.layers.meta = Some(meta.clone()));
    }
    worker.output.findings.append(&mut found);
}

/// Errors do not repeat the line, which may hold a secret.
fn parsed(line: &[u8]) -> Result<Document, String> {
    serde_json::from_slice(line).map_err(|error| {
        let column = error.column();
        if error.is_data() {
            format!(
                "is not a document at column {column}: a line is an object with `path` and `content`"
            )
        } else {
            format!("is not JSON at column {column}")
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scan::progress::Progress;
    use sprawl_detect::rules::Rules;

    #[test]
    fn a_bad_line_is_named_and_the_others_count() {
        let rules = Rules::builtin();
        let progress = Progress::default();
        let pool = ScanPool::new(&rules, &progress, 2).unwrap();
        let url = format!("postgres://app:{}@db.prod.internal/app", "Vx7kQ2mNpR9t");
        let lines = [
            format!(r#"{{"path": "chat/1", "content": "{url}", "meta": {{"by": "ada"}}}}"#),
            "{".to_owned(),
            String::new(),
            format!(r#"{{"data_b64": "{}"}}"#, BASE64.encode(url.as_bytes())),
            r#"{"path": "x"}"#.to_owned(),
        ];
        read_all(&pool, &mut lines.join("\n").as_bytes());
        let output = pool.finish();
        let places: Vec<_> = output.problems.iter().map(|one| one.place.as_str()).collect();
        assert_eq!(places, ["<stdin>:2", "<stdin>:5"]);
        let found: Vec<_> = output
            .findings
            .iter()
            .map(|one| (&*one.location.path, one.layers.meta.as_deref()))
            .collect();
        assert_eq!(found, [("<stdin>:4", None), ("chat/1", Some(r#"{"by":"ada"}"#))]);
    }
}
