//! What a first scan of histories found out, for the second one, which looks for values.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::objects::Found;
use crate::finding::Secret;
use crate::git::commits::Commits;
use crate::git::provenance::Sighting;
use crate::scan::anchors::{Decoded, Families, Family};
use crate::scan::values::Values;

/// What is known of each repository.
#[derive(Debug, Default)]
pub struct Sighted {
    repositories: Mutex<BTreeMap<Arc<str>, Repository>>,
    /// What was decoded.
    pub(super) decoded: Decoded,
}

#[derive(Debug)]
struct Repository {
    /// In order.
    secrets: Vec<Secret>,
    /// Of blobs, commits and tags; in order.
    sightings: Vec<Sighting>,
    families: Families,
    commits: Arc<Commits>,
}

impl Sighted {
    fn all(&self) -> MutexGuard<'_, BTreeMap<Arc<str>, Repository>> {
        self.repositories.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what the rules found, and where.
    pub(super) fn note(
        &self,
        name: &Arc<str>,
        found: &Found,
        families: Families,
        commits: &Arc<Commits>,
    ) {
        let mut sightings: Vec<Sighting> =
            found.blobs.iter().chain(&found.messages).copied().collect();
        sightings.sort_unstable();
        let (secrets, commits) = (found.secrets.clone(), Arc::clone(commits));
        let repository = Repository { secrets, sightings, families, commits };
        self.all().insert(Arc::clone(name), repository);
    }

    /// The families of objects that hold none of the values.
    pub(super) fn without(&self, name: &Arc<str>, values: &Values) -> BTreeSet<Family> {
        let all = self.all();
        let repository = all.get(name);
        repository.map(|one| one.families.without(values.anchors())).unwrap_or_default()
    }

    /// The commits, of which the second scan may pass over some.
    pub(super) fn commits(&self, name: &Arc<str>) -> Option<Arc<Commits>> {
        self.all().get(name).map(|one| Arc::clone(&one.commits))
    }

    /// Leaves the sightings of those values that stand in an object where no rule found them.
    pub(super) fn leave_new(&self, name: &Arc<str>, found: &mut Found) {
        let all = self.all();
        let Some(known) = all.get(name) else { return };
        let number = |secret: &Secret| known.secrets.binary_search(secret).ok();
        let numbers: Vec<Option<usize>> = found.secrets.iter().map(number).collect();
        let is_known = |sighting: &Sighting| {
            numbers[sighting.secret as usize].is_some_and(|secret| {
                let secret = secret as u32;
                known.sightings.binary_search(&Sighting { secret, ..*sighting }).is_ok()
            })
        };
        let both = found.blobs.iter().chain(&found.messages);
        let new: BTreeSet<u32> =
            both.filter(|one| !is_known(one)).map(|sighting| sighting.secret).collect();
        // Also where a rule finds them: what a commit brings is told by what was there before.
        found.blobs.retain(|sighting| new.contains(&sighting.secret));
        found.messages.retain(|sighting| new.contains(&sighting.secret));
    }
}
