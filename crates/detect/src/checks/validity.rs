//! From when to when a credential is good.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use serde_json::Value;

/// 9999-12-31T23:59:59Z, in Unix seconds.
const LAST: i64 = 253_402_300_799;

/// Unix seconds of a JSON number; milliseconds are recognised by their size.
pub(super) fn unix(value: &Value) -> Option<i64> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a saturating cast; the range is checked below"
    )]
    let number = value.as_i64().or_else(|| value.as_f64().map(|n| n as i64))?;
    let seconds = if number > LAST { number / 1000 } else { number };
    (0..=LAST).contains(&seconds).then_some(seconds)
}

/// Unix seconds of an ISO 8601 date, or date and time, in UTC (`2031-01-02`, `2031-01-02T03:04Z`).
pub(super) fn unix_from_iso(text: &str) -> Option<i64> {
    let text = text.trim().trim_end_matches(['Z', 'z']);
    let at = match text.parse::<DateTime>() {
        Ok(at) => at,
        Err(_) => text.parse::<Date>().ok()?.at(0, 0, 0, 0),
    };
    at.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_are_times() {
        assert_eq!(unix(&serde_json::json!(1_700_000_000)), Some(1_700_000_000));
        assert_eq!(unix(&serde_json::json!(1_700_000_000.75)), Some(1_700_000_000));
        assert_eq!(unix(&serde_json::json!(1_700_000_000_000_i64)), Some(1_700_000_000));
        for not in [serde_json::json!(-1), serde_json::json!(1e300), serde_json::json!("1")] {
            assert_eq!(unix(&not), None, "{not}");
        }
    }

    #[test]
    fn dates_of_several_precisions() {
        let noon = 1_735_732_800;
        for text in ["2025-01-01T12:00:00Z", "2025-01-01T12:00Z", "2025-01-01T12:00:00.0000000Z"] {
            assert_eq!(unix_from_iso(text), Some(noon), "{text}");
        }
        assert_eq!(unix_from_iso("2025-01-01"), Some(noon - 12 * 60 * 60));
        for text in ["", "Z", "2025", "2025-13-01", "99999-01-01", "tomorrow"] {
            assert_eq!(unix_from_iso(text), None, "{text}");
        }
    }
}
