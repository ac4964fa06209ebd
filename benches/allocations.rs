//! Heap allocations that detection makes for texts without findings: how many, and of how many bytes
//! together. `cargo bench --bench allocations`. Almost every text of a tree or history has no findings,
//! and what each of them takes from the heap, every thread takes; so this is to be none.
//!
//! Every text is scanned twice: by the first scan the scanner's scratch memory grows, the second is
//! counted.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark may fail and must speak")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::hint::black_box;
use std::sync::atomic::{AtomicUsize, Ordering};

use sprawl_detect::Scanner;
use sprawl_detect::rules::Rules;
use sprawl_detect::rules::mint::Random;

/// Length of every text, in bytes.
const TEXT: usize = 20_000;

/// The system's allocator, and a count of what is asked of it.
struct Counting;

static ALLOCATIONS: AtomicUsize = AtomicUsize::new(0);
static BYTES: AtomicUsize = AtomicUsize::new(0);

impl Counting {
    fn note(size: usize) {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
        BYTES.fetch_add(size, Ordering::Relaxed);
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "to count allocations takes an allocator, and that trait is unsafe")]
// SAFETY: every call goes to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        Self::note(layout.size());
        // SAFETY: the caller's promises are those that the system's allocator asks for.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        Self::note(layout.size());
        // SAFETY: as above.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as above.
        unsafe { System.dealloc(memory, layout) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        Self::note(size);
        // SAFETY: as above.
        unsafe { System.realloc(memory, layout, size) }
    }
}

fn main() {
    let rules = Rules::builtin();
    println!("text            allocations       bytes   findings");
    for (name, text) in texts() {
        let mut scanner = Scanner::new(&rules);
        let found = scanner.candidates_in_blob(&text).1.len();
        let before = (ALLOCATIONS.load(Ordering::Relaxed), BYTES.load(Ordering::Relaxed));
        let _ = black_box(scanner.candidates_in_blob(black_box(&text)));
        let allocations = ALLOCATIONS.load(Ordering::Relaxed) - before.0;
        let bytes = BYTES.load(Ordering::Relaxed) - before.1;
        println!("{name:14} {allocations:12} {bytes:11} {found:10}");
    }
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
