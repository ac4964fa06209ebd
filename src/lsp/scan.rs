//! Scans of open files: what is found, where, and what the editor shows of it.

use lsp_types::{Diagnostic, DiagnosticSeverity, NumberOrString, Position, Range};

use super::document::Document;
use sprawl::Session;
use sprawl_detect::score::Severity;
use sprawl_detect::text::markdown;

/// A secret in an open file.
#[derive(Debug, Clone)]
pub(super) struct Found {
    /// Where.
    pub(super) range: Range,
    /// Id of its type.
    pub(super) rule: String,
    /// Id of the secret.
    pub(super) id: String,
    /// The name that it is assigned to.
    pub(super) name: Option<String>,
    /// Whether it was decoded from what stands there.
    pub(super) is_encoded: bool,
    title: String,
    why: String,
    fix: String,
    instead: String,
    severity: Severity,
    score: i64,
    because: Vec<String>,
}

/// Bytes around what was typed in which findings may change: words that tell of a secret stand up to 4,000 bytes
/// away.
const REACH: usize = 8 << 10;

/// Bytes around those that are looked at as well.
const MARGIN: usize = 8 << 10;

/// The secrets in an open file that a scan of it would report, in order.
///
/// # Errors
/// The project's decisions cannot be used.
pub(super) fn found(
    session: &Session,
    name: &str,
    document: &Document,
) -> Result<Vec<Found>, String> {
    found_in(session, name, &document.text)
}

/// The same after some lines changed, by a scan of what is near to them: what is further away, and what depends on
/// that, is as it was.
///
/// # Errors
/// As [`found`].
pub(super) fn found_near(
    session: &Session,
    name: &str,
    document: &Document,
    changed: (u32, u32),
    known: Vec<Found>,
) -> Result<Vec<Found>, String> {
    let (first, last) = document.around(changed, REACH);
    let searched = document.around(changed, REACH + MARGIN);
    let mut near = found_in(session, name, document.lines(searched))?;
    near.iter_mut().for_each(|found| found.move_by(i64::from(searched.0)));
    let is_near = |found: &Found| (first..=last).contains(&found.range.start.line);
    let mut all: Vec<Found> = known.into_iter().filter(|found| !is_near(found)).collect();
    all.extend(near.into_iter().filter(is_near));
    all.sort_by_key(|one| (one.range.start, one.range.end));
    Ok(all)
}

fn found_in(session: &Session, name: &str, text: &str) -> Result<Vec<Found>, String> {
    let report = session.scan_bytes(name, text.as_bytes()).map_err(|error| error.to_string())?;
    let mut all = Vec::new();
    for secret in report.secrets() {
        let rule = report.rules.get(secret.rule);
        for place in secret.occurrences.iter().filter(|place| place.decision.is_open()) {
            let at = &place.location;
            let position = |line: usize, column: usize| {
                let number =
                    |number: usize| u32::try_from(number.saturating_sub(1)).unwrap_or(u32::MAX);
                Position::new(number(line), number(column))
            };
            all.push(Found {
                range: Range::new(
                    position(at.line, at.column),
                    position(at.end_line, at.end_column),
                ),
                rule: rule.id().to_owned(),
                id: secret.id.clone(),
                name: place.name().map(str::to_owned),
                is_encoded: !place.layers.decoded.is_empty(),
                title: rule.text.title.to_string(),
                why: rule.text.why.to_string(),
                fix: rule.text.fix.to_string(),
                instead: rule.text.instead.to_string(),
                severity: secret.score.severity(),
                score: i64::from(secret.score.value),
                because: secret.score.because.to_vec(),
            });
        }
    }
    all.sort_by_key(|one| (one.range.start, one.range.end));
    Ok(all)
}

impl Found {
    /// What the editor underlines.
    pub(super) fn diagnostic(&self) -> Diagnostic {
        let severity = match self.severity {
            Severity::Critical | Severity::High => DiagnosticSeverity::ERROR,
            Severity::Medium => DiagnosticSeverity::WARNING,
            Severity::Low => DiagnosticSeverity::INFORMATION,
            Severity::None => DiagnosticSeverity::HINT,
        };
        Diagnostic {
            range: self.range,
            severity: Some(severity),
            code: Some(NumberOrString::String(self.rule.clone())),
            source: Some("sprawl".to_owned()),
            message: format!("{} ({}): {}", self.title, self.severity.name(), self.why),
            ..Diagnostic::default()
        }
    }

    /// What is shown above it, in Markdown.
    pub(super) fn hover(&self) -> String {
        let text = |text: &str| markdown::escaped(text);
        let mut shown = format!(
            "**{}**: {} {}\n\n{}\n\n- better: {}\n- if it is exposed: {}\n",
            text(&self.title),
            self.severity.name(),
            self.score,
            text(&self.why),
            text(&self.instead),
            text(&self.fix),
        );
        for line in self.because.iter() {
            shown.push_str(&format!("- score: {}\n", text(line)));
        }
        shown.push_str(&format!("\n`{}` `{}`", self.rule, self.id));
        shown
    }

    /// Moves it by some lines.
    pub(super) fn move_by(&mut self, lines: i64) {
        for position in [&mut self.range.start, &mut self.range.end] {
            let line = i64::from(position.line).saturating_add(lines);
            position.line = u32::try_from(line.max(0)).unwrap_or(u32::MAX);
        }
    }

    /// Whether it touches a range.
    pub(super) fn touches(&self, range: Range) -> bool {
        self.range.start <= range.end && range.start <= self.range.end
    }
}
