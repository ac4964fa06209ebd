//! Objects of a repository as texts: how they are read, what in them is searched, and numbers for the
//! secrets that were found. Shared by the sources that read objects: history, ranges and the index.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::finding::Secret;
use crate::git::catalogue::{Number, Numbers};
use crate::git::commit;
use crate::git::objects::{ReadError, Reader};
use crate::git::provenance::Sighting;
use crate::git::walk::Object;
use crate::git::{Kind, ObjectId, Repository};
use crate::problem::Problem;
use crate::scan::{Kept, ScanPool};
use sprawl_detect::version::Shared;
use sprawl_unpack::unread::Unread;

/// Objects handed to a thread at once.
const BATCH: usize = 8;

/// Reads one object for each item, with all threads, and hands over what was read.
pub(super) fn read_each<T: Sync>(
    pool: &ScanPool<'_>,
    repository: &Repository,
    items: &[T],
    id: impl Fn(&T) -> ObjectId + Sync,
    take: impl Fn(&T, Result<(Kind, &[u8]), ReadError>) + Sync,
) {
    let (id, take) = (&id, &take);
    pool.scope(|scope| {
        for batch in items.chunks(BATCH) {
            scope.spawn(move |_| {
                let mut reader = Reader::default();
                for item in batch {
                    take(item, repository.objects().read(&id(item), &mut reader));
                }
            });
        }
    });
}

/// The texts of an object: the content of a blob, or the message of a commit or tag with those of its
/// headers that people write.
pub(super) fn texts(kind: Kind, bytes: &[u8]) -> (&[u8], Option<Vec<u8>>) {
    if kind == Kind::Blob {
        return (bytes, None);
    }
    let mut headers = Vec::new();
    commit::written_headers(bytes, &mut headers);
    (commit::message(bytes), Some(headers))
}

/// A search for the secrets of objects. All that it keeps of one is which secret and which object;
/// places are worked out afterwards, for the few that are reported.
pub(super) struct Search<'p, 'r> {
    pool: &'p ScanPool<'r>,
    threads: Vec<Mutex<Notes>>,
    /// Objects that were read by number.
    read: BTreeSet<Number>,
}

/// Notes of one thread. Its numbers for secrets are its own, so that threads do not wait for each other.
#[derive(Default)]
struct Notes {
    secrets: BTreeMap<Secret, u32>,
    blobs: Vec<Sighting>,
    messages: Vec<Sighting>,
    unread: Vec<(Number, Unread)>,
}

/// Result of a search. All lists are in order, so that nothing depends on which thread found what.
pub(super) struct Found {
    /// Secrets by their numbers.
    pub secrets: Vec<Secret>,
    pub blobs: Vec<Sighting>,
    /// Sightings in commits and tags.
    pub messages: Vec<Sighting>,
    pub unread: Vec<(Number, Unread)>,
}

impl<'p, 'r> Search<'p, 'r> {
    pub(super) fn new(pool: &'p ScanPool<'r>) -> Self {
        let threads = (0..pool.pool().threads()).map(|_| Mutex::default()).collect();
        Self { pool, threads, read: BTreeSet::new() }
    }

    /// Searches an object. Of a version that was made from an earlier one only what is new is looked
    /// at, as in [`crate::scan::Worker::secrets_of_version`].
    pub(super) fn object(
        &self,
        object: &Object<'_>,
        name: impl Fn() -> String,
        made_from: Option<(&Kept, &[Shared])>,
        keep: Option<&mut Kept>,
    ) {
        let is_blob = object.kind == Kind::Blob;
        let mut unread = Vec::new();
        let mut secrets = self.pool.worker(|worker| {
            let (text, headers) = texts(object.kind, object.bytes);
            let found = worker.secrets_of_version(&name, text, made_from, keep);
            if is_blob && !object.copy {
                worker.count(object.bytes, found.is_read);
                unread = found.unread;
            }
            let mut secrets = found.secrets;
            if let Some(headers) = headers {
                let found = worker.secrets_of_version(&name, &headers, None, None);
                secrets.extend(found.secrets);
            }
            secrets
        });
        if object.copy || (secrets.is_empty() && unread.is_empty()) {
            return;
        }
        secrets.sort_unstable();
        secrets.dedup();
        let mut notes = lock(&self.threads[self.pool.pool().thread()]);
        notes.unread.extend(unread.into_iter().map(|unread| (object.number, unread)));
        let Notes { secrets: numbers, blobs, messages, .. } = &mut *notes;
        let sightings = if is_blob { blobs } else { messages };
        for secret in secrets {
            let next = numbers.len() as u32;
            let secret = *numbers.entry(secret).or_insert(next);
            sightings.push(Sighting { object: object.number, secret });
        }
    }

    /// Reads objects and searches those that were not read before, with all threads. `failed` names
    /// the problem that one cannot be read.
    pub(super) fn read(
        &mut self,
        repository: &Repository,
        numbers: &(impl Numbers + Sync),
        objects: impl IntoIterator<Item = Number>,
        failed: impl Fn(Number, &ReadError) -> Problem + Sync,
    ) {
        let objects: BTreeSet<Number> =
            objects.into_iter().filter(|object| self.read.insert(*object)).collect();
        let objects: Vec<Number> = objects.into_iter().collect();
        let search = &*self;
        let id = |number: &Number| numbers.id(*number);
        read_each(search.pool, repository, &objects, id, |number, read| match read {
            Ok((kind, bytes)) => {
                let id = numbers.id(*number);
                if kind == Kind::Blob
                    && let Some(problem) = repository.objects().mismatch(&id, kind, bytes)
                {
                    search.pool.worker(|worker| worker.problem(problem));
                }
                let object = Object { number: *number, kind, bytes, copy: false };
                search.object(&object, || id.to_string(), None, None);
            }
            Err(error) => {
                let problem = failed(*number, &error);
                search.pool.worker(|worker| worker.problem(problem));
            }
        });
    }

    /// Objects of which something was found so far.
    pub(super) fn objects(&self) -> BTreeSet<Number> {
        let threads = self.threads.iter().map(lock);
        threads
            .flat_map(|notes| {
                let sightings = notes.blobs.iter().chain(&notes.messages);
                sightings.map(|sighting| sighting.object).collect::<Vec<_>>()
            })
            .collect()
    }

    /// Puts the notes of all threads together.
    pub(super) fn finish(self) -> Found {
        let threads: Vec<Notes> = self
            .threads
            .into_iter()
            .map(|notes| notes.into_inner().unwrap_or_else(PoisonError::into_inner))
            .collect();
        let secrets: BTreeSet<&Secret> =
            threads.iter().flat_map(|notes| notes.secrets.keys()).collect();
        let secrets: Vec<Secret> = secrets.into_iter().cloned().collect();
        let (mut blobs, mut messages, mut unread) = (Vec::new(), Vec::new(), Vec::new());
        for notes in threads {
            let mut numbers = vec![0_u32; notes.secrets.len()];
            for (secret, own) in &notes.secrets {
                let number = secrets.partition_point(|other| other < secret);
                numbers[*own as usize] = number as u32;
            }
            let renumbered = |sighting: &Sighting| Sighting {
                secret: numbers[sighting.secret as usize],
                ..*sighting
            };
            blobs.extend(notes.blobs.iter().map(renumbered));
            messages.extend(notes.messages.iter().map(renumbered));
            unread.extend(notes.unread);
        }
        blobs.sort_unstable();
        messages.sort_unstable();
        unread.sort_unstable();
        Found { secrets, blobs, messages, unread }
    }
}

fn lock(notes: &Mutex<Notes>) -> MutexGuard<'_, Notes> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}
