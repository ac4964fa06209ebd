//! Reports that are read back and put together: `sprawl merge`, `sprawl plan`, `sprawl offboard`.

use std::borrow::Cow;
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::setting::Setting;
use super::summary::Words;
use super::{Error, Outcome, output};
use crate::cli::reports::{InputArgs, MergeArgs, OffboardArgs, PlanArgs, PlanFormat};
use sprawl::certificates::Certificates;
use sprawl::files;
use sprawl::group::{self, Draft};
use sprawl::identity::Identity;
use sprawl::plan::{Plan, json, markdown, people, text};
use sprawl::report::read::{self, Content};
use sprawl::report::{
    self, Configuration, MergeData, Report, SarifOptions, Sorted, Summary, namesakes,
};
use sprawl::scan_output::Scanned;
use sprawl_detect::rules::Rules;
use sprawl_detect::text::nearest;

/// `sprawl merge`: several reports as one.
pub(super) fn merge(args: &MergeArgs) -> Result<Outcome, Error> {
    let targets = output::targets(args.report.format, &args.report.output)?;
    let setting = setting(&args.input)?;
    let rules = setting.rules(&args.input.rules)?;
    let mut report = one_report(&args.input, &setting, &rules)?;
    report.sarif = args.report.sarif();
    let words = if args.quiet { Words::Problems } else { Words::Merged };
    output::deliver(&report, &targets, setting.fail_on(args.report.fail_on), words)
}

/// `sprawl plan`: what to do first, and what then.
pub(super) fn plan(args: &PlanArgs) -> Result<Outcome, Error> {
    let setting = setting(&args.input)?;
    let rules = setting.rules(&args.input.rules)?;
    let report = one_report(&args.input, &setting, &rules)?;
    write(&Plan::of(&report), args.format)
}

/// `sprawl offboard`: what a person who leaves takes along.
pub(super) fn offboard(args: &OffboardArgs) -> Result<Outcome, Error> {
    if let Some(bad) = args.author.iter().find(|address| !address.contains('@')) {
        return Err(Error::Input(format!(
            "--author {bad}: is no address; authors are told apart by their e-mail addresses"
        )));
    }
    let setting = setting(&args.input)?;
    let rules = setting.rules(&args.input.rules)?;
    let report = one_report(&args.input, &setting, &rules)?;
    let groups = report.groups.iter().chain(&report.covered).chain(&report.material.unreported);
    let places = groups.flat_map(|group| &group.occurrences);
    let people: BTreeSet<String> =
        places.flat_map(people).map(|address| address.to_ascii_lowercase()).collect();
    if !report.groups.is_empty() && people.is_empty() {
        let what = "none of the reports knows who committed anything; scan with --history";
        return Err(Error::Input(what.to_owned()));
    }
    // A typing error must not look like somebody who knows nothing.
    for address in &args.author {
        let lower = address.to_ascii_lowercase();
        if !people.is_empty() && !people.contains(&lower) {
            let near = nearest(&lower, people.iter().map(String::as_str));
            let near = near.map_or(String::new(), |near| format!("; did you mean {near}?"));
            return Err(Error::Input(format!(
                "--author {address}: nobody with this address added, changed or removed a secret that \
                 the reports name{near}"
            )));
        }
    }
    write(&Plan::of_author(&report, &args.author), args.format)
}

fn write(plan: &Plan, format: PlanFormat) -> Result<Outcome, Error> {
    output::print(&match format {
        PlanFormat::Text => text::written(plan),
        PlanFormat::Markdown => markdown::written(plan),
        PlanFormat::Json => json::written(plan),
    })?;
    Ok(Outcome::Clean)
}

fn setting(args: &InputArgs) -> Result<Setting, Error> {
    Setting::of(&args.config, &[PathBuf::from(".")], false)
}

/// Everything the reports say, as one scan of all would have said it.
fn one_report<'r>(
    args: &InputArgs,
    setting: &Setting,
    rules: &'r Rules,
) -> Result<Report<'r>, Error> {
    let identity = setting.identity.clone();
    let mut contents = Vec::with_capacity(args.reports.len());
    let mut texts = BTreeSet::new();
    for path in &args.reports {
        let name = if is_stdin(path) { "<stdin>".to_owned() } else { path.display().to_string() };
        let fail = |what: String| Error::Input(format!("{name}: {what}; nothing was written"));
        let text = bytes_of(path).map_err(|error| fail(format!("cannot be read: {error}")))?;
        let content = read::read(&text, rules, &identity).map_err(fail)?;
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
    all.problems.sort();
    all.problems.dedup();
    all.unread.sort();
    all.unread.dedup();
    all.locked.sort();
    all.locked.dedup();
    all.checkouts.sort();
    all.checkouts.dedup();
    all.scanned.sort();
    all.scanned.dedup();
    let certificates = Certificates::new(all.certificates);
    let mut drafts = drafts.finish(&identity);
    for finding in drafts.iter_mut().flat_map(|draft| &mut draft.occurrences) {
        certificates.apply_to(rules, finding);
    }
    let score_input = setting.score_input(all.locked, jiff::Timestamp::now().as_second());
    let groups = group::scored(rules, drafts, &score_input);
    let mut summary = all.summary;
    let threshold = setting.threshold(&args.threshold);
    let Sorted { groups, covered, unreported } = report::sort_out(groups, threshold, &mut summary);
    Ok(Report {
        rules: Cow::Borrowed(rules),
        groups,
        covered,
        problems: all.problems,
        unread: all.unread,
        summary,
        identity,
        sarif: SarifOptions::default(),
        show_secrets: false,
        now: score_input.now,
        material: MergeData {
            unreported,
            certificates: certificates.into_list(),
            locked: score_input.locked,
            checkouts: all.checkouts,
            category: all.category,
            scanned: all.scanned,
            project: setting.project.clone(),
        },
    })
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

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Size of a report, at most: 512 MiB.
const LARGEST: u64 = 512 << 20;

fn bytes_of(path: &Path) -> std::io::Result<Vec<u8>> {
    if !is_stdin(path) {
        return files::read::named(path, LARGEST);
    }
    let mut input = std::io::stdin().lock();
    let head = input.fill_buf()?;
    if head.trim_ascii_start().first().is_some_and(|first| *first != b'{') {
        // No report: to say so, it need not be read to the end, if it has one.
        return Ok(head.to_vec());
    }
    files::read::limited(input, LARGEST)
}
