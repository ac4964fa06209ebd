//! Documents made by hand, whole, damaged and cut.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;
use proptest::prelude::*;

use super::super::testing::{self, Kept};
use super::*;

fn deflated(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A document of these objects, numbered from 1.
fn document(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"%PDF-1.4\n".to_vec();
    for (index, object) in objects.iter().enumerate() {
        bytes.extend(format!("{} 0 obj\n", index + 1).bytes());
        bytes.extend(object);
        bytes.extend(b"\nendobj\n");
    }
    bytes.extend(b"trailer << /Root 1 0 R >>\nstartxref\n0\n%%EOF\n");
    bytes
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    let mut object = format!("<< {dictionary} /Length {} >>\nstream\n", bytes.len()).into_bytes();
    object.extend(bytes);
    object.extend(b"\nendstream");
    object
}

fn packed(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    stream(&format!("{dictionary} /Filter /FlateDecode"), &deflated(bytes))
}

/// One page that draws with one font.
fn page(drawn: &[u8], font: &str) -> Vec<Vec<u8>> {
    vec![
        b"<< /Type /Pages /Kids [2 0 R] /Resources << /Font << /F1 4 0 R >> >> >>".to_vec(),
        b"<< /Type /Page /Parent 1 0 R /Contents 3 0 R >>".to_vec(),
        packed("", drawn),
        font.as_bytes().to_vec(),
    ]
}

const HELVETICA: &str = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>";

fn read_all(objects: &[Vec<u8>]) -> Kept {
    testing::read(read, &document(objects))
}

fn drawn(operators: &str) -> String {
    let kept = read_all(&page(operators.as_bytes(), HELVETICA));
    assert!(kept.unread.is_empty(), "{:?}", kept.unread);
    kept.text("page 1")
}

#[test]
fn text_is_joined_as_it_is_read() {
    assert_eq!(drawn("BT /F1 12 Tf 72 720 Td (KEY=value) Tj ET"), "KEY=value");
    assert_eq!(
        drawn("BT /F1 12 Tf [(KE) 20 (Y) -15 (=v) 3 (alue) -300 (next)] TJ ET"),
        "KEY=value next"
    );
    assert_eq!(drawn("BT /F1 12 Tf 14 TL (one) Tj T* (two) Tj (three) ' ET"), "one\ntwo\nthree");
    // Letter by letter, each in its place; the next word, and the next line.
    assert_eq!(
        drawn(
            "BT /F1 10 Tf 1 0 0 1 10 700 Tm <61> Tj 1 0 0 1 15.56 700 Tm <62> Tj \
             1 0 0 1 24 700 Tm (c) Tj ET q 1 0 0 1 0 -12 cm BT /F1 10 Tf 10 700 Td (d) Tj ET Q"
        ),
        "ab c\nd"
    );
    assert_eq!(drawn("BT /F1 1 Tf 0 10 -10 0 50 50 Tm (up) Tj 1.4 0 Td (on) Tj ET"), "up on");
    assert_eq!(drawn("BI /W 1 ID (x) Tj EI BT /F1 9 Tf 1 2 (y) \" ET"), "y");
}

#[test]
fn codes_become_letters_by_map_and_by_name() {
    let map = b"1 beginbfchar <0003> <0020> endbfchar\n2 beginbfrange <0010> <0012> <0041>\n\
                <0020> <0021> [<0061> <FB01>] endbfrange";
    let mut objects = page(
        b"BT /F1 10 Tf <001000110012000300200021> Tj ET",
        "<< /Type /Font /Subtype /Type0 /ToUnicode 5 0 R >>",
    );
    objects.push(packed("", map));
    let kept = read_all(&objects);
    assert_eq!(kept.text("page 1"), "ABC afi");
    assert_eq!(kept.names(), ["page 1"]);
    let font = "<< /Subtype /Type1 /Encoding << /Differences [1 /K /e /uni0079 9 /equal] >> >>";
    let kept = read_all(&page(b"BT /F1 10 Tf <01020309> Tj ET", font));
    assert_eq!(kept.text("page 1"), "Key=");
    let kept = read_all(&page(b"BT /F1 10 Tf <0001> Tj ET", "<< /Subtype /Type0 >>"));
    assert_eq!(kept.reasons(), [Reason::Unsupported]);
}

#[test]
fn strings_and_files_come_out() {
    let mut objects = page(b"BT ET", HELVETICA);
    let inner = b"7 0 8 28 << /Title <FEFF00610062> >> << /T (field) /V (filled in) /URI (u:x) >>";
    objects.push(packed("/Type /ObjStm /N 2 /First 9", inner));
    objects.push(packed("/Type /EmbeddedFile", b"KEY=value"));
    objects.push(b"<< /Type /Filespec /F (dir/a.env) /EF << /F 6 0 R >> >>".to_vec());
    objects.push(packed("", b"app.alert('text of a script')"));
    objects.push(stream("/Subtype /Image /Filter /DCTDecode", b"no text"));
    let kept = read_all(&objects);
    assert_eq!(kept.text("a.env"), "KEY=value");
    assert_eq!(kept.text("object 8"), "app.alert('text of a script')");
    let strings = kept.text("strings");
    assert!(strings.contains("Title = \"ab\"\n"), "{strings}");
    assert!(strings.contains("field = \"filled in\"\nURI = \"u:x\"\n"), "{strings}");
    assert_eq!(kept.names(), ["strings", "a.env", "object 8"]);
}

#[test]
fn filters_are_undone_one_after_the_other() {
    let operators = b"BT (KEY) Tj ET";
    let hex: String = operators.iter().map(|byte| format!("{byte:02x} ")).collect();
    let lzw = [0x80, 0x0b, 0x60, 0x50, 0x22, 0x0c, 0x0c, 0x85, 0x01];
    let run = [&[13][..], operators, &[255, b' ', 128]].concat();
    for (name, bytes, text) in [
        ("[/ASCIIHexDecode]", format!("{hex}>").into_bytes(), "BT (KEY) Tj ET"),
        ("[/AHx /Fl]", hex_of(&deflated(operators)), "BT (KEY) Tj ET"),
        ("/RunLengthDecode", run, "BT (KEY) Tj ET  "),
        ("/ASCII85Decode", b"87cURD]i,\"Ebo80~>".to_vec(), "Hello World!"),
        // The example of 7.4.4.2.
        ("/LZWDecode", lzw.to_vec(), "-----A---B"),
    ] {
        let object = stream(&format!("/Filter {name}"), &bytes);
        let kept = read_all(&[object]);
        let found = &kept.members[0];
        let expected = if text.contains("BT") { "KEY" } else { text };
        assert_eq!(String::from_utf8_lossy(&found.1), expected, "{name}");
    }
}

fn hex_of(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into_bytes()
}

#[test]
fn predicted_bytes_are_worked_out() {
    let parameters = "/DecodeParms << /Predictor 12 /Columns 3 >>";
    let rows = [2, b'a', b'b', b'c', 1, b'd', 1, 1, 0, b'x', b'y', b'z'];
    let kept = read_all(&[packed(parameters, &rows)]);
    assert_eq!(kept.text("object 1"), "abcdefxyz");
}

#[test]
fn what_is_encrypted_or_cut_is_named() {
    let mut bytes = document(&page(b"BT (x) Tj ET", HELVETICA));
    let cut = testing::read(read, &bytes[..bytes.len() - 80]);
    assert_eq!(cut.reasons(), [Reason::Truncated]);
    assert_eq!(cut.text("page 1"), "x");
    bytes.extend(b"trailer << /Encrypt 9 0 R >>");
    assert_eq!(testing::read(read, &bytes).reasons(), [Reason::Encrypted]);
    assert_eq!(testing::read(read, b"%PDF-1.4").reasons(), [Reason::Damaged]);
}

#[test]
fn damage_is_survived() {
    let mut objects = page(b"BT /F1 10 Tf [(a) 1] TJ T* (b) ' ET", HELVETICA);
    objects.push(packed("/Type /ObjStm /N 2 /First 9", b"7 0 8 18 << /Title (ab) >> [1 2]"));
    testing::survives_damage(read, &document(&objects));
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        testing::read(read, &[b"%PDF-1.4\n1 0 obj", &bytes[..]].concat());
        read_all(&[stream("/Filter /LZWDecode", &bytes), stream("/Filter [/A85 /RL]", &bytes)]);
        read_all(&page(&bytes, "<< /Subtype /Type0 /ToUnicode 3 0 R >>"));
    }

    #[test]
    fn any_pieces_stay_within_the_budget(
        pieces in prop::collection::vec(
            prop_oneof![
                Just("1 0 obj\n"), Just("endobj\n"), Just("<<"), Just(">>"), Just("["), Just("]"),
                Just("(a"), Just(")"), Just("/Type /Page"), Just("/Contents 1 0 R "), Just("stream\n"),
                Just("endstream "), Just("/Filter /AHx "), Just("41>"), Just("/Parent 1 0 R "),
                Just("BT (text of a page) Tj ET "), Just("/Resources 1 0 R "), Just("/Font "),
            ],
            0..60,
        ),
        room in 0_u64..200,
    ) {
        let text = format!("%PDF-1.4\n{}", pieces.concat());
        testing::stays_within(read, text.as_bytes(), room);
    }
}
