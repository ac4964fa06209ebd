//! Sessions: the door of the library. A session holds a project's configuration, rules and earlier
//! decisions; with it sources are scanned, texts redacted and reports merged.

pub mod context;
mod finish;
mod merge;
pub mod options;
pub mod redaction;

use std::collections::BTreeSet;
use std::io::Write;
use std::path::PathBuf;

use self::context::ProjectContext;
use self::finish::SecondLook;
use self::options::{FollowNames, Options};
use self::redaction::{Delay, Redacted, RedactingWriter, Refused, Stream};
use crate::config::threshold::{FailOn, MinConfidence};
use crate::day;
use crate::error::Error;
use crate::files::before::Before;
use crate::group::SecretGroup;
use crate::project::Project;
use crate::readers;
use crate::report::Report;
use crate::scan::progress::Progress;
use crate::scan::values::Values;
use crate::scan_output::ScanOutput;
use crate::source::memory::Bytes;
use crate::source::sighted::Sighted;
use crate::source::{Scan, Source, stdin};
use sprawl_detect::rules::Rules;
use sprawl_detect::rules::mint::{Random, mint};
use sprawl_unpack::unread::Reason;

/// A project's configuration, rules and earlier decisions, ready to scan with. Rules are compiled when they are
/// first needed and then kept: make one session and use it for everything.
#[derive(Debug)]
pub struct Session {
    context: ProjectContext,
    rules: Rules,
}

/// Options of a [`Session`]; what is not set is as the project's `sprawl.toml` says, or else as the
/// program's defaults are.
#[derive(Debug, Clone, Default)]
pub struct SessionBuilder {
    paths: Vec<PathBuf>,
    from_top: bool,
    options: Options,
}

impl SessionBuilder {
    /// The paths that are going to be scanned: they tell which project it is, and how its files are
    /// named in reports. The current directory if none are given.
    #[must_use]
    pub fn paths<P: Into<PathBuf>>(mut self, paths: impl IntoIterator<Item = P>) -> Self {
        self.paths = paths.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a file with rules of one's own.
    #[must_use]
    pub fn rules(mut self, file: impl Into<PathBuf>) -> Self {
        self.options.rules.files.push(file.into());
        self
    }

    /// Uses only these rules: ids, aliases, or prefixes with `*`.
    #[must_use]
    pub fn only<R: Into<String>>(mut self, rules: impl IntoIterator<Item = R>) -> Self {
        self.options.rules.only = rules.into_iter().map(Into::into).collect();
        self
    }

    /// Uses this configuration file instead of the project's `sprawl.toml`; of several, the later ones
    /// win.
    #[must_use]
    pub fn config(mut self, file: impl Into<PathBuf>) -> Self {
        self.options.config.files.push(file.into());
        self
    }

    /// Lets nothing in the scanned tree hide a finding: for trees of strangers.
    #[must_use]
    pub fn isolated(mut self, isolated: bool) -> Self {
        self.options.isolated = isolated;
        self
    }

    /// Reports secrets from this confidence on.
    #[must_use]
    pub fn min_confidence(mut self, least: MinConfidence) -> Self {
        self.options.min_confidence = Some(least);
        self
    }

    /// Uses so many threads; 0 stands for one for each processor.
    #[must_use]
    pub fn threads(mut self, threads: usize) -> Self {
        self.options.threads = threads;
        self
    }

    /// Sets all options at once.
    #[doc(hidden)]
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// Names files from the top of the work tree on, as scans of git do.
    #[doc(hidden)]
    #[must_use]
    pub fn from_top(mut self, from_top: bool) -> Self {
        self.from_top = from_top;
        self
    }

    /// Reads configuration and key, without rules: for what needs neither scan nor report.
    ///
    /// # Errors
    /// A configuration file or a key that cannot be used.
    #[doc(hidden)]
    pub fn context(self) -> Result<ProjectContext, Error> {
        let paths = if self.paths.is_empty() { vec![PathBuf::from(".")] } else { self.paths };
        let project = Project::of(&paths);
        let project = if self.from_top { project.from_top() } else { project };
        ProjectContext::new(project, self.options)
    }

    /// Reads configuration, key and rules.
    ///
    /// # Errors
    /// A configuration file, a rule file or a key that cannot be used, or a name that no rule has.
    pub fn build(self) -> Result<Session, Error> {
        Session::new(self.context()?)
    }
}

impl Session {
    /// Options for a session.
    pub fn builder() -> SessionBuilder {
        SessionBuilder::default()
    }

    /// A session in a context.
    ///
    /// # Errors
    /// Rules that cannot be used.
    #[doc(hidden)]
    pub fn new(context: ProjectContext) -> Result<Self, Error> {
        let rules = context.rules()?;
        Ok(Self { context, rules })
    }

    /// Scans a source, and groups, scores and judges what is found.
    ///
    /// # Errors
    /// The source cannot be read at all; exceptions or a baseline that cannot be used.
    pub fn scan(&self, source: &dyn Source) -> Result<Report<'_>, Error> {
        self.scan_with_progress(source, &Progress::default())
    }

    /// Scans a source; meanwhile `progress` counts what is done.
    ///
    /// # Errors
    /// As [`Self::scan`].
    #[doc(hidden)]
    pub fn scan_with_progress(
        &self,
        source: &dyn Source,
        progress: &Progress,
    ) -> Result<Report<'_>, Error> {
        let now = jiff::Timestamp::now().as_second();
        let policy = self.context.policy(day::in_utc(now))?;
        let files = self.context.file_options()?;
        let sighted = Sighted::default();
        let scan = Scan {
            rules: &self.rules,
            identity: &self.context.identity,
            files: &files,
            unpack: self.context.options.unpack,
            values: None,
            sighted: &sighted,
            keeps_lines: !self.context.options.no_lines,
            threads: self.context.options.threads,
            progress,
        };
        let output = source.scan(&scan)?;
        // What was found is looked for by value, also where no rule speaks.
        let uncounted = Progress::default();
        let by_value = |values: &Values| {
            source.scan(&Scan { values: Some(values), progress: &uncounted, ..scan })
        };
        let readers = |output: &ScanOutput| self.readers(source, &scan, output);
        let again = SecondLook { by_value: &by_value, readers: &readers };
        finish::of_scan(self, source, output, &again, progress, &policy, now)
    }

    /// The places that use what was found, where they are wanted.
    fn readers(
        &self,
        source: &dyn Source,
        scan: &Scan<'_>,
        output: &ScanOutput,
    ) -> Result<readers::Found, Error> {
        let is_wanted = match self.context.options.readers {
            FollowNames::Always => true,
            FollowNames::Never => false,
            // A commit, or a change, waits for its scan.
            FollowNames::Auto => matches!(source.category(), "" | "history"),
        };
        if !is_wanted || output.findings.is_empty() {
            return Ok(readers::Found::default());
        }
        let files = source.files(scan)?;
        readers::find(&output.findings, &files, scan.threads).map_err(Error::Threads)
    }

    /// Scans bytes in memory. The name stands for a path in the report.
    ///
    /// # Errors
    /// As [`Self::scan`].
    pub fn scan_bytes(&self, name: &str, bytes: &[u8]) -> Result<Report<'_>, Error> {
        self.scan(&Bytes { name, bytes })
    }

    /// A text in which each secret is replaced by its type and its id: those that a scan of the text reports,
    /// and no others. Everything else stays as it is.
    ///
    /// ```
    /// let session = sprawl::Session::builder().isolated(true).build()?;
    /// let token = session.sample("github-pat-classic").unwrap_or_default();
    /// let redacted = session.redact(format!("the token {token} has expired").as_bytes())?;
    /// assert!(redacted.starts_with(b"the token [github-pat-classic:"));
    /// assert!(redacted.ends_with(b"] has expired"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Refused`]: it is no text. A text of which a part cannot be searched has a note in the place of that
    /// part; [`Self::redacting`] tells how many bytes these are.
    pub fn redact(&self, text: &[u8]) -> Result<Vec<u8>, Refused> {
        Ok(self.redact_but(stdin::NAME, text, BTreeSet::new())?.0)
    }

    /// A text redacted as a file of this name would be, but for secrets with one of these ids; and what became
    /// of it.
    ///
    /// # Errors
    /// As [`Self::redact`].
    #[doc(hidden)]
    pub fn redact_but(
        &self,
        name: &str,
        text: &[u8],
        spared: BTreeSet<String>,
    ) -> Result<(Vec<u8>, Redacted), Refused> {
        let mut stream = Stream::new(self, name, Delay::Window);
        stream.spared = spared;
        stream.push(text)?;
        stream.finish()?;
        Ok((stream.ready, stream.result))
    }

    /// A writer that passes on to `out` what is written to it, with each secret replaced by its type and its
    /// id: `[github-pat-classic:2xmpt5dq7hhxbksrmq3n]`. All other bytes, text or not, stay as they are, and
    /// where what is written is cut changes nothing. The same secret always has the id that reports of the
    /// project have for it.
    pub fn redacting<W: Write>(&self, out: W, delay: Delay) -> RedactingWriter<'_, W> {
        RedactingWriter::new(self, out, delay)
    }

    /// A made-up secret of a type, right in form and checksum: for tests, so that no real or realistic
    /// one needs to be written down. None if there is no such type, or it has no form of its own.
    pub fn sample(&self, rule: &str) -> Option<String> {
        let (_, rule) = self.rules.named(rule)?;
        String::from_utf8(mint(rule, &mut Random::new(1)).ok()?).ok()
    }

    /// Makes one report of several that were written as JSON, as one scan of everything would have
    /// given, but for places by value: what one run found was not looked for in what another one read. Each
    /// comes with its name, for errors.
    ///
    /// # Errors
    /// One that is no report of sprawl, or was made with other rules.
    pub fn merge(
        &self,
        reports: impl IntoIterator<Item = (String, Vec<u8>)>,
    ) -> Result<Report<'_>, Error> {
        merge::merged(self, reports)
    }

    /// The rules in force.
    #[doc(hidden)]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// The project and its configuration.
    #[doc(hidden)]
    pub fn context(&self) -> &ProjectContext {
        &self.context
    }

    /// The project and its configuration, to be changed.
    #[doc(hidden)]
    pub fn context_mut(&mut self) -> &mut ProjectContext {
        &mut self.context
    }

    /// The least severity that fails for a secret: what directories say of it may differ.
    #[doc(hidden)]
    pub fn fail_on(&self, secret: &SecretGroup) -> FailOn {
        self.context.fail_on_of(secret)
    }

    /// Whether something was left unread that neither the project nor an option accepts.
    #[doc(hidden)]
    pub fn is_incomplete(&self, report: &Report<'_>) -> bool {
        let allowed = &self.context.options.allow_unread;
        report.unread.iter().any(|unread| {
            let is_choice = unread.reason == Reason::SwitchedOff;
            !is_choice && !allowed.contains(&unread.reason) && !self.context.accepts_unread(unread)
        })
    }

    /// What is to be said after a scan of files that the change alters and that were judged as they were before.
    #[doc(hidden)]
    pub fn judged(&self) -> Option<String> {
        let files = self.context.altered();
        (!files.is_empty()).then(|| {
            let files = files.join(", ");
            format!("{files}: changed by what is scanned; the version before the change was used")
        })
    }

    /// The same session with configuration and decisions as they were before the change that is scanned, and
    /// what is to be said if they cannot be used: then they hide nothing.
    ///
    /// # Errors
    /// Rules that cannot be used, whatever the tree says.
    #[doc(hidden)]
    pub fn before_change(self, before: Before) -> Result<(Self, Option<String>), Error> {
        let today = day::in_utc(jiff::Timestamp::now().as_second());
        let prepared = |options: Options, before: Option<Before>| {
            let project = self.context.project.clone();
            let mut context = ProjectContext::before_change(project, options, before)?;
            context.note_brought(today);
            let session = Self::new(context)?;
            session.context.policy(today)?;
            Ok::<_, Error>(session)
        };
        let options = &self.context.options;
        match prepared(options.clone(), Some(before.clone())) {
            Ok(session) => Ok((session, None)),
            Err(error) => {
                let session = prepared(Options { isolated: true, ..options.clone() }, None)?;
                let said = format!(
                    "the configuration before the change cannot be used, so nothing in the tree \
                     hides a finding: {error}"
                );
                Ok((session, Some(said)))
            }
        }
    }
}
