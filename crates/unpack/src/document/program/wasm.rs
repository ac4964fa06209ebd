//! Modules of WebAssembly (core specification, 5.5): what they put into memory, and custom sections.

use super::super::runs;

/// How a module begins, in the only version there is.
const MAGIC: &[u8] = b"\0asm\x01\0\0\0";

/// The sections that hold strings.
const CUSTOM: u8 = 0;
const DATA: u8 = 11;

/// Whether these bytes are a module.
pub(super) fn is_wasm(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Its readable runs, one in each line, and whether all sections are there.
pub(super) fn lines(bytes: &[u8]) -> (String, bool) {
    let mut lines = String::new();
    let mut rest = bytes.get(MAGIC.len()..).unwrap_or_default();
    let mut is_whole = true;
    while let Some((id, behind)) = rest.split_first() {
        rest = behind;
        let length = number(&mut rest).unwrap_or(usize::MAX);
        is_whole &= length <= rest.len();
        let (section, behind) = rest.split_at(length.min(rest.len()));
        rest = behind;
        match *id {
            CUSTOM => {
                let mut content = section;
                let name = number(&mut content);
                let name = name.and_then(|length| content.split_at_checked(length));
                // The name of the section, and what it holds; one of names has no values.
                if let Some((name, content)) = name.filter(|(name, _)| *name != b"name") {
                    add(name, &mut lines);
                    add(content, &mut lines);
                }
            }
            DATA if segments(section, &mut lines).is_none() => add(section, &mut lines),
            _ => {}
        }
    }
    (lines, is_whole)
}

/// Adds the segments of memory; none where they are damaged.
fn segments(section: &[u8], lines: &mut String) -> Option<()> {
    let mut rest = section;
    let count = number(&mut rest)?;
    let mut found = String::new();
    for _ in 0..count {
        let flags = number(&mut rest)?;
        if flags == 2 {
            number(&mut rest)?;
        }
        if flags != 1 {
            // Where it is put: a constant or a global, up to the end of the expression.
            let operation = *rest.split_off_first()?;
            matches!(operation, 0x23 | 0x41 | 0x42).then(|| number(&mut rest))??;
            rest.split_off_first().filter(|end| **end == 0x0b)?;
        }
        let length = number(&mut rest)?;
        let (segment, behind) = rest.split_at_checked(length)?;
        rest = behind;
        add(segment, &mut found);
    }
    lines.push_str(&found);
    Some(())
}

fn add(bytes: &[u8], lines: &mut String) {
    for run in runs::runs(bytes) {
        lines.push_str(run);
        lines.push('\n');
    }
}

/// A number of seven bits in each byte, the lowest first (5.2.2). Its sign does not matter here.
fn number(rest: &mut &[u8]) -> Option<usize> {
    let mut value = 0_u64;
    for shift in (0..64).step_by(7) {
        let byte = rest.split_off_first()?;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return usize::try_from(value).ok();
        }
    }
    None
}
