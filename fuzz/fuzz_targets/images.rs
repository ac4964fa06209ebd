//! Descriptions of container images in any order: lines of the data are files, links and entries of
//! layers. What comes of them names layers that are there, and each has an answer for every path.
#![no_main]

use libfuzzer_sys::fuzz_target;
use sprawl_unpack::image::Images;

/// Ends a part of the data.
const END: u8 = 0xff;

fuzz_target!(|data: &[u8]| {
    let mut images = Images::new();
    let mut paths = Vec::new();
    let text = |part: Option<&[u8]>| String::from_utf8_lossy(part.unwrap_or_default()).into_owned();
    let mut parts = data.split(|byte| *byte == END);
    while let Some(kind) = parts.next() {
        let name = text(parts.next());
        match kind {
            b"l" => images.link(&name, &text(parts.next())),
            b"e" => {
                let path = text(parts.next());
                images.entry(&name, &path);
                paths.push(path);
            }
            _ => {
                images.file(&name, parts.next().unwrap_or_default());
            }
        }
    }
    for image in images.finish() {
        for (number, layer) in image.layers.iter().enumerate() {
            assert!(image.layer(&layer.member).is_some());
            for path in &paths {
                let _ = image.status_of(number, path);
            }
        }
    }
});
