//! Bundles and packs made by hand.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;
use sha1::{Digest, Sha1};

use super::super::testing::{self, Kept};
use super::*;

fn read_all(bytes: &[u8]) -> Kept {
    testing::read(read, bytes)
}

/// A pack of these entries: kind, what stands before the compressed bytes, content.
fn packed(entries: &[(u8, Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = b"PACK\0\0\0\x02".to_vec();
    bytes.extend((entries.len() as u32).to_be_bytes());
    for (kind, before, content) in entries {
        let length = content.len();
        assert!(length < 1 << 11, "a length of two bytes");
        bytes.extend([0x80 | kind << 4 | (length & 0xf) as u8, (length >> 4) as u8]);
        bytes.extend(before);
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(content).unwrap();
        bytes.extend(encoder.finish().unwrap());
    }
    let digest = Sha1::digest(&bytes);
    bytes.extend(digest);
    bytes
}

fn id(kind: &str, content: &[u8]) -> Vec<u8> {
    let header = format!("{kind} {}\0", content.len());
    Sha1::new().chain_update(header).chain_update(content).finalize().to_vec()
}

fn hex(id: &[u8]) -> String {
    id.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn short(id: &[u8]) -> String {
    hex(&id[..6])
}

const FILE: &[u8] = b"KEY=one\n";

/// Makes `KEY=one\nmore\n` of the file.
const DELTA: &[u8] = &[8, 13, 0x90, 8, 5, b'm', b'o', b'r', b'e', b'\n'];

/// A file, a later version of it, trees and a commit; the version as a difference from `before`.
fn sample(delta: u8, before: Vec<u8>) -> Vec<u8> {
    let inner = [&b"100644 .env\0"[..], &id("blob", FILE)].concat();
    let outer = [&b"40000 app\0"[..], &id("tree", &inner)].concat();
    let commit = format!("tree {}\nauthor a\n\nmessage\n", hex(&id("tree", &outer)));
    packed(&[
        (3, Vec::new(), FILE.to_vec()),
        (delta, before, DELTA.to_vec()),
        (2, Vec::new(), inner),
        (2, Vec::new(), outer),
        (1, Vec::new(), commit.into_bytes()),
        (4, Vec::new(), b"object x\n\nnote\n".to_vec()),
    ])
}

/// How many bytes the first entry takes: the second one's base lies so far back.
fn distance() -> u8 {
    (packed(&[(3, Vec::new(), FILE.to_vec())]).len() - 12 - 20) as u8
}

fn check(kept: &Kept) {
    assert!(kept.unread.is_empty(), "{:?}", kept.unread);
    assert_eq!(kept.text(&format!("{}/app/.env", short(&id("blob", FILE)))), "KEY=one\n");
    let later = b"KEY=one\nmore\n";
    assert_eq!(kept.text(&format!("blob {}", short(&id("blob", later)))).as_bytes(), later);
    assert!(kept.members[0].0.starts_with("commit "));
    assert!(kept.text(&kept.members[0].0).ends_with("\n\nmessage\n"));
    assert!(kept.members[1].0.starts_with("tag "));
    assert_eq!(kept.members.len(), 4);
}

#[test]
fn objects_come_out_with_their_paths() {
    check(&read_all(&sample(6, vec![distance()])));
    check(&read_all(&sample(7, id("blob", FILE))));
}

#[test]
fn bundles_have_a_header() {
    let header = format!("# v2 git bundle\n{} refs/heads/main\n\n", "0".repeat(40));
    let bundle = [header.as_bytes(), &sample(6, vec![distance()])].concat();
    assert!(is_pack(&bundle));
    check(&read_all(&bundle));
    assert_eq!(read_all(&bundle[..30]).reasons(), [Reason::Truncated]);
}

#[test]
fn bases_that_are_elsewhere_are_not_fetched() {
    let kept = read_all(&sample(7, vec![1; 20]));
    assert_eq!(kept.unread, [(Reason::NotFetched, "base of 1 git objects".to_owned())]);
    assert_eq!(kept.members.len(), 3);
}

#[test]
fn a_pack_that_ends_early_gives_what_it_has() {
    let pack = sample(6, vec![distance()]);
    let kept = read_all(&pack[..60]);
    assert!(
        kept.reasons().contains(&Reason::Truncated) || kept.reasons().contains(&Reason::Damaged)
    );
    assert_eq!(kept.names()[0], format!("blob {}", short(&id("blob", FILE))));
}

#[test]
fn damage_is_survived() {
    testing::survives_damage(read, &sample(6, vec![distance()]));
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        read_all(&[b"PACK\0\0\0\x02\0\0\0\x09", &bytes[..]].concat());
        read_all(&packed(&[(3, Vec::new(), FILE.to_vec()), (6, vec![distance()], bytes)]));
    }

    #[test]
    fn output_stays_within_the_budget(room in 0_u64..400) {
        testing::stays_within(read, &sample(6, vec![distance()]), room);
    }
}
