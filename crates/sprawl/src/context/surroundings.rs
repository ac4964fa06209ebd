//! What the text around a secret says of it: the name it is assigned to, the host it is for, who
//! logs in with it, and which environment all of that speaks of.
//!
//! Looked at only where a secret was found.

use std::ops::Range;

use super::block::Block;
use super::login::Login;
use super::statements::Statements;
use super::words::{environment_of_host, first_environment, humps};
use super::{compose, deadline};
use crate::finding::surroundings::{HostScope, Surroundings};
use sprawl_detect::identifier;
use sprawl_detect::score::Privilege;
use sprawl_detect::text::LineSpans;

/// A text around its secrets. What several secrets on one line have in common is read once.
#[derive(Debug)]
pub struct Around<'t> {
    text: &'t [u8],
    lines: LineSpans<'t>,
    statements: Statements,
    /// Where the line of the last secret begins, its level, and the block around it.
    last: Option<(usize, usize, Block)>,
}

impl<'t> Around<'t> {
    /// For a text.
    pub fn new(text: &'t [u8]) -> Self {
        Self { statements: Statements::of(text), ..Self::of_part(text) }
    }

    /// For a part of a text that is too long for what it says as a whole.
    pub fn of_part(text: &'t [u8]) -> Self {
        let statements = Statements::default();
        Self { text, lines: LineSpans::new(text), statements, last: None }
    }

    /// What the text around a secret says. `has_host` is true for credentials that are good at one
    /// host only, such as passwords; `is_secret` says whether bytes belong to some found secret and are
    /// not to be taken for a name.
    pub fn surroundings(
        &mut self,
        secret: &Range<usize>,
        has_host: bool,
        is_secret: impl Fn(&Range<usize>) -> bool,
    ) -> Surroundings {
        let text = self.text;
        let stated = self.statements.environment(secret.start);
        let block = self.block(secret.start);
        let mut name = name_before(text, secret.start)
            .filter(|span| !is_secret(span))
            .map(|span| String::from_utf8_lossy(&text[span]).into_owned());
        // `- name: DB_PASSWORD` and `value: ...` in manifests and task definitions.
        if name.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("value"))
            && let Some(other) = block.sibling("name").or_else(|| block.sibling("key"))
        {
            name = Some(other.to_owned());
        }
        let login = match has_host {
            true => Login::of(text, secret, name.as_deref(), block),
            false => Login::of_policy(text, secret),
        };
        let of_host = login.host.as_deref().and_then(environment_of_host);
        let of_name = name.as_deref().and_then(|name| first_environment(humps(name)));
        let beside = [name.as_deref(), login.user.as_deref(), block.section.as_deref()];
        let rights = beside.iter().flatten().filter_map(|name| privilege(name));
        // SQL Server's administrator has a name that is too short to be looked for elsewhere.
        let is_sa = login.user.as_deref() == Some("sa");
        Surroundings {
            environment: of_host.or(of_name).or(block.environment).or(stated),
            privilege: rights.chain(is_sa.then_some(Privilege::Admin)).max(),
            host: login.scope().or_else(|| {
                let is_own = has_host && compose::is_of_the_service(text, block, name.as_deref());
                is_own.then_some(HostScope::Word)
            }),
            expires: deadline::of_url(text, secret),
            name,
        }
    }

    fn block(&mut self, at: usize) -> &Block {
        let line = self.lines.around(at);
        let level = Block::level(&self.text[line.start..at]);
        let text = self.text;
        let known = |last: &(usize, usize, Block)| (last.0, last.1) == (line.start, level);
        let block = match self.last.take().filter(known) {
            Some((.., block)) => block,
            None => Block::around(text, &line, level),
        };
        &self.last.insert((line.start, level, block)).2
    }
}

/// How far before a secret its name is looked for, in bytes.
const REACH: usize = 400;

/// The longest identifier that is taken for a name, in bytes.
pub(super) const LONGEST_NAME: usize = 80;

/// Words that stand between a name and its value and are no name.
const SCHEMES: &[&str] = &["bearer", "basic", "token", "digest", "negotiate", "ssws", "apikey"];

/// Signs between a name and its value.
const SIGNS: &[u8] = b"\"'`=:|>({[,+\\$@-";

/// Whether an identifier may hold this byte.
pub(super) fn is_identifier(b: u8) -> bool {
    identifier::is_name(b)
}

/// The identifier before a position, over the signs of an assignment.
fn name_before(text: &[u8], at: usize) -> Option<Range<usize>> {
    let from = at.saturating_sub(REACH);
    let mut end = before_url(text, from, at);
    for _ in 0..3 {
        let is_sign = |b: u8| b.is_ascii_whitespace() || SIGNS.contains(&b);
        let span = identifier::name_before(text, end, end - from, is_sign);
        // Beyond the line only where the value was left to the next one.
        let signs = &text[span.end..end];
        if signs.contains(&b'\n') && !signs.iter().any(|b| b"=:|>({[\"'`".contains(b)) {
            return None;
        }
        let word = &text[span.clone()];
        if word.len() > LONGEST_NAME || !word.iter().any(u8::is_ascii_alphabetic) {
            return None;
        }
        let is_scheme = SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme.as_bytes()));
        if !is_scheme || signs.iter().any(|b| matches!(b, b':' | b'=')) {
            return Some(span);
        }
        end = span.start;
    }
    None
}

/// Where the URL begins that a position is in; the position itself if it is in none. A URL belongs
/// to the name before it, not to its own scheme and user.
fn before_url(text: &[u8], from: usize, at: usize) -> usize {
    let line = memchr::memrchr(b'\n', &text[from..at]).map_or(from, |nl| from + nl + 1);
    let mut colons = memchr::memrchr_iter(b':', &text[line..at]);
    let is_scheme = |colon: &usize| text[line + colon..at].starts_with(b"://");
    let Some(slashes) = colons.find(is_scheme) else { return at };
    if text[line + slashes + 3..at].iter().any(u8::is_ascii_whitespace) {
        return at;
    }
    let scheme = line + slashes;
    let is_scheme = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b':' | b'-' | b'.');
    scheme - text[line..scheme].iter().rev().take_while(is_scheme).count()
}

/// The rights that a name speaks of.
pub fn privilege(name: &str) -> Option<Privilege> {
    let words = humps(name);
    let any = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
    if any(&[
        "admin",
        "administrator",
        "root",
        "superuser",
        "superadmin",
        "sysadmin",
        "sudo",
        "iothubowner",
    ]) {
        Some(Privilege::Admin)
    } else if any(&["readonly", "ro", "reader", "viewer"])
        || words.windows(2).any(|pair| pair == ["read", "only"])
    {
        Some(Privilege::ReadOnly)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sprawl_detect::score::Environment;

    /// Surroundings of the word SECRET in a text.
    fn of(text: &str) -> Surroundings {
        let at = text.find("SECRET").unwrap();
        Around::new(text.as_bytes()).surroundings(&(at..at + 6), true, |_| false)
    }

    fn name(text: &str) -> String {
        of(text).name.unwrap_or_default()
    }

    #[test]
    fn the_name_stands_before_the_signs_of_an_assignment() {
        assert_eq!(name("export DB_PASSWORD=SECRET\n"), "DB_PASSWORD");
        assert_eq!(name("  \"apiKey\": \"SECRET\","), "apiKey");
        assert_eq!(name("const adminToken = 'SECRET';"), "adminToken");
        assert_eq!(name("Authorization: Bearer SECRET"), "Authorization");
        assert_eq!(name("DATABASE_URL=postgres://app:SECRET@db.example.net/x"), "DATABASE_URL");
        assert_eq!(name("see http://a.b/c DB_PASSWORD=SECRET"), "DB_PASSWORD");
        assert_eq!(name("tls.key: |\n  SECRET"), "tls.key");
        assert_eq!(name("env:\n  - name: DB_PASSWORD\n    value: SECRET\n"), "DB_PASSWORD");
        assert_eq!(name("some words.\n\nSECRET"), "");
        assert_eq!(name("SECRET"), "");
    }

    #[test]
    fn a_secret_is_no_name() {
        let text = b"HIDDEN:SECRET";
        let mut text = Around::new(text);
        let around = text.surroundings(&(7..13), true, |span| span.start < 6);
        assert_eq!(around.name, None);
    }

    #[test]
    fn the_environment_is_that_of_the_host_then_of_the_name_then_of_the_block() {
        use Environment::{Production, Staging, Test};
        for (text, wanted) in [
            ("TEST_URL=postgres://a:SECRET@db.prod.example.net/x", Some(Production)),
            ("production:\n  STAGING_TOKEN: SECRET", Some(Staging)),
            ("test:\n  a: b\nproduction:\n  db:\n    password: SECRET", Some(Production)),
            ("deploy:\n  environment: production\n  env:\n    TOKEN: SECRET", Some(Production)),
            ("[default]\nx = 1\n[staging]\nkey = SECRET", Some(Staging)),
            ("[prod]\nx = 1\n[other]\nkey = SECRET", None),
            ("RAILS_ENV=test\nTOKEN=SECRET", Some(Test)),
            ("{\n  \"production\": {\n    \"token\": \"SECRET\"\n  }\n}", Some(Production)),
            ("spec:\n  token: SECRET", None),
            ("devDependencies:\n  token: SECRET", None),
            ("latest = 1\ncontest = SECRET", None),
            ("postgres://a:SECRET@pg.shop.svc.cluster.local/x", None),
            ("TOKEN=SECRET\nNODE_ENV=production\n", Some(Production)),
            ("namespace: prod-eu\nsecrets:\n  token: SECRET", Some(Production)),
        ] {
            assert_eq!(of(text).environment, wanted, "{text}");
        }
    }

    #[test]
    fn rights_follow_from_names_beside_it() {
        use Privilege::{Admin, ReadOnly};
        for (text, wanted) in [
            ("ADMIN_API_KEY=SECRET", Some(Admin)),
            ("mysql://root:SECRET@db.example.net", Some(Admin)),
            ("Server=db.example.net;Uid=sa;Password=SECRET", Some(Admin)),
            ("Server=db.example.net;Uid=web;Password=SECRET", None),
            ("readOnlyToken: SECRET", Some(ReadOnly)),
            ("DB_USER=reporting_ro\nDB_PASSWORD=SECRET", Some(ReadOnly)),
            (
                "Endpoint=sb://a.example.net/;SharedAccessKeyName=RootManageSharedAccessKey;SharedAccessKey=SECRET",
                Some(Admin),
            ),
            (
                "HostName=a.example.net;SharedAccessKeyName=iothubowner;SharedAccessKey=SECRET",
                Some(Admin),
            ),
            ("HostName=a.example.net;SharedAccessKeyName=device;SharedAccessKey=SECRET", None),
            ("OTHER_USER=root\nDB_PASSWORD=SECRET", None),
            ("badminton = SECRET", None),
        ] {
            assert_eq!(of(text).privilege, wanted, "{text}");
        }
    }

    #[test]
    fn hosts_say_who_can_use_it() {
        use HostScope::{Loopback, Private, Word};
        for (text, wanted) in [
            ("redis://:SECRET@localhost:6379", Some(Loopback)),
            ("redis://:SECRET@redis:6379", Some(Word)),
            ("redis://:SECRET@[::1]:6379", Some(Loopback)),
            ("redis://:SECRET@10.1.2.3:6379", Some(Private)),
            ("redis://:SECRET@cache.prod.internal", Some(Private)),
            ("redis://:SECRET@cache.example.net", None),
            ("redis://:SECRET@$HOST/", None),
            ("host=127.0.0.1 password=SECRET", Some(Loopback)),
            ("DB_HOST=192.168.1.5\nDB_PASSWORD=SECRET", Some(Private)),
            ("CACHE_HOST=127.0.0.1\nDB_PASSWORD=SECRET", None),
            ("password: SECRET\nhost: 172.20.0.1\n", Some(Private)),
            ("redis://:SECRET@pg.shop.svc.cluster.local/0", Some(Private)),
            ("redis://:SECRET@pg.shop.svc", Some(Private)),
            ("ldap.server=ldaps://ldap.example.net\nldap.password=SECRET", None),
            ("ldap.server=ldap://dc01.corp\nldap.password=SECRET", Some(Private)),
            ("Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKey=SECRET", None),
            ("Endpoint=sb://localhost;SharedAccessKey=SECRET", Some(Loopback)),
            ("host: https://es.example.net:9243\npassword: SECRET\n", None),
            ("host: https://reader@10.0.0.8:9243/x\npassword: SECRET\n", Some(Private)),
            ("server=amqp+ssl://mq.example.net:5671 password=SECRET", None),
            ("server=tcp:db.example.net,1433;password=SECRET", None),
            ("Data Source=tcp:10.1.1.1,1433;Password=SECRET", Some(Private)),
            ("Data Source=.\\SQLEXPRESS;Password=SECRET", Some(Loopback)),
            ("host=jdbc:sqlserver://db01 password=SECRET", Some(Word)),
            ("host=jdbc:oracle:thin:@//10.2.0.4:1521/x password=SECRET", Some(Private)),
            ("address=[fe80::1]:22 password=SECRET", Some(Private)),
            ("host=::1 password=SECRET", Some(Loopback)),
            ("host=/var/run/postgresql password=SECRET", Some(Loopback)),
            ("endpoint = \"https://minio.example.net\"\nsecret = \"SECRET\"", None),
            ("server: SASL_SSL://kafka.example.net:9093\npassword: SECRET\n", None),
            ("{\"host\":\"redis://[::1]:6379\",\"password\":\"SECRET\"}", Some(Loopback)),
            ("{ \"password\" : \"SECRET\", \"hostname\" : \"10.0.0.7\" }", Some(Private)),
            ("{:host => 'localhost', :password => 'SECRET'}", Some(Loopback)),
            ("connect(user=\"a\", host=\"db.example.net\", password=\"SECRET\")", None),
            ("connect({host: '127.0.0.1', password: 'SECRET'})", Some(Loopback)),
            ("[{\"host\":\"localhost\"},{\"password\":\"SECRET\"}]", None),
        ] {
            assert_eq!(of(text).host, wanted, "{text}");
        }
    }

    #[test]
    fn any_text_is_survived() {
        for text in ["@SECRET@", "://:SECRET@[", "=SECRET", "\n\n - SECRET", "[\nSECRET"] {
            of(text);
            of(&format!("\u{e9}{text}\u{e9}"));
        }
    }
}
