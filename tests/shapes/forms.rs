//! The shapes in which a name and a value stand in real files.

/// A name, in words, and the value that it is given.
pub(crate) struct Pair<'p> {
    pub(crate) words: &'p [String],
    pub(crate) value: &'p str,
}

/// A shape that files have: what it is called, and its ways to write a pair.
pub(crate) struct Form {
    pub(crate) name: &'static str,
    pub(crate) ways: &'static [fn(&Pair<'_>) -> String],
}

/// Shapes that hold a named value.
pub(crate) const NAMED: &[Form] = &[
    Form {
        name: "shell",
        ways: &[
            |p| format!("#!/bin/sh\nexport {}=\"{}\"\n", p.upper(), p.value),
            |p| format!("export {}='{}'\n", p.upper(), p.value),
            |p| format!("{}={} ./run --fast\n", p.upper(), p.value),
        ],
    },
    Form {
        name: ".env",
        ways: &[
            |p| format!("PORT=8080\n{}={}\nDEBUG=0\n", p.upper(), p.value),
            |p| format!("{}=\"{}\"\r\n", p.upper(), p.value),
        ],
    },
    Form {
        name: "YAML",
        ways: &[
            |p| format!("service:\n  {}: {}\n  retries: 3\n", p.snake(), p.value),
            |p| format!("{}: \"{}\"\n", p.camel(), p.value),
            |p| format!("{}: '{}'\n", p.kebab(), p.value),
            |p| format!("env:\n  - name: {}\n    value: \"{}\"\n", p.upper(), p.value),
        ],
    },
    Form {
        name: "JSON",
        ways: &[
            |p| format!("{{\"{}\": \"{}\"}}\n", p.snake(), p.value),
            |p| format!("{{\n  \"{}\":\"{}\",\n  \"port\": 80\n}}\n", p.camel(), p.value),
            |p| format!("\"{{\\\"{}\\\":\\\"{}\\\"}}\"\n", p.snake(), p.value),
        ],
    },
    Form {
        name: "TOML",
        ways: &[
            |p| format!("[service]\n{} = \"{}\"\n", p.snake(), p.value),
            |p| format!("{} = '{}'\n", p.kebab(), p.value),
        ],
    },
    Form {
        name: "HCL",
        ways: &[
            |p| format!("resource \"x\" \"y\" {{\n  {}   = \"{}\"\n}}\n", p.snake(), p.value),
            |p| format!("variable \"{}\" {{\n  default = \"{}\"\n}}\n", p.snake(), p.value),
        ],
    },
    Form {
        name: "XML",
        ways: &[
            |p| format!("<config>\n  <{0}>{1}</{0}>\n</config>\n", p.camel(), p.value),
            |p| format!("<add key=\"{}\" value=\"{}\" />\n", p.pascal(), p.value),
            |p| format!("<property name=\"{}\" value=\"{}\"/>\n", p.dotted(), p.value),
        ],
    },
    Form {
        name: "properties",
        ways: &[
            |p| format!("{}={}\n", p.dotted(), p.value),
            |p| format!("{} = {}\n", p.dotted(), p.value),
        ],
    },
    Form {
        name: "Python",
        ways: &[
            |p| format!("{} = \"{}\"\n", p.upper(), p.value),
            |p| format!("os.environ['{}'] = '{}'\n", p.upper(), p.value),
            |p| format!("client = Client({}=\"{}\", timeout=3)\n", p.snake(), p.value),
            |p| format!("settings = {{'{}': '{}'}}\n", p.snake(), p.value),
        ],
    },
    Form {
        name: "JavaScript",
        ways: &[
            |p| format!("const {} = \"{}\";\n", p.camel(), p.value),
            |p| format!("export default {{ {}: '{}', debug: false }}\n", p.camel(), p.value),
            |p| format!("process.env.{} = `{}`;\n", p.upper(), p.value),
        ],
    },
    Form {
        name: "Go",
        ways: &[
            |p| format!("\t{} := \"{}\"\n", p.camel(), p.value),
            |p| format!("cfg := Config{{\n\t{}: \"{}\",\n}}\n", p.pascal(), p.value),
            |p| format!("os.Setenv(\"{}\", \"{}\")\n", p.upper(), p.value),
        ],
    },
    Form {
        name: "Java",
        ways: &[
            |p| format!("private static final String {} = \"{}\";\n", p.upper(), p.value),
            |p| format!("System.setProperty(\"{}\", \"{}\");\n", p.dotted(), p.value),
            |p| format!("builder.{}(\"{}\").build();\n", p.camel(), p.value),
        ],
    },
    Form {
        name: "C#",
        ways: &[
            |p| format!("private const string {} = \"{}\";\n", p.pascal(), p.value),
            |p| format!("public string {} {{ get; set; }} = \"{}\";\n", p.pascal(), p.value),
            |p| format!("configuration[\"{}\"] = @\"{}\";\n", p.pascal(), p.value),
        ],
    },
    Form {
        name: "curl",
        ways: &[
            |p| format!("curl -s -H \"X-{}: {}\" https://api.example.com/v1\n", p.train(), p.value),
            |p| format!("curl https://api.example.com/v1 -d {}={} -d n=1\n", p.snake(), p.value),
            |p| {
                let (name, value) = (p.camel(), p.value);
                format!("curl https://api.example.com/v1 -d '{{\"{name}\": \"{value}\"}}'\n")
            },
        ],
    },
    Form {
        name: "URL",
        ways: &[
            |p| format!("https://api.example.com/v1/items?{}={}&page=2\n", p.snake(), p.value),
            |p| format!("\"https://api.example.com/v1?page=2&{}={}\"\n", p.camel(), p.value),
        ],
    },
    Form {
        name: "header",
        ways: &[
            |p| format!("GET /v1 HTTP/1.1\r\nX-{}: {}\r\nAccept: */*\r\n", p.train(), p.value),
            |p| format!("\"X-{}\": \"{}\",\n", p.train(), p.value),
        ],
    },
    Form {
        name: "Markdown",
        ways: &[
            |p| format!("- `{}`: `{}`\n", p.upper(), p.value),
            |p| format!("| {} | {} |\n", p.upper(), p.value),
            |p| format!("```\n{}={}\n```\n", p.upper(), p.value),
        ],
    },
    Form {
        name: "log",
        ways: &[
            |p| {
                let (name, value) = (p.snake(), p.value);
                format!(
                    "2024-05-03T10:15:00.123Z INFO [main] started with {name}={value} tries=3\n"
                )
            },
            |p| format!("level=debug msg=\"{}: {}\"\n", p.kebab(), p.value),
        ],
    },
];

/// Shapes that hold a value which needs no name, with the host that it is sent to.
pub(crate) const SENT: &[Form] = &[
    Form {
        name: "curl, bearer",
        ways: &[
            |p| {
                let (host, value) = (p.host(), p.value);
                format!("curl -H \"Authorization: Bearer {value}\" https://{host}/v1/items\n")
            },
            |p| format!("curl -H 'Authorization: token {}' 'https://{}/v1'\n", p.value, p.host()),
        ],
    },
    Form {
        name: "header, bearer",
        ways: &[
            |p| {
                let (host, value) = (p.host(), p.value);
                format!("GET /v1 HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {value}\r\n\r\n")
            },
            |p| {
                let (host, value) = (p.host(), p.value);
                format!(
                    "fetch(`https://{host}`, {{ headers: {{ Authorization: `Bearer {value}` }} }})"
                )
            },
        ],
    },
];

impl Pair<'_> {
    fn joined(&self, separator: &str, word: impl Fn(usize, &str) -> String) -> String {
        let words: Vec<String> = self.words.iter().enumerate().map(|(i, w)| word(i, w)).collect();
        words.join(separator)
    }

    pub(crate) fn snake(&self) -> String {
        self.joined("_", |_, w| w.to_owned())
    }

    fn kebab(&self) -> String {
        self.joined("-", |_, w| w.to_owned())
    }

    fn dotted(&self) -> String {
        self.joined(".", |_, w| w.to_owned())
    }

    fn upper(&self) -> String {
        self.snake().to_ascii_uppercase()
    }

    fn pascal(&self) -> String {
        self.joined("", |_, w| capital(w))
    }

    fn camel(&self) -> String {
        self.joined("", |i, w| if i == 0 { w.to_owned() } else { capital(w) })
    }

    fn train(&self) -> String {
        self.joined("-", |_, w| capital(w))
    }

    fn host(&self) -> String {
        format!("api.{}.com", self.words[0])
    }
}

fn capital(word: &str) -> String {
    let (first, rest) = word.split_at(1);
    format!("{}{rest}", first.to_ascii_uppercase())
}
