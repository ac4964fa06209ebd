//! The few settings of a repository that say how it is to be read.
//!
//! Only the repository's own files are read, without what they include: not the user's, not the
//! system's. None of these settings can make anything run.

use std::path::{Path, PathBuf};

use gix::bstr::ByteSlice as _;
use gix::config::{File, Source};
use gix::hash::Kind;

use crate::files::read;

/// What a repository's configuration says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// The hash that names objects.
    pub hash: Kind,
    /// `core.bare`, if it is there.
    pub bare: Option<bool>,
    /// `core.worktree`, as it is written.
    pub work_tree: Option<PathBuf>,
    /// How references are kept.
    pub references: Storage,
    /// Whether objects may be left out on purpose.
    pub partial: bool,
    /// Address of the remote `origin`, as it is written: it may hold credentials.
    pub remote: Option<String>,
}

/// How references are kept, `extensions.refStorage`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Storage {
    /// In files.
    Files,
    /// In tables.
    Tables,
    /// In a way of this name.
    Unknown(String),
}

impl Config {
    /// Reads the configuration of a repository, and what is particular to one work tree of it.
    ///
    /// # Errors
    /// A file that cannot be read, or that asks for what sprawl does not know.
    pub fn read(common_dir: &Path, git_dir: &Path) -> Result<Self, String> {
        let shared = file(&common_dir.join("config"))?;
        let flag = |file: &File, key: &str| -> Result<Option<bool>, String> {
            file.boolean(key).map_err(|error| format!("its configuration is damaged: {error}"))
        };
        let own = if flag(&shared, "extensions.worktreeConfig")? == Some(true) {
            file(&git_dir.join("config.worktree"))?
        } else {
            File::default()
        };
        let hash = match shared.string("extensions.objectFormat") {
            None => Kind::Sha1,
            Some(name) if name.eq_ignore_ascii_case(b"sha1") => Kind::Sha1,
            Some(name) if name.eq_ignore_ascii_case(b"sha256") => Kind::Sha256,
            Some(name) => return Err(format!("names objects by {name}, which is not known")),
        };
        let references = match shared.string("extensions.refStorage") {
            None => Storage::Files,
            Some(name) if name.as_slice() == b"files" => Storage::Files,
            Some(name) if name.as_slice() == b"reftable" => Storage::Tables,
            Some(name) => Storage::Unknown(name.to_str_lossy().into_owned()),
        };
        let work_tree = own.string("core.worktree").or_else(|| shared.string("core.worktree"));
        let work_tree = work_tree
            .map(|path| gix::path::from_bstring(path).map_err(|error| error.to_string()))
            .transpose()?;
        let bare = flag(&own, "core.bare")?.or(flag(&shared, "core.bare")?);
        let partial = shared.string("extensions.partialClone").is_some();
        let remote = shared.string("remote.origin.url");
        let remote = remote.map(|address| address.to_str_lossy().into_owned());
        Ok(Self { hash, bare, work_tree, references, partial, remote })
    }
}

fn file(path: &Path) -> Result<File, String> {
    let bytes = match read::bytes(path, read::LIST) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(File::default()),
        Err(error) => return Err(format!("its configuration cannot be read: {error}")),
    };
    let options = gix::config::file::init::Options::default();
    File::from_bytes_no_includes(&bytes, gix::config::file::Metadata::from(Source::Local), options)
        .map_err(|error| format!("its configuration is damaged: {error}"))
}
