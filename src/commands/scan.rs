//! `sprawl scan`.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::output::Fails;
use super::summary::Words;
use super::{Error, Outcome, ci, hooks, output};
use crate::cli::ScanArgs;
use crate::cli::git::{GitArgs, Hook};
use sprawl::Session;
use sprawl::git::Repository;
use sprawl::git::changes;
use sprawl::git::environment::Environment;
use sprawl::git::merging;
use sprawl::git::range::Range;
use sprawl::report::{Format, Report};
use sprawl::scan::progress::Progress;
use sprawl::session::options::Options;
use sprawl::source::Source;
use sprawl::source::documents::Documents;
use sprawl::source::history::Versions;
use sprawl::source::repository::{AskedRange, Repositories};
use sprawl::source::stdin::Stdin;
use sprawl::source::tree::{self, Tree};
use sprawl::threads;

/// Scans, reports, and says how it went.
pub(super) fn run(args: &ScanArgs) -> Result<Outcome, Error> {
    let in_hook = args.git.hook.is_some();
    let format = args.report.format.or(in_hook.then_some(Format::Hook));
    let targets = output::targets(format, &args.report)?;
    let (stdin, paths) = existing(args)?;
    if args.documents && args.git.is_any() {
        let what = "--documents reads standard input and no repository; scan them one by one";
        return Err(Error::Input(what.to_owned()));
    }
    if let Some(warning) = threads::warning(args.threads) {
        output::note(&warning);
    }
    let builder = Session::builder().paths(paths.clone()).from_top(args.git.is_any());
    let options =
        Options { no_lines: !targets.iter().any(output::Target::shows_lines), ..options(args) };
    let context = builder.options(options).context()?;
    let (source, before) = match args.git.is_any() {
        true => {
            let repositories = repositories(args, &paths)?;
            let before = repositories.before(context.project.root());
            (Box::new(repositories) as Box<dyn Source>, before)
        }
        false if args.documents => (Box::new(Documents::default()) as Box<dyn Source>, None),
        false => {
            let stdin = stdin.then(|| Stdin::named(args.stdin_name.clone()));
            (Box::new(Tree { paths, stdin }) as Box<dyn Source>, None)
        }
    };
    // What the tree says now must make sense, even where it does not count yet.
    let mut session = Session::new(context)?;
    let mut judged = None;
    if let Some(before) = before.filter(|_| !args.config.isolated) {
        (session, judged) = session.before_change(before)?;
    }
    let mut report = scanned(&session, &*source, args.quiet);
    // The first decision of the project may have been made since its key was looked for.
    if report.is_err() && session.context().has_a_key_by_now() {
        drop(report);
        session.context_mut().takes_another_key()?;
        report = scanned(&session, &*source, args.quiet);
    }
    let mut report = report?;
    report.summary.judged = judged.or_else(|| session.judged());
    let words = match (args.quiet, in_hook) {
        (true, _) => Words::Problems,
        (false, true) => Words::Hook,
        (false, false) => Words::All,
    };
    // A commit or push is not held up by what nobody can read.
    let passes = args.git.hook.is_some_and(|hook| hook != Hook::PreReceive);
    let is_incomplete = !passes && session.is_incomplete(&report);
    let fails = Fails { on: &|secret| session.fail_on(secret), is_incomplete };
    let delivered = output::deliver(&report, &targets, fails, words);
    // The process ends here: to give back the memory of very many findings one by one takes time.
    std::mem::forget(report);
    std::mem::forget(session);
    delivered
}

/// What was typed, as a session takes it.
fn options(args: &ScanArgs) -> Options {
    Options {
        config: args.config.choice(),
        isolated: args.config.isolated,
        rules: args.rules.options(),
        policy: args.policy.options(),
        files: args.files(),
        min_confidence: args.threshold.min_confidence,
        include_placeholders: args.threshold.include_placeholders,
        fail_on: args.report.fail_on,
        unpack: args.unpack.options(),
        allow_unread: args.report.allow_unread.clone(),
        threads: args.threads,
        show_secrets: args.show_secrets,
        no_lines: false,
        readers: args.readers,
        sarif: args.report.sarif(),
    }
}

/// Scans a source, and shows how far the work has got.
fn scanned<'s>(
    session: &'s Session,
    source: &dyn Source,
    quiet: bool,
) -> Result<Report<'s>, Error> {
    let progress = Progress::default();
    let scan = || session.scan_with_progress(source, &progress);
    Ok(with_progress_bar(&progress, quiet, scan)?)
}

/// Splits standard input off and makes sure that every path is there.
fn existing(args: &ScanArgs) -> Result<(bool, Vec<PathBuf>), Error> {
    // The arguments of a hook are those of git, a remote and its address, or names of files that
    // need not be there any more.
    let paths: &[PathBuf] = if args.git.hook.is_some() { &[] } else { &args.paths };
    let stdin = paths.iter().any(|path| path.as_os_str() == "-");
    let paths: Vec<PathBuf> =
        paths.iter().filter(|path| path.as_os_str() != "-").cloned().collect();
    tree::check(&paths)?;
    Ok((stdin, paths))
}

/// What is to be read of the repositories that the arguments name.
fn repositories(args: &ScanArgs, paths: &[PathBuf]) -> Result<Repositories, Error> {
    let git = &args.git;
    if let Some(hook) = git.hook {
        return of_hook(hook, args);
    }
    if git.history {
        let versions = if args.whole_versions { Versions::Whole } else { Versions::New };
        return Ok(Repositories::history_with(paths, args.submodules, versions)?);
    }
    if git.staged {
        return Ok(Repositories::staged(paths)?);
    }
    if let Some(range) = &git.range {
        return Ok(Repositories::range(paths, range)?);
    }
    Repositories::asked_range(paths, git.ci, |repository| asked_range(git, repository))
}

fn of_hook(hook: Hook, args: &ScanArgs) -> Result<Repositories, Error> {
    let repository = Repository::discover(Path::new("."), &Environment::of_process())
        .map_err(sprawl::Error::from)?;
    if !hook.is_commit() {
        let input = std::io::stdin().lock();
        let asked = hooks::range(hook, &args.paths, &repository, input)?;
        return Ok(Repositories::of_hook_range(repository, asked));
    }
    if let Some(asked) = hooks::between_references(&repository)? {
        return Ok(Repositories::of_hook_range(repository, asked));
    }
    let changes = changes::staged(&repository, &merging::merged(&repository))?;
    // What stands for no path at all; a commit takes the whole index.
    let named = match args.paths.iter().all(|path| path == Path::new(".")) {
        true => None,
        false => Some(hooks::named(&args.paths, &repository, &changes)?),
    };
    Ok(Repositories::of_hook_changes(repository, changes, named))
}

fn asked_range(git: &GitArgs, repository: &Repository) -> Result<AskedRange, Error> {
    let (range, why) = if let Some(since) = &git.since {
        let head = repository.revision("HEAD")?;
        let range = Range {
            include: vec![head],
            exclude: vec![repository.revision(since)?],
            ..Range::default()
        };
        (range, format!("all since {since}"))
    } else if let Some(branch) = &git.branch {
        let tip = repository.revision(branch)?;
        let range = Range {
            include: vec![tip],
            exclude: vec![repository.main_branch()?],
            ..Range::default()
        };
        (range, format!("what {branch} adds to the main branch"))
    } else {
        return ci::range(repository, &ci::Variables::of_process());
    };
    Ok(AskedRange { range, why })
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
