//! Groups: one secret, all its places. What people act on is the secret, not the line.

pub mod parts;
mod succession;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::parts::Part;
use crate::context::surroundings::privilege as privilege_of;
use crate::finding::reader::Readers;
use crate::finding::{Finding, HIDDEN, Location, Secret};
use crate::identity::Identity;
use crate::lifetime::{LifetimePolicy, Remark, Term};
use crate::locked::{self, Locked, Opened};
use crate::order;
use crate::timeline::SecretTimeline;
use sprawl_detect::evidence::{Confidence, Evidence};
use sprawl_detect::ids;
use sprawl_detect::rare::Rare;
use sprawl_detect::rules::{Detector, Rule, RuleId, Rules};
use sprawl_detect::score::{
    self, Authority, Facts, Lifetime, Place, Privilege, Reach, Score, Usability, Weights,
};

/// One secret with everything known about it.
#[derive(Debug)]
pub struct SecretGroup {
    /// Keyed identity; see [`crate::identity`].
    pub id: String,
    /// Whether the id follows from where the secret stands, and not from its value: it is only good
    /// within one scan.
    pub id_by_place: bool,
    /// The most specific rule that found it.
    pub rule: RuleId,
    /// The secret; empty if it comes from a report.
    pub secret: Secret,
    /// What may be shown of it.
    pub redacted: String,
    /// The best confidence of its occurrences.
    pub confidence: Confidence,
    /// Where it stands, in order; at least one.
    pub occurrences: Vec<Finding>,
    /// Ids of secrets that belong with it.
    pub companions: Rare<Vec<String>>,
    /// Id of the secret whose entry this is a part of; at most one. See [`parts`].
    pub part_of: Rare<Vec<String>>,
    /// The other parts of the credential, if this is its entry.
    pub parts: Rare<Vec<Part>>,
    /// The places that use it.
    pub readers: Rare<Readers>,
    /// How bad it is, with reasons.
    pub score: Score,
    /// What the score was computed from.
    pub facts: Facts,
    /// What it opens in the scanned trees.
    pub opens: Rare<Vec<Opened>>,
    /// Who, where, and since when.
    pub record: Rare<SecretTimeline>,
    /// What is to be said of its lifetime.
    pub remarks: Rare<Vec<Remark>>,
}

/// Bytes of a secret in a report, without its places.
const _: () = assert!(size_of::<SecretGroup>() <= 304);

/// Input of grouping and scoring besides the findings.
#[derive(Debug, Default)]
pub struct ScoreInput {
    /// The clock of the run, Unix seconds.
    pub now: i64,
    /// What is locked in the scanned trees.
    pub locked: Vec<Locked>,
    /// The project's own weights.
    pub weights: Weights,
    /// The project's limits for lifetimes.
    pub lifetimes: LifetimePolicy,
}

/// A secret with its places, before it is scored.
#[derive(Debug)]
pub struct Draft {
    /// Keyed identity.
    pub id: String,
    /// Whether the id follows from the place.
    pub id_by_place: bool,
    /// The secret; empty if it comes from a report.
    pub secret: Secret,
    /// What reports show of it, by the rule that they name.
    pub shown: Vec<(RuleId, String)>,
    /// Where it stands, in any order; at least one.
    pub occurrences: Vec<Finding>,
    /// Ids of secrets that belong with it, in any order.
    pub companions: Vec<String>,
    /// The places that use it.
    pub readers: Readers,
}

impl SecretGroup {
    /// Whether any occurrence is still open, of it or of a secret that is a part of it; see
    /// [`crate::policy`].
    pub fn is_open(&self) -> bool {
        self.stands_open() || self.parts.iter().any(|part| part.is_open)
    }

    /// Whether any occurrence of its own is still open.
    fn stands_open(&self) -> bool {
        self.occurrences.iter().any(|o| o.decision.is_open())
    }

    /// The best confidence of the secret and its parts: that of a key id counts for the pair.
    pub fn confidence_of_all(&self) -> Confidence {
        let parts = self.parts.iter().map(|part| part.confidence);
        parts.fold(self.confidence, Confidence::max)
    }

    /// Everything decoded, without repeats.
    pub fn decoded_facts(&self) -> Vec<&sprawl_detect::decoded::Fact> {
        let mut facts: Vec<_> = self.occurrences.iter().flat_map(|o| &o.decoded.facts).collect();
        facts.sort();
        facts.dedup();
        facts
    }

    /// What speaks for the best occurrence.
    pub fn evidence(&self) -> &[Evidence] {
        self.occurrences
            .iter()
            .filter(|finding| !finding.is_by_value())
            .max_by(|a, b| a.confidence.cmp(&b.confidence).then(b.location.cmp(&a.location)))
            .map_or(&[], |finding| &finding.evidence)
    }
}

/// After so many secrets the memory of their findings is given back.
const GIVEN_BACK: usize = 16 << 10;

/// Gives every finding its slot that has none yet. What is learnt later, from certificates or by
/// putting several repositories together, must not change it: a report of one of them has it, too.
pub fn assign_slots(rules: &Rules, identity: &Identity, findings: &mut [Finding]) {
    let mut last: Option<&Finding> = None;
    for finding in findings.iter_mut().filter(|finding| finding.slot.is_empty()) {
        let is_same = |last: &&Finding| {
            (last.rule, &last.repository, &last.below)
                == (finding.rule, &finding.repository, &finding.below)
                && last.surroundings.name == finding.surroundings.name
        };
        finding.slot = match last.filter(is_same) {
            Some(last) => last.slot.clone(),
            None => identity.slot(finding, rules.get(finding.rule).id()).into(),
        };
        last = Some(finding);
    }
}

/// Groups findings by secret and scores each group.
///
/// Sorted by score, then base, then uncapped product, then id.
pub fn group(
    rules: &Rules,
    identity: &Identity,
    findings: Vec<Finding>,
    score_input: &ScoreInput,
) -> Vec<SecretGroup> {
    let mut findings = findings;
    assign_slots(rules, identity, &mut findings);
    // Those of one secret together, the first of them first. In place: there may be very many.
    let compare = |a: &Finding, b: &Finding| {
        // Ids follow from places that a rule knows.
        let order = (&a.secret, a.is_by_value(), &a.location, a.rule).cmp(&(
            &b.secret,
            b.is_by_value(),
            &b.location,
            b.rule,
        ));
        order.then_with(|| (&a.repository, &a.below).cmp(&(&b.repository, &b.below)))
    };
    order::sort_by_key_then(&mut findings, |f| order::beginning(f.secret.reveal()), compare);
    let mut starts = Vec::new();
    for (at, finding) in findings.iter().enumerate() {
        if at == 0 || findings[at - 1].secret != finding.secret {
            starts.push(at);
        }
    }
    let firsts = starts.iter().map(|at| (&findings[*at], &findings[*at].secret));
    let below = |first: &Finding| first.below.to_string();
    let mut named = vec![(String::new(), false); starts.len()];
    for (number, id, is_by_place) in ids(rules, identity, &below, firsts) {
        named[number] = (id, is_by_place);
    }
    let number_of =
        |secret: &Secret| starts.binary_search_by_key(&secret, |at| &findings[*at].secret).ok();
    let mut companions: BTreeMap<usize, Vec<String>> = BTreeMap::new();
    for (number, same) in findings.chunk_by(|a, b| a.secret == b.secret).enumerate() {
        let others = same.iter().flat_map(|o| &*o.companions).filter_map(number_of);
        for other in others {
            companions.entry(number).or_default().push(named[other].0.clone());
        }
        // A password in an address may stand elsewhere as it is: the two are one credential.
        let plain = same[0].secret.percent_decoded();
        if let Some(plain) = plain.as_ref().and_then(number_of) {
            companions.entry(number).or_default().push(named[plain].0.clone());
            companions.entry(plain).or_default().push(named[number].0.clone());
        }
    }
    let secrets = starts.into_iter().zip(named).enumerate().rev();
    let drafts = secrets.map(|(number, (start, (id, id_by_place)))| {
        // What has been taken is given back, not held twice.
        let occurrences: Vec<Finding> = findings.drain(start..).collect();
        if number.is_multiple_of(GIVEN_BACK) {
            findings.shrink_to_fit();
        }
        let secret = occurrences[0].secret.clone();
        let companions = companions.remove(&number).unwrap_or_default();
        let readers = Readers::default();
        Draft { id, id_by_place, secret, shown: Vec::new(), occurrences, companions, readers }
    });
    scored(rules, drafts, score_input)
}

/// The numbers of secrets in order of where each is first found, their ids, and whether those follow
/// from there; `below` is the path of that place below the root.
fn ids<'f>(
    rules: &Rules,
    identity: &Identity,
    below: &dyn Fn(&Finding) -> String,
    firsts: impl Iterator<Item = (&'f Finding, &'f Secret)>,
) -> impl Iterator<Item = (usize, String, bool)> {
    // Among guessable values first found in one file, their order there tells them apart.
    let mut ordinals: BTreeMap<_, usize> = BTreeMap::new();
    let mut taken = BTreeSet::new();
    let mut firsts: Vec<_> = firsts.enumerate().collect();
    let key = |(_, (first, _)): &(usize, (&'f Finding, &'f Secret))| {
        let Location { path, line, column, .. } = &first.location;
        (&**path, *line, *column)
    };
    order::sort_by_key_then(&mut firsts, key, |(_, (a, first)), (_, (b, second))| {
        (&a.location, *first).cmp(&(&b.location, *second))
    });
    firsts.into_iter().map(move |(number, (first, secret))| {
        let kind = rules.get(first.rule).kind;
        let path = &first.location.path;
        let ordinal = ordinals.entry((path.clone(), kind)).or_default();
        let (mut id, is_by_place) = identity.of(secret, kind, &below(first), *ordinal);
        *ordinal += 1;
        if is_by_place && !taken.insert(id.clone()) {
            // The same path below another root.
            id = identity.apart(&id, &first.repository);
        }
        (number, id, is_by_place)
    })
}

/// The ids that the secrets of a scan had in reports before the project had its key, and what they are
/// now. A value whose id came from its place had one for each set of files that was scanned, and for
/// each directory above it that was named as the root: those of all files, and of each file alone, from
/// every directory, are known.
pub fn former_ids<'g>(
    rules: &Rules,
    groups: impl IntoIterator<Item = &'g SecretGroup>,
) -> BTreeMap<String, String> {
    let former = Identity::former();
    let groups: Vec<&SecretGroup> = groups.into_iter().collect();
    let now: BTreeMap<&Secret, &str> =
        groups.iter().map(|group| (&group.secret, group.id.as_str())).collect();
    let mut files: BTreeMap<&str, BTreeMap<&Secret, &Finding>> = BTreeMap::new();
    for group in &groups {
        for finding in group.occurrences.iter().filter(|finding| !finding.is_by_value()) {
            let file = files.entry(&finding.location.path).or_default();
            file.entry(&group.secret).or_insert(finding);
        }
    }
    let deepest = files.values().flat_map(BTreeMap::values).map(|f| f.below.matches('/').count());
    let deepest = deepest.max().unwrap_or_default();
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut ambiguous = BTreeSet::new();
    for depth in 0..=deepest {
        let mut found = BTreeMap::new();
        let below = |first: &Finding| {
            first.below.splitn(depth + 1, '/').nth(depth).unwrap_or_default().to_owned()
        };
        let firsts = groups.iter().map(|group| (&group.occurrences[0], &group.secret));
        let all: Vec<&Secret> = groups.iter().map(|group| &group.secret).collect();
        let together = ids(rules, &former, &below, firsts);
        let together: Vec<_> = together.map(|(number, id, _)| (all[number], id)).collect();
        let alone = files.values().flat_map(|file| {
            let all: Vec<&Secret> = file.keys().copied().collect();
            let firsts = file.iter().map(|(secret, first)| (*first, *secret));
            let ids = ids(rules, &former, &below, firsts);
            ids.map(|(number, id, _)| (all[number], id)).collect::<Vec<_>>()
        });
        for (secret, id) in together.into_iter().chain(alone) {
            let Some(current) = now.get(secret) else { continue };
            let other = found.entry(id.clone()).or_insert_with(|| (*current).to_owned());
            // Below two directories the same path may name two files.
            let differs = |known: &String| known != current;
            if depth > 0 && (differs(other) || known.get(&id).is_some_and(differs)) {
                ambiguous.insert(id);
            }
        }
        known.extend(found);
    }
    known.retain(|id, _| !ambiguous.contains(id));
    known
}

/// Scores drafts and links them with each other. Sorted as [`group`] does.
pub fn scored(
    rules: &Rules,
    drafts: impl IntoIterator<Item = Draft>,
    score_input: &ScoreInput,
) -> Vec<SecretGroup> {
    let mut reasons: BTreeSet<Arc<[String]>> = BTreeSet::new();
    let drafts = drafts.into_iter();
    let mut groups: Vec<SecretGroup> = Vec::with_capacity(drafts.size_hint().0);
    for draft in drafts {
        let mut group = one_group(rules, draft, score_input, groups.last());
        match reasons.get(&group.score.because) {
            Some(same) => group.score.because = Arc::clone(same),
            None => _ = reasons.insert(Arc::clone(&group.score.because)),
        }
        groups.push(group);
    }
    let rank = |g: &SecretGroup| {
        let score = (g.score.value, g.score.base, g.score.uncapped);
        (std::cmp::Reverse(score), order::beginning(g.id.as_bytes()))
    };
    let place = |g: &SecretGroup| g.occurrences.first().map(|o| o.location.clone());
    order::sort_by_key_then(&mut groups, rank, |a, b| {
        a.id.cmp(&b.id).then_with(|| place(a).cmp(&place(b)))
    });
    succession::link(&mut groups);
    parts::link(rules, &mut groups);
    groups
}

/// Scores a draft; `last` is a group that may have the same score for the same reasons.
fn one_group(
    rules: &Rules,
    draft: Draft,
    score_input: &ScoreInput,
    last: Option<&SecretGroup>,
) -> SecretGroup {
    let Draft { id, id_by_place, secret, shown, mut occurrences, mut companions, readers } = draft;
    occurrences.sort_by(|a, b| {
        (a.is_by_value(), &a.location, a.rule, &a.repository).cmp(&(
            b.is_by_value(),
            &b.location,
            b.rule,
            &b.repository,
        ))
    });
    // A file that was named twice holds its secrets once, in whatever spelling.
    let mut seen = BTreeSet::new();
    occurrences.retain(|o| {
        let location = Location { path: Arc::clone(&o.below), ..o.location.clone() };
        seen.insert((location, o.rule, Arc::clone(&o.repository)))
    });
    let rule = occurrences
        .iter()
        .map(|o| {
            (
                o.confidence,
                !rules.get(o.rule).text.fallback,
                rules.get(o.rule).id() != ids::PRIVATE_KEY_UNKNOWN,
                rules.get(o.rule).base_score(),
                std::cmp::Reverse(o.rule),
            )
        })
        .max()
        .map_or(occurrences[0].rule, |(_, _, _, _, rule)| rule.0);
    let confidence = occurrences.iter().map(|o| o.confidence).max().unwrap_or(Confidence::Weak);
    companions.sort();
    companions.dedup();
    let opens = locked::opened(rules.get(rule).id(), &occurrences, &score_input.locked);
    let facts = facts(rules.get(rule), &occurrences, opens.len(), score_input.now);
    let authority = facts.authority.named(facts.privilege);
    let term = term(&occurrences);
    let remarks = score_input.lifetimes.remarks(
        rules.get(rule),
        authority,
        facts.lifetime,
        term,
        score_input.now,
    );
    let shown = shown.into_iter().find(|(by, _)| *by == rule).map(|(_, shown)| shown);
    let redacted = redacted(rules.get(rule), &secret, shown, &occurrences);
    let score = match last.filter(|last| last.facts == facts) {
        Some(last) => last.score.clone(),
        None => score::score_with(&facts, &score_input.weights),
    };
    SecretGroup {
        id,
        id_by_place,
        rule,
        secret,
        redacted,
        confidence,
        companions: companions.into(),
        part_of: Rare::default(),
        parts: Rare::default(),
        readers: readers.into(),
        score,
        facts,
        opens: opens.into(),
        record: SecretTimeline::of(&occurrences).into(),
        remarks: remarks.into(),
        occurrences,
    }
}

/// What may be shown of a secret; `shown` is what a report did.
fn redacted(
    rule: &Rule,
    secret: &Secret,
    shown: Option<String>,
    occurrences: &[Finding],
) -> String {
    let spans_lines = occurrences.iter().any(|o| o.location.end_line > o.location.line);
    if spans_lines || rule.detector == Detector::Keys {
        return HIDDEN.to_owned();
    }
    shown.unwrap_or_else(|| self::shown(rule, secret))
}

/// What may be shown of a secret of a type.
pub(crate) fn shown(rule: &Rule, secret: &Secret) -> String {
    if rule.detector == Detector::Keys || secret.reveal().contains(&b'\n') {
        return HIDDEN.to_owned();
    }
    let compiled = rule.compiled();
    let prefix = compiled.map_or(0, |compiled| compiled.literal_prefix(secret.reveal()));
    secret.redacted(prefix, rule.kind.is_guessable())
}

/// Start and end, as far as any occurrence says.
fn term(occurrences: &[Finding]) -> Term {
    let decoded = occurrences.iter().map(|o| &*o.decoded);
    Term {
        issued: decoded.clone().filter_map(|d| d.issued).min(),
        expires: decoded.filter_map(|d| d.expires).max(),
    }
}

/// Seconds of a day.
const DAY: i64 = 86_400;

/// What the score depends on. What was decoded goes before what the type says.
fn facts(rule: &Rule, occurrences: &[Finding], fan_out: usize, now: i64) -> Facts {
    let decoded = occurrences.iter().map(|o| &*o.decoded);
    let mut authority = decoded.clone().filter_map(|d| d.authority).max_by_key(|a| a.weight());
    // A key of a person is secret zero where it opens what others keep their secrets in.
    if fan_out > 0 && rule.reach == Reach::Pki {
        authority = Some(Authority::Bootstrap);
    }
    // What was decoded is known; names only speak where nothing else does.
    let named = occurrences.iter().map(|o| o.surroundings.privilege.unwrap_or_default()).max();
    let privilege = match (authority, named.unwrap_or_default()) {
        (Some(_), _) => Privilege::Usual,
        // `ACME_ADMIN_KEY` is what an administrator's key is called: its rule says so already.
        (None, Privilege::Admin) if names_admin(rule) => Privilege::Usual,
        (None, named) => named,
    };
    let Term { issued, expires } = term(occurrences);
    let stated = decoded.filter_map(|d| d.lifetime).max_by_key(|l| l.weight());
    let lifetime = match expires {
        Some(end) => Lifetime::of_seconds(end - issued.unwrap_or(now)),
        None => stated.unwrap_or(rule.lifetime),
    };
    // A place where the secret is usable counts: limits hold only where every occurrence has them.
    let mut usability = occurrences
        .iter()
        .map(|o| {
            o.usability.iter().copied().min_by_key(|u| u.weight()).unwrap_or(Usability::Complete)
        })
        .max_by_key(|u| u.weight())
        .into_iter()
        .collect::<Vec<_>>();
    if expires.is_some_and(|end| end < now) {
        usability.push(Usability::Expired);
    }
    let places = occurrences
        .iter()
        .map(|o| Place {
            environment: o.environment,
            exposure: o.exposure,
            file: Arc::clone(&o.below),
            repository: Arc::clone(&o.repository),
        })
        .collect();
    let commits = occurrences.iter().filter_map(Finding::git);
    let first = commits.clone().filter_map(|place| place.seconds).min();
    let mut authors: Vec<String> =
        commits.filter_map(|place| place.author.as_deref()).map(person).collect();
    authors.sort_unstable();
    authors.dedup();
    Facts {
        authority: authority.unwrap_or(rule.authority),
        privilege,
        reach: rule.reach,
        lifetime,
        usability,
        is_live: occurrences.iter().any(|o| o.decoded.is_live()),
        places,
        age_days: first.map_or(0, |first| (now - first).max(0) / DAY),
        authors: authors.len().max(1),
        fan_out,
    }
}

/// Whether a rule is for the credential of an administrator, by its names.
fn names_admin(rule: &Rule) -> bool {
    let names = rule.text.aliases.iter().chain([&rule.text.id, &rule.text.title]);
    names.into_iter().any(|name| privilege_of(name) == Some(Privilege::Admin))
}

/// Who an author `Name <email>` is: people change their names more often than their addresses.
fn person(author: &str) -> String {
    let email = author.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
    email.filter(|email| !email.is_empty()).unwrap_or(author).to_lowercase()
}
