//! Files written whole or not at all: under a name that nobody can foresee, then renamed.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::{place, read};

/// How the name of a file begins and ends while it is written.
const PARTIAL: (&str, &str) = (".sprawl-", ".partial");

/// Whether a file is one that is being written, by its name. It is gone when it is complete.
pub fn is_partial(path: &Path) -> bool {
    path.file_name()
        .and_then(|name| name.to_str())
        .is_some_and(|name| name.starts_with(PARTIAL.0) && name.ends_with(PARTIAL.1))
}

/// Writes one of our own files, by its name below the root of the project, making its directory.
///
/// # Errors
/// Those of [`place::below`] and of the file system; then what was there is still there.
pub fn below(root: &Path, name: &str, text: &str) -> io::Result<()> {
    let path = place::below(root, name)?;
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    replace(&path, |out| out.write_all(text.as_bytes()))
}

/// Writes to where the user wants it: to a regular file as a whole; to what is open already, a
/// device, or a FIFO that somebody reads, as it comes.
///
/// # Errors
/// Those of [`place::resolved`], of the file system and of `content`.
pub fn named(
    typed: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    if let Some(mut stream) = stream(typed)? {
        content(&mut stream)?;
        return stream.flush();
    }
    replace(&place::resolved(typed)?, content)
}

/// Makes sure that [`named`] has a place to write to.
///
/// # Errors
/// It has none.
pub fn check(typed: &Path) -> io::Result<()> {
    if is_stream_name(typed) { Ok(()) } else { place::resolved(typed).map(drop) }
}

/// Opens a regular file, to write at its end; makes it if it is not there.
///
/// # Errors
/// It is a link or something else, or cannot be opened.
pub fn append(path: &Path) -> io::Result<File> {
    if is_stream_name(path) {
        return File::options().append(true).open(path);
    }
    let mut options = File::options();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::custom_flags(
        &mut options,
        libc::O_NONBLOCK | libc::O_NOFOLLOW,
    );
    #[cfg(windows)]
    std::os::windows::fs::OpenOptionsExt::custom_flags(
        &mut options,
        read::windows::FILE_FLAG_OPEN_REPARSE_POINT,
    );
    let file = options.open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::other("it is not a regular file"))
    }
}

/// Replaces a file, or a link, by a regular file with this content and the permissions that a file
/// there had.
///
/// # Errors
/// Those of the file system and of `content`; then what was there is still there.
pub fn replace(
    path: &Path,
    content: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let directory = path.parent().filter(|d| !d.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut builder = tempfile::Builder::new();
    builder.prefix(PARTIAL.0).suffix(PARTIAL.1);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let partial = builder.tempfile_in(directory)?;
    let mut out = BufWriter::new(partial);
    content(&mut out)?;
    let partial = out.into_inner().map_err(io::IntoInnerError::into_error)?;
    if let Ok(before) = fs::symlink_metadata(path)
        && before.is_file()
    {
        fs::set_permissions(partial.path(), before.permissions())?;
    }
    partial.as_file().sync_data().or_else(unless_unsupported)?;
    partial.persist(path).map(drop).map_err(|error| error.error)
}

/// Writes a new file that its owner alone can read (mode 0600): what holds secrets.
///
/// # Errors
/// There is something of this name, or it cannot be written; then there is no file.
pub fn private(typed: &Path, content: &[u8]) -> io::Result<()> {
    let path = place::resolved(typed)?;
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path)?;
    let written =
        file.write_all(content).and_then(|()| file.sync_data().or_else(unless_unsupported));
    if written.is_err() {
        // Half a list is no list.
        let _ = fs::remove_file(&path);
    }
    written
}

/// What is written as it comes, opened.
fn stream(typed: &Path) -> io::Result<Option<File>> {
    if is_stream_name(typed) {
        return File::options().write(true).open(typed).map(Some);
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::{FileTypeExt as _, OpenOptionsExt as _};
        let kind = match fs::symlink_metadata(typed) {
            Ok(metadata) => metadata.file_type(),
            Err(_) => return Ok(None),
        };
        if kind.is_fifo() {
            // Opened without waiting first: whoever planted it does not read it.
            let probe = File::options().write(true).custom_flags(libc::O_NONBLOCK).open(typed);
            let _reader = probe.map_err(|_| io::Error::other("it is a FIFO that nobody reads"))?;
            return File::options().write(true).open(typed).map(Some);
        }
        if kind.is_socket() || kind.is_block_device() || kind.is_char_device() {
            return Err(io::Error::other("it is a socket or device"));
        }
    }
    Ok(None)
}

/// Devices of Windows that are written to; there a file of such a name is nowhere.
const DEVICES: [&str; 2] = ["NUL", "CON"];

/// Whether a path is by its name one of the system's own streams and devices, and none of a tree.
fn is_stream_name(path: &Path) -> bool {
    let is_device = || DEVICES.iter().any(|name| path.as_os_str().eq_ignore_ascii_case(name));
    if read::is_open_already(path) || (cfg!(windows) && is_device()) {
        return true;
    }
    let own = cfg!(windows) || path.parent() == Some(Path::new("/dev"));
    own && fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}

fn unless_unsupported(error: io::Error) -> io::Result<()> {
    match error.kind() {
        io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported => Ok(()),
        _ => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn text(text: &str) -> impl FnOnce(&mut dyn Write) -> io::Result<()> {
        move |out| out.write_all(text.as_bytes())
    }

    #[test]
    fn a_file_that_is_being_written_is_known() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        replace(&path, |_| {
            let mut names = fs::read_dir(directory.path())?.map(|entry| entry.unwrap().path());
            assert!(is_partial(&names.next().unwrap()) && names.next().is_none());
            Ok(())
        })
        .unwrap();
        assert!(!is_partial(&path));
    }

    #[test]
    fn a_file_is_replaced_whole() {
        let directory = tempfile::tempdir().unwrap();
        below(directory.path(), "a/b.toml", "one").unwrap();
        below(directory.path(), "a/b.toml", "two").unwrap();
        let path = directory.path().join("a/b.toml");
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        let failed = replace(&path, |_| Err(io::Error::other("no")));
        assert!(failed.is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "two");
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn a_private_file_is_new_and_its_owner_s() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("values");
        private(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(private(&path, b"two").is_err());
        let link = directory.path().join("link");
        std::os::unix::fs::symlink(directory.path().join("elsewhere"), &link).unwrap();
        assert!(private(&link, b"two").is_err());
        assert_eq!(fs::read_to_string(&path).unwrap(), "one");
    }

    #[test]
    #[cfg(unix)]
    fn what_a_link_leads_to_is_left_alone() {
        let directory = tempfile::tempdir().unwrap();
        let (victim, link) = (directory.path().join("victim"), directory.path().join("r.json"));
        fs::write(&victim, "precious").unwrap();
        std::os::unix::fs::symlink(&victim, &link).unwrap();
        assert!(append(&link).is_err());
        named(&link, text("report")).unwrap();
        assert_eq!(fs::read_to_string(&victim).unwrap(), "precious");
        assert_eq!(fs::read_to_string(&link).unwrap(), "report");
        append(&link).and_then(|mut file| file.write_all(b"!")).unwrap();
        assert_eq!(fs::read_to_string(&link).unwrap(), "report!");
    }

    #[test]
    #[cfg(unix)]
    fn permissions_are_those_of_before_or_of_the_user() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("f");
        let mode = || fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        fs::write(directory.path().join("plain"), "").unwrap();
        let plain = fs::metadata(directory.path().join("plain")).unwrap().permissions().mode();
        replace(&path, text("")).unwrap();
        assert_eq!(mode(), plain & 0o777);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o750)).unwrap();
        replace(&path, text("")).unwrap();
        assert_eq!(mode(), 0o750);
    }
}
