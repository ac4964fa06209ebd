//! Programming languages: how each reads the environment and settings. A new one is one entry here, with its
//! samples and their harmless twins in the tests.
//!
//! A pattern has the group `name`, or the group `names` for a list of names. It begins in code: what stands in
//! comments and texts is not read.

use super::lexer::{Quote, Syntax, plain};

/// A language.
#[derive(Debug)]
pub(super) struct Language {
    /// Name, for errors of tests.
    pub(super) name: &'static str,
    /// Ends of file names, in lower case: extensions with their dot, or whole names.
    pub(super) files: &'static [&'static str],
    /// Programs by which scripts without an extension begin: `#!/usr/bin/env ruby`.
    pub(super) programs: &'static [&'static str],
    pub(super) syntax: &'static Syntax,
    /// Without one of these words no pattern of the language matches.
    pub(super) words: &'static [&'static str],
    /// How it reads the environment.
    pub(super) environment: &'static [&'static str],
    /// How it reads settings.
    pub(super) settings: &'static [&'static str],
}

const C_LIKE: Syntax = Syntax {
    line: &["//"],
    line_after_blank: false,
    block: &[("/*", "*/")],
    strings: &[plain("\""), plain("'")],
};

const JAVASCRIPT: Syntax = Syntax {
    strings: &[
        plain("\""),
        plain("'"),
        Quote { is_long: true, code: Some(("${", "}")), ..plain("`") },
    ],
    ..C_LIKE
};

const JVM: Syntax = Syntax {
    strings: &[
        Quote { is_long: true, escapes: false, code: Some(("${", "}")), ..plain("\"\"\"") },
        Quote { code: Some(("${", "}")), ..plain("\"") },
        plain("'"),
    ],
    ..C_LIKE
};

const GO: Syntax = Syntax {
    strings: &[plain("\""), Quote { is_long: true, escapes: false, ..plain("`") }, plain("'")],
    ..C_LIKE
};

/// Single quotes are lifetimes more often than characters.
const RUST: Syntax = Syntax { strings: &[Quote { is_long: true, ..plain("\"") }], ..C_LIKE };

const DOTNET: Syntax = Syntax {
    strings: &[Quote { code: Some(("{", "}")), only_after: b"$@", ..plain("\"") }, plain("'")],
    ..C_LIKE
};

const SWIFT: Syntax = Syntax {
    strings: &[
        Quote { is_long: true, code: Some(("\\(", ")")), ..plain("\"\"\"") },
        Quote { code: Some(("\\(", ")")), ..plain("\"") },
    ],
    ..C_LIKE
};

const DART: Syntax = Syntax {
    strings: &[
        Quote { code: Some(("${", "}")), ..plain("\"") },
        Quote { code: Some(("${", "}")), ..plain("'") },
    ],
    ..C_LIKE
};

const PHP: Syntax = Syntax {
    line: &["//", "#"],
    line_after_blank: false,
    block: &[("/*", "*/")],
    strings: &[
        Quote { is_long: true, code: Some(("{$", "}")), ..plain("\"") },
        Quote { is_long: true, ..plain("'") },
    ],
};

const PYTHON: Syntax = Syntax {
    line: &["#"],
    line_after_blank: false,
    block: &[],
    strings: &[
        Quote { is_long: true, code: Some(("{", "}")), only_after: b"f", ..plain("\"\"\"") },
        Quote { is_long: true, code: Some(("{", "}")), only_after: b"f", ..plain("'''") },
        Quote { code: Some(("{", "}")), only_after: b"f", ..plain("\"") },
        Quote { code: Some(("{", "}")), only_after: b"f", ..plain("'") },
    ],
};

const HASHES: Syntax = Syntax {
    line: &["#"],
    line_after_blank: false,
    block: &[],
    strings: &[
        Quote { is_long: true, code: Some(("#{", "}")), ..plain("\"\"\"") },
        Quote { is_long: true, code: Some(("#{", "}")), ..plain("\"") },
        Quote { is_long: true, ..plain("'") },
    ],
};

const RUBY: Syntax = Syntax {
    block: &[("\n=begin", "\n=end")],
    strings: &[
        Quote { is_long: true, code: Some(("#{", "}")), ..plain("\"") },
        Quote { is_long: true, ..plain("'") },
    ],
    line_after_blank: true,
    ..HASHES
};

/// `$#array` and `m#...#` are no comments, and variables count in strings.
const PERL: Syntax = Syntax {
    line_after_blank: true,
    block: &[("\n=pod", "\n=cut"), ("\n=head", "\n=cut")],
    strings: &[
        Quote { is_long: true, is_code: true, ..plain("\"") },
        Quote { is_long: true, ..plain("'") },
    ],
    ..HASHES
};

const R: Syntax = Syntax { strings: &[plain("\""), plain("'")], ..HASHES };

const ERLANG: Syntax = Syntax {
    line: &["%"],
    line_after_blank: false,
    block: &[],
    strings: &[Quote { is_long: true, ..plain("\"") }],
};

const LUA: Syntax = Syntax {
    line: &["--"],
    line_after_blank: false,
    block: &[("--[[", "]]")],
    strings: &[plain("\""), plain("'"), Quote { is_long: true, escapes: false, ..plain("[[") }],
};

const POWERSHELL: Syntax = Syntax {
    line: &["#"],
    line_after_blank: true,
    block: &[("<#", "#>")],
    strings: &[
        Quote { is_long: true, escapes: false, is_code: true, ..plain("\"") },
        Quote { is_long: true, escapes: false, ..plain("'") },
    ],
};

/// Every language.
pub(super) const LANGUAGES: &[Language] = &[
    Language {
        name: "JavaScript",
        files: &[
            ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts", ".vue", ".svelte",
            ".astro",
        ],
        programs: &["node", "deno", "bun"],
        syntax: &JAVASCRIPT,
        words: &["process", "import.meta", "env.", "$env/", "config", "Config", "createEnv"],
        environment: &[
            r#"\bprocess\s*\.\s*env\s*(?:\?\.|!?\.)\s*(?<name>[A-Za-z_]\w*)"#,
            r#"\bprocess\s*\.\s*env\s*(?:\?\.)?\[\s*['"`](?<name>[A-Za-z_]\w*)['"`]\s*\]"#,
            r#"\bimport\s*\.\s*meta\s*\.\s*env\s*\??\.\s*(?<name>[A-Za-z_]\w*)"#,
            r#"\bimport\s*\.\s*meta\s*\.\s*env\s*\[\s*['"`](?<name>[A-Za-z_]\w*)['"`]\s*\]"#,
            r#"\b(?:Deno|Bun)\s*\.\s*env\s*\.\s*(?:get|has)\(\s*['"`](?<name>[A-Za-z_]\w*)"#,
            r#"\bBun\s*\.\s*env\s*\.\s*(?<name>[A-Z_]\w*)"#,
            r#"(?:const|let|var)\s*\{(?<names>[^{}]*)\}\s*=\s*(?:process|Bun|import\s*\.\s*meta)\s*\.\s*env\b"#,
            r#"\bimport\s*\{(?<names>[^{}]*)\}\s*from\s*['"]\$env/(?:static|dynamic)/(?:private|public)['"]"#,
            r#"\bcleanEnv\(\s*process\s*\.\s*env\s*,\s*\{(?<names>[^{}]*)\}"#,
            r#"\b(?:env|envVar)\.get\(\s*['"](?<name>[A-Z_][A-Z0-9_]*)['"]"#,
            r#"\b(?<name>[A-Z][A-Z0-9_]*_[A-Z0-9_]+)\s*:\s*(?:z|Joi|yup|v)\s*\.\s*\w+\("#,
        ],
        settings: &[
            r#"\b[cC]onfig(?:[sS]ervice)?\s*\.\s*(?:get|getOrThrow|has)(?:<[^<>()]*>)?\(\s*['"`](?<name>[A-Za-z_][\w.:-]*)['"`]"#,
        ],
    },
    Language {
        name: "Python",
        files: &[".py", ".pyi", ".pyw", ".wsgi"],
        programs: &["python", "python3"],
        syntax: &PYTHON,
        words: &["env", "config", "Settings"],
        environment: &[
            r#"\benvironb?\s*\[\s*[rbu]?['"](?<name>[A-Za-z_]\w*)['"]\s*\]"#,
            r#"\benvironb?\s*\.\s*(?:get|pop|setdefault)\(\s*[rbu]?['"](?<name>[A-Za-z_]\w*)['"]"#,
            r#"\bgetenvb?\(\s*(?:key\s*=\s*)?[rbu]?['"](?<name>[A-Za-z_]\w*)['"]"#,
            r#"\b(?:env|environ)\s*(?:\.\s*(?:str|bool|int|float|url|list|dict|json|db|cache|email_url|get_value|log_level|path|decimal|uuid|bytes|search_url|channels_url|db_url|cache_url|dj_db_url))?\(\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
            r#"\b(?:decouple\s*\.\s*|_)?config\(\s*['"](?<name>[A-Z_][A-Z0-9_]*)['"]"#,
            r#"\bField\([^()]*\benv\s*=\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
            r#"\bvalidation_alias\s*=\s*(?:AliasChoices\(\s*)?['"](?<name>[A-Za-z_]\w*)['"]"#,
            r#"\benvvar\s*=\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
        ],
        settings: &[],
    },
    Language {
        name: "Ruby",
        files: &[
            ".rb", ".rake", ".ru", ".erb", ".gemspec", "gemfile", "rakefile", "fastfile", "appfile",
        ],
        programs: &["ruby"],
        syntax: &RUBY,
        words: &["ENV", "Figaro", "Settings"],
        environment: &[
            r#"\bENV\s*\[\s*['"](?<name>[A-Za-z_]\w*)['"]\s*\]"#,
            r#"\bENV\s*\.\s*(?:fetch|key\?|has_key\?|dig|values_at|delete)\s*\(?\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
            r#"\bFigaro\s*\.\s*env\s*\.\s*(?<name>[A-Za-z_]\w*)"#,
        ],
        settings: &[],
    },
    Language {
        name: "Java",
        files: &[".java", ".kt", ".kts", ".scala", ".sc", ".groovy", ".gradle", ".clj"],
        programs: &["kotlin", "scala", "groovy"],
        syntax: &JVM,
        words: &["env", "Env", "@Value", "Property", "@Config", "Config"],
        environment: &[
            r#"\bSystem\s*\.\s*getenv\(\s*"(?<name>[A-Za-z_]\w*)"\s*\)"#,
            r#"\bSystem\s*\.\s*getenv\(\s*\)\s*(?:\.\s*(?:get|getOrDefault)\(|\[)\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\(System/getenv\s+"(?<name>[A-Za-z_]\w*)""#,
            r#"\bsys\s*\.\s*env\s*(?:\.\s*(?:get|getOrElse|apply))?\(\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\b(?:Properties\s*\.\s*)?(?:envOrElse|envOrNone|envOrSome)\(\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\b[dD]otenv\w*(?:\(\s*\))?\s*(?:\.\s*get\(|\[)\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\bproviders\s*\.\s*environmentVariable\(\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
        ],
        settings: &[
            r#"@Value\(\s*(?:value\s*=\s*)?"[^"$]*\\?\$\{(?<name>[A-Za-z_][\w.-]*)"#,
            r#"\b(?:[eE]nv|[eE]nvironment|getEnvironment\(\))\s*\.\s*(?:get(?:Required)?Property)\(\s*"(?<name>[A-Za-z_][\w.-]*)""#,
            r#"@(?:ConfigProperty|Property)\([^()]*\bname\s*=\s*"(?<name>[A-Za-z_][\w.-]*)""#,
            r#"\b[cC]onfig\s*\.\s*(?:getString|getOptionalValue|getValue|property)\(\s*"(?<name>[A-Za-z_][\w.-]*)""#,
        ],
    },
    Language {
        name: "Go",
        files: &[".go"],
        programs: &[],
        syntax: &GO,
        words: &["env", "Env", "viper"],
        environment: &[
            r#"\b(?:os|syscall)\s*\.\s*(?:Getenv|LookupEnv)\(\s*["`](?<name>[A-Za-z_]\w*)["`]"#,
            r#"\bviper\s*\.\s*BindEnv\(\s*"[^"]*"\s*,\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\b(?:Env[vV]ars?|EnvVar)\s*:\s*(?:\[\]string\{\s*)?"(?<name>[A-Za-z_]\w*)""#,
            r#"\bcli\s*\.\s*EnvVars\(\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\b(?:get|must|lookup|require)?[eE]nv(?:Or\w*|String|Default)?\(\s*"(?<name>[A-Z_][A-Z0-9_]*)""#,
            // Tags of fields stand in texts.
            r#"`[^`\n]*\b(?:env|envconfig|envDefault)\s*:\s*"(?<name>[A-Za-z_]\w*)"#,
        ],
        settings: &[
            r#"\b(?:viper|v|koanf|k)\s*\.\s*(?:Get|GetString|GetBool|GetInt|GetDuration|GetStringSlice|String|MustString|IsSet|BindEnv)\(\s*"(?<name>[A-Za-z_][\w.-]*)""#,
        ],
    },
    Language {
        name: "Rust",
        files: &[".rs"],
        programs: &[],
        syntax: &RUST,
        words: &["env", "dotenv"],
        environment: &[
            r#"\benv\s*::\s*var(?:_os)?\(\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\b(?:option_)?env!\(\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\bdotenvy?(?:\s*::\s*var\(|!\()\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"#\[(?:arg|clap|structopt|argh)\([^\]]*\benv\s*=\s*"(?<name>[A-Za-z_]\w*)""#,
        ],
        settings: &[],
    },
    Language {
        name: ".NET",
        files: &[".cs", ".fs", ".fsx", ".vb", ".cshtml", ".razor"],
        programs: &[],
        syntax: &DOTNET,
        words: &["Environment", "onfig"],
        environment: &[
            r#"\bEnvironment\s*\.\s*GetEnvironmentVariable\(\s*"(?<name>[A-Za-z_]\w*)""#,
        ],
        settings: &[
            r#"\b_?(?:\w+\s*\.\s*)*[cC]onfig(?:uration)?\s*\[\s*"(?<name>[A-Za-z_][\w.:-]*)"\s*\]"#,
            r#"\b_?(?:\w+\s*\.\s*)*[cC]onfig(?:uration)?\s*\.\s*(?:GetValue(?:<[^<>()]*>)?|GetSection|GetRequiredSection)\(\s*"(?<name>[A-Za-z_][\w.:-]*)""#,
            r#"\.\s*(?<list>GetConnectionString)\(\s*"(?<name>[A-Za-z_][\w.:-]*)""#,
        ],
    },
    Language {
        name: "PHP",
        files: &[".php", ".phtml", ".inc"],
        programs: &["php"],
        syntax: &PHP,
        words: &["env", "_ENV", "_SERVER", "config"],
        environment: &[
            r#"\bgetenv\(\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
            r#"\$_(?:ENV|SERVER)\s*\[\s*['"](?<name>[A-Za-z_]\w*)['"]\s*\]"#,
            r#"\b(?:Env::get|env)\(\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
        ],
        settings: &[r#"\bconfig\(\s*['"](?<name>[A-Za-z_][\w.-]*)['"]"#],
    },
    Language {
        name: "Swift",
        files: &[".swift"],
        programs: &["swift"],
        syntax: &SWIFT,
        words: &["nvironment", "getenv"],
        environment: &[
            r#"\bProcessInfo\s*\.\s*processInfo\s*\.\s*environment\s*\[\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\bEnvironment\s*\.\s*get\(\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\bgetenv\(\s*"(?<name>[A-Za-z_]\w*)""#,
        ],
        settings: &[],
    },
    Language {
        name: "Perl",
        files: &[".pl", ".pm", ".psgi"],
        programs: &["perl"],
        syntax: &PERL,
        words: &["ENV"],
        environment: &[r#"\$(?:main::)?ENV\s*\{\s*['"]?(?<name>[A-Za-z_]\w*)['"]?\s*\}"#],
        settings: &[],
    },
    Language {
        name: "Elixir",
        files: &[".ex", ".exs", ".eex", ".heex"],
        programs: &["elixir"],
        syntax: &HASHES,
        words: &["env", ":system"],
        environment: &[
            r#"\bSystem\s*\.\s*(?:get_env|fetch_env!?)\(?\s*"(?<name>[A-Za-z_]\w*)""#,
            r#"\{\s*:system\s*,\s*"(?<name>[A-Za-z_]\w*)"\s*\}"#,
            r#"\benv!\(\s*"(?<name>[A-Za-z_]\w*)""#,
        ],
        settings: &[],
    },
    Language {
        name: "Erlang",
        files: &[".erl", ".hrl"],
        programs: &["escript"],
        syntax: &ERLANG,
        words: &["getenv"],
        environment: &[r#"\bos\s*:\s*getenv\(\s*"(?<name>[A-Za-z_]\w*)""#],
        settings: &[],
    },
    Language {
        name: "C",
        files: &[".c", ".h", ".cc", ".cpp", ".cxx", ".hpp", ".hh", ".m", ".mm"],
        programs: &[],
        syntax: &C_LIKE,
        words: &["getenv", "Environment"],
        environment: &[
            r#"\b(?:secure_|q|_w|_)?getenv(?:_s)?\(\s*L?"(?<name>[A-Za-z_]\w*)""#,
            r#"\bGetEnvironmentVariable[AW]?\(\s*(?:TEXT\(\s*|L)?"(?<name>[A-Za-z_]\w*)""#,
            r#"\bqEnvironmentVariable\(\s*"(?<name>[A-Za-z_]\w*)""#,
        ],
        settings: &[],
    },
    Language {
        name: "R",
        files: &[".r", ".rprofile"],
        programs: &["rscript"],
        syntax: &R,
        words: &["getenv"],
        environment: &[r#"\bSys\.getenv\(\s*(?:x\s*=\s*)?['"](?<name>[A-Za-z_]\w*)['"]"#],
        settings: &[],
    },
    Language {
        name: "Lua",
        files: &[".lua"],
        programs: &["lua"],
        syntax: &LUA,
        words: &["getenv"],
        environment: &[r#"\bos\s*\.\s*getenv\s*\(?\s*['"](?<name>[A-Za-z_]\w*)['"]"#],
        settings: &[],
    },
    Language {
        name: "Dart",
        files: &[".dart"],
        programs: &[],
        syntax: &DART,
        words: &["nvironment", "env"],
        environment: &[
            r#"\bPlatform\s*\.\s*environment\s*\[\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
            r#"\b(?:String|int|bool)\s*\.\s*fromEnvironment\(\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
            r#"\bdotenv\s*\.\s*(?:env\s*\[|get\(|maybeGet\()\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
        ],
        settings: &[],
    },
    Language {
        name: "PowerShell",
        files: &[".ps1", ".psm1", ".psd1"],
        programs: &["pwsh"],
        syntax: &POWERSHELL,
        words: &["env", "Env", "ENV"],
        environment: &[
            r#"\$\{?(?i:env):(?<name>[A-Za-z_]\w*)"#,
            r#"\bGetEnvironmentVariable\(\s*['"](?<name>[A-Za-z_]\w*)['"]"#,
            r#"\b(?i:env):[\\/](?<name>[A-Za-z_]\w*)"#,
        ],
        settings: &[],
    },
];
