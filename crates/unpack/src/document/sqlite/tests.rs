//! Databases made by hand, whole, damaged and cut.

use proptest::prelude::*;

use super::super::testing::{self, Kept};
use super::builder::{Builder, text};
use super::record::Value;
use super::*;

fn lines(bytes: &[u8]) -> Kept {
    testing::read(read, bytes)
}

/// A value that no other part of a test repeats.
fn minted(seed: u32) -> String {
    (0..24_u32).map(|at| char::from(b'a' + ((seed * 31 + at * at * 7) % 26) as u8)).collect()
}

const SETTINGS: &str = "CREATE TABLE settings(key TEXT, value TEXT)";

#[test]
fn values_stand_beside_their_keys_in_pages_of_all_sizes() {
    for size in [512, 1024, 2048, 4096, 8192, 16384, 32768, 65536] {
        let mut database = Builder::new(size);
        let rows: Vec<Vec<Value>> =
            (0..60).map(|at| vec![text(&format!("KEY_{at}")), text(&minted(at))]).collect();
        database.table("settings", SETTINGS, &rows);
        let kept = lines(&database.finish());
        assert!(kept.unread.is_empty(), "{size}: {:?}", kept.unread);
        let found = kept.text("settings");
        for at in 0..60 {
            let line = format!("KEY_{at} = \"{}\"\n\n", minted(at));
            assert!(found.contains(&line), "{size}: {line} is not in\n{found}");
        }
        assert_eq!(kept.text("sqlite_schema"), format!("{SETTINGS};\n"));
    }
}

#[test]
fn other_rows_stand_beside_their_columns() {
    let mut database = Builder::new(1024);
    database.table(
        "users",
        "CREATE TABLE users(id INTEGER PRIMARY KEY, login TEXT, age INT, note TEXT, share REAL)",
        &[vec![Value::Null, text("jo"), Value::Integer(7), Value::Null, Value::Real(0.5)]],
    );
    let expected = "id = 1\nlogin = \"jo\"\nage = 7\nshare = 0.5\n\n";
    assert_eq!(lines(&database.finish()).text("users"), expected);
}

#[test]
fn long_values_are_put_together_from_their_overflow_pages() {
    for (size, reserved) in [(512, 0), (512, 32), (1024, 12), (4096, 255)] {
        let mut database = Builder::new(size);
        database.reserved = reserved;
        let long = minted(1).repeat(500);
        database.table("settings", SETTINGS, &[vec![text("LONG"), text(&long)]]);
        let kept = lines(&database.finish());
        assert_eq!(kept.text("settings"), format!("LONG = \"{long}\"\n\n"));
        assert!(kept.unread.is_empty(), "{size}: {:?}", kept.unread);
    }
}

#[test]
fn texts_may_be_in_utf_16() {
    let mut database = Builder::new(512);
    database.wide = true;
    database.table("settings", SETTINGS, &[vec![text("K\u{e4}y"), text(&minted(2))]]);
    let kept = lines(&database.finish());
    assert_eq!(kept.text("settings"), format!("K\u{e4}y = \"{}\"\n\n", minted(2)));
}

#[test]
fn tables_without_row_ids_are_read_from_their_index() {
    let mut database = Builder::new(512);
    database.index(
        "store",
        "CREATE TABLE store(data TEXT, name TEXT PRIMARY KEY) WITHOUT ROWID",
        &[vec![text("NAME"), text(&minted(3))], vec![text("LONG"), text(&minted(4).repeat(80))]],
    );
    let found = lines(&database.finish()).text("store");
    let long = minted(4).repeat(80);
    assert_eq!(found, format!("NAME = \"{}\"\n\nLONG = \"{long}\"\n\n", minted(3)));
}

#[test]
fn containers_and_long_json_are_members_of_their_own() {
    let mut database = Builder::new(1024);
    let json = format!("{{\"text\": \"{}\"}}", minted(5).repeat(300));
    let packed = [&b"\x1f\x8b\x08\0\0\0\0\0\0\x03"[..], minted(6).as_bytes()].concat();
    database.table(
        "chat",
        "CREATE TABLE chat(title TEXT, body TEXT, raw BLOB, short TEXT)",
        &[vec![text("t"), text(&json), Value::Blob(packed.clone()), text("{\"a\": 1}")]],
    );
    let kept = lines(&database.finish());
    assert_eq!(kept.text("chat/1/body"), json);
    assert_eq!(kept.members.iter().find(|of| of.0 == "chat/1/raw").unwrap().1, packed);
    assert_eq!(kept.text("chat"), "title = \"t\"\nshort = {\"a\": 1}\n\n");
}

#[test]
fn what_is_left_of_deleted_rows_is_read() {
    let mut database = Builder::new(512);
    database.table("settings", SETTINGS, &[vec![text("LIVE"), text(&minted(7))]]);
    let gone = database.cell(Some(9), &[text("GONE"), text(&minted(8))]);
    let live = database.cell(Some(1), &[text("LIVE"), text(&minted(7))]);
    // A page of the freelist that still is a leaf, one with nothing but text, and one with gaps.
    let leaf = database.node(13, 0, &[gone], 0);
    database.page(&leaf);
    database.page(format!("\0\0\0\0{}", minted(9)).as_bytes());
    let between = database.cell(Some(3), &[text("BETWEEN"), text(&minted(10))]);
    let freed = database.cell(Some(2), &[text("FREED"), text(&minted(11))]);
    let mut page = database.node(13, 0, &[live.clone(), freed.clone(), live], 0);
    // The second of three cells is taken off the list; a row that is no longer there lies before them.
    let third = [page[12], page[13]];
    page[10..12].copy_from_slice(&third);
    page[4] = 2;
    let start = usize::from(u16::from_be_bytes(third)) + 31 + 7;
    let start = page[start..].windows(5).position(|five| five == b"FREED").unwrap() + start - 5;
    page[1..3].copy_from_slice(&(start as u16).to_be_bytes());
    page[start..start + 2].copy_from_slice(&[0, 0]);
    page[start + 2..start + 4].copy_from_slice(&(freed.len() as u16).to_be_bytes());
    page[40..40 + between.len()].copy_from_slice(&between);
    database.page(&page);
    let kept = lines(&database.finish());
    let found = kept.text("deleted rows");
    for (key, seed) in [("GONE", 8), ("BETWEEN", 10), ("FREED", 11)] {
        let line = format!("{key} = \"{}\"\n", minted(seed));
        assert!(found.contains(&line), "{line} is not in\n{found}");
    }
    assert!(found.contains(&minted(9)), "{found}");
    assert!(!found.contains("LIVE"), "{found}");
}

#[test]
fn logs_and_journals_are_read_as_pages() {
    let mut database = Builder::new(512);
    database.table(
        "settings",
        SETTINGS,
        &[vec![text("KEY"), text(&minted(12))], vec![text("LONG"), text(&minted(13).repeat(40))]],
    );
    let file = database.finish();
    let pages: Vec<(u32, &[u8])> = (1..).zip(file.chunks(512)).collect();
    let mut log = vec![0x37, 0x7f, 6, 0x82, 0, 0x2d, 0xe2, 0x18, 0, 0, 2, 0];
    log.resize(32, 0);
    let mut journal = [0xd9, 0xd5, 5, 0xf9, 0x20, 0xa1, 0x63, 0xd7].to_vec();
    journal.resize(20, 0);
    journal.extend([0, 0, 2, 0, 0, 0, 2, 0]);
    journal.resize(512, 0);
    let mut nameless = log.clone();
    for (number, page) in pages {
        let frame = [&number.to_be_bytes()[..], &[0; 20], page].concat();
        log.extend(&frame);
        if number > 1 {
            nameless.extend(&frame);
        }
        journal.extend([&number.to_be_bytes()[..], page, &[0; 4]].concat());
    }
    for bytes in [log, journal, nameless] {
        assert!(is_sqlite(&bytes));
        let kept = lines(&bytes);
        let found = kept.text("rows");
        assert!(found.contains(&format!("KEY = \"{}\"\n", minted(12))), "{found}");
        assert!(found.contains(&format!("LONG = \"{}\"\n", minted(13).repeat(40))), "{found}");
        assert!(kept.unread.is_empty(), "{:?}", kept.unread);
    }
}

#[test]
fn pages_that_point_to_themselves_end() {
    let mut database = Builder::new(512);
    let ring = database.node(5, 2, &[vec![0, 0, 0, 2, 1]], 0);
    database.page(&ring);
    database.entry("table", "ring", "CREATE TABLE ring(a)", 2);
    let kept = lines(&database.finish());
    assert_eq!(kept.reasons(), [Reason::Damaged]);
}

#[test]
fn a_file_that_ends_early_gives_what_it_has() {
    let mut database = Builder::new(512);
    let rows: Vec<Vec<Value>> =
        (0..40).map(|at| vec![text(&format!("KEY_{at}")), text(&minted(at))]).collect();
    database.table("settings", SETTINGS, &rows);
    // The root comes last; without it the leaves are left, and are read as such.
    let mut file = database.finish();
    file.truncate(file.len() - 600);
    let kept = lines(&file);
    assert!(kept.reasons().contains(&Reason::Truncated));
    assert!(kept.text("deleted rows").contains(&format!("KEY_0 = \"{}\"", minted(0))));
}

/// A database with a bit of everything.
fn sample() -> Vec<u8> {
    let mut database = Builder::new(512);
    let rows: Vec<Vec<Value>> =
        (0..12).map(|at| vec![text(&format!("KEY_{at}")), text(&minted(at))]).collect();
    database.table("settings", SETTINGS, &rows);
    database.table(
        "long",
        "CREATE TABLE long(a, b)",
        &[vec![text(&minted(20).repeat(50)), Value::Blob(vec![7; 900])]],
    );
    database.index("i", "CREATE TABLE i(a PRIMARY KEY) WITHOUT ROWID", &[vec![text("abc")]]);
    database.finish()
}

#[test]
fn damage_is_survived() {
    testing::survives_damage(read, &sample());
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..3000)) {
        for head in [super::pages::MAGIC, &[0x37, 0x7f, 6, 0x82], &[0xd9, 0xd5, 5, 0xf9]] {
            lines(&[head, &bytes].concat());
        }
    }

    #[test]
    fn any_change_stays_within_the_budget(
        places in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..20),
        room in 0_u64..5000,
    ) {
        let mut bytes = sample();
        for (place, value) in places {
            let at = place.index(bytes.len());
            bytes[at] = value;
        }
        testing::stays_within(read, &bytes, room);
    }
}
