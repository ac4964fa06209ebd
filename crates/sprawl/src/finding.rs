//! Findings: a secret at a place, with the reasons for reporting it. Owned and small: a scan keeps all of
//! them to its end.

pub mod decision;
pub mod excerpt;
pub mod layers;
pub mod nearby;
pub mod reader;
pub mod surroundings;

use std::fmt;
use std::sync::Arc;

use self::decision::Decision;
use self::excerpt::Excerpt;
use self::layers::Layers;
use self::nearby::Nearby;
use self::surroundings::Surroundings;
use sprawl_detect::decoded::Decoded;
use sprawl_detect::entropy::is_unguessable;
use sprawl_detect::evidence::{Confidence, Evidence};
use sprawl_detect::rare::Rare;
use sprawl_detect::rules::RuleId;
use sprawl_detect::score::{Environment, Exposure, Usability};

/// The bytes of a secret, shared by its copies. They cannot be printed or serialised by accident:
/// `Debug` says only how long they are, and they come out through [`Secret::reveal`] alone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Secret(Arc<[u8]>);

impl Secret {
    /// Takes a copy of the bytes.
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.into())
    }

    /// The bytes themselves: for identities, for comparing, and for `--show-secrets`.
    pub fn reveal(&self) -> &[u8] {
        &self.0
    }

    /// What it stands for if it is percent-encoded, as passwords in URLs are (RFC 3986, section 2.1).
    pub fn percent_decoded(&self) -> Option<Self> {
        if !self.0.contains(&b'%') {
            return None;
        }
        let digit = |at: usize| char::from(*self.0.get(at)?).to_digit(16);
        let mut bytes = Vec::with_capacity(self.0.len());
        let mut at = 0;
        while at < self.0.len() {
            let byte = digit(at + 1).zip(digit(at + 2)).filter(|_| self.0[at] == b'%');
            let byte = byte.and_then(|(high, low)| u8::try_from(high << 4 | low).ok());
            bytes.push(byte.unwrap_or(self.0[at]));
            at += if byte.is_some() { 3 } else { 1 };
        }
        (bytes[..] != self.0[..]).then(|| Self::new(&bytes))
    }

    /// What may be shown: the type's literal prefix, and the last four characters where what stays
    /// hidden between them is beyond guessing (80 bits).
    ///
    /// `literal_prefix` is the number of leading bytes that every secret of the type shares.
    /// `guessable` values (passwords) show nothing at all.
    pub fn redacted(&self, literal_prefix: usize, guessable: bool) -> String {
        let bytes = &self.0;
        let prefix = literal_prefix.min(bytes.len());
        let last = bytes.len().saturating_sub(LAST).max(prefix);
        let mut shown = String::new();
        if !guessable {
            shown.extend(ascii_or_dots(&bytes[..prefix]));
        }
        shown.push_str(HIDDEN);
        if !guessable && is_unguessable(&bytes[prefix..last]) {
            shown.extend(ascii_or_dots(&bytes[last..]));
        }
        shown
    }
}

/// Shown of a secret of which nothing is shown.
pub(crate) const HIDDEN: &str = "****";

/// Characters at the end that may be shown.
const LAST: usize = 4;

fn ascii_or_dots(bytes: &[u8]) -> impl Iterator<Item = char> {
    bytes.iter().map(|b| if b.is_ascii_graphic() { char::from(*b) } else { '.' })
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret({} bytes)", self.0.len())
    }
}

/// Where bytes came from.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// A file of a tree.
    File,
    /// Standard input.
    Stdin,
    /// An object of a git repository.
    Git(Arc<GitPlace>),
    /// A source of one's own: the name of what it reads, such as `wiki`.
    Other(Arc<str>),
}

/// Where in a repository's history something lies. Filled in after the scan, for findings only.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct GitPlace {
    /// The object that holds it, hexadecimal.
    pub object: String,
    /// How it can be reached: `index`, `reachable`, `history-only`, `unreachable`, `stash`,
    /// `note`, `message`.
    pub reach: &'static str,
    /// Commit that introduced it.
    pub commit: Option<String>,
    /// Author of that commit, `Name <email>`.
    pub author: Option<String>,
    /// Author date, RFC 3339.
    pub date: Option<String>,
    /// Author date, Unix seconds.
    pub seconds: Option<i64>,
    /// Commit that removed it, if it is gone.
    pub removed_by: Option<String>,
    /// Whether it is in HEAD's tree.
    pub at_head: bool,
    /// All paths it has had.
    pub paths: Vec<String>,
    /// Branch tips that hold it.
    pub branches: usize,
    /// Tags that hold it.
    pub tags: usize,
    /// Author date of the commit that removed it, Unix seconds.
    pub removed_at: Option<i64>,
    /// Author of the commit that removed it, `Name <email>`: whoever takes a secret out has seen it.
    pub removed_author: Option<String>,
    /// Author of the last commit that brought it, `Name <email>`.
    pub last_author: Option<String>,
    /// Whether it had been taken away from here, and was brought back.
    pub returned: bool,
}

impl GitPlace {
    /// `reach` of what is in the index.
    pub const INDEX: &'static str = "index";

    /// The way to reach a place that has this name, if there is one.
    pub fn known_reach(name: &str) -> Option<&'static str> {
        const ALL: &[&str] = &[
            GitPlace::INDEX,
            "reachable",
            "history-only",
            "unreachable",
            "stash",
            "note",
            "message",
        ];
        ALL.iter().copied().find(|known| *known == name)
    }
}

/// A place in a text. Lines and columns are 1-based; columns count UTF-16 code units, as SARIF and
/// editors do. The end column is one past the last unit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location {
    /// Path as the user would type it, `/` between parts; bytes that are not UTF-8 as `\xNN`.
    pub path: Arc<str>,
    /// First line.
    pub line: usize,
    /// First column.
    pub column: usize,
    /// Last line.
    pub end_line: usize,
    /// Column after the last.
    pub end_column: usize,
    /// What kind of place it is.
    pub origin: Origin,
}

/// One secret at one place. A scan makes it whole, by [`crate::scan::detection::Detection::at`]; a report
/// that is read back makes it by [`crate::report::read`]. The last fields alone are set later, because
/// they depend on the whole run. Certificates are applied then, too: one may lie in another file than
/// its key.
#[derive(Debug, Clone)]
pub struct Finding {
    /// Rule that found it.
    pub rule: RuleId,
    /// The secret.
    pub secret: Secret,
    /// Place of the secret.
    pub location: Location,
    /// Name of the repository or root.
    pub repository: Arc<str>,
    /// Path below the top of that repository or root: scores and ids depend on it, however the report
    /// names the path.
    pub below: Arc<str>,
    /// Reasons for taking it for a secret.
    pub evidence: Vec<Evidence>,
    /// Confidence that it is one.
    pub confidence: Confidence,
    /// Limits to its use.
    pub usability: Vec<Usability>,
    /// Facts that the value itself states.
    pub decoded: Rare<Decoded>,
    /// Secrets that belong with it: the other half of a pair.
    pub companions: Rare<Vec<Secret>>,
    /// Facts from the text around it that count for the score.
    pub surroundings: Surroundings,
    /// Environment of the place: by the text around the secret, or else by the path.
    pub environment: Environment,
    /// Circle of those who can see the place.
    pub exposure: Exposure,
    /// GitHub's `primaryLocationLineHash`.
    pub line_hash: Option<Box<str>>,
    /// Facts from the text around it that policy needs.
    pub nearby: Nearby,
    /// Layers between the file and the text that it was found in.
    pub layers: Rare<Layers>,
    /// The line that it stands on; nothing if no report of the scan shows it.
    pub excerpt: Rare<Excerpt>,
    /// Owners of the file, by CODEOWNERS. Set after the scan, by [`crate::owners::assign`]: that file
    /// may be read after this one.
    pub owners: Rare<Vec<String>>,
    /// Id of the place that a value is kept at, whatever the value: repository, path, type and name.
    /// Keyed like the ids of secrets, and empty until [`crate::group::assign_slots`], because the key is
    /// that of the project and not of a scan.
    pub slot: Box<str>,
    /// Earlier decisions about it. Set by [`crate::policy`], which compares it with all other findings.
    pub decision: Rare<Decision>,
}

/// Bytes of a finding, without what it has of its own: a scan keeps all of them to the end.
const _: () = assert!(size_of::<Finding>() <= 384 && size_of::<Evidence>() <= 24);

impl Finding {
    /// The place in a repository's history, if it is in one.
    pub fn git(&self) -> Option<&GitPlace> {
        match &self.location.origin {
            Origin::Git(place) => Some(place),
            Origin::File | Origin::Stdin | Origin::Other(_) => None,
        }
    }

    /// Whether no rule speaks here, and it is known because the same value was found elsewhere.
    pub fn is_by_value(&self) -> bool {
        self.evidence.contains(&Evidence::ByValue)
    }

    /// The identifier that it is assigned to, as reports show it: one that looks like a value itself is none.
    pub fn name(&self) -> Option<&str> {
        /// Letters and digits in a row that no word has.
        const LONG: usize = 20;
        let name = self.surroundings.name.as_deref()?;
        let is_value =
            |word: &str| word.len() >= LONG && word.bytes().filter(u8::is_ascii_digit).count() > 1;
        let mut words = name.split(|c: char| !c.is_ascii_alphanumeric());
        (!words.any(is_value)).then_some(name)
    }

    /// The name of the source of one's own that it comes from; nothing for the sources that sprawl has.
    pub fn source(&self) -> Option<&str> {
        match &self.location.origin {
            Origin::Other(name) => Some(name),
            Origin::File | Origin::Stdin | Origin::Git(_) => None,
        }
    }

    /// The path of the file that it is in: that of the outermost container, if it is in a member.
    pub fn file(&self) -> &str {
        let path = &self.location.path;
        self.layers.split(path).map_or(&**path, |(container, _)| container)
    }

    /// Puts it below a directory: its path, and those of its history, begin with that.
    pub(crate) fn place_below(&mut self, directory: &str) {
        let below = |path: &str| format!("{directory}/{path}");
        self.location.path = Arc::from(below(&self.location.path));
        if let Origin::Git(place) = &mut self.location.origin {
            let place = Arc::make_mut(place);
            place.paths.iter_mut().for_each(|path| *path = below(path));
        }
    }
}
