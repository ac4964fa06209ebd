//! What the name of a value says that it is: an id, a digest, a public key, a nonce, ciphertext.
//!
//! The name that a value is assigned to goes before a vendor's name that stands somewhere near, and
//! before a word like `token` in the middle of it: `privateKeyId`, `checksum/secret`, `uses:
//! owner/action@<commit>`. One list of names ([`table`]) for the rules that know a value by its
//! surroundings and for the assignment detector.

mod column;
pub(crate) mod lexicon;
pub(crate) mod reader;
pub(crate) mod table;

use std::ops::Range;

use crate::identifier;
use crate::text::is_uuid;
use reader::{Names, blocks_around, names_of};
use table::is_file_extension;
pub(crate) use table::{Meaning, meaning_of, meaning_of_block};

/// What the names of a value of a rule say that makes it harmless.
///
/// The rule knows the value by its surroundings alone, so that all notations are asked: the name that
/// it is assigned to, the blocks around, and the signs beside it.
pub(crate) fn harmless(text: &[u8], value: &Range<usize>) -> Option<Meaning> {
    let content = &text[value.clone()];
    if is_pinned(text, value) || is_listed(text, value) {
        return Some(Meaning::Digest);
    }
    if is_registry_form(text, value) {
        return Some(Meaning::Id);
    }
    let by_block = || of_blocks(text, value.start).filter(|meaning| fits(*meaning, content));
    match of_names(text, &names_of(text, value), content) {
        Some(Meaning::Secret) => by_block(),
        None => of_line(text, value).filter(|meaning| fits(*meaning, content)).or_else(by_block),
        harmless => harmless,
    }
}

/// What the names that a value is assigned to say that makes it harmless, and nothing else around.
pub(crate) fn harmless_by_names(text: &[u8], value: &Range<usize>) -> Option<Meaning> {
    let names = names_of(text, value);
    let name = text.get(names.assigned.first()?.clone())?;
    meaning_of(name).filter(|meaning| fits(*meaning, &text[value.clone()]))
}

/// What the name of a value says that makes it harmless, where the assignment is known.
pub(crate) fn harmless_name(text: &[u8], name: &Range<usize>, content: &[u8]) -> Option<Meaning> {
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.' | b'/');
    let before = text[..name.start].iter().rev().take(MOST_BEFORE);
    let start = name.start - before.take_while(|b| part(b)).count();
    let of_name = meaning_of(&text[start..name.end]);
    if of_name == Some(Meaning::Secret) {
        return None;
    }
    let of_file = is_file(&text[start..name.end]) && is_digest(content);
    let of_name = if of_file { Some(Meaning::Digest) } else { of_name };
    // A directive of a proxy, `proxy_pass  backend;`, is no variable of that name.
    let directive =
        || text[name.clone()].contains(&b'_') && text.get(name.end).is_some_and(|b| *b == b' ');
    let harmless = of_name
        .filter(|meaning| fits(*meaning, content) && (*meaning != Meaning::Place || directive()));
    let marked = || mark_of(content);
    harmless
        .or_else(marked)
        .or_else(|| of_blocks(text, name.start).filter(|meaning| fits(*meaning, content)))
}

/// The name of its own that a value has behind the name that led to it: that of a parameter of a
/// header, `Authorization: OAuth oauth_nonce="..."`. `between`: from that name to the value.
pub(crate) fn parameter(text: &[u8], between: Range<usize>) -> Option<Range<usize>> {
    let inner = &text[between.clone()];
    let inner = inner.strip_suffix(b"\"").unwrap_or(inner).strip_suffix(b"=")?;
    let name = identifier::name_before(inner, inner.len(), usize::MAX, |_| false);
    (!name.is_empty()).then(|| between.start + name.start..between.start + name.end)
}

/// The names that a value is assigned to and the function it is given to, as far as they stand within
/// so many bytes before it.
pub(crate) fn names_within(text: &[u8], value: &Range<usize>, within: usize) -> Vec<Range<usize>> {
    let Names { assigned, call } = names_of(text, value);
    let from = value.start.saturating_sub(within);
    let cut = |name: Range<usize>| name.start.max(from)..name.end;
    assigned.into_iter().chain(call).map(cut).filter(|name| !name.is_empty()).collect()
}

/// Whether a value is assigned to a name that promises no secret; `says` knows the vendor's names.
pub(crate) fn is_named_otherwise(
    text: &[u8],
    value: &Range<usize>,
    says: impl Fn(&Range<usize>) -> bool,
) -> bool {
    let Names { assigned, call } = names_of(text, value);
    let promising = |name: &Range<usize>| promises(&text[name.clone()]) || says(name);
    !assigned.is_empty() && !assigned.iter().chain(&call).any(promising)
}

/// How far a name goes on before what is known of it, in bytes.
const MOST_BEFORE: usize = 64;

/// The closest name that says anything decides.
fn of_names(text: &[u8], names: &Names, content: &[u8]) -> Option<Meaning> {
    for name in names.assigned.iter().chain(&names.call) {
        let name = &text[name.clone()];
        match meaning_of(name) {
            Some(meaning) if fits(meaning, content) => return Some(meaning),
            None if promises(name) => return Some(Meaning::Secret),
            _ if is_file(name) && is_digest(content) => return Some(Meaning::Digest),
            _ => {}
        }
    }
    None
}

/// Whether a name has a word that means a secret.
fn promises(name: &[u8]) -> bool {
    const SECRET: lexicon::Meaning = lexicon::PASSWORD
        | lexicon::SECRET
        | lexicon::TOKEN
        | lexicon::API_KEY
        | lexicon::KEY
        | lexicon::AUTH
        | lexicon::CREDENTIAL
        | lexicon::API;
    const ENDS: [&[u8]; 8] =
        [b"key", b"token", b"secret", b"password", b"passwd", b"pwd", b"auth", b"pat"];
    let ends = |word: &[u8], end: &[u8]| {
        let start = word.len().checked_sub(end.len());
        start.is_some_and(|start| word[start..].eq_ignore_ascii_case(end))
    };
    let promises = |word: &[u8]| {
        lexicon::meaning(word) & SECRET != 0 || ENDS.iter().any(|end| ends(word, end))
    };
    table::words_of(name).any(promises)
}

/// What a value is that a word marks: `hmac-sha256:...`, `sha256/...`, `sha512-...`, `encrypted:...`.
fn mark_of(value: &[u8]) -> Option<Meaning> {
    let end = value.iter().take(LONGEST_MARK).position(|b| matches!(b, b':' | b'=' | b'/'));
    let colon = end.and_then(|end| {
        let (sign, rest) = (value[end], &value[end + 1..]);
        let meaning = meaning_of(&value[..end])?;
        let marked = match meaning {
            Meaning::Digest => is_digest(rest),
            Meaning::Encrypted => sign != b'/' && rest.len() >= LEAST_SEALED,
            // A field of its own, behind what is no name of it: `apt_key: id=0A1B...`.
            Meaning::Id => sign == b'=' && fits(meaning, rest),
            _ => false,
        };
        marked.then_some(meaning)
    });
    let dash = || {
        let end = value.iter().take(LONGEST_MARK).position(|b| *b == b'-')?;
        let digest = meaning_of(&value[..end]) == Some(Meaning::Digest);
        (digest && is_digest(&value[end + 1..])).then_some(Meaning::Digest)
    };
    colon.or_else(dash)
}

/// Longest word that marks a value, and fewest characters of what is sealed.
const LONGEST_MARK: usize = 24;
const LEAST_SEALED: usize = 16;

/// Whether a value is one that a name of this meaning has.
fn fits(meaning: Meaning, value: &[u8]) -> bool {
    let all = |test: fn(&u8) -> bool| value.iter().all(test);
    let digits = value.iter().filter(|b| b.is_ascii_digit()).count();
    match meaning {
        Meaning::Secret => false,
        Meaning::Id => {
            value.starts_with(b"{")
                || all(|b| b.is_ascii_alphanumeric() || b"-_.:/+=@|{}".contains(b))
        }
        Meaning::Digest => is_digest(value),
        Meaning::Public | Meaning::Nonce | Meaning::Encrypted => true,
        Meaning::Lookup | Meaning::Place => all(|b| b.is_ascii_graphic()),
        Meaning::Reference => {
            let label =
                all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-_./:".contains(b));
            let capitals = all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || *b == b'_');
            (label || capitals) && digits * 3 <= value.len()
        }
        Meaning::Message => {
            is_uuid(value)
                || is_digest(value)
                || all(|b| b.is_ascii_digit() || *b == b'-')
                || all(|b| b.is_ascii_alphabetic() || b"-_. :'!?,/".contains(b))
        }
    }
}

/// Whether a value is written as digests and versions are: hexadecimal, base64 of the length of a
/// digest, numbers with dots, perhaps behind the name of the algorithm.
fn is_digest(value: &[u8]) -> bool {
    let hex = value.len() >= 7 && value.iter().all(u8::is_ascii_hexdigit);
    let body = value.strip_suffix(b"==").or(value.strip_suffix(b"=")).unwrap_or(value);
    let base64 = matches!(body.len(), 22 | 27 | 38 | 43 | 64 | 86)
        && body.iter().all(|b| b.is_ascii_alphanumeric() || b"+/-_".contains(b));
    let pairs = value.len() >= 23
        && value
            .split(|b| *b == b':')
            .all(|pair| pair.len() == 2 && pair.iter().all(u8::is_ascii_hexdigit));
    let version = value.iter().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-'));
    hex || base64 || pairs || version || is_marked_digest(value)
}

fn is_marked_digest(value: &[u8]) -> bool {
    let mark = value.iter().take(LONGEST_MARK).position(|b| matches!(b, b':' | b'-' | b'/' | b'='));
    mark.is_some_and(|end| end > 0 && end + 1 < value.len() && is_digest(&value[end + 1..]))
}

/// Whether a name is that of a file or an address: `src/app.js`, `app.jar`, `https://...`.
fn is_file(name: &[u8]) -> bool {
    let extension = name.rsplit(|b| *b == b'.').next().filter(|end| end.len() < name.len());
    let is_path = || name.contains(&b'/');
    extension
        .is_some_and(|end| is_file_extension(end) || (is_path() && (1..=5).contains(&end.len())))
        || (is_path() && memchr::memmem::find(name, b"://").is_some())
}

/// Whether a value is the commit or digest that something is pinned to: behind `@` or `#`, as in
/// `owner/action@<commit>`, or in the path of a commit, `/commit/<commit>`.
fn is_pinned(text: &[u8], value: &Range<usize>) -> bool {
    const PATHS: [&[u8]; 12] = [
        b"/commit/",
        b"/commits/",
        b"/tree/",
        b"/blob/",
        b"/raw/",
        b"/blame/",
        b"/archive/",
        b"/compare/",
        b"/tarball/",
        b"/zipball/",
        b"/objects/",
        b"/sha256/",
    ];
    let hex = value.len() >= 7 && text[value.clone()].iter().all(u8::is_ascii_hexdigit);
    let before = &text[value.start.saturating_sub(12)..value.start];
    let sign =
        matches!(before, [.., word, b'@' | b'#'] if word.is_ascii_alphanumeric() || *word == b'/');
    let from = value.start.saturating_sub(LINE);
    let line = text[from..value.start].rsplit(|b| *b == b'\n').next().unwrap_or_default();
    // Carthage: `github "owner/name" "commit"`.
    let resolved = [&b"github \""[..], b"git \""].iter().any(|word| line.starts_with(word));
    // The tag of an image, `owner/name:commit`.
    let word = line.rsplit(|b| !is_part_of_path(*b)).next().unwrap_or_default();
    let tag = word.ends_with(b":")
        && word[..word.len() - 1].contains(&b'/')
        && !word.contains(&b'@')
        && memchr::memmem::find(word, b"//").is_none();
    // A range of git, `<commit>..<commit>`, as every patch with whole ids has.
    let rest = text.get(value.end..).unwrap_or_default();
    let in_range = before.ends_with(b"..") || rest.starts_with(b"..");
    hex && (sign || resolved || tag || in_range || PATHS.iter().any(|path| before.ends_with(path)))
}

fn is_part_of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b':' | b'.' | b'-' | b'_' | b'@')
}

/// Whether a value is the first word of a line in a list of sums, `<digest>  file`, or before a
/// comment that names what it is an id of.
fn is_listed(text: &[u8], value: &Range<usize>) -> bool {
    let content = &text[value.clone()];
    let hex = content.iter().all(u8::is_ascii_hexdigit);
    let first = matches!(value.start.checked_sub(1).map(|at| text[at]), None | Some(b'\n' | b' '))
        && text[..value.start]
            .iter()
            .rev()
            .take(80)
            .find(|b| **b != b' ')
            .is_none_or(|b| *b == b'\n');
    let rest = &text[value.end..(value.end + 3).min(text.len())];
    let named = matches!(rest, [b' ', b' ' | b'*', name] if !name.is_ascii_whitespace());
    hex && ((first && named && matches!(content.len(), 32 | 40 | 56 | 64 | 96 | 128))
        || rest == b" /*"
        || is_commit_in_list(text, value))
}

/// Whether a value is a commit in what git prints: `<commit> refs/heads/x` of `git ls-remote` and of
/// `packed-refs` (there `^<commit>`, too), `<commit> (author ...` of `git blame`, `blob <commit>` of
/// `git ls-tree`, and lines that all begin with one.
fn is_commit_in_list(text: &[u8], value: &Range<usize>) -> bool {
    const KINDS: [&[u8]; 5] = [b"blob ", b"tree ", b"commit ", b"parent ", b"object "];
    if !matches!(value.len(), 40 | 64) {
        return false;
    }
    let rest = &text[value.end..];
    let before = &text[value.start.saturating_sub(LINE)..value.start];
    let line = before.rsplit(|b| *b == b'\n').next().unwrap_or_default();
    if KINDS.iter().any(|kind| line.ends_with(kind)) {
        return true;
    }
    let begins_line = |text: &[u8]| {
        text.len() > value.len()
            && text[..value.len()].iter().all(u8::is_ascii_hexdigit)
            && matches!(text[value.len()], b' ' | b'\t')
    };
    let next = || memchr::memchr(b'\n', &rest[..rest.len().min(LINE)]).map(|end| &rest[end + 1..]);
    let last = || {
        let lines = before.strip_suffix(b"\n").filter(|_| line.is_empty())?;
        lines.rsplit(|b| *b == b'\n').next()
    };
    match line {
        b"" => {
            [&b" refs/"[..], b"\trefs/", b" (", b"\tHEAD"].iter().any(|sign| rest.starts_with(sign))
                || next().is_some_and(begins_line)
                || last().is_some_and(begins_line)
        }
        b"^" => true,
        _ => false,
    }
}

/// Whether a value is a UUID in braces, as registries and interfaces are numbered.
fn is_registry_form(text: &[u8], value: &Range<usize>) -> bool {
    is_uuid(&text[value.clone()])
        && text[..value.start].ends_with(b"{")
        && text.get(value.end) == Some(&b'}')
        && !text[..value.start].ends_with(b"${")
}

/// What the first word of the line says: `sha256 cellar: :any, arm64: "..."`, `commit <commit>`.
fn of_line(text: &[u8], value: &Range<usize>) -> Option<Meaning> {
    let from = value.start.saturating_sub(LINE);
    let before = &text[from..value.start];
    let line = match memchr::memrchr(b'\n', before) {
        Some(at) => &before[at + 1..],
        None if from == 0 => before,
        None => return None,
    };
    let line = line.trim_ascii_start();
    let word =
        line.iter().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')).count();
    let meaning = meaning_of(&line[..word])?;
    (meaning == Meaning::Digest).then_some(meaning)
}

/// Longest part of a line before a value, in bytes.
const LINE: usize = 400;

/// What the blocks around say: the closest that says anything.
fn of_blocks(text: &[u8], at: usize) -> Option<Meaning> {
    blocks_around(text, at).into_iter().find_map(|block| meaning_of_block(&text[block]))
}

#[cfg(test)]
mod tests {
    use crate::Scanner;
    use crate::evidence::Confidence;
    use crate::rules::Rules;

    /// Digits as a generator makes them: SplitMix64.
    fn hex(mut seed: u64, length: usize) -> String {
        (0..length)
            .map(|_| {
                seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
                let z = (seed ^ (seed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
                let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
                char::from_digit(((z ^ (z >> 31)) % 16) as u32, 16).expect("a digit")
            })
            .collect()
    }

    fn uuid(seed: u64) -> String {
        let digits = hex(seed, 32);
        let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
        parts.join("-")
    }

    /// What a scan reports by default in each of these texts.
    fn reported(texts: &[&str]) -> Vec<(String, Vec<String>)> {
        let rules = Rules::builtin();
        let mut scanner = Scanner::new(&rules);
        texts
            .iter()
            .enumerate()
            .map(|(seed, text)| {
                let seed = seed as u64 + 7;
                let text = text
                    .replace("{uuid}", &uuid(seed))
                    .replace("{h8}", &hex(seed, 8))
                    .replace("{h32}", &hex(seed, 32))
                    .replace("{h40}", &hex(seed, 40))
                    .replace("{h64}", &hex(seed, 64));
                let found = scanner.candidates(text.as_bytes());
                let sure = found.iter().filter(|c| c.confidence > Confidence::Weak);
                let ids = sure.map(|c| rules.get(c.rule).id().to_owned()).collect();
                (text, ids)
            })
            .collect()
    }

    #[test]
    fn the_name_assigned_to_goes_before_a_vendor_near_by() {
        let texts = [
            "{\"squarespace\": {\"id\": \"{uuid}\"}}",
            "{\"nodes\": [{\"id\": \"{uuid}\", \"type\": \"postmark\"}]}",
            "{\"namecheap\": {\"etag\": \"{h32}\"}}",
            "{\"gumroad\": {\"sha256\": \"{h64}\"}}",
            "postmark:\n  stream_uuid: {uuid}\n",
            "<wakatime><project guid=\"{uuid}\"/></wakatime>",
            "const sparkpostCommit = \"{h40}\"",
            "{\"headers\": [{\"name\": \"x-request-id\", \"value\": \"{uuid}\"}], \"to\": \"squarespace\"}",
            "[Guid(\"{uuid}\")] class PostmarkClient {}",
            "Project(\"{{uuid}}\") = \"Postmark\"",
            "- uses: owner/action@{h40}\n  env:\n    GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}",
            "rev: {h40}\nid: gh_token",
            "- owner/plugin#{h40}:\n    github_token: $GITHUB_TOKEN",
            "github \"owner/GitHubToken\" \"{h40}\"",
            "# the private key tool\nFROM base@sha256:{h64}",
            "# private key\nC = Curve(0x{h64}, 0x{h64})",
            "# private key\nsha256sums=('{h64}'\n  '{h64}')",
            "{h64}  wallet-private-key-tool",
            "{\"hashes\": {\"api-token.js\": \"{h64}\", \"wallet_key\": \"{h64}\"}}",
            "Subject: rotate the github token\n\nindex {h40}..{h40} 100644\n",
            "{h40} refs/heads/github-token\n^{h40}\n",
            "{h40} (A 2024-01-02) github_token = read()\n",
            "{h40} rotate the github token\n{h40} add it\n",
            "100644 blob {h40}\tgithub-token.txt\n",
            "// datadog client\nif !Verify(\"{h32}\") { return err }",
            "uuid,vendor\n{uuid},Postmark\n",
            "vendor;commit\nGitHub token tool;{h40}\n",
        ];
        for (text, found) in reported(&texts) {
            assert!(found.is_empty(), "{text}: {found:?}");
        }
    }

    #[test]
    fn a_name_that_promises_a_secret_is_believed() {
        for (text, found) in reported(&[
            "POSTMARK_SERVER_TOKEN={uuid}",
            "{\"squarespace\": {\"id\": 1, \"token\": \"{uuid}\"}}",
            "postmark = \"{uuid}\"",
            "new postmark.ServerClient(\"{uuid}\")",
            "curl -H \"X-Postmark-Server-Token: {uuid}\" https://api.postmarkapp.com",
            "sinch:\n  api_token: {h32}",
            "{\"name\": \"DD_API_KEY\", \"value\": \"{h32}\"}",
            "- name: DATADOG_API_KEY\n  value: {h32}",
            "GITHUB_TOKEN: {h40}",
            "PRIVATE_KEY=0x{h64}",
            "accounts: ['0x{h64}']",
            "DEPLOYER_PRIVATE_KEY={h64}",
            "secret_id: {uuid}",
            "INSERT INTO settings (name, value) VALUES ('datadog_api_key', '{h32}');",
            "vendor,api_key\nDatadog,{h32}\n",
            "new ethers.Wallet('0x{h64}')",
        ]) {
            assert!(!found.is_empty(), "{text}");
        }
    }

    #[test]
    fn a_name_in_a_pattern_may_go_on_to_one_of_an_id() {
        for (text, found) in reported(&[
            "SNYK_TOKEN_ID={uuid}",
            "NPM_TOKEN_UUID={uuid}",
            "SPLUNK_HEC_TOKEN_ID={uuid}",
            "WANDB_API_KEY_HASH={h40}",
            "SONAR_TOKEN_SHA256={h64}",
            "DOCUSIGN_CLIENT_SECRET_ID={uuid}",
            "TOGETHER_API_KEY_FINGERPRINT={h64}",
        ]) {
            assert!(found.is_empty(), "{text}: {found:?}");
        }
        for (text, found) in reported(&[
            "SNYK_TOKEN={uuid}",
            "SNYK_TOKEN_PROD={uuid}",
            "WANDB_API_KEY={h40}",
            "SPLUNK_HEC_TOKEN_2={uuid}",
        ]) {
            assert!(!found.is_empty(), "{text}");
        }
    }

    #[test]
    fn what_a_name_says_holds_for_the_assignment_detector_as_well() {
        let harmless = [
            "apiKeyId: '{h32}'",
            "credentialsId: '{uuid}'",
            "passwordResetId: '{uuid}'",
            "<UserSecretsId>{uuid}</UserSecretsId>",
            "{\"ClientRequestToken\": \"{uuid}\"}",
            "checksum/secret: {h64}",
            "SPEC CHECKSUMS:\n  OneTimePassword: {h40}\n  AppToken: {h40}\n",
            "encryptedData:\n  password: AgB{h64}{h64}\n",
            "API_TOKEN=\"encrypted:{h64}\"",
            "{\"client_token\": \"hmac-sha256:{h64}\", \"password\": \"hmac-sha512:{h64}{h64}\"}",
            "{\"name\": \"Sec-WebSocket-Key\", \"value\": \"{h32}\"}",
            "https://host.test/watch?viewkey=ph{h32}",
            "const PASSWORD_NOT_CORRECT = '{uuid}';",
            "valueFrom:\n  secretKeyRef:\n    name: app\n    key: apppasswordkey\n",
            "{\"nextToken\": \"{h64}\", \"items\": []}",
            "<input type=\"hidden\" name=\"csrfmiddlewaretoken\" value=\"{h64}\">",
            "annotations:\n  checksum/tls-secret: {h64}\n",
            "{\"pinned_keys\": [\"sha256/{h64}\"]}",
            "apt_key: id={h40} keyserver=keys.example.net",
            "param keyVaultSecretId string = '{uuid}'",
            "sshagent(credentials: ['{uuid}']) { sh 'git fetch' }",
            "{\"SecretVersionsToStages\": {\"{uuid}\": [\"CURRENT\"]}}",
            "QUEUE_KEY = \"jobs:{uuid}:done\"",
            "{\"valueFrom\": \"arn:aws:secretsmanager:eu-west-1:210987654321:secret:prod/db-{h8}\"}",
            "Authorization: OAuth oauth_nonce=\"{h32}\", oauth_version=\"1.0\"",
            "<script src=\"beacon.js\" data-beacon='{\"token\": \"{h32}\"}'></script>",
            "db_password: kms:{h64}{h64}",
            "{\"token.jar\": \"{h64}\"}",
            "const TOKEN_ADDRESS = \"0x{h40}\";",
            "\"hashed_secret\": \"{h40}\"",
            "encryptedSecret = {h64}",
        ];
        for (text, found) in reported(&harmless) {
            assert!(found.is_empty(), "{text}: {found:?}");
        }
        for (text, found) in reported(&[
            "apiKey: '{h32}'",
            "db_password: '{uuid}'",
            "checksum: 1\napi_token: {h64}",
            "data:\n  api_token: {h64}\n",
            "X-Auth-Token: {h32}",
            "HASH_SECRET={h64}",
        ]) {
            assert!(!found.is_empty(), "{text}");
        }
    }
}
