//! Places of texts, as findings report them and as they are judged by them.

use std::cell::OnceCell;
use std::sync::Arc;

use crate::blob::Blob;
use crate::context;
use crate::finding::{GitPlace, Origin};
use sprawl_detect::score::{Environment, Exposure};

/// Place of a text. Always complete: a finding is made for a place, never given one afterwards.
#[derive(Debug, Clone)]
pub struct Place {
    /// Path in the report.
    pub(super) path: Arc<str>,
    /// Path below the top of the repository, or of the scan where there is none. Scores and ids depend
    /// on it, and never on how the path was typed or where a checkout lies.
    pub(super) below: Arc<str>,
    /// Name of the repository or root.
    pub(super) repository: Arc<str>,
    /// Kind of place: a file, standard input, an object of a repository.
    pub(super) origin: Origin,
    /// Who can see it.
    pub(super) exposure: Exposure,
    /// Environment by the path alone, worked out when a finding needs it.
    environment: OnceCell<Environment>,
}

impl Place {
    /// The place of a blob of a tree, of an index or of standard input.
    pub fn of(blob: &Blob<'_>) -> Self {
        let path: Arc<str> = Arc::from(blob.path);
        let below = blob.base.below(blob.path);
        let exposure = context::exposure(&below, blob.untracked);
        let below = if *below == *path { Arc::clone(&path) } else { Arc::from(&*below) };
        Self {
            path,
            below,
            repository: Arc::clone(blob.repository),
            origin: blob.origin.clone(),
            exposure,
            environment: OnceCell::new(),
        }
    }

    /// The path as reports show it.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// A place in a repository's history, by its path there or by what is shown in place of one.
    pub fn in_history(repository: &Arc<str>, path: &str, place: GitPlace) -> Self {
        // What is in the index is in the tree as much as what is at HEAD.
        let exposure = match place.at_head || place.reach == GitPlace::INDEX {
            true => context::exposure(path, false),
            false => Exposure::History,
        };
        let path: Arc<str> = Arc::from(path);
        Self {
            below: Arc::clone(&path),
            path,
            repository: Arc::clone(repository),
            origin: Origin::Git(Arc::new(place)),
            exposure,
            environment: OnceCell::new(),
        }
    }

    /// The place of the headers of a commit or tag, if this is that of its message. It is judged like
    /// the message; reports name it otherwise, because its lines are counted from 1 again.
    pub fn of_headers(&self) -> Option<Self> {
        let commit = self.path.strip_suffix('>')?;
        Some(Self { path: Arc::from(format!("{commit} headers>")), ..self.clone() })
    }

    /// The place of a member of a container that lies here.
    pub(super) fn member(&self, path: &str) -> Self {
        let exposure = match (self.exposure, context::exposure(path, false)) {
            // Its own path says more than that of the container.
            (Exposure::Head, own) => own,
            (outer, _) => outer,
        };
        Self {
            path: Arc::from(format!("{}!{path}", self.path)),
            below: Arc::from(format!("{}!{path}", self.below)),
            exposure,
            environment: OnceCell::new(),
            ..self.clone()
        }
    }

    /// The environment that the path indicates.
    pub(super) fn environment(&self) -> Environment {
        *self.environment.get_or_init(|| context::environment(&self.below))
    }
}
