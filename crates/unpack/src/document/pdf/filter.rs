//! Filters of streams (7.4), and the predictors behind two of them (7.4.4.4).

use std::borrow::Cow;
use std::io::Read;

use flate2::bufread::{DeflateDecoder, ZlibDecoder};

use super::super::output::Output;
use super::object::Objects;
use super::syntax::{Value, hex_bytes, is_space};
use crate::unread::Reason;

/// Filters of one stream; nobody uses more than two.
const MOST: usize = 8;

/// The bytes of a stream behind all of its filters; none where one of them makes pictures.
pub(super) fn decode(
    stream: &[u8],
    dictionary: &Value<'_>,
    objects: &Objects<'_>,
    output: &mut Output<'_>,
) -> Option<Vec<u8>> {
    let get = |long, short| dictionary.get(long).or_else(|| dictionary.get(short));
    let filters = listed(get(b"Filter", b"F"), objects);
    let parameters = listed(get(b"DecodeParms", b"DP"), objects);
    if filters.len() > MOST {
        output.unread(Reason::Damaged, "PDF stream");
        return None;
    }
    let mut bytes = Cow::Borrowed(stream);
    for (index, filter) in filters.iter().enumerate() {
        let Value::Name(name) = filter else { continue };
        let parameters = parameters.get(index).unwrap_or(&Value::Null);
        let decoded = match &**name {
            b"FlateDecode" | b"Fl" => flate(&bytes, output),
            b"LZWDecode" | b"LZW" => lzw(&bytes, number(parameters, b"EarlyChange", 1), output),
            b"ASCIIHexDecode" | b"AHx" => ascii_hex(&bytes, output),
            b"ASCII85Decode" | b"A85" => ascii85(&bytes, output),
            b"RunLengthDecode" | b"RL" => run_length(&bytes, output),
            b"Crypt" => {
                output.unread(Reason::Encrypted, "PDF stream");
                return None;
            }
            // Pictures: DCT, JPX, JBIG2, CCITT.
            _ => return None,
        };
        bytes = Cow::Owned(match number(parameters, b"Predictor", 1) {
            2.. => unpredicted(decoded, parameters),
            _ => decoded,
        });
    }
    match bytes {
        Cow::Borrowed(bytes) => Some(spend(bytes.to_vec(), output)),
        Cow::Owned(bytes) => Some(bytes),
    }
}

/// One value or a list of them; of a list no more than tells that it is too long.
fn listed(value: Option<&Value<'_>>, objects: &Objects<'_>) -> Vec<Value<'static>> {
    let own = |value: &Value<'_>| match objects.resolve(value) {
        Value::List(_) => Value::Null,
        value => value.clone().owned(),
    };
    match value.map(|value| objects.resolve(value)) {
        Some(Value::List(values)) => values.iter().take(MOST + 1).map(own).collect(),
        Some(value) => vec![own(value)],
        None => Vec::new(),
    }
}

fn number(parameters: &Value<'_>, key: &[u8], usual: usize) -> usize {
    parameters.get(key).and_then(Value::count).unwrap_or(usual)
}

/// Inflates. What a damaged or cut stream holds up to there is kept, as readers of PDF do.
fn flate(bytes: &[u8], output: &mut Output<'_>) -> Vec<u8> {
    let start = bytes.iter().take_while(|byte| is_space(**byte)).count();
    let bytes = &bytes[start..];
    let room = output.room();
    let mut decoded = Vec::new();
    let mut result = limited(&mut ZlibDecoder::new(bytes), room, &mut decoded);
    if result.is_err() && decoded.is_empty() {
        // Some programs leave the header out.
        result = limited(&mut DeflateDecoder::new(bytes), room, &mut decoded);
    }
    if result.is_err() {
        output.unread(Reason::Damaged, "PDF stream");
    }
    spend(decoded, output)
}

/// Reads up to one byte more than there is room for.
fn limited(reader: &mut dyn Read, room: usize, into: &mut Vec<u8>) -> std::io::Result<usize> {
    reader.take(room as u64 + 1).read_to_end(into)
}

/// Spends what was decoded, and cuts it where the budget ends.
fn spend(mut decoded: Vec<u8>, output: &mut Output<'_>) -> Vec<u8> {
    let room = output.room();
    output.spend(decoded.len());
    decoded.truncate(room);
    decoded
}

fn ascii_hex(bytes: &[u8], output: &mut Output<'_>) -> Vec<u8> {
    let end = memchr::memchr(b'>', bytes).unwrap_or(bytes.len());
    spend(hex_bytes(&bytes[..end]), output)
}

/// Five characters for four bytes; `z` for four zeros (7.4.3).
fn ascii85(bytes: &[u8], output: &mut Output<'_>) -> Vec<u8> {
    let mut decoded = Vec::new();
    let (mut group, mut count) = (0_u32, 0);
    for byte in bytes.strip_prefix(b"<~").unwrap_or(bytes) {
        match byte {
            b'z' if count == 0 => decoded.extend([0; 4]),
            b'!'..=b'u' => {
                group = group.wrapping_mul(85).wrapping_add(u32::from(byte - b'!'));
                count += 1;
                if count == 5 {
                    decoded.extend(group.to_be_bytes());
                    (group, count) = (0, 0);
                }
            }
            b'~' => break,
            _ => {}
        }
    }
    if count > 1 {
        for _ in count..5 {
            group = group.wrapping_mul(85).wrapping_add(84);
        }
        decoded.extend(&group.to_be_bytes()[..count - 1]);
    }
    spend(decoded, output)
}

/// Runs of the same byte (7.4.5).
fn run_length(bytes: &[u8], output: &mut Output<'_>) -> Vec<u8> {
    let mut decoded = Vec::new();
    let mut rest = bytes;
    while let [length, after @ ..] = rest {
        if *length == 128 {
            break;
        }
        if *length < 128 {
            let (run, behind) = after.split_at(after.len().min(usize::from(*length) + 1));
            decoded.extend(run);
            rest = behind;
        } else {
            let [byte, behind @ ..] = after else { break };
            decoded.extend(std::iter::repeat_n(*byte, 257 - usize::from(*length)));
            rest = behind;
        }
    }
    spend(decoded, output)
}

/// The codes of LZW that stand for no bytes (7.4.4.2).
const CLEAR: usize = 256;
const END: usize = 257;

/// LZW with codes of 9 to 12 bits, the highest bit first; `early` is 1 where they grow one code sooner.
fn lzw(bytes: &[u8], early: usize, output: &mut Output<'_>) -> Vec<u8> {
    let room = output.room();
    let mut decoded: Vec<u8> = Vec::new();
    // Each code is a piece of what is decoded: where it begins and how long it is.
    let mut table: Vec<(usize, usize)> = Vec::new();
    let mut previous: Option<(usize, usize)> = None;
    let (mut bits, mut count, mut width) = (0_u32, 0, 9);
    let mut input = bytes.iter();
    while decoded.len() <= room {
        while count < width {
            let Some(byte) = input.next() else { return spend(decoded, output) };
            bits = bits << 8 | u32::from(*byte);
            count += 8;
        }
        count -= width;
        let code = (bits >> count) as usize & ((1 << width) - 1);
        if code == END {
            break;
        }
        if code == CLEAR {
            table.clear();
            (previous, width) = (None, 9);
            continue;
        }
        let start = decoded.len();
        let known = code.checked_sub(END + 1).map(|index| table.get(index).copied());
        match (known, previous) {
            (None, _) => decoded.push(code as u8),
            (Some(Some((from, length))), _) => decoded.extend_from_within(from..from + length),
            // The code that is being made: what came last and its first byte once more.
            (Some(None), Some((from, length))) if code == END + 1 + table.len() => {
                decoded.extend_from_within(from..from + length);
                decoded.extend_from_within(from..=from);
            }
            _ => {
                output.unread(Reason::Damaged, "PDF stream");
                break;
            }
        }
        if let Some((from, length)) = previous
            && table.len() < 4096 - END - 1
        {
            // What came last and the first byte of this: they stand one behind the other.
            table.push((from, length + 1));
        }
        previous = Some((start, decoded.len() - start));
        width = match END + 1 + table.len() + early {
            0..512 => 9,
            512..1024 => 10,
            1024..2048 => 11,
            _ => 12,
        };
    }
    spend(decoded, output)
}

/// Undoes the prediction from the byte to the left (TIFF) or from both it and the line above (PNG).
fn unpredicted(bytes: Vec<u8>, parameters: &Value<'_>) -> Vec<u8> {
    let colors = number(parameters, b"Colors", 1).clamp(1, 64);
    let bits = number(parameters, b"BitsPerComponent", 8).clamp(1, 16);
    let columns = number(parameters, b"Columns", 1).clamp(1, 1 << 24);
    let pixel = (colors * bits).div_ceil(8);
    let row = (colors * bits * columns).div_ceil(8);
    if number(parameters, b"Predictor", 1) < 10 {
        let mut bytes = bytes;
        for line in bytes.chunks_mut(row).filter(|_| bits == 8) {
            for at in pixel..line.len() {
                line[at] = line[at].wrapping_add(line[at - pixel]);
            }
        }
        return bytes;
    }
    let mut decoded: Vec<u8> = Vec::with_capacity(bytes.len());
    let mut above = vec![0; row];
    for line in bytes.chunks(row + 1) {
        let mut current = line[1..].to_vec();
        current.resize(row, 0);
        for at in 0..row {
            let left = if at >= pixel { current[at - pixel] } else { 0 };
            let corner = if at >= pixel { above[at - pixel] } else { 0 };
            let predicted = match line[0] {
                1 => left,
                2 => above[at],
                3 => u8::midpoint(left, above[at]),
                4 => paeth(left, above[at], corner),
                _ => 0,
            };
            current[at] = current[at].wrapping_add(predicted);
        }
        decoded.extend_from_slice(&current[..line.len() - 1]);
        above = current;
    }
    decoded
}

/// The neighbour that is closest to left plus above minus corner (PNG, 9.4).
fn paeth(left: u8, above: u8, corner: u8) -> u8 {
    let [a, b, c] = [left, above, corner].map(i32::from);
    let estimate = a + b - c;
    let [to_left, to_above, to_corner] = [a, b, c].map(|of| (estimate - of).abs());
    if to_left <= to_above && to_left <= to_corner {
        left
    } else if to_above <= to_corner {
        above
    } else {
        corner
    }
}
