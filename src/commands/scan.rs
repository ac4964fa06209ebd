//! `sprawl scan`.

use std::io::IsTerminal;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::time::Duration;

use jiff::civil::Date;

use super::setting::Setting;
use super::summary::Words;
use super::{Error, Outcome, git, output};
use crate::cli::ScanArgs;
use sprawl::certificates::Certificates;
use sprawl::config;
use sprawl::finding::decision::SuppressionKind;
use sprawl::git::checkout::Checkout;
use sprawl::group::{self, SecretGroup};
use sprawl::owners;
use sprawl::policy::baseline::Scope;
use sprawl::policy::{Policy, PolicyInput};
use sprawl::problem::Problem;
use sprawl::redact::Redactor;
use sprawl::report::{self, Format, MergeData, Report, Sorted, Summary};
use sprawl::scan::ScanPool;
use sprawl::scan::progress::Progress;
use sprawl::scan_output::{ScanOutput, Scanned};
use sprawl::source::{stdin, tree};
use sprawl::threads;
use sprawl_detect::rules::Rules;

/// Scans, reports, and says how it went.
pub(super) fn run(args: &ScanArgs) -> Result<Outcome, Error> {
    let in_hook = args.git.hook.is_some();
    let format = args.report.format.or(in_hook.then_some(Format::Hook));
    let targets = output::targets(format, &args.report.output)?;
    let (from_stdin, paths) = existing(args)?;
    if let Some(warning) = threads::warning(args.threads) {
        output::note(&warning);
    }
    let mut setting = Setting::of(&args.config, &paths, args.git.is_any())?.with(&args.policy)?;
    let work = match args.git.is_any() {
        true => Some(git::Work::prepare(args, &paths)?),
        false => None,
    };
    // What the tree says now must make sense, even where it does not count yet.
    let mut rules = setting.rules(&args.rules)?;
    let mut judged = None;
    let before = work.as_ref().and_then(|work| work.before(args, setting.project.root()));
    if let Some(before) = before.filter(|_| !args.config.isolated) {
        let today = today(jiff::Timestamp::now().as_second());
        (setting, rules, judged) = setting.before(before, args, today)?;
    }
    let what = What { from_stdin, paths: &paths, work: work.as_ref() };
    let mut report = examine(args, what, &setting, &rules);
    // The first decision of the project may have been made since its key was looked for.
    if report.is_err() && setting.has_a_key_by_now() {
        setting = setting.with(&args.policy)?;
        report = examine(args, what, &setting, &rules);
    }
    let mut report = report?;
    report.summary.judged = judged;
    let fail_on = setting.fail_on(args.report.fail_on);
    let words = match (args.quiet, in_hook) {
        (true, _) => Words::Problems,
        (false, true) => Words::Hook,
        (false, false) => Words::All,
    };
    let delivered = output::deliver(&report, &targets, fail_on, words);
    // The process ends here: to give back the memory of very many findings one by one takes time.
    std::mem::forget(report);
    std::mem::forget(rules);
    delivered
}

/// What is scanned.
#[derive(Clone, Copy)]
pub(super) struct What<'w> {
    /// Standard input.
    pub(super) from_stdin: bool,
    /// Files and directories.
    pub(super) paths: &'w [PathBuf],
    /// What git keeps, instead of files.
    pub(super) work: Option<&'w git::Work>,
}

/// Scans in a setting, and judges what was found.
///
/// # Errors
/// What leaves nothing to scan, or nothing to judge by.
pub(super) fn examine<'r>(
    args: &ScanArgs,
    What { from_stdin, paths, work }: What<'_>,
    setting: &Setting,
    rules: &'r Rules,
) -> Result<Report<'r>, Error> {
    let now = jiff::Timestamp::now().as_second();
    let policy = setting.policy(today(now))?;
    let options = tree::Options {
        no_ignore: args.no_ignore || args.config.isolated,
        follow: args.follow,
        exclude: config::globs(&args.exclude)
            .map_err(|(glob, why)| Error::Input(format!("--exclude {glob}: {why}")))?,
        project: setting.path_filter(),
        isolated: args.config.isolated,
        no_mmap: args.no_mmap,
        repository: None,
    };
    let progress = Progress::default();
    let scan_output = with_progress_bar(&progress, args.quiet, || {
        if let Some(work) = work {
            return work.scan(args, &options, (rules, &setting.identity), &progress);
        }
        let pool = ScanPool::new(rules, &progress, args.threads).map_err(Error::Input)?;
        pool.guarded("<stdin> and files", || {
            if from_stdin {
                pool.worker(stdin::scan);
            }
            tree::scan(&pool, paths, &options);
            Ok(())
        })?;
        Ok::<_, Error>(pool.finish())
    })?;
    let scope = setting.scope(args, paths);
    let is_gone = |path: &str| setting.project.is_gone(path);
    let scope = Scope { is_gone: &is_gone, ..scope };
    Ok(report(args, setting, rules, scan_output, &progress, (&policy, &scope), now))
}

/// Splits standard input off and makes sure that every path is there.
fn existing(args: &ScanArgs) -> Result<(bool, Vec<PathBuf>), Error> {
    // The arguments of a hook are those of git, a remote and its address, or names of files that
    // need not be there any more.
    let paths: &[PathBuf] = if args.git.hook.is_some() { &[] } else { &args.paths };
    let from_stdin = paths.iter().any(|path| path.as_os_str() == "-");
    let paths: Vec<PathBuf> =
        paths.iter().filter(|path| path.as_os_str() != "-").cloned().collect();
    for path in &paths {
        // Whether it can be read is found out later; a name that leads nowhere is a mistake now.
        if let Err(error) = std::fs::symlink_metadata(path)
            && error.kind() == std::io::ErrorKind::NotFound
        {
            return Err(Error::Input(format!(
                "{}: no such file or directory; nothing was scanned",
                path.display()
            )));
        }
    }
    Ok((from_stdin, paths))
}

fn report<'r>(
    args: &ScanArgs,
    setting: &Setting,
    rules: &'r Rules,
    scan_output: ScanOutput,
    progress: &Progress,
    (policy, scope): (&Policy, &Scope<'_>),
    now: i64,
) -> Report<'r> {
    let identity = setting.identity.clone();
    let mut scan_output = scan_output;
    setting.leave_out_ids(&mut scan_output.findings, policy);
    let left_out = setting.leave_out(&mut scan_output.findings);
    scan_output.unread.retain(|unread| !setting.leaves_out(&unread.place));
    owners::assign(&mut scan_output.findings, &scan_output.owners);
    // Before anything is made of names of places: ids, slots, messages.
    let redactor = Redactor::new(rules, &scan_output.findings);
    redactor.scan_output(&mut scan_output);
    let shown = redactor.rules();
    let rules = &*shown;
    let project = redactor.project(&setting.project);
    let below_root = |path: &str| project.below_root(path);
    group::assign_slots(rules, &identity, &mut scan_output.findings);
    let certificates = Certificates::new(scan_output.certificates);
    scan_output.findings.iter_mut().for_each(|finding| certificates.apply_to(rules, finding));
    let score_input = setting.score_input(scan_output.locked, now);
    let mut groups = group::group(rules, &identity, scan_output.findings, &score_input);
    let ground = PolicyInput { rules, identity: &identity, below_root: &below_root, scope };
    let mut judged = policy.judge(&ground, &mut groups);
    let places = groups.iter_mut().flat_map(|group| &mut group.occurrences);
    places
        .filter_map(|finding| finding.decision.get_mut())
        .for_each(|decision| redactor.decision(decision));
    redactor.list(&mut judged.warnings);
    redactor.list(judged.absent.iter_mut().map(|entry| &mut entry.path));
    let threshold = setting.threshold(&args.threshold);
    let mut summary = Summary {
        blobs: progress.blobs.load(Ordering::Relaxed),
        bytes: progress.bytes.load(Ordering::Relaxed),
        left_out: scan_output.left_out,
        configuration: setting.changes(args, rules, left_out),
        scope: scan_output.scope,
        commits: scan_output.commits,
        ..Summary::default()
    };
    redactor.list(&mut summary.configuration.files);
    summary.decisions.take(judged);
    if args.git.is_change() {
        summary.suppressed = suppressed(&groups, rules, setting);
    }
    redactor.list(summary.scope.iter_mut().chain(&mut summary.suppressed));
    let Sorted { groups, covered, unreported } = report::sort_out(groups, threshold, &mut summary);
    scan_output.unread.extend(scan_output.problems.iter().filter_map(Problem::unread));
    scan_output.unread.sort();
    scan_output.unread.dedup();
    let scanned = scanned(args.git.category(), scan_output.scanned, &scan_output.checkouts);
    Report {
        rules: shown,
        groups,
        covered,
        problems: scan_output.problems,
        unread: scan_output.unread,
        summary,
        identity,
        sarif: args.report.sarif(),
        show_secrets: args.show_secrets,
        now: score_input.now,
        material: MergeData {
            unreported,
            certificates: certificates.into_list(),
            locked: score_input.locked,
            checkouts: scan_output.checkouts,
            category: args.git.category().to_owned(),
            scanned,
            project,
        },
    }
}

/// What the change itself says to be no matter, by marks and by exceptions that name one secret.
fn suppressed(groups: &[SecretGroup], rules: &Rules, setting: &Setting) -> Vec<String> {
    let mut lines = Vec::new();
    for group in groups {
        for occurrence in &group.occurrences {
            let Some(suppression) = &occurrence.decision.suppression else { continue };
            let by_change = match suppression.kind {
                SuppressionKind::InSource => true,
                SuppressionKind::External => setting.is_accepted_by_change(&group.id),
            };
            if by_change {
                let (place, rule) = (&occurrence.location, rules.get(group.rule).id());
                let by = &suppression.by;
                lines.push(format!("{}:{} {rule} by {by}", place.path, place.line));
            }
        }
    }
    lines.sort();
    lines
}

/// What was asked for: paths, or the histories of repositories. What a range or the index adds is no
/// place that another scan could cover.
fn scanned(category: &str, paths: Vec<Scanned>, checkouts: &[Checkout]) -> Vec<Scanned> {
    match category {
        "" => paths,
        "history" => checkouts
            .iter()
            .map(|one| Scanned { repository: one.repository.clone(), path: one.below.clone() })
            .collect(),
        _ => Vec::new(),
    }
}

/// The day of a time in Unix seconds, in UTC.
pub(super) fn today(now: i64) -> Date {
    jiff::Timestamp::from_second(now).unwrap_or_default().to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Shows how far the work has got, on terminals and when it takes long enough to matter.
fn with_progress_bar<T: Send>(
    progress: &Progress,
    quiet: bool,
    work: impl FnOnce() -> T + Send,
) -> T {
    if quiet || !std::io::stderr().is_terminal() {
        return work();
    }
    std::thread::scope(|scope| {
        let bar = scope.spawn(|| {
            let started = std::time::Instant::now();
            let mut bar = None;
            while !progress.done.load(Ordering::Acquire) {
                std::thread::park_timeout(Duration::from_millis(100));
                if started.elapsed() < Duration::from_millis(500) {
                    continue;
                }
                let bar = bar.get_or_insert_with(indicatif::ProgressBar::new_spinner);
                let (blobs, bytes) = (
                    progress.blobs.load(Ordering::Relaxed),
                    progress.bytes.load(Ordering::Relaxed),
                );
                bar.set_message(format!("{blobs} scanned, {}", indicatif::DecimalBytes(bytes)));
                bar.tick();
            }
            if let Some(bar) = bar {
                bar.finish_and_clear();
            }
        });
        let _finish = Finish { progress, bar: bar.thread() };
        work()
    })
}

/// Ends the progress bar however the work ends: the scope waits for the bar even after a panic.
struct Finish<'a> {
    progress: &'a Progress,
    bar: &'a std::thread::Thread,
}

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.progress.done.store(true, Ordering::Release);
        self.bar.unpark();
    }
}
