//! Days as people write them.

use jiff::civil::Date;

/// A day as people write it in files and on the command line: `2027-01-31`.
///
/// # Errors
/// It is none; says how to write one.
pub fn parse(text: &str) -> Result<Date, String> {
    let date = if text.len() == 10 { text.parse().ok() } else { None };
    date.ok_or_else(|| {
        // What has nothing of a date is not repeated: it may be a secret.
        let is_like_one = text.len() < 12
            && text.contains(['-', '.', '/'])
            && text.bytes().all(|byte| byte.is_ascii_digit() || b"-./".contains(&byte));
        let what = if is_like_one { format!("`{text}`") } else { "this".to_owned() };
        format!("{what} is not a date; use YYYY-MM-DD")
    })
}

/// The day of a time in Unix seconds, in UTC.
pub fn in_utc(seconds: i64) -> Date {
    let time = jiff::Timestamp::from_second(seconds).unwrap_or_default();
    time.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// A day as people write it, of Unix seconds in UTC.
pub fn of_seconds(seconds: i64) -> Option<String> {
    let time = jiff::Timestamp::from_second(seconds).ok()?;
    Some(time.strftime("%Y-%m-%d").to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_a_secret_is_not_repeated() {
        assert!(parse("2027-1-31").unwrap_err().starts_with("`2027-1-31`"));
        assert!(parse("Vx7kQ2mNpR9t").unwrap_err().starts_with("this is not a date"));
    }
}
