//! What a pull request or a push adds, by what the build system says in its environment.
//!
//! | what is known | what is scanned |
//! |---|---|
//! | a base (pull request, merge queue, commit before the push) that is in the clone | all since then |
//! | the same, but HEAD is the trial merge of a request | all since the other parent of the merge |
//! | a base that is not in a whole clone (force push, rebase), or none | all since the merge base with the default branch |
//! | the same on the default branch, or where the branch is not told, or at the first commit of all | the history of the branch |
//! | a base, and everything since is on it or on the default branch | nothing, which is said |
//! | a shallow clone that ends before the base is reached | an error that says how to fetch the rest |
//!
//! When in doubt, more is scanned rather than less. The range and its reason are always said.

mod systems;

pub(super) use self::systems::Variables;

use self::systems::{Base, Job, On, full_history};
use super::Error;
use sprawl::git::range::Range;
use sprawl::git::{ObjectId, Repository};
use sprawl::redact;
use sprawl::source::repository::AskedRange;
use sprawl_detect::text::printable;

/// What the job is about.
///
/// # Errors
/// No system is known to be at work, or the clone lacks what is needed to tell what was added.
pub(super) fn range(repository: &Repository, variables: &Variables) -> Result<AskedRange, Error> {
    let job = variables.job().ok_or_else(|| {
        Error::Input(
            "--ci: no supported CI environment detected (GitHub Actions, GitLab \
             CI, Azure Pipelines, Bitbucket Pipelines, CircleCI, Jenkins, Buildkite, Travis CI, Drone, \
             Woodpecker, Semaphore, AppVeyor, AWS CodeBuild); use --range A..B"
                .to_owned(),
        )
    })?;
    Search::new(repository, &job)?.run()
}

/// The way from what a job says to a range.
struct Search<'s> {
    repository: &'s Repository,
    job: &'s Job,
    /// What the job is about, at first the commit itself.
    include: Vec<ObjectId>,
    /// Bases that are not in the clone, and how to get them.
    absent: Vec<(String, String)>,
    /// Why a range could not be followed.
    broken: Option<String>,
    /// Bases on which everything is already.
    nothing_since: Vec<(ObjectId, String)>,
}

impl<'s> Search<'s> {
    /// Finds what the job is about.
    fn new(repository: &'s Repository, job: &'s Job) -> Result<Self, Error> {
        let mut search = Self {
            repository,
            job,
            include: Vec::new(),
            absent: Vec::new(),
            broken: None,
            nothing_since: Vec::new(),
        };
        let checked_out = repository.head_commit().ok().flatten();
        let head = match &job.head {
            Some(id) => repository.revision(id).map_err(|_| {
                let what = format!("commit {id}, which this job is about,");
                search.missing(&what, &format!("`git fetch origin {id}`"))
            })?,
            None => checked_out.ok_or_else(|| search.missing("HEAD", "check a commit out"))?,
        };
        search.include.push(head);
        // A trial merge may bring something of its own. What does not build on the commit is something
        // else: `pull_request_target` checks out the base.
        if let Some(checked_out) = checked_out.filter(|id| *id != head)
            && job.on == On::Request
            && repository.builds_on(checked_out, head)
        {
            search.include.push(checked_out);
        }
        if let On::Tag(name) = &job.on {
            search.include.extend(repository.reference(&format!("refs/tags/{name}")));
        }
        search.include.dedup();
        Ok(search)
    }

    fn run(mut self) -> Result<AskedRange, Error> {
        let main = self.main_branch();
        // What a trial merge merges into is the base, even when the branch has moved on since.
        if self.job.on == On::Request
            && let Some(base) = self.merged_into()
            && let Some(asked) = self.since(&[base], "what the request was merged with")
        {
            return Ok(asked);
        }
        for base in &self.job.bases {
            let Some((base, name)) = self.base(base) else { continue };
            let mut exclude = vec![base];
            let mut name = name;
            // After a force push the branch may bring what others put on the default branch.
            if let Some((main, main_name)) = &main
                && self.job.on != On::Request
                && !self.repository.builds_on(self.include[0], base)
            {
                exclude.push(*main);
                name = format!("{name} and {main_name}, as the branch was rewritten");
            }
            if let Some(asked) = self.since(&exclude, &name) {
                return Ok(asked);
            }
        }
        if let Some((main, name)) = &main
            && let Some(asked) = self.since(&[*main], name)
        {
            return Ok(asked);
        }
        if !self.everything_counts()
            && !self.is_first_commit()
            && self.absent.is_empty()
            && self.broken.is_none()
            && let Some((base, name)) = self.nothing_since.first()
        {
            let why = self.says(&format!("nothing that {name} does not have"));
            return Ok(AskedRange { range: self.range(&[*base]), why });
        }
        let name = self.job.on.name().map_or(String::new(), |name| format!(" of {name}"));
        let all = format!("the history{name}, as no earlier commit is known that it adds to");
        let asked = self.since(&[], &all);
        asked.ok_or_else(|| self.fails())
    }

    /// The range since these commits, unless it is empty or cannot be followed.
    fn since(&mut self, exclude: &[ObjectId], name: &str) -> Option<AskedRange> {
        let range = self.range(exclude);
        match self.repository.commits_in(&range) {
            Ok(content) if content.is_empty() => {
                self.nothing_since.extend(exclude.first().map(|base| (*base, name.to_owned())));
                None
            }
            Ok(_) if exclude.is_empty() => Some(AskedRange { range, why: self.says(name) }),
            Ok(_) => Some(AskedRange { range, why: self.says(&format!("all since {name}")) }),
            Err(problem) => {
                self.broken.get_or_insert(format!("{}: {}", problem.place, problem.what));
                None
            }
        }
    }

    fn range(&self, exclude: &[ObjectId]) -> Range {
        let references = self.names();
        Range { include: self.include.clone(), exclude: exclude.to_vec(), references }
    }

    /// The branch or tag that the job is about, by its full name, where the clone has none of that
    /// name: checkouts of build systems leave it out, and it is published all the same.
    fn names(&self) -> Vec<(String, ObjectId)> {
        let Some(head) = self.include.first() else { return Vec::new() };
        let branch = match &self.job.on {
            On::Tag(name) => {
                let full = format!("refs/tags/{name}");
                let is_there = self.repository.reference(&full).is_some();
                return if is_there { Vec::new() } else { vec![(full, *head)] };
            }
            On::Request => self.job.source.as_deref(),
            on => on.name(),
        };
        let branch = branch.filter(|name| self.branch(name).is_none());
        branch.map(|name| (format!("refs/heads/{name}"), *head)).into_iter().collect()
    }

    fn says(&self, what: &str) -> String {
        let Job { system, event, on, .. } = self.job;
        let on = on.name().map_or(String::new(), |name| format!(" of {name}"));
        let head = self.include.first().map(|id| id.to_hex_with_len(SHORT).to_string());
        let text = format!("{system}, {event}{on}, {}: {what}", head.unwrap_or_default());
        printable(&redact::message(&text)).into_owned()
    }

    /// Whether the whole history is scanned where no part of it is known to be new.
    fn everything_counts(&self) -> bool {
        match &self.job.on {
            // Somebody wants to know what is there.
            On::Clock(_) | On::Unknown => true,
            On::Branch(name) => self.is_default(name),
            On::Tag(_) | On::Request => false,
        }
    }

    /// Whether the job is about the first commit of a history: all that is there came with it.
    fn is_first_commit(&self) -> bool {
        let head = self.include.first();
        head.is_some_and(|head| self.repository.parents(*head).is_empty())
    }

    fn is_default(&self, name: &str) -> bool {
        match &self.job.default_branch {
            Some(default) => default == name,
            None => self.repository.main_branch_of("origin").is_some_and(|(full, _)| {
                ["refs/remotes/origin/", "refs/heads/"]
                    .iter()
                    .any(|place| full.strip_prefix(place) == Some(name))
            }),
        }
    }

    /// The default branch and its name, unless the job runs for that.
    fn main_branch(&self) -> Option<(ObjectId, String)> {
        if self.job.on.name().is_some_and(|name| self.is_default(name)) {
            return None;
        }
        let told = self.job.default_branch.as_ref();
        let (id, name) = match told.and_then(|name| Some((self.branch(name)?, name.clone()))) {
            Some(told) => told,
            None => {
                let (full, id) = self.repository.main_branch_of("origin")?;
                (id, full.trim_start_matches("refs/remotes/").to_owned())
            }
        };
        Some((id, format!("the merge base with the default branch {name}")))
    }

    /// The commit that a trial merge merges the request with.
    fn merged_into(&self) -> Option<ObjectId> {
        let (head, merge) = (self.include.first()?, self.repository.head_commit().ok()??);
        let parents = self.repository.parents(merge);
        let others: Vec<&ObjectId> = parents.iter().filter(|parent| *parent != head).collect();
        match others.as_slice() {
            [other] if parents.len() == 2 => Some(**other),
            _ => None,
        }
    }

    /// A base and its name, if it is in the clone.
    fn base(&mut self, base: &Base) -> Option<(ObjectId, String)> {
        match base {
            Base::Commit(id, what) => {
                let short = id.get(..SHORT).unwrap_or(id);
                if let Ok(found) = self.repository.revision(id) {
                    return Some((found, format!("{what}, {short}")));
                }
                let how = format!("`git fetch origin {id}`");
                self.absent.push((format!("{what}, {id},"), how));
            }
            Base::Branch(name) => {
                if let Some(found) = self.branch(name) {
                    return Some((found, format!("the merge base with {name}")));
                }
                let how =
                    format!("`git fetch origin +refs/heads/{name}:refs/remotes/origin/{name}`");
                self.absent.push((format!("branch {name}"), how));
            }
        }
        None
    }

    fn branch(&self, name: &str) -> Option<ObjectId> {
        ["refs/remotes/origin/", "refs/heads/"]
            .iter()
            .find_map(|place| self.repository.reference(&format!("{place}{name}")))
    }

    fn missing(&self, what: &str, how: &str) -> Error {
        let system = self.job.system;
        Error::Input(format!(
            "{system}: {what} is not in this clone, so the added commits cannot be determined; {how}, or \
             let the job fetch the whole history ({})",
            full_history(system)
        ))
    }

    /// Why there is no range, and what to do.
    fn fails(&self) -> Error {
        if let Some((what, how)) = self.absent.first() {
            return self.missing(what, how);
        }
        let system = self.job.system;
        let broken = self.broken.as_deref().unwrap_or("there is no commit");
        Error::Input(format!("{system}: {broken}; {}", full_history(system)))
    }
}

/// Hexadecimal digits of an id that are shown.
const SHORT: usize = 12;
