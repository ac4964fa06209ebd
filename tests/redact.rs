//! `sprawl redact`: what it replaces, what it leaves, and what it does with what is no text.

use std::io::{Read as _, Write as _};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use proptest::prelude::*;
use serde_json::Value;
use sprawl::{Delay, Session};
use sprawl_detect::rules::Rules;

use crate::common::{examples, minted, scratch, sprawl, write};

/// Runs the filter: status, output, messages.
fn filtered(root: &Path, arguments: &[&str], input: &[u8]) -> (i32, Vec<u8>, String) {
    let mut command = sprawl(root);
    command.arg("redact").args(arguments);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let feed = std::thread::spawn(move || {
        // Who refuses the input closes it early.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    feed.join().unwrap();
    (output.status.code().unwrap(), output.stdout, String::from_utf8(output.stderr).unwrap())
}

fn session() -> Session {
    Session::builder().isolated(true).build().unwrap()
}

/// The values that a scan reports in a text.
fn reported(session: &Session, text: &[u8]) -> Vec<Vec<u8>> {
    let report = session.scan_bytes("<stdin>", text).unwrap();
    report.secrets().iter().map(|secret| secret.secret.reveal().to_vec()).collect()
}

/// A text redacted as a stream that comes in pieces.
fn streamed(session: &Session, text: &[u8], delay: Delay, cuts: &[usize]) -> Vec<u8> {
    let mut out = session.redacting(Vec::new(), delay);
    let mut rest = text;
    let mut cuts = cuts.iter().cycle();
    while !rest.is_empty() {
        let (now, later) = rest.split_at((*cuts.next().unwrap()).clamp(1, rest.len()));
        out.write_all(now).unwrap();
        rest = later;
    }
    out.finish().unwrap().0
}

/// Whether one text is the other with some stretches replaced by labels.
fn is_labelled(before: &[u8], after: &[u8]) -> bool {
    let after = String::from_utf8_lossy(after).into_owned();
    let before = String::from_utf8_lossy(before).into_owned();
    let mut at = 0;
    let mut rest = after.as_str();
    let mut is_first = true;
    while !rest.is_empty() {
        let label = rest.char_indices().filter(|(_, c)| *c == '[').find_map(|(start, _)| {
            let end = start + rest[start..].find(']')?;
            let (rule, id) = rest[start + 1..end].split_once(':')?;
            let is_id = id.len() == 20 && id.bytes().all(|b| b.is_ascii_alphanumeric());
            let is_rule = rule.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
            (is_id && is_rule).then_some((start, end + 1))
        });
        let (kept, next) = match label {
            Some((start, end)) => (&rest[..start], &rest[end..]),
            None => (rest, ""),
        };
        let found = if is_first {
            before[at..].starts_with(kept).then_some(0)
        } else if label.is_none() {
            before[at..].ends_with(kept).then(|| before.len() - at - kept.len())
        } else {
            before[at..].find(kept)
        };
        let Some(found) = found else { return false };
        at += found + kept.len();
        is_first = false;
        rest = next;
    }
    true
}

/// Lines of a log: examples of rules, noise, bytes that are no text, keys over several lines.
fn log(seed: u64, examples: &[(String, Vec<u8>, Vec<u8>)], lines: usize) -> Vec<u8> {
    let mut random = seed | 1;
    let mut next = |most: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % most as u64) as usize
    };
    let mut log = Vec::new();
    for line in 0..lines {
        match next(8) {
            0 => log.extend(&examples[next(examples.len())].1),
            1 => log.extend([0xff, b'a', 0xfe, 0x80, b'\t']),
            2 => log.extend("caf\u{e9} \u{1F511} ok".repeat(next(9)).bytes()),
            3 => {
                let text = &examples[next(examples.len())].1;
                log.extend(data_encoding::BASE64.encode(text).bytes());
            }
            _ => log.extend(format!("2026-11-29T10:00:{line:02} INFO request {line} done").bytes()),
        }
        log.push(b'\n');
    }
    log
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn no_secret_is_left_and_cuts_change_nothing(
        seed in any::<u64>(),
        cuts in prop::collection::vec(1..900_usize, 1..8),
    ) {
        let rules = Rules::builtin();
        let examples = examples(&rules, seed);
        let session = session();
        let text = log(seed, &examples, 60);
        let before = reported(&session, &text);
        for delay in [Delay::Window, Delay::Line] {
            let whole = streamed(&session, &text, delay, &[text.len()]);
            prop_assert_eq!(&whole, &streamed(&session, &text, delay, &cuts));
            prop_assert!(is_labelled(&text, &whole));
            if delay == Delay::Window {
                let after = reported(&session, &whole);
                let left = before.iter().filter(|secret| after.contains(secret)).count();
                prop_assert_eq!(left, 0);
                prop_assert!(before.is_empty() || whole != text);
            }
        }
    }
}

#[test]
fn every_type_is_replaced_in_its_examples() {
    let rules = Rules::builtin();
    let session = session();
    let mut left = Vec::new();
    for (id, text, secret) in examples(&rules, 7) {
        if reported(&session, &text).is_empty() {
            continue;
        }
        let redacted = session.redact(&text).unwrap();
        let after = reported(&session, &redacted);
        let count = |text: &[u8]| memchr::memmem::find_iter(text, &secret).count();
        // A short one may be a word of the text around it as well.
        let has_secret = count(&text) == 1 && count(&redacted) > 0;
        if has_secret || !after.is_empty() {
            let again: Vec<_> = after.iter().map(|v| String::from_utf8_lossy(v).len()).collect();
            left.push(format!("{id}: {has_secret} {again:?}"));
        }
    }
    assert!(left.is_empty(), "{left:#?}");
}

#[test]
fn a_long_stream_is_redacted_across_windows() {
    let session = session();
    let token = minted("github-pat-classic", 3);
    // An Ed25519 key in PKCS#8 (RFC 8410, section 7), over several lines.
    let start = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
    let body = data_encoding::BASE64.encode(&[&start[..], &[9; 32]].concat());
    let (first, second) = body.split_at(32);
    let key = format!(
        "-----{0} {1}-----\n{first}\n{second}\n-----{2} {1}-----\n",
        "BEGIN", "PRIVATE KEY", "END"
    );
    let mut text = Vec::new();
    while text.len() < 3 << 20 {
        text.extend(
            format!("{} GITHUB_TOKEN={token}\n", "word ".repeat(text.len() % 9999)).bytes(),
        );
        text.extend(key.bytes());
        text.extend([b'\n', 0xfe]);
    }
    let whole = streamed(&session, &text, Delay::Window, &[text.len()]);
    assert!(whole == streamed(&session, &text, Delay::Window, &[65_537, 3]));
    assert!(!whole.windows(token.len()).any(|window| window == token.as_bytes()));
    assert!(memchr::memmem::find(&whole, second.as_bytes()).is_none());
    assert!(is_labelled(&text, &whole));
    let lines = streamed(&session, &text[..300_000], Delay::Line, &[7000]);
    assert!(memchr::memmem::find(&lines, token.as_bytes()).is_none());
    assert!(memchr::memmem::find(&lines, second.as_bytes()).is_none());
}

#[test]
fn ids_are_those_of_reports() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 5);
    let password = ["Vx7k", "Q2mN", "pR9t"].concat();
    let text = format!("GITHUB_TOKEN={token}\ndb_password = \"{password}\"\nagain {token}\n");
    for key in [None, Some("an id key of thirty-two characters")] {
        let mut scan = sprawl(&root);
        scan.args(["scan", "-q", "-f", "json", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(key) = key {
            scan.env("SPRAWL_ID_KEY", key);
        }
        let mut child = scan.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let report: Value =
            serde_json::from_slice(&child.wait_with_output().unwrap().stdout).unwrap();
        let mut redact = sprawl(&root);
        redact.args(["redact", "-q"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        if let Some(key) = key {
            redact.env("SPRAWL_ID_KEY", key);
        }
        let mut child = redact.spawn().unwrap();
        child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let redacted = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        let secrets = report["secrets"].as_array().unwrap();
        assert_eq!(secrets.len(), 2);
        for secret in secrets {
            let label = format!(
                "[{}:{}]",
                secret["rule_id"].as_str().unwrap(),
                secret["secret_id"].as_str().unwrap()
            );
            let places = secret["occurrences"].as_array().unwrap().len();
            assert_eq!(redacted.matches(&label).count(), places, "{redacted}");
        }
    }
}

#[test]
fn wide_texts_keep_their_encoding() {
    let session = session();
    let token = minted("github-pat-classic", 6);
    let text = format!("\u{e4} token = {token}\r\nnext\r\n");
    for mark in [&b""[..], b"\xff\xfe"] {
        let wide = |text: &str| -> Vec<u8> {
            mark.iter().copied().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect()
        };
        let redacted = session.redact(&wide(&text)).unwrap();
        let units: Vec<u16> = redacted[mark.len()..]
            .chunks_exact(2)
            .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
            .collect();
        let read = String::from_utf16(&units).unwrap();
        assert!(read.starts_with("\u{e4} token = [github-pat-classic:"), "{read}");
        assert!(read.ends_with("]\r\nnext\r\n"), "{read}");
    }
}

#[test]
fn encoded_values_are_replaced_in_their_place() {
    let session = session();
    let token = minted("github-pat-classic", 8);
    let once = data_encoding::BASE64.encode(format!("GITHUB_TOKEN={token}\n").as_bytes());
    let twice = data_encoding::BASE64.encode(once.as_bytes());
    for value in [once, twice] {
        let text = format!("before data: {value} after\n");
        let redacted = String::from_utf8(session.redact(text.as_bytes()).unwrap()).unwrap();
        assert!(redacted.contains("[github-pat-classic:"), "{redacted}");
        assert!(redacted.starts_with("before data: ") && redacted.ends_with(" after\n"));
        assert!(reported(&session, redacted.as_bytes()).is_empty());
    }
}

#[test]
fn what_is_no_text_is_refused_and_nothing_is_written() {
    let (_guard, root) = scratch();
    let zip =
        b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0aPK\x05\x06".to_vec();
    for arguments in [&[][..], &["--line-buffered"]] {
        let (status, out, said) = filtered(&root, arguments, &zip);
        assert_eq!((status, out.len()), (2, 0), "{said}");
        assert!(said.contains("zip archive") && said.contains("nothing was written"), "{said}");
    }
}

#[test]
fn lines_are_written_when_they_are_complete() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 9);
    let mut command = sprawl(&root);
    command.args(["redact", "--line-buffered", "-q"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let (mut stdin, mut stdout) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
    let started = Instant::now();
    let mut read = Vec::new();
    for line in 0..3 {
        stdin.write_all(format!("{line} token {token}\n").as_bytes()).unwrap();
        let mut byte = [0];
        loop {
            stdout.read_exact(&mut byte).unwrap();
            read.push(byte[0]);
            if byte[0] == b'\n' {
                break;
            }
        }
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
    assert!(started.elapsed() < Duration::from_secs(60));
    let read = String::from_utf8(read).unwrap();
    assert_eq!(read.matches("[github-pat-classic:").count(), 3, "{read}");
    assert!(!read.contains(&token));
}

#[test]
fn the_configuration_counts_and_marks_do_not() {
    let (_guard, root) = scratch();
    let token = minted("github-pat-classic", 10);
    let text = format!("token {token}  # sprawl:allow\n");
    let (status, out, said) = filtered(&root, &[], text.as_bytes());
    assert!(status == 0 && out.starts_with(b"token [github-pat-classic:"), "{said}");
    assert!(said.contains("1 secret replaced in 1 place"), "{said}");
    write(&root, "sprawl.toml", "[rules]\ndisable = ['github-*', 'generic-*']\n");
    let (status, out, _) = filtered(&root, &["-q"], text.as_bytes());
    assert_eq!((status, out), (0, text.into_bytes()));
    let placeholder = b"password = \"<your-password>\"\n";
    assert_eq!(filtered(&root, &["-q"], placeholder).1, placeholder);
}
