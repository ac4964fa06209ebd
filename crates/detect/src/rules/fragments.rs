//! Parts of patterns that many rules share, by name.
//!
//! `(?&assign)` stands for what real files have between a name and the value it is given, so that a
//! rule only says how the name and the value look.

use std::borrow::Cow;

/// Between a name and its value. Every part is bounded, and may be absent where files leave it out.
const ASSIGN: &str = concat!(
    r"(?i-u:",
    // The rest of the name: `_PROD`, `-2`.
    r"(?:[_.-][0-9a-z]{1,12}){0,2}",
    // What closes the name: a quote, `']`, `)`, an escaped quote, `</name>`.
    r#"(?:[\\"'`\])}]{1,4}|</[a-z]{1,12}>|&quot;)?"#,
    r"(?:",
    // The value as the next field of the same object or element.
    r#"[\s,]{1,24}["'<]?value["'>]?(?:\s{0,3}[:=]\s{0,3})?"#,
    // The text of an element on a line of its own.
    r"|>[ \t]{0,4}\r?\n[ \t]{0,24}",
    // `=`, `:=`, `::=`, `.=`, `==`, `=>`, `: `, `, `, `(`, `|`, or only a space, as after an option.
    r"|[ \t]{0,24}(?:=>|:-|\|\||\?\?|[:?|.+!=]{0,3}=|[:,>(|]|[ \t])[ \t]{0,4}",
    // A dash between blanks, as in notes.
    r"|[ \t]{1,4}-[ \t]{1,4}",
    // With a type or with accessors before the sign: `: str =`, ` { get; set; } =`.
    r"|[ \t]{0,2}(?::[ \t]{0,2}[a-z][0-9a-z_.<>?&\[\]]{0,24}|\{[ a-z;]{1,20}\}|string)[ \t]{1,2}=[ \t]{0,4}",
    // A declaration with a default.
    r#"|[ \t]{0,2}\{[^{}]{1,160}?\bdefault[ \t]{0,12}=[ \t]{0,4}"#,
    r")",
    // A block of its own, in YAML.
    r"(?:[>|][+-]?[ \t]{0,2}\r?\n[ \t]{0,16})?",
    // A wrapper: `SecretStr(`.
    r"(?:[a-z_][0-9a-z_.]{0,30}\()?",
    // What opens the value, with the marks of raw, byte and verbatim strings before it.
    r#"(?:[brfu@$]{0,2}[\\"'`]{1,3}|&quot;|\()?"#,
    r")",
);

/// An argument of a call and the comma behind it, on the way to a later one: a literal, perhaps joined
/// to others, an expression with at most one call in it, or a short list or map.
const ARGUMENT: &str = concat!(
    r"(?-ux:(?:",
    r#"[a-zA-Z@$]{0,2}"[^"\r\n]{0,200}"[^"'`(),;\r\n]{0,60}"#,
    r#"|[a-zA-Z@$]{0,2}'[^'\r\n]{0,200}'[^"'`(),;\r\n]{0,60}"#,
    r"|`[^`\r\n]{0,200}`",
    r#"|[^\s"'`(),;{}\[\]][^"'`(),;\r\n\[]{0,80}(?:\[["']?[0-9A-Za-z_.-]{0,40}["']?\][^"'`(),;\r\n\[]{0,20}){0,2}(?:\([^()\r\n]{0,80}\)[^"'`(),;\r\n]{0,40})?"#,
    r"|\{[^{}]{0,200}\}|\[[^\[\]]{0,120}\]|\([^()]{0,120}\)",
    r")[ \t]{0,4},\s{0,60})",
);

/// What opens a literal that is an argument: its name, a conversion around it, the marks of its kind.
const OPEN: &str = concat!(
    r"(?-ux:",
    r"(?:[A-Za-z_]{1,24}[ \t]{0,2}[=:][ \t]{0,2})?",
    r"(?:(?:\[\]byte|bytes|bytearray|str|Some|SecretStr|new\x20String|[0-9A-Za-z_.:]{0,40}(?:\.from|::from|[gG]etBytes|[tT]oBytes|64decode))\([ \t]{0,2})?",
    r#"[bBrRuU@]{0,2}["'`])"#,
);

/// What closes such a literal: not an operator that joins another one to it.
const CLOSE: &str = r#"(?-ux:["'`](?:\s{0,40}[),\]}]|[.][A-Za-z]|[ \t]{0,4}(?:[\r\n;#]|$)))"#;

/// What stands between a program and one of its options: others, also on lines that a backslash
/// continues, and as the items of a list in brackets.
const OPTIONS: &str = r#"(?-ux:[^\r\n|;]{0,200}?(?:\\\r?\n[^\r\n|;]{0,120}?){0,2}[\s"',])"#;

const NAMED: &[(&str, &str)] = &[
    ("(?&assign)", ASSIGN),
    ("(?&argument)", ARGUMENT),
    ("(?&open)", OPEN),
    ("(?&close)", CLOSE),
    ("(?&options)", OPTIONS),
];

/// The pattern with the shared parts in place of their names.
pub(crate) fn expanded(pattern: &str) -> Cow<'_, str> {
    let mut pattern = Cow::Borrowed(pattern);
    for (name, fragment) in NAMED {
        if pattern.contains(name) {
            pattern = Cow::Owned(pattern.replace(name, fragment));
        }
    }
    pattern
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex_automata::meta::Regex;
    use regex_automata::util::syntax;

    fn value_of(text: &str) -> Option<String> {
        let pattern = expanded("(?i:api[_.-]?key)(?&assign)([0-9]{4})(?:[^0-9]|$)");
        let syntax = syntax::Config::new().unicode(false).utf8(false);
        let regex = Regex::builder().syntax(syntax).build(&pattern).expect("the pattern compiles");
        let mut captures = regex.create_captures();
        regex.captures(text, &mut captures);
        captures.get_group(1).map(|span| text[span.range()].to_owned())
    }

    #[test]
    fn values_are_found_behind_their_names() {
        for text in [
            "API_KEY=1234",
            "api.key = 1234",
            "--api-key 1234",
            "  \"apiKey\": \"1234\",",
            "{\\\"api_key\\\":\\\"1234\\\"}",
            "API_KEY_PROD_2='1234'",
            "config[\"api_key\"] = @\"1234\";",
            "api_key => '1234'",
            "apiKey := `1234`",
            "export API_KEY=\"${API_KEY:-1234}\"",
            "process.env.API_KEY || '1234'",
            "public string ApiKey { get; set; } = \"1234\";",
            "val apiKey: String = \"1234\"",
            "api_key: SecretStr = SecretStr(\"1234\")",
            "var apiKey string = \"1234\"",
            "- name: API_KEY\n  value: \"1234\"",
            "<add key=\"ApiKey\" value=\"1234\" />",
            "<property><name>x.api.key</name>\n<value>1234</value>",
            "variable \"api_key\" {\n  type = string\n  default = \"1234\"\n}",
            "api_key: |\n    1234\n",
            "| API_KEY | 1234 |",
            "- `API_KEY`: `1234`",
            "setApiKey(\"1234\")",
            "<apiKey>1234</apiKey>",
            "<apiKey>\n    1234\n</apiKey>",
            "API_KEY ::= 1234",
            "API_KEY :::= \"1234\"",
            "$apiKey .= \"1234\";",
            "apiKey += '1234'",
            "if api_key == \"1234\" {",
            "api_key=b'1234'",
            "api_key - '1234'",
        ] {
            assert_eq!(value_of(text).as_deref(), Some("1234"), "{text}");
        }
    }

    #[test]
    fn values_further_away_are_not() {
        for text in [
            "api_key\n\n1234",
            "api_keys are not 1234",
            "api_key = \"x\"; y = 1234",
            "api_key_of_the_old_service=1234",
            "api_key1234",
        ] {
            assert_eq!(value_of(text), None, "{text}");
        }
    }
}
