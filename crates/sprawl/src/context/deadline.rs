//! When a signed URL ends to be good, by its own parameters.

use std::ops::Range;

/// How far around a secret its URL is looked at, in bytes.
const REACH: usize = 2048;

/// The end of the URL that a secret stands in, Unix seconds, if the URL states one.
///
/// Amazon S3 and Google Cloud Storage state when it was signed and for how long (`X-Amz-Date` and
/// `X-Amz-Expires`, `X-Goog-…`, `X-Oss-…`); CloudFront, S3's older form, Akamai and Azure state the
/// end (`Expires`, `exp`, `se`); Qiniu's is `e`.
pub(super) fn of_url(text: &[u8], secret: &Range<usize>) -> Option<i64> {
    let url = url_around(text, secret)?;
    let question = memchr::memchr(b'?', url)?;
    let query = &url[question + 1..];
    let fields = || {
        query.split(|b| b"&;~?".contains(b)).filter_map(|field| {
            let sign = memchr::memchr(b'=', field)?;
            Some((
                field[..sign].to_ascii_lowercase(),
                std::str::from_utf8(&field[sign + 1..]).ok()?,
            ))
        })
    };
    let value = |wanted: &dyn Fn(&[u8]) -> bool| {
        fields().find(|(name, _)| wanted(name)).map(|(_, value)| value)
    };
    let signed = value(&|name| name.starts_with(b"x-") && name.ends_with(b"-date"));
    let lasts = value(&|name| name.starts_with(b"x-") && name.ends_with(b"-expires"));
    if let (Some(signed), Some(lasts)) = (signed, lasts) {
        return compact(signed)?.checked_add(lasts.parse().ok()?);
    }
    const ENDS: &[&[u8]] = &[
        b"expires",
        b"expire",
        b"expiry",
        b"expiration",
        b"expires_at",
        b"exp",
        b"se",
        b"e",
        b"deadline",
        b"valid_until",
        b"validuntil",
        b"valid_to",
        b"validto",
        b"hdnts",
        b"hdnea",
        b"hdntl",
    ];
    fields().filter(|(name, _)| ENDS.contains(&&name[..])).find_map(|(_, value)| {
        // Akamai: `hdnts=exp=1573632286~acl=/*~hmac=…`.
        moment(value.rsplit('=').next().unwrap_or(value))
    })
}

/// The URL that a place lies in: what holds no blank, quote or bracket around it.
fn url_around<'t>(text: &'t [u8], secret: &Range<usize>) -> Option<&'t [u8]> {
    let is_end = |b: &u8| ENDS_URL[usize::from(*b)];
    let from = secret.start.saturating_sub(REACH);
    let start = text[from..secret.start].iter().rposition(is_end).map_or(from, |at| from + at + 1);
    let scheme = memchr::memmem::find(&text[start..secret.start], b"://")?;
    let to = text.len().min(secret.end.saturating_add(REACH));
    let end = text[secret.end..to].iter().position(is_end).map_or(to, |at| secret.end + at);
    Some(&text[start + scheme..end])
}

/// Whether a byte cannot be part of a URL.
const ENDS_URL: [bool; 256] = {
    let others = b" \"'`<>{}|\\^";
    let mut ends = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        ends[byte as usize] = byte.is_ascii_control();
        byte += 1;
    }
    let mut at = 0;
    while at < others.len() {
        ends[others[at] as usize] = true;
        at += 1;
    }
    ends
};

/// Unix seconds or milliseconds between 2001 and 2100, or a date of ISO 8601 with its colons encoded.
fn moment(value: &str) -> Option<i64> {
    if value.bytes().all(|b| b.is_ascii_digit()) {
        let number: i64 = value.parse().ok()?;
        let seconds = if number > 99_999_999_999 { number / 1000 } else { number };
        return (1_000_000_000..4_102_444_800).contains(&seconds).then_some(seconds);
    }
    let value = value.replace("%3A", ":").replace("%3a", ":").replace("%2B", "+");
    if let Ok(time) = value.parse::<jiff::Timestamp>() {
        return Some(time.as_second());
    }
    let date: jiff::civil::Date = value.get(..10)?.parse().ok()?;
    (value.len() == 10)
        .then(|| date.to_zoned(jiff::tz::TimeZone::UTC).ok())?
        .map(|z| z.timestamp().as_second())
}

/// `20191113T080000Z`.
fn compact(value: &str) -> Option<i64> {
    let time = jiff::civil::DateTime::strptime("%Y%m%dT%H%M%SZ", value).ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_urls_state_their_end() {
        for (text, wanted) in [
            ("http://cdn.example.net/a?e=1573632286&token=SECRET", Some(1_573_632_286)),
            ("https://b.example.net/a?Expires=1573632286&Signature=SECRET", Some(1_573_632_286)),
            ("https://b.example.net/a?Signature=SECRET&Expires=1573632286000", Some(1_573_632_286)),
            (
                "https://a.example.net/x?sv=2020&se=2019-11-13T08%3A04%3A46Z&sig=SECRET",
                Some(1_573_632_286),
            ),
            ("https://a.example.net/x?se=2019-11-13&sig=SECRET", Some(1_573_603_200)),
            ("https://a.example.net/x?valid_to=1573632286&token=SECRET", Some(1_573_632_286)),
            (
                "https://s.example.net/x?X-Amz-Date=20191113T080000Z&X-Amz-Expires=286&X-Amz-Signature=SECRET",
                Some(1_573_632_286),
            ),
            (
                "https://v.example.net/x?hdnts=exp=1573632286~acl=/*~hmac=SECRET",
                Some(1_573_632_286),
            ),
            ("https://a.example.net/x?e=5&token=SECRET", None),
            ("https://a.example.net/?Expires=1573632286 token=SECRET", None),
            ("e=1573632286&token=SECRET", None),
            ("https://a.example.net/x?size=1573632286&token=SECRET", None),
        ] {
            let at = text.find("SECRET").unwrap();
            assert_eq!(of_url(text.as_bytes(), &(at..at + 6)), wanted, "{text}");
        }
    }
}
