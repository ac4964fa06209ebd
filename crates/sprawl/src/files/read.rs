//! Regular files of limited size, read without waiting for anybody.

use std::fs::{self, File, Metadata};
use std::io::{self, Read};
use std::path::Path;

/// Size of a file of settings, at most: 1 MiB.
pub const SETTINGS: u64 = 1 << 20;

/// Size of a list that people or programs write, at most: 64 MiB. A baseline of 200,000 findings
/// has 40.
pub const LIST: u64 = 64 << 20;

/// The bytes of a regular file.
///
/// # Errors
/// It cannot be read, is no regular file, or is larger than `most` bytes.
pub fn bytes(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    // Opening some devices does something; most of them are known before.
    must_be_regular(&fs::metadata(path)?)?;
    let file = open(path)?;
    let metadata = file.metadata()?;
    must_be_regular(&metadata)?;
    if metadata.len() > most {
        return Err(too_large(most));
    }
    limited(file, most)
}

/// The text of a regular file.
///
/// # Errors
/// Those of [`bytes`], or it is not UTF-8.
pub fn text(path: &Path, most: u64) -> io::Result<String> {
    as_text(bytes(path, most)?)
}

/// The bytes of a file that the user named: a pipe counts as well if the shell made it (`<(...)`).
///
/// # Errors
/// Those of [`bytes`].
pub fn named(path: &Path, most: u64) -> io::Result<Vec<u8>> {
    if !is_open_already(path) {
        return bytes(path, most);
    }
    limited(File::open(path)?, most)
}

/// The text of a file that the user named.
///
/// # Errors
/// Those of [`named`], or it is not UTF-8.
pub fn named_text(path: &Path, most: u64) -> io::Result<String> {
    as_text(named(path, most)?)
}

/// Everything that there is to read, if it is not more than `most` bytes.
///
/// # Errors
/// It cannot be read, or there is more.
pub fn limited(source: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(too_large(most)) } else { Ok(bytes) }
}

/// Opens a file without waiting for whoever writes into it, should it be a FIFO by now.
///
/// # Errors
/// It cannot be opened.
pub fn open(path: &Path) -> io::Result<File> {
    opened(path, 0)
}

/// The same for a file that was none of these: if it is a link by now, it is not followed.
///
/// # Errors
/// It cannot be opened, or is a link.
pub fn open_no_link(path: &Path) -> io::Result<File> {
    #[cfg(unix)]
    return opened(path, libc::O_NOFOLLOW);
    #[cfg(windows)]
    return windows::open_no_link(path);
    #[cfg(not(any(unix, windows)))]
    opened(path, 0)
}

fn opened(path: &Path, flags: i32) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_NONBLOCK | flags);
    #[cfg(not(unix))]
    let _ = flags;
    options.open(path)
}

/// Windows has no way to open anything but links (Win32, `CreateFileW`): they are opened as such, and
/// looked at.
#[cfg(windows)]
pub(super) mod windows {
    use std::fs::File;
    use std::io;
    use std::os::windows::fs::{MetadataExt as _, OpenOptionsExt as _};
    use std::path::Path;

    /// Opens a link itself, and not what it leads to.
    pub(in crate::files) const FILE_FLAG_OPEN_REPARSE_POINT: u32 = 0x0020_0000;

    /// Links have it, and so has what is deduplicated, compressed or kept in the cloud.
    const FILE_ATTRIBUTE_REPARSE_POINT: u32 = 0x400;

    pub(super) fn open_no_link(path: &Path) -> io::Result<File> {
        let mut options = File::options();
        let file = options.read(true).custom_flags(FILE_FLAG_OPEN_REPARSE_POINT).open(path)?;
        let metadata = file.metadata()?;
        if metadata.is_symlink() {
            return Err(io::Error::other("it is a link"));
        }
        if metadata.file_attributes() & FILE_ATTRIBUTE_REPARSE_POINT != 0 {
            return File::open(path);
        }
        Ok(file)
    }
}

/// Whether a path is one that names what this process has open.
pub(super) fn is_open_already(path: &Path) -> bool {
    let is_process = |name: &str| name == "self" || name.bytes().all(|b| b.is_ascii_digit());
    let Some(path) = path.to_str().filter(|_| cfg!(unix)) else { return false };
    let number = match path.strip_prefix("/dev/") {
        Some("stdin" | "stdout" | "stderr") => return true,
        Some(rest) => rest.strip_prefix("fd/"),
        None => path
            .strip_prefix("/proc/")
            .and_then(|rest| rest.split_once("/fd/"))
            .and_then(|(process, number)| is_process(process).then_some(number)),
    };
    number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
}

fn as_text(bytes: Vec<u8>) -> io::Result<String> {
    String::from_utf8(bytes).map_err(|_| io::Error::other("it is not UTF-8"))
}

/// Makes sure that a file is a regular one.
///
/// # Errors
/// It is something else.
pub fn must_be_regular(metadata: &Metadata) -> io::Result<()> {
    if metadata.is_file() {
        return Ok(());
    }
    let what = if metadata.is_dir() { "a directory" } else { "a FIFO, socket or device" };
    Err(io::Error::other(format!("it is {what}, not a regular file")))
}

fn too_large(most: u64) -> io::Error {
    let most = if most < 1 << 20 {
        format!("{} KiB", most.div_ceil(1 << 10))
    } else {
        format!("{} MiB", most >> 20)
    };
    let what = format!("it is larger than the {most} that such a file may have");
    io::Error::new(io::ErrorKind::FileTooLarge, what)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_regular_files_of_limited_size_are_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        fs::write(&path, "12345").unwrap();
        assert_eq!(text(&path, 5).unwrap(), "12345");
        assert!(text(&path, 4).unwrap_err().to_string().contains("larger"));
        fs::write(&path, [0xff]).unwrap();
        assert!(text(&path, 5).unwrap_err().to_string().contains("UTF-8"));
        assert!(bytes(directory.path(), 5).unwrap_err().to_string().contains("a directory"));
        let nothing = bytes(&directory.path().join("no"), 5).unwrap_err();
        assert_eq!(nothing.kind(), io::ErrorKind::NotFound);
        // As large as a disk, and nothing in it.
        File::create(&path).unwrap().set_len(1 << 40).unwrap();
        assert!(bytes(&path, LIST).unwrap_err().to_string().contains("64 MiB"));
    }

    #[test]
    #[cfg(unix)]
    fn what_has_no_end_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let link = directory.path().join("link");
        std::os::unix::fs::symlink("/dev/zero", &link).unwrap();
        for path in [&link, Path::new("/dev/zero")] {
            assert!(named(path, 9).unwrap_err().to_string().contains("device"));
        }
        assert!(limited(io::repeat(0), 9).is_err());
        assert_eq!(limited(&[1; 9][..], 9).unwrap().len(), 9);
    }

    #[test]
    #[cfg(unix)]
    fn what_was_put_in_the_place_of_a_file_is_neither_followed_nor_waited_for() {
        use std::io::Read as _;
        let directory = tempfile::tempdir().unwrap();
        let (file, link, fifo) =
            (directory.path().join("file"), directory.path().join("l"), directory.path().join("p"));
        fs::write(&file, "text").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        assert!(open_no_link(&file).is_ok() && open(&link).is_ok());
        assert!(open_no_link(&link).is_err());
        let made = std::process::Command::new("mkfifo").arg(&fifo).status().unwrap();
        assert!(made.success());
        let mut opened = open_no_link(&fifo).unwrap();
        assert_eq!(opened.read(&mut [0; 9]).unwrap(), 0);
        assert!(must_be_regular(&opened.metadata().unwrap()).is_err());
    }

    #[test]
    #[cfg(unix)]
    fn pipes_of_the_shell_are_known() {
        for path in ["/dev/stdin", "/dev/fd/63", "/proc/self/fd/0", "/proc/12/fd/3"] {
            assert!(is_open_already(Path::new(path)), "{path}");
        }
        for path in ["fd/63", "/dev/fd/../zero", "/dev/zero", "/proc/self/environ", "/dev/fd/"] {
            assert!(!is_open_already(Path::new(path)), "{path}");
        }
    }
}
