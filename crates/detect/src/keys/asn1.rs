//! DER, as far as keys need it: fields of a sequence one after the other, and the few structures
//! that are written here (a `SubjectPublicKeyInfo` for every kind of key).

use der::asn1::{AnyRef, ObjectIdentifier};
use der::{Decode, Reader, SliceReader, Tag};

/// Reads the fields of one sequence (or of whatever else holds fields) in order.
#[derive(Debug, Clone)]
pub(super) struct Fields<'a>(SliceReader<'a>);

impl<'a> Fields<'a> {
    /// The fields in these bytes.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        SliceReader::new(bytes).ok().map(Self)
    }

    /// The next field, whatever it is.
    pub(super) fn any(&mut self) -> Option<AnyRef<'a>> {
        AnyRef::decode(&mut self.0).ok()
    }

    /// The contents of the next field if it has this tag; stays where it is otherwise.
    pub(super) fn next(&mut self, tag: Tag) -> Option<&'a [u8]> {
        let mut ahead = self.clone();
        let field = ahead.any().filter(|field| der::Tagged::tag(field) == tag)?;
        *self = ahead;
        Some(field.value())
    }

    /// The fields of a sequence that comes next.
    pub(super) fn sequence(&mut self) -> Option<Self> {
        self.next(Tag::Sequence).and_then(Self::new)
    }

    /// An integer that comes next, without sign and leading zeros.
    pub(super) fn unsigned(&mut self) -> Option<&'a [u8]> {
        self.next(Tag::Integer).map(trimmed)
    }

    /// A small integer that comes next.
    pub(super) fn small(&mut self) -> Option<u32> {
        let bytes = self.unsigned()?;
        (bytes.len() <= 4)
            .then(|| bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
    }

    /// An object identifier that comes next.
    pub(super) fn oid(&mut self) -> Option<ObjectIdentifier> {
        self.next(Tag::ObjectIdentifier)
            .filter(|bytes| !bytes.is_empty())
            .and_then(|bytes| ObjectIdentifier::from_bytes(bytes).ok())
    }

    /// The contents of an octet string that comes next.
    pub(super) fn octets(&mut self) -> Option<&'a [u8]> {
        self.next(Tag::OctetString)
    }

    /// The bytes of a bit string that comes next and has a whole number of them.
    pub(super) fn bits(&mut self) -> Option<&'a [u8]> {
        self.next(Tag::BitString).and_then(|bytes| bytes.strip_prefix(&[0]))
    }

    /// The fields of `[number]`, explicitly tagged, if it comes next.
    pub(super) fn explicit(&mut self, number: u32) -> Option<Self> {
        self.context(number, true).and_then(Self::new)
    }

    /// The contents of `[number]`, if it comes next.
    pub(super) fn context(&mut self, number: u32, constructed: bool) -> Option<&'a [u8]> {
        self.next(Tag::ContextSpecific { constructed, number: der::TagNumber(number) })
    }

    /// The next field with its tag and length.
    pub(super) fn whole(&mut self) -> Option<&'a [u8]> {
        self.0.tlv_bytes().ok()
    }
}

/// The length of the DER value that begins these bytes, with tag and length, as it says itself: it may
/// be longer than the bytes are.
pub(super) fn stated_length(bytes: &[u8]) -> Option<usize> {
    let (length, header) = match *bytes.get(1)? {
        short @ 0..=0x7f => (usize::from(short), 2),
        0x81 => (usize::from(*bytes.get(2)?), 3),
        0x82 => (usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?])), 4),
        0x83 => {
            let bytes = [0, *bytes.get(2)?, *bytes.get(3)?, *bytes.get(4)?];
            (usize::try_from(u32::from_be_bytes(bytes)).ok()?, 5)
        }
        _ => return None,
    };
    Some(header + length)
}

/// Without leading zeros.
pub(super) fn trimmed(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// Bits of an unsigned big-endian number.
pub(super) fn bit_length(number: &[u8]) -> usize {
    let number = trimmed(number);
    number.first().map_or(0, |first| number.len() * 8 - first.leading_zeros() as usize)
}

/// Writes one value: identifier octet, length, contents.
pub(super) fn tlv(identifier: u8, contents: &[&[u8]]) -> Vec<u8> {
    let length: usize = contents.iter().map(|part| part.len()).sum();
    let mut out = Vec::with_capacity(length + 5);
    out.push(identifier);
    let bytes = (length as u64).to_be_bytes();
    let bytes = trimmed(&bytes);
    if length < 0x80 {
        out.push(bytes.first().copied().unwrap_or(0));
    } else {
        out.push(0x80 | bytes.len() as u8);
        out.extend_from_slice(bytes);
    }
    for part in contents {
        out.extend_from_slice(part);
    }
    out
}

/// Writes an unsigned integer.
pub(super) fn unsigned(number: &[u8]) -> Vec<u8> {
    let number = trimmed(number);
    match number.first() {
        None => tlv(INTEGER, &[&[0]]),
        Some(first) if first & 0x80 != 0 => tlv(INTEGER, &[&[0], number]),
        Some(_) => tlv(INTEGER, &[number]),
    }
}

/// Writes an object identifier.
pub(super) fn oid(oid: &ObjectIdentifier) -> Vec<u8> {
    tlv(0x06, &[oid.as_bytes()])
}

/// Identifier octet of SEQUENCE.
pub(super) const SEQUENCE: u8 = 0x30;
/// Identifier octet of INTEGER.
pub(super) const INTEGER: u8 = 0x02;
/// Identifier octet of BIT STRING.
pub(super) const BIT_STRING: u8 = 0x03;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_can_be_read() {
        let long = vec![0x81; 300];
        let value =
            tlv(SEQUENCE, &[&unsigned(&[0, 0, 0x80, 1]), &unsigned(&[]), &tlv(0x04, &[&long])]);
        assert_eq!(stated_length(&value), Some(value.len()));
        let mut outer = Fields::new(&value).unwrap();
        let mut fields = outer.sequence().unwrap();
        assert!(outer.any().is_none());
        assert_eq!(fields.small(), Some(0x8001));
        assert_eq!(fields.octets(), None, "an integer is no octet string, and stays");
        assert_eq!(fields.small(), Some(0));
        assert_eq!(fields.octets(), Some(&long[..]));
        assert!(fields.any().is_none());
    }

    #[test]
    fn bits_are_counted_without_leading_zeros() {
        assert_eq!(bit_length(&[0, 0x80, 0]), 16);
        assert_eq!(bit_length(&[1]), 1);
        assert_eq!(bit_length(&[]), 0);
    }

    #[test]
    fn lengths_that_lie_are_refused() {
        for bytes in
            [&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff][..], &[0x30, 0x05, 0x02], &[0x30, 0x80], &[]]
        {
            assert!(Fields::new(bytes).is_none_or(|mut fields| fields.sequence().is_none()));
        }
    }
}
