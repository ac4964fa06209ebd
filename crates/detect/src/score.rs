//! Score: how bad is it that this secret lies where it lies? Pure, offline, integers only.
//!
//! `base = authority + reach + lifetime`, times usability, times context; every term that moves the
//! result leaves a `because` line, and [`recompute`] gets the score back from those lines alone.
//! Confidence (are we sure that it is a secret?) is a different question and never enters.
//!
//! All percentages and points stand in the tables of this file and nowhere else; a project may put
//! [`Weights`] of its own in their place.

#[cfg(schemas)]
mod schemas;
mod weights;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use weights::Weight;
pub use weights::Weights;

/// Declares an enum whose variants have a kebab-case name and a number of points.
macro_rules! weighted {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $text:literal => $points:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(schemas, derive(schemars::JsonSchema))]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $text)] $variant,)+ }

        impl $name {
            /// Every variant, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name used in rule files, reports and `because` lines.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $text,)+ }
            }

            /// Points or percent, see the type's own documentation.
            pub const fn weight(self) -> i64 {
                match self { $(Self::$variant => $points,)+ }
            }

            /// The variant of that name.
            pub fn from_name(name: &str) -> Option<Self> {
                match name { $($text => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

weighted! {
    /// What the holder may do, in points of the base score.
    Authority {
        /// Opens the place where other secrets come from (secret zero).
        Bootstrap = "bootstrap" => 60,
        /// Opens one compartment of such a place.
        BootstrapScoped = "bootstrap-scoped" => 52,
        /// Administers the platform.
        ControlPlaneAdmin = "control-plane-admin" => 52,
        /// Everything one account or user may do.
        AccountWide = "account-wide" => 42,
        /// Everything within one service.
        ServiceWide = "service-wide" => 38,
        /// One project, host, mailbox, bucket.
        SingleResource = "single-resource" => 22,
        /// Can only add, not read or change.
        WriteOnly = "write-only" => 10,
        /// Meant to be seen by everybody.
        PublicByDesign = "public-by-design" => 2,
    }
}

weighted! {
    /// What kind of system it reaches, in points of the base score.
    Reach {
        /// Identity providers and secret managers.
        Identity = "identity" => 20,
        /// Cloud platforms.
        Cloud = "cloud" => 18,
        /// Registries, pipelines: what others install or run.
        SupplyChain = "supply-chain" => 18,
        /// Source repositories.
        SourceControl = "source-control" => 18,
        /// Certificates and signatures.
        Pki = "pki" => 16,
        /// Money.
        Payment = "payment" => 17,
        /// Machines and networks.
        Host = "host" => 16,
        /// Databases, queues, object stores.
        DataStore = "data-store" => 13,
        /// Messages in somebody's name.
        Comms = "comms" => 10,
        /// Metered model inference.
        AiSpend = "ai-spend" => 9,
        /// Other hosted applications.
        Saas = "saas" => 4,
        /// Metrics, logs, traces.
        Observability = "observability" => 7,
        /// Unknown.
        Generic = "generic" => 6,
    }
}

weighted! {
    /// How long a stolen copy stays good, in points of the base score.
    Lifetime {
        /// Until somebody revokes it.
        Static = "static" => 10,
        /// More than 90 days.
        Long = "long" => 7,
        /// From one to 90 days.
        Medium = "medium" => 4,
        /// At most 24 hours.
        Short = "short" => 1,
        /// Does not apply: a public value.
        None = "none" => 0,
    }
}

impl Lifetime {
    /// The class of a credential that is good for so many seconds.
    pub const fn of_seconds(seconds: i64) -> Self {
        const DAY: i64 = 24 * 60 * 60;
        /// An end that is ten years away is none: nobody waits for it.
        const ENDLESS: i64 = 3653 * DAY;
        if seconds <= DAY {
            Self::Short
        } else if seconds <= 90 * DAY {
            Self::Medium
        } else if seconds < ENDLESS {
            Self::Long
        } else {
            Self::Static
        }
    }
}

weighted! {
    /// Whether what was found can be used as it stands, in percent of the base score.
    Usability {
        /// Usable as found.
        Complete = "complete" => 100,
        /// The secret half of a pair; its identifier is not beside it.
        SecretHalf = "secret-half" => 92,
        /// Only good inside a private network.
        PrivateHost = "private-host" => 70,
        /// Words and counting digits where a machine makes random bytes: a sample's, mostly replaced
        /// where it matters.
        StandIn = "stand-in" => 70,
        /// Encrypted with a passphrase.
        Encrypted = "encrypted" => 35,
        /// For a service on this very machine.
        LoopbackHost = "loopback-host" => 30,
        /// For the vendor's test or sandbox mode.
        TestMode = "test-mode" => 25,
        /// The identifier half of a pair, without its secret.
        IdOnly = "id-only" => 10,
        /// Past its own end date.
        Expired = "expired" => 10,
        /// Known to belong to a honeytoken service.
        Canary = "canary" => 5,
        /// From documentation; opens nothing.
        Placeholder = "placeholder" => 0,
    }
}

weighted! {
    /// The environment that an occurrence belongs to, in percent added to the context.
    Environment {
        /// Serves users.
        Production = "production" => 20,
        /// Builds and deploys.
        Ci = "ci" => 15,
        /// Before production.
        Staging = "staging" => 5,
        /// Nothing says.
        Unknown = "unknown" => 0,
        /// A developer's.
        Dev = "dev" => -10,
        /// Tests and fixtures.
        Test = "test" => -50,
        /// Documentation and examples.
        Docs = "docs" => -50,
    }
}

weighted! {
    /// Who can see the occurrence, in percent added to the context.
    Exposure {
        /// In something handed out: a package, an image layer, a public bundle.
        Published = "published" => 30,
        /// In text that travels: a CI log, a ticket, a chat, an agent's trace.
        SharedText = "shared-text" => 20,
        /// In the tracked tree as it is now.
        Head = "head" => 10,
        /// Only in history: what was removed is not revoked.
        History = "history" => 5,
        /// Only on this machine.
        LocalUntracked = "local-untracked" => -15,
    }
}

/// What a name beside a secret says of its rights: `admin`, `root`, `readonly`.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(schemas, derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Privilege {
    /// It only reads: one class less.
    ReadOnly,
    /// Nothing says.
    #[default]
    Usual,
    /// It administers: one class more.
    Admin,
}

impl Privilege {
    /// The name in a reason.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Usual => "usual",
            Self::Admin => "admin",
        }
    }
}

impl Authority {
    /// The class that a name moves this one to. Classes that depend on what was decoded or that are
    /// what they are by design stay.
    pub const fn named(self, privilege: Privilege) -> Self {
        match (privilege, self) {
            (Privilege::Admin, Self::SingleResource) => Self::ServiceWide,
            (Privilege::Admin, Self::ServiceWide) => Self::AccountWide,
            (Privilege::Admin, Self::AccountWide) => Self::ControlPlaneAdmin,
            (Privilege::ReadOnly, Self::ControlPlaneAdmin) => Self::AccountWide,
            (Privilege::ReadOnly, Self::AccountWide) => Self::ServiceWide,
            (Privilege::ReadOnly, Self::ServiceWide) => Self::SingleResource,
            (_, class) => class,
        }
    }
}

/// One place of a secret, as far as the score is concerned.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// What the place says about its environment.
    pub environment: Environment,
    /// Who can see it.
    pub exposure: Exposure,
    /// Path of the file within its repository.
    pub file: Arc<str>,
    /// Name of the repository or root.
    pub repository: Arc<str>,
}

/// Everything the score depends on. No character of the secret is among it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// What the credential type, or what was decoded from it, may do.
    pub authority: Authority,
    /// What names beside it say of its rights; the most that any place says.
    pub privilege: Privilege,
    /// What it reaches.
    pub reach: Reach,
    /// How long it lives.
    pub lifetime: Lifetime,
    /// Everything that limits its use; the smallest percentage counts. Empty means complete.
    pub usability: Vec<Usability>,
    /// It says itself that it is for live use (`sk_live_`): tests and samples do not make it harmless.
    pub is_live: bool,
    /// All places; at least one.
    pub places: Vec<Place>,
    /// Days since it was first committed; 0 when unknown.
    pub age_days: i64,
    /// Distinct authors who committed it; at least 1.
    pub authors: usize,
    /// Things in the scanned tree that this key opens (secret zero).
    pub fan_out: usize,
}

/// Severity bands; the thresholds are those of GitHub's `security-severity`, times ten.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(schemas, derive(schemars::JsonSchema))]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Score 0.
    None,
    /// 1 to 39.
    Low,
    /// 40 to 69.
    Medium,
    /// 70 to 89.
    High,
    /// 90 to 100.
    Critical,
}

impl Facts {
    /// Whether it opens nothing as far as is known: it is meant to be public, only names a credential,
    /// is past its end, a decoy, or a sample. Such findings are reported and fail nothing.
    pub fn opens_nothing(&self) -> bool {
        use Usability::{Canary, Expired, IdOnly, Placeholder};
        let is_harmless = |limit| matches!(limit, &IdOnly | &Expired | &Canary | &Placeholder);
        self.authority == Authority::PublicByDesign || self.usability.iter().any(is_harmless)
    }
}

impl Severity {
    /// The band of a score from 0 to 100.
    pub const fn of(score: u8) -> Self {
        match score {
            90.. => Self::Critical,
            70..=89 => Self::High,
            40..=69 => Self::Medium,
            1..=39 => Self::Low,
            0 => Self::None,
        }
    }

    /// The lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

/// A score with its reasons.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// 0 to 100.
    pub value: u8,
    /// authority + reach + lifetime.
    pub base: u8,
    /// base x usability x context before rounding and caps: breaks ties between equal scores.
    pub uncapped: i64,
    /// One line for every term that moved the result. Secrets that are alike share them.
    pub because: Arc<[String]>,
}

impl Score {
    /// The severity band.
    pub const fn severity(&self) -> Severity {
        Severity::of(self.value)
    }
}

/// The context factor stays between these, in percent.
const CONTEXT_BOUNDS: (i64, i64) = (40, 140);
/// (files, percent).
const FILES: &[(i64, i64)] = &[(2, 4), (3, 7), (5, 10), (10, 13)];
/// (days since first commit, percent).
const AGE: &[(i64, i64)] = &[(5, 2), (30, 4), (90, 6), (365, 8), (1095, 10)];
/// (authors, percent).
const AUTHORS: &[(i64, i64)] = &[(2, 2), (4, 4)];
/// (things opened, percent).
const FAN_OUT: &[(i64, i64)] = &[(1, 3), (5, 6), (20, 10)];
/// Percent for each further repository, and the most they add.
const REPOSITORIES: (i64, i64) = (5, 15);
/// Percent when one value serves production and something else.
const REUSE: i64 = 12;

/// The highest score a class may reach, whatever the context.
const fn cap(authority: Authority) -> i64 {
    match authority {
        Authority::PublicByDesign => 20,
        Authority::ServiceWide => 87,
        Authority::WriteOnly => 49,
        _ => 100,
    }
}

/// Scores one secret with all its places. Deterministic; the order of places does not matter.
pub fn score(facts: &Facts) -> Score {
    score_with(facts, &Weights::default())
}

/// The same with weights of a project's own.
pub fn score_with(facts: &Facts, weights: &Weights) -> Score {
    let mut because = Vec::new();
    let mut base = 0;
    let mut reason = |weight: Weight, text: String| {
        base += weight.value;
        because.push(format!("{:+} {text}{}", weight.value, weight.mark()));
    };
    let class = weights.authority(facts.authority);
    reason(class, format!("authority: {}", facts.authority.name()));
    let authority = facts.authority.named(facts.privilege);
    if authority != facts.authority {
        let moved = weights.authority(authority);
        let moved = Weight { value: moved.value - class.value, ..moved };
        let name = facts.privilege.name();
        reason(moved, format!("named {name}: {}", authority.name()));
    }
    reason(weights.reach(facts.reach), format!("reach: {}", facts.reach.name()));
    reason(weights.lifetime(facts.lifetime), format!("lifetime: {}", facts.lifetime.name()));

    let usability = facts
        .usability
        .iter()
        .copied()
        .min_by_key(|u| (weights.usability(*u).value, u.name()))
        .unwrap_or(Usability::Complete);
    let percent = weights.usability(usability);
    if percent.value != 100 {
        let (name, mark) = (usability.name(), percent.mark());
        because.push(format!("x{}% usability: {name}{mark}", percent.value));
    }

    let mut context = 100;
    context_terms(facts, weights, |name, percent| {
        if percent.value != 0 {
            context += percent.value;
            because.push(format!("{:+}% {name}{}", percent.value, percent.mark()));
        }
    });
    let context = context.clamp(CONTEXT_BOUNDS.0, CONTEXT_BOUNDS.1);

    let uncapped = base * percent.value * context;
    let rounded = (uncapped + 5000) / 10000;
    let cap = cap(authority);
    if rounded > cap {
        because.push(format!("capped at {cap}: {}", authority.name()));
    }
    let value = if percent.value == 0 { 0 } else { rounded.clamp(1, cap) };
    Score {
        value: u8::try_from(value).unwrap_or(100),
        base: u8::try_from(base).unwrap_or(100),
        uncapped,
        because: because.into(),
    }
}

/// Tells every term, with what it is about.
fn context_terms(
    facts: &Facts,
    weights: &Weights,
    mut term: impl FnMut(fmt::Arguments<'_>, Weight),
) {
    let environment = |place: &Place| {
        let weight = weights.environment(place.environment);
        let is_spared = facts.is_live && weight.value < 0;
        (if is_spared { Weight::of(None, 0) } else { weight }, is_spared)
    };
    let worst = facts.places.iter().max_by_key(|p| {
        let (env, exp) = (environment(p).0.value, weights.exposure(p.exposure).value);
        (env + exp, weights.environment(p.environment).value, exp, p.environment)
    });
    let mut repositories: Vec<_> = facts.places.iter().map(|p| &p.repository).collect();
    repositories.sort_unstable();
    repositories.dedup();
    // Fixtures and samples are made to be copied: more of them is no more exposure.
    let counts = |p: &&Place| {
        facts.is_live || !matches!(p.environment, Environment::Test | Environment::Docs)
    };
    let mut files: Vec<_> =
        facts.places.iter().filter(counts).map(|p| (&p.repository, &p.file)).collect();
    files.sort_unstable();
    files.dedup();
    let number = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
    let (files, repositories) = (number(files.len().max(1)), number(repositories.len()));
    let (authors, fan_out) = (number(facts.authors), number(facts.fan_out));
    let age = facts.age_days;
    let reused = is_reused(&facts.places);
    if let Some(place) = worst {
        let (weight, is_spared) = environment(place);
        let spared = if is_spared { " (live wherever it stands)" } else { "" };
        let Place { environment, exposure, .. } = place;
        let (environment, seen_by) = (environment.name(), exposure.name());
        term(
            format_args!("worst place: {environment}, {seen_by}{spared}"),
            weight.and(weights.exposure(*exposure)),
        );
    }
    let each = Weight::of(weights.repository.as_ref(), REPOSITORIES.0);
    let further = repositories.saturating_sub(1).max(0);
    let most = REPOSITORIES.1.max(each.value);
    let by_repository = Weight { value: further.saturating_mul(each.value).min(most), ..each };
    let reuse = match reused {
        true => Weight::of(weights.reuse.as_ref(), REUSE),
        false => Weight::of(None, 0),
    };
    let steps =
        |n: i64, own: &Option<Vec<(i64, i64)>>, usual| Weight::by_steps(n, own.as_deref(), usual);
    term(format_args!("{files} file(s)"), steps(files, &weights.files, FILES));
    term(format_args!("{repositories} repo(s)"), by_repository);
    term(format_args!("reused across environments"), reuse);
    term(format_args!("{age} day(s) since first commit"), steps(age, &weights.age, AGE));
    term(format_args!("{authors} author(s)"), steps(authors, &weights.authors, AUTHORS));
    term(
        format_args!("unlocks {fan_out} item(s) in this tree"),
        steps(fan_out, &weights.fan_out, FAN_OUT),
    );
}

/// Whether one value serves production and something else.
pub fn is_reused(places: &[Place]) -> bool {
    let in_production = places.iter().any(|p| p.environment == Environment::Production);
    let elsewhere = places.iter().any(|p| {
        use Environment::{Ci, Dev, Staging, Test};
        matches!(p.environment, Staging | Dev | Test | Ci)
    });
    in_production && elsewhere
}

/// Computes the score again from its `because` lines: proof that the reasons are the score.
///
/// Returns `None` for lines that [`score`] does not write.
pub fn recompute(because: &[String]) -> Option<u8> {
    let (mut base, mut usability, mut context, mut cap) = (0_i64, 100_i64, 100_i64, 100_i64);
    for line in because {
        if let Some(rest) = line.strip_prefix("capped at ") {
            cap = rest.split(':').next()?.parse().ok()?;
        } else if let Some(rest) = line.strip_prefix('x') {
            usability = rest.split('%').next()?.parse().ok()?;
        } else if let Some((percent, _)) = line.split_once("% ") {
            context += percent.parse::<i64>().ok()?;
        } else {
            base += line.split(' ').next()?.parse::<i64>().ok()?;
        }
    }
    let context = context.clamp(CONTEXT_BOUNDS.0, CONTEXT_BOUNDS.1);
    let rounded = (base * usability * context + 5000) / 10000;
    let value = if usability == 0 { 0 } else { rounded.clamp(1, cap) };
    u8::try_from(value).ok()
}

#[cfg(test)]
mod tests {
    use super::Lifetime;

    #[test]
    fn spans_have_the_classes_that_are_documented() {
        const DAY: i64 = 86_400;
        for (seconds, class) in [
            (i64::MIN, Lifetime::Short),
            (DAY, Lifetime::Short),
            (DAY + 1, Lifetime::Medium),
            (90 * DAY, Lifetime::Medium),
            (90 * DAY + 1, Lifetime::Long),
            (3652 * DAY, Lifetime::Long),
            (3653 * DAY, Lifetime::Static),
            (i64::MAX, Lifetime::Static),
        ] {
            assert_eq!(Lifetime::of_seconds(seconds), class, "{seconds}");
        }
    }
}
