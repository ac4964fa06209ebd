//! Heap allocations that a scan makes for blobs without findings: none. Almost every blob of a tree or history
//! has no findings, and what each of them takes from the heap, every thread takes.
//!
//! Every blob is scanned twice: by the first scan the scratch memory of the thread grows, the second is
//! counted.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::Arc;

use data_encoding::BASE64;
use sprawl::Origin;
use sprawl::blob::{Base, Blob};
use sprawl::scan::Worker;
use sprawl::scan::progress::Progress;
use sprawl_detect::rules::Rules;
use sprawl_detect::rules::mint::Random;

/// Length of every text, in bytes.
const TEXT: usize = 8_000;

/// The system's allocator, and a count of what each thread asks of it: tests run side by side.
struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<(usize, usize)> = const { Cell::new((0, 0)) };
}

fn note(size: usize) {
    // A thread that ends has no count any more.
    let _ = ALLOCATIONS.try_with(|all| {
        let (count, bytes) = all.get();
        all.set((count + 1, bytes + size));
    });
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "to count allocations takes an allocator, and that trait is unsafe")]
// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        note(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        note(size);
        // SAFETY: as above.
        unsafe { System.realloc(memory, layout, size) }
    }
}

#[test]
fn a_blob_without_findings_allocates_nothing() {
    let rules = Rules::builtin();
    let (progress, repository) = (Progress::default(), Arc::from("r"));
    let mut some = Vec::new();
    for (name, text) in texts() {
        let mut worker = Worker::new(&rules, &progress);
        // Formats are also known by names.
        for path in ["src/some.txt", "config/App.YML", "Dockerfile"] {
            scan(&mut worker, &repository, path, &text);
            let before = ALLOCATIONS.get();
            scan(&mut worker, &repository, path, &text);
            let after = ALLOCATIONS.get();
            let (count, bytes) = (after.0 - before.0, after.1 - before.1);
            assert!(worker.output.findings.is_empty(), "{name} is not silent");
            if count > 0 {
                some.push(format!("{name} in {path}: {count} allocations of {bytes} bytes"));
            }
        }
    }
    assert!(some.is_empty(), "{}", some.join("\n"));
}

/// Allocations are counted at all.
#[test]
fn a_blob_with_a_finding_allocates() {
    let rules = Rules::builtin();
    let (progress, repository) = (Progress::default(), Arc::from("r"));
    let mut worker = Worker::new(&rules, &progress);
    let token = crate::common::minted("github-pat-classic", 1);
    let before = ALLOCATIONS.get();
    scan(&mut worker, &repository, "a.env", format!("TOKEN={token}\n").as_bytes());
    assert!(ALLOCATIONS.get().0 > before.0);
}

fn scan(worker: &mut Worker<'_>, repository: &Arc<str>, path: &str, bytes: &[u8]) {
    let origin = &Origin::File;
    worker.blob(&Blob { base: Base::TOP, bytes, path, repository, origin, untracked: false });
}

/// The texts, each with what it is called.
fn texts() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("words", filled(|r| format!("{} ", r.word()))),
        (
            "C",
            filled(|r| format!("\tif ({}->{} < {})\n\t\treturn;\n", r.word(), r.word(), r.word())),
        ),
        ("minified", filled(|r| format!("function {}(t,e){{return t.{}+e}};", r.word(), r.word()))),
        ("labels", filled(|_| "  \"password_label\": \"Your password\",\n".into())),
        ("translations", filled(translation)),
        ("calls", filled(|_| "let token = next_token();\n".into())),
        ("code", filled(code)),
        ("names", filled(|_| "key = \"name\"\n".into())),
        ("keys", filled(|r| format!("{}_key = \"{}\"\n", r.word(), r.word()))),
        (".env", filled(setting)),
        ("ids", filled(identifier)),
        ("long", filled(translation).repeat(10)),
        ("base64 of noise", filled(noise)),
        ("base64 of text", filled(encoded)),
        ("escapes", filled(escaped)),
        ("addresses", filled(address)),
        ("HTML", filled(markup)),
        ("JSON", [b"{\n", filled(document).as_slice(), b"  \"end\": 1\n}\n"].concat()),
        ("a notebook's keys", [b"{\n", filled(notebook).as_slice(), b"}\n"].concat()),
        (
            "mail",
            [b"From: a@example.com\n", filled(|r| format!("> {} ", r.word())).as_slice()].concat(),
        ),
        ("joined", filled(joined)),
        ("binary", filled(|r| format!("\0\u{1}{}\0", r.word()))),
        ("empty", Vec::new()),
        (
            "spoken",
            filled(|r| format!("The {} key: {} of the {} token.\n", r.word(), r.word(), r.word())),
        ),
    ]
}

/// A text of the whole length, made of what is made again and again.
fn filled(mut line: impl FnMut(&mut Words) -> String) -> Vec<u8> {
    let mut words = Words(Random::new(1));
    let mut text = String::with_capacity(TEXT + 100);
    while text.len() < TEXT {
        text += &line(&mut words);
    }
    text.truncate(TEXT);
    text.into_bytes()
}

/// A line of a file with the labels and messages of an interface.
fn translation(words: &mut Words) -> String {
    let name = words.of(&["password", "token", "api_key", "secret", "current_password", "title"]);
    let about = words.of(&["label", "hint", "missing", "placeholder", "button", "expired"]);
    let (one, other) = (words.word(), words.word());
    match words.below(3) {
        0 => format!("  \"{name}_{about}\": \"Your {one} {other}\",\n"),
        1 => format!("  \"{other}.{name}\": \"Password\",\n"),
        _ => format!("  \"{about}_{name}\": \"Enter the {one} of your {name} again.\",\n"),
    }
}

/// A line of a program that deals with secrets and has none.
fn code(words: &mut Words) -> String {
    let name = words.of(&["token", "password", "apiKey", "secret_key", "auth"]);
    let (one, other) = (words.word(), words.word());
    match words.below(5) {
        0 => format!("    let {name} = {one}.next_{other}()?;\n"),
        1 => format!("    if ({name} == null) throw new Error(\"no {one} {name}\");\n"),
        2 => format!("    self.{name} = self.{one}(options[\"{name}\"])\n"),
        3 => format!("    {name}: str = os.environ.get(\"{one}_{name}\")\n"),
        _ => format!("    public static final String {name} = \"{one}.{other}\";\n"),
    }
}

/// A line of settings without secrets.
fn setting(words: &mut Words) -> String {
    let (one, other) = (words.word().to_ascii_uppercase(), words.word());
    match words.below(5) {
        0 => format!("{one}_HOST={other}.internal\n"),
        1 => format!("{one}_PORT=5432\n"),
        2 => format!("{one}_PASSWORD=\n"),
        3 => format!("{one}_TOKEN=${{{one}_TOKEN}}\n"),
        _ => format!("{one}_SECRET_FILE=/run/secrets/{other}\n"),
    }
}

/// A line with an id or a digest, beside names of vendors and of secrets.
fn identifier(words: &mut Words) -> String {
    let (id, word) = (words.0.number(), words.word());
    let vendor = words.of(&["heroku", "azure", "aws", "datadog", "twilio", "stripe", "cloudflare"]);
    match words.below(5) {
        0 => format!("{vendor}_{word}_id = \"{id:08x}-1a2b-4c3d-8e9f-{:012x}\"\n", id >> 20),
        1 => format!("    \"{vendor}/{word}\": \"sha512-{id:016x}{:016x}\",\n", id / 3),
        2 => format!("commit {id:016x}{:016x}{:08x} {vendor} {word}\n", id / 3, id >> 40),
        3 => format!("{word}_key_id: {id:016x}\n"),
        _ => format!("<a href=\"https://{vendor}.com/{word}?token_id={}\">{word}</a>\n", id >> 32),
    }
}

/// A line of a lock file: digests in base64, which decode to noise.
fn noise(words: &mut Words) -> String {
    let bytes: Vec<u8> = (0..8).flat_map(|_| words.0.number().to_le_bytes()).collect();
    format!("      \"integrity\": \"sha512-{}\",\n", BASE64.encode(&bytes))
}

/// A line with a text in base64, as data URLs and manifests have them.
fn encoded(words: &mut Words) -> String {
    let text = format!("{}: the {} of a {}\n", words.word(), words.word(), words.word());
    format!("  {}: {}\n", words.word(), BASE64.encode(text.repeat(3).as_bytes()))
}

/// A line with the escapes of several languages.
fn escaped(words: &mut Words) -> String {
    let (one, other) = (words.word(), words.word());
    format!("  \"{one}\": \"a \\u00e4 \\x41{other}\\n\\\"{one}\\\": \\\"{other}\\\"\",\n")
}

/// A line with an address and a query in percent-encoding.
fn address(words: &mut Words) -> String {
    let (one, other) = (words.word(), words.word());
    format!("https://example.com/{one}?q=%22{other}%22%3D%3D{one}&next=%2F{other}%2F{one}\n")
}

/// A line of HTML with entities.
fn markup(words: &mut Words) -> String {
    let (one, other) = (words.word(), words.word());
    format!("<p title=\"{one}\">{other} &amp; &#65;&#x42;{one} &lt;{other}&gt;</p>\n")
}

/// A member of a JSON document.
fn document(words: &mut Words) -> String {
    format!(
        "  \"{}\": {{\"{}\": [{}, \"{}\"]}},\n",
        words.word(),
        words.word(),
        words.below(99),
        words.word()
    )
}

/// A member with the names that notebooks, archives of traffic and images have.
fn notebook(words: &mut Words) -> String {
    let name =
        words.of(&["cell", "metadata", "nbformat_minor", "entry", "request", "rootfs", "config"]);
    format!("  \"{name}\": {{\"{}\": \"{}\"}},\n", words.word(), words.word())
}

/// A line that goes on in the next one, and literals that are put together.
fn joined(words: &mut Words) -> String {
    let (one, other) = (words.word(), words.word());
    match words.below(2) {
        0 => format!("let {one} = \"{other} \" +\n    \"{one}\";\n"),
        _ => format!("run --{one} \\\n  --{other} {one}\n"),
    }
}

/// A source of words.
struct Words(Random);

impl Words {
    fn below(&mut self, bound: u64) -> u64 {
        self.0.number() % bound
    }

    fn of(&mut self, words: &[&'static str]) -> &'static str {
        words[self.below(words.len() as u64) as usize]
    }

    fn word(&mut self) -> &'static str {
        self.of(&[
            "account", "branch", "cache", "delete", "element", "filter", "gateway", "history",
            "index", "journal", "kernel", "length", "member", "number", "option", "person",
            "queue", "report", "station", "thread", "update", "value", "window", "yellow", "zone",
        ])
    }
}
