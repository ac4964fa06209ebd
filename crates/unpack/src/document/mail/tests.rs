//! Messages and mailboxes, whole, damaged and cut.

use proptest::prelude::*;

use super::super::testing::{self, Kept};
use super::*;

fn read_all(text: &str) -> Kept {
    testing::read(read, text.as_bytes())
}

const MIXED: &str = "From: a@example.net\r\nMIME-Version: 1.0\r\nSubject: =?utf-8?B?Yml0cyBhbmQgcGllY2Vz?=\r\n\
    Content-Type: multipart/mixed;\r\n boundary=\"b 1\"\r\n\r\npreamble\r\n\
    --b 1\r\nContent-Type: multipart/alternative; boundary=b2\r\n\r\n\
    --b2\r\nContent-Type: text/plain\r\n\r\nplain text\r\n\
    --b2\r\nContent-Type: text/html; charset=iso-8859-1\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\n<p>caf=E9=\r\n</p>\r\n--b2--\r\n\
    --b 1\r\nContent-Type: application/octet-stream; name=x\r\n\
    Content-Disposition: attachment; filename=\"dir/a.env\"\r\n\
    Content-Transfer-Encoding: BASE64\r\n\r\nS0VZPXZh\r\nbHVl\r\n\
    --b 1\r\nContent-Type: message/rfc822\r\n\r\nFrom: b@example.net\r\nTo: c@example.net\r\n\
    Content-Transfer-Encoding: base64\r\n\r\naW5uZXI=\r\n\
    --b 1--\r\n";

#[test]
fn parts_that_are_encoded_come_out() {
    assert!(is_mail(MIXED.as_bytes()));
    let kept = read_all(MIXED);
    assert_eq!(kept.names(), ["header", "part 1.2.html", "a.env", "part 3.eml/body.txt"]);
    assert_eq!(kept.text("header"), "Subject: bits and pieces\n");
    assert_eq!(kept.text("part 1.2.html"), "<p>caf\u{e9}</p>\r\n");
    assert_eq!(kept.text("a.env"), "KEY=value");
    assert_eq!(kept.text("part 3.eml/body.txt"), "inner");
    assert!(kept.unread.is_empty());
}

#[test]
fn a_mailbox_has_its_messages_one_by_one() {
    let one = "From a@example.net Sat Jan  3 01:05:34 1996\nFrom: a@example.net\nDate: x\n\n\
               From here on it is plain\n\n";
    let two = "From b@example.net Sat Jan  3 01:05:35 1996\nSubject: s\n\
               Content-Transfer-Encoding: base64\n\naW5uZXI=\n";
    let mailbox = [one, two].concat();
    assert!(is_mail(mailbox.as_bytes()));
    let kept = read_all(&mailbox);
    assert_eq!(kept.names(), ["message 2/body.txt"]);
    assert_eq!(kept.text("message 2/body.txt"), "inner");
}

#[test]
fn other_texts_are_no_mail() {
    for text in [
        "",
        "KEY: value\nOTHER: value\n",
        "from: here\nto there",
        "Subject: x\n\ntext",
        "From the start it was clear\nand so on\n",
        "HTTP/1.1 200 OK\nDate: x\nFrom: y\n\n",
    ] {
        assert!(!is_mail(text.as_bytes()), "{text}");
    }
}

#[test]
fn what_is_sealed_or_cut_is_named() {
    let head = "From: a@example.net\nDate: x\nContent-Type: ";
    let sealed = read_all(&format!("{head}multipart/encrypted; boundary=b\n\n--b\n\nx\n--b--\n"));
    assert_eq!(sealed.reasons(), [Reason::Encrypted]);
    let cut = read_all(&format!(
        "{head}multipart/mixed; boundary=b\n\n--b\nContent-Transfer-Encoding: base64\n\nYWJj"
    ));
    assert_eq!(cut.reasons(), [Reason::Truncated]);
    assert_eq!(cut.text("part 1.txt"), "abc");
}

#[test]
fn parts_within_parts_end() {
    let part = "Content-Type: multipart/mixed; boundary=b\n\n--b\n";
    let kept = read_all(&format!("From: a@example.net\nDate: x\n{}", part.repeat(200)));
    assert!(kept.reasons().contains(&Reason::Truncated));
}

#[test]
fn damage_is_survived() {
    testing::survives_damage(read, MIXED.as_bytes());
}

proptest! {
    #[test]
    fn any_text_is_survived(
        pieces in prop::collection::vec(
            prop_oneof![
                Just("--b\n"), Just("--b--\n"), Just("From: a\n"), Just("\n"), Just("=?utf-8?Q?=\n"),
                Just("Content-Type: multipart/mixed; boundary=b\n"), Just("YWJj=\n"), Just("\u{e4}"),
                Just("Content-Type: message/rfc822\n"), Just("From x\n"), Just("=3D=\n"), Just(" \""),
                Just("Content-Transfer-Encoding: base64\n"), Just("Content-Disposition: a; filename*=x'"),
            ],
            0..40,
        ),
        room in 0_u64..100,
    ) {
        testing::stays_within(read, pieces.concat().as_bytes(), room);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        is_mail(&bytes);
        testing::read(read, &[b"From: a\nDate: b\n", &bytes[..]].concat());
    }
}
