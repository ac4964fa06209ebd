//! The end of every scan and merge: what was found becomes a report. Ids, groups, certificates, owners,
//! scores, decisions and thresholds, in this order.

use std::borrow::Cow;
use std::sync::atomic::Ordering;

use super::Session;
use super::context::ProjectContext;
use crate::certificates::Certificates;
use crate::error::Error;
use crate::finding::decision::SuppressionKind;
use crate::finding::reader::Readers;
use crate::git::checkout::Checkout;
use crate::group::{self, ScoreInput, SecretGroup};
use crate::owners;
use crate::policy::baseline::Scope;
use crate::policy::{Policy, PolicyInput};
use crate::problem::Problem;
use crate::project::Project;
use crate::readers::{self, Found};
use crate::redact::Redactor;
use crate::report::{self, MergeData, Report, Sorted, Summary};
use crate::scan::progress::Progress;
use crate::scan::values::Values;
use crate::scan_output::{ScanOutput, Scanned};
use crate::source::Source;
use sprawl_detect::rules::Rules;
use sprawl_unpack::unread::Unread;

/// Groups with all else that goes into a report.
pub(super) struct Parts {
    pub(super) groups: Vec<SecretGroup>,
    pub(super) certificates: Certificates,
    pub(super) score_input: ScoreInput,
    pub(super) problems: Vec<Problem>,
    pub(super) unread: Vec<Unread>,
    pub(super) summary: Summary,
    pub(super) checkouts: Vec<Checkout>,
    pub(super) category: String,
    pub(super) scanned: Vec<Scanned>,
    pub(super) project: Project,
}

/// What is looked for once more in what was scanned, when something was found.
pub(super) struct SecondLook<'a> {
    /// Every place of the values.
    pub(super) by_value: &'a dyn Fn(&Values) -> Result<ScanOutput, Error>,
    /// The places that use them by name.
    pub(super) readers: &'a dyn Fn(&ScanOutput) -> Result<Found, Error>,
}

/// The report of what one scan found.
pub(super) fn of_scan<'s>(
    session: &'s Session,
    source: &dyn Source,
    mut output: ScanOutput,
    again: &SecondLook<'_>,
    progress: &Progress,
    policy: &Policy,
    now: i64,
) -> Result<Report<'s>, Error> {
    let context = &session.context;
    let identity = &context.identity;
    context.leave_out_ids(&mut output.findings, policy);
    let mut left_out = context.leave_out(&session.rules, &mut output.findings);
    if let Some(values) = Values::of(&session.rules, &output.findings) {
        let ScanOutput { mut findings, problems, .. } = (again.by_value)(&values)?;
        context.leave_out_ids(&mut findings, policy);
        left_out += context.leave_out(&session.rules, &mut findings);
        output.findings.append(&mut findings);
        output.problems.extend(problems.into_iter().chain(values.problem()));
        output.sort();
    }
    let found = (again.readers)(&output)?;
    output.unread.retain(|unread| !context.leaves_out(&unread.place));
    output.problems.extend(context.nested.problems(&session.rules));
    output.problems.sort();
    owners::assign(&mut output.findings, &output.owners);
    // Before anything is made of names of places: ids, slots, messages.
    let redactor = Redactor::new(&session.rules, &output.findings);
    redactor.scan_output(&mut output);
    let shown = redactor.rules();
    let rules = &*shown;
    let project = redactor.project(&context.project);
    let below_root = |path: &str| project.below_root(path);
    group::assign_slots(rules, identity, &mut output.findings);
    let certificates = Certificates::new(output.certificates);
    output.findings.iter_mut().for_each(|finding| certificates.apply_to(rules, finding));
    let score_input = context.score_input(output.locked, now);
    let mut groups = group::group(rules, identity, output.findings, &score_input);
    let searched = readers::assign(found, &mut groups);
    for text in
        groups.iter_mut().filter_map(|group| group.readers.get_mut()).flat_map(Readers::texts_mut)
    {
        redactor.list(Some(text));
    }
    let is_gone = |path: &str| context.project.is_gone(path);
    let scope = Scope { is_gone: &is_gone, ..context.scope(source) };
    let input = PolicyInput { rules, identity, below_root: &below_root, scope: &scope };
    let mut judged = policy.judge(&input, &mut groups);
    let places = groups.iter_mut().flat_map(|group| &mut group.occurrences);
    places
        .filter_map(|finding| finding.decision.get_mut())
        .for_each(|decision| redactor.decision(decision));
    redactor.list(&mut judged.warnings);
    redactor.list(judged.absent.iter_mut().map(|entry| &mut entry.path));
    let mut summary = Summary {
        blobs: progress.blobs.load(Ordering::Relaxed),
        bytes: progress.bytes.load(Ordering::Relaxed),
        left_out: output.left_out,
        configuration: context.changes(rules, left_out),
        scope: output.scope,
        commits: output.commits,
        readers: searched,
        ..Summary::default()
    };
    redactor.list(&mut summary.configuration.files);
    summary.decisions.take(judged);
    if source.is_change() {
        summary.suppressed = suppressed(&groups, rules, context);
    }
    redactor.list(summary.scope.iter_mut().chain(&mut summary.suppressed));
    output.unread.extend(output.problems.iter().filter_map(Problem::unread));
    let parts = Parts {
        groups,
        certificates,
        score_input,
        summary,
        problems: output.problems,
        unread: output.unread,
        category: source.category().to_owned(),
        scanned: scanned(source.category(), output.scanned, &output.checkouts),
        checkouts: output.checkouts,
        project,
    };
    Ok(assembled(context, shown, parts))
}

/// The report, with what the threshold lets through.
pub(super) fn assembled<'s>(
    context: &ProjectContext,
    rules: Cow<'s, Rules>,
    parts: Parts,
) -> Report<'s> {
    let Parts { mut groups, certificates, score_input, mut unread, mut summary, .. } = parts;
    unread.sort();
    unread.dedup();
    let of_places = |group: &SecretGroup| context.threshold_of(group);
    group::parts::name(&rules, &certificates, &mut groups);
    let sorted = report::sort_out(groups, of_places, &mut summary);
    let Sorted { groups, covered, parts: parts_of_entries, unreported } = sorted;
    Report {
        rules,
        groups,
        covered,
        parts: parts_of_entries,
        problems: parts.problems,
        unread,
        summary,
        identity: context.identity.clone(),
        sarif: context.options.sarif.clone(),
        show_secrets: context.options.show_secrets,
        threshold: context.threshold(),
        now: score_input.now,
        material: MergeData {
            unreported,
            certificates: certificates.into_list(),
            locked: score_input.locked,
            checkouts: parts.checkouts,
            category: parts.category,
            scanned: parts.scanned,
            project: parts.project,
        },
    }
}

/// What the change itself declares to be no secret, by marks and by exceptions that name one secret.
fn suppressed(groups: &[SecretGroup], rules: &Rules, context: &ProjectContext) -> Vec<String> {
    let mut lines = Vec::new();
    for group in groups {
        for occurrence in &group.occurrences {
            let Some(suppression) = &occurrence.decision.suppression else { continue };
            let by_change = match suppression.kind {
                SuppressionKind::InSource => true,
                SuppressionKind::External => context.is_accepted_by_change(&group.id),
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
