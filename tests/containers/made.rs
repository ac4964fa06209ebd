//! Containers, made by hand.

/// A tar archive.
pub(super) fn tar(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = Vec::new();
    for (name, bytes) in members {
        let mut header = vec![0; 512];
        header[..name.len()].copy_from_slice(name.as_bytes());
        header[100..107].copy_from_slice(b"0000644");
        header[124..135].copy_from_slice(format!("{:011o}", bytes.len()).as_bytes());
        header[148..156].fill(b' ');
        header[156] = b'0';
        header[257..265].copy_from_slice(b"ustar\x0000");
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        archive.extend(header);
        archive.extend_from_slice(bytes);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    archive
}

/// A DEFLATE stream in fixed codes (RFC 1951, section 3.2.6), literals alone: no byte of a text stands in it
/// as it is.
fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut out = Bits::default();
    out.put(0b011, 3);
    for byte in bytes {
        match *byte {
            byte @ 0..=143 => out.put_reversed(0x30 + u32::from(byte), 8),
            byte => out.put_reversed(0x190 + u32::from(byte) - 144, 9),
        }
    }
    out.put_reversed(0, 7);
    out.end()
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    last: u32,
    count: u32,
}

impl Bits {
    fn put(&mut self, bits: u32, count: u32) {
        self.last |= bits << self.count;
        self.count += count;
        while self.count >= 8 {
            self.bytes.push(self.last as u8);
            (self.last, self.count) = (self.last >> 8, self.count - 8);
        }
    }

    /// Codes stand with their first bit first.
    fn put_reversed(&mut self, bits: u32, count: u32) {
        self.put(bits.reverse_bits() >> (32 - count), count);
    }

    fn end(mut self) -> Vec<u8> {
        if self.count > 0 {
            self.bytes.push(self.last as u8);
        }
        self.bytes
    }
}

/// A gzip file.
pub(super) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let ends = [crc32fast::hash(bytes), bytes.len() as u32].map(u32::to_le_bytes).concat();
    [b"\x1f\x8b\x08\0\0\0\0\0\0\x03", &deflate(bytes)[..], &ends].concat()
}

/// A zip archive.
pub(super) fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (name, bytes) in members {
        let packed = deflate(bytes);
        let facts = [crc32fast::hash(bytes), packed.len() as u32, bytes.len() as u32];
        let facts = facts.map(u32::to_le_bytes).concat();
        let version = [&[20, 0, 0, 0, 8, 0][..], &[0; 4]].concat();
        let length = (name.len() as u16).to_le_bytes();
        let offset = (archive.len() as u32).to_le_bytes();
        let header = [&version[..], &facts, &length, &[0; 2]].concat();
        archive.extend([&b"PK\x03\x04"[..], &header, name.as_bytes(), &packed].concat());
        let entry =
            [&b"PK\x01\x02\x14\0"[..], &header, &[0; 10], &offset, name.as_bytes()].concat();
        directory.extend(entry);
    }
    let count = (members.len() as u16).to_le_bytes();
    let [size, offset] = [directory.len(), archive.len()].map(|n| (n as u32).to_le_bytes());
    let end = [&b"PK\x05\x06\0\0\0\0"[..], &count, &count, &size, &offset, &[0; 2]].concat();
    [archive, directory, end].concat()
}
