//! Bundles and packs of git that lie around as files: the objects of a repository, compressed, many of
//! them as differences from others (`gitformat-bundle(5)`, `gitformat-pack(5)`).
//!
//! A repository's own packs are read through the repository; this is for those without one.

mod delta;
mod names;
mod pack;

use super::Sink;
use super::output::Output;
use crate::budget::Budget;
use crate::unread::Reason;

use names::Names;
use pack::{Algorithm, Kind, Pack};

/// Whether these bytes are a bundle or a pack.
pub fn is_pack(bytes: &[u8]) -> bool {
    bytes.starts_with(b"# v2 git bundle\n")
        || bytes.starts_with(b"# v3 git bundle\n")
        || matches!(bytes, [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, ..])
}

/// Hands over contents of files as `ID/path`, where the trees in the pack name them, otherwise as
/// `blob ID`; messages as `commit ID` and `tag ID`. Ids are shortened to twelve digits. Objects that are
/// differences from ones that the pack does not hold are named as not fetched.
pub fn read(bytes: &[u8], budget: &Budget, sink: &mut dyn Sink) {
    let mut output = Output::new("git pack", budget, sink);
    let Some((packed, algorithm)) = behind_header(bytes) else {
        return output.unread(Reason::Truncated, "git bundle");
    };
    let mut pack = Pack::read(packed, algorithm, &mut output);
    let mut names = Names::default();
    // Trees before files, so that these have their names.
    for kind in [Kind::Commit, Kind::Tag, Kind::Tree, Kind::Blob] {
        if kind == Kind::Blob {
            names.resolve(algorithm);
        }
        pack.each(kind, &mut output, &mut |id, content, output| match kind {
            Kind::Commit => {
                names.commit(content);
                output.spent(&format!("commit {}", id.short()), content);
            }
            Kind::Tag => output.spent(&format!("tag {}", id.short()), content),
            Kind::Tree => names.tree(*id, content),
            Kind::Blob => {
                let name = match names.path(id) {
                    Some(path) => format!("{}/{path}", id.short()),
                    None => format!("blob {}", id.short()),
                };
                output.spent(&name, content);
            }
        });
    }
    let missing = pack.unresolved();
    if missing > 0 {
        output.unread(Reason::NotFetched, &format!("base of {missing} git objects"));
    }
}

/// The pack behind the header of a bundle, and the algorithm of its ids; none where the header does not
/// end. A pack alone does not say which algorithm it is of; nearly all are of SHA-1.
fn behind_header(bytes: &[u8]) -> Option<(&[u8], Algorithm)> {
    if bytes.starts_with(b"PACK") {
        return Some((bytes, Algorithm::Sha1));
    }
    let end = memchr::memmem::find(bytes, b"\n\n")?;
    let mut lines = bytes[..end].split(|byte| *byte == b'\n');
    let is_sha256 = lines.any(|line| line == b"@object-format=sha256");
    let algorithm = if is_sha256 { Algorithm::Sha256 } else { Algorithm::Sha1 };
    Some((&bytes[end + 2..], algorithm))
}

#[cfg(test)]
mod tests;
