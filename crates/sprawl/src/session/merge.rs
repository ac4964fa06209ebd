//! Merging: several reports as one, which is what one scan of everything would have given. Only what one run
//! found is not looked for by value in what another one read: that is not there any more.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::Session;
use super::finish::{self, Parts};
use crate::certificates::Certificates;
use crate::error::Error;
use crate::group::{self, Draft};
use crate::identity::Identity;
use crate::report::read::{self, Content};
use crate::report::{Configuration, Report, Summary, namesakes};
use crate::scan_output::Scanned;

/// Everything that reports say, as one scan of all would have said it.
pub(super) fn merged(
    session: &Session,
    reports: impl IntoIterator<Item = (String, Vec<u8>)>,
) -> Result<Report<'_>, Error> {
    let (context, rules) = (&session.context, &session.rules);
    let mut contents = Vec::new();
    let mut texts = BTreeSet::new();
    for (report, text) in reports {
        let content = read::read(&text, rules, &context.identity)
            .map_err(|what| Error::Report { report, what })?;
        // The same report again says nothing.
        if texts.insert(Sha256::digest(&text)) {
            contents.push(content);
        }
    }
    namesakes::tell_apart(&mut contents);
    name_from_above(&mut contents);
    let mut drafts = Drafts::default();
    let mut all = Content::default();
    let counted = counted(&contents);
    for (number, content) in contents.into_iter().enumerate() {
        for draft in content.drafts {
            drafts.add(draft);
        }
        all.certificates.extend(content.certificates);
        all.locked.extend(content.locked);
        if number == 0 {
            all.category = content.category;
        } else if all.category != content.category {
            all.category = "merged".to_owned();
        }
        all.problems.extend(content.problems);
        all.unread.extend(content.unread);
        add(&mut all.summary, content.summary, counted[number]);
        if counted[number] {
            all.scanned.extend(content.scanned);
            all.checkouts.extend(content.checkouts);
        }
    }
    all.summary.decisions.tidy();
    all.locked.sort();
    all.locked.dedup();
    all.checkouts.sort();
    all.checkouts.dedup();
    all.scanned.sort();
    all.scanned.dedup();
    let certificates = Certificates::new(all.certificates);
    let mut drafts = drafts.finish(&context.identity);
    for finding in drafts.iter_mut().flat_map(|draft| &mut draft.occurrences) {
        certificates.apply_to(rules, finding);
    }
    let score_input = context.score_input(all.locked, jiff::Timestamp::now().as_second());
    let groups = group::scored(rules, drafts, &score_input);
    // What directories of this project say of its files.
    context.look_up(&groups);
    all.problems.extend(context.nested.problems(rules));
    all.problems.sort();
    all.problems.dedup();
    let parts = Parts {
        groups,
        certificates,
        score_input,
        problems: all.problems,
        unread: all.unread,
        summary: all.summary,
        checkouts: all.checkouts,
        category: all.category,
        scanned: all.scanned,
        project: context.project.clone(),
    };
    Ok(finish::assembled(context, Cow::Borrowed(rules), parts))
}

/// Reports of single repositories name files from the top of each on. Together they name them as a
/// scan of all does: below the name of the repository.
fn name_from_above(contents: &mut [Content]) {
    let of_git = contents.iter().filter(|content| !content.category.is_empty());
    let checkouts = of_git.flat_map(|content| &content.checkouts);
    let repositories: BTreeSet<&str> = checkouts.map(|one| one.repository.as_str()).collect();
    if repositories.len() < 2 {
        return;
    }
    for content in contents {
        if let Some(name) = content.only_repository().map(str::to_owned) {
            content.place_below(&name);
        }
    }
}

/// Secrets of several reports, each once.
#[derive(Default)]
struct Drafts {
    /// By id; those whose id follows from a place also by the repository that the place is in: the same
    /// path in another one is another password.
    all: BTreeMap<(String, Arc<str>), Draft>,
}

impl Drafts {
    fn add(&mut self, draft: Draft) {
        let repository = match draft.id_by_place {
            true => Arc::clone(&draft.occurrences[0].repository),
            false => Arc::from(""),
        };
        match self.all.entry((draft.id.clone(), repository)) {
            Entry::Occupied(mut known) => {
                let known = known.get_mut();
                known.occurrences.extend(draft.occurrences);
                known.companions.extend(draft.companions);
                known.shown.extend(draft.shown);
                known.readers.add(draft.readers);
            }
            Entry::Vacant(free) => drop(free.insert(draft)),
        }
    }

    fn finish(self, identity: &Identity) -> Vec<Draft> {
        let mut last = String::new();
        let apart = self.all.into_iter().map(|((id, repository), mut draft)| {
            // The first repository by name keeps the id, in whatever order the reports came.
            if id == last {
                draft.id = identity.apart(&id, &repository);
            }
            last = id;
            draft
        });
        apart.collect()
    }
}

/// Which reports count what they scanned: not those whose files another one has scanned as well.
fn counted(contents: &[Content]) -> Vec<bool> {
    let covers = |a: &Content, b: &Content| {
        let is_one_state = a.checkouts.iter().all(|one| {
            let mut same = b.checkouts.iter().filter(|two| two.repository == one.repository);
            same.all(|two| (&two.remote, &two.revision) == (&one.remote, &one.revision))
        });
        let is_within = |place: &Scanned| a.scanned.iter().any(|outer| outer.covers(place));
        a.category == b.category
            && is_one_state
            && !b.scanned.is_empty()
            && b.scanned.iter().all(is_within)
    };
    let size = |at: usize| (contents[at].summary.blobs, contents[at].summary.bytes, at);
    let is_spare = |at: usize, other: usize| {
        at != other
            && covers(&contents[other], &contents[at])
            && (!covers(&contents[at], &contents[other]) || size(other) > size(at))
    };
    (0..contents.len()).map(|at| !(0..contents.len()).any(|other| is_spare(at, other))).collect()
}

fn add(total: &mut Summary, one: Summary, counted: bool) {
    if counted {
        total.blobs += one.blobs;
        total.bytes += one.bytes;
        total.left_out.add(one.left_out);
        total.readers.add(one.readers);
        total.configuration.findings_left_out += one.configuration.findings_left_out;
    }
    total.decisions.gone.extend(one.decisions.gone);
    total.decisions.warnings.extend(one.decisions.warnings);
    let Configuration { files, rules_off, raised, .. } = one.configuration;
    let all = &mut total.configuration;
    for (list, more) in [(&mut all.files, files), (&mut all.raised, raised)] {
        for entry in more {
            if !list.contains(&entry) {
                list.push(entry);
            }
        }
    }
    all.rules_off = all.rules_off.max(rules_off);
}
