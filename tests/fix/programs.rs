//! Real programs before and after: they say the same with the value from the environment.

use std::path::Path;
use std::process::Command;

use super::token;
use crate::common::{minted, run, scratch, write};

/// A program with a token in it, written as `VALUE`.
struct Program {
    file: &'static str,
    text: &'static str,
    command: &'static [&'static str],
}

const PYTHON: Program = Program {
    file: "app.py",
    text: r#"#!/usr/bin/env python3
"""Says what it knows.

It's a program.
"""
from __future__ import annotations

import sys


def header(token: str = "VALUE", kind="Bearer") -> dict[str, str]:
    return {"Authorization": f"{kind} VALUE", 'x-{}'.format(kind): "a %s" % token}


github_token = 'VALUE'
raw = b"VALUE"
long = ("""
first VALUE
last""").strip()
print(github_token, header(), raw.decode(), long, "it's %d VALUE" % 1, file=sys.stdout)
print(r"C:\dir VALUE", len("VALUE"), "VALUE"[:4], {"k": ["VALUE"]})
"#,
    command: &["python3", "app.py"],
};

const NODE: Program = Program {
    file: "app.js",
    text: r"'use strict';
// It's a program.
const pattern = /['`]/g;
const githubToken = 'VALUE';
const headers = { Authorization: `Bearer VALUE`, 'x-key': 'key ' + 'VALUE' };
function tag(parts, ...values) { return parts.join('|') + values.join('|'); }
const call = (token = 'VALUE') => token.length;
console.log(githubToken, headers, 'a VALUE b'.length, call(), `${'a'} VALUE`.replace(pattern, ''));
console.log(['VALUE'].map((x) => x.slice(0, 4)), tag`x`.length, 6 / 2, 'a' ? 'b VALUE' : 'c');
",
    command: &["node", "app.js"],
};

const GO: Program = Program {
    file: "main.go",
    text: r#"package main

import (
	"fmt"
	"strings"
)

// Token is a kind of text.
type Token string

const githubToken = "VALUE"

var typed Token = "VALUE"

type client struct {
	Token string `json:"token"`
}

func header() string {
	return "Bearer VALUE"
}

func main() {
	const local = "VALUE"
	c := client{Token: "VALUE"}
	fmt.Println(githubToken, typed, c.Token, header(), local, string([]byte("VALUE")))
	fmt.Println(strings.ToUpper("a VALUE")[:1], `raw VALUE "x"`, len("VALUE"))
}
"#,
    command: &["go", "run", "main.go"],
};

const JAVA: Program = Program {
    file: "Main.java",
    text: r#"import java.util.Map;

/** It's a program. */
public class Main {
    private static final String GITHUB_TOKEN = "VALUE";
    static final char QUOTE = '"';
    private final String header = "Bearer VALUE";

    static String call(String token) {
        return token.substring(0, 4) + token.length();
    }

    public static void main(String[] arguments) {
        Map<String, String> map = Map.of("key", "VALUE");
        String text = "a " + "b VALUE c".length() + "VALUE" + QUOTE;
        System.out.println(GITHUB_TOKEN + new Main().header + map + text + call("VALUE"));
    }
}
"#,
    command: &["java", "Main.java"],
};

const RUBY: Program = Program {
    file: "app.rb",
    text: r#"# It's a program.
GITHUB_TOKEN = 'VALUE'.freeze
header = { 'Authorization' => "Bearer VALUE", key: "VALUE" }
text = <<~END
  it's "VALUE"
END
def call(token = 'VALUE')
  token[0, 4] + token.length.to_s
end
puts GITHUB_TOKEN, header, text, call, 'it is VALUE'.length, %w[a b].join("VALUE")
puts [header[:key] =~ /['"]/, 'a' + 'VALUE'].inspect
"#,
    command: &["ruby", "app.rb"],
};

const PHP: Program = Program {
    file: "app.php",
    text: r#"<p>It's a page</p>
<?php
# It's a program.
$githubToken = 'VALUE';
define('KEY', "VALUE");
$config = ['token' => 'VALUE', 'header' => "Bearer VALUE"];
function call($token) { return substr($token, 0, 4) . strlen($token); }
echo $githubToken, KEY, $config['token'], $config['header'], call('VALUE'), "a $config[token] VALUE b", "\n";
?>
<b><?= strlen("x VALUE") ?></b>
"#,
    command: &["php", "app.php"],
};

const SHELL: Program = Program {
    file: "run.sh",
    text: r#"#!/bin/sh
# It's a script.
token=VALUE
header="Bearer VALUE"
call() { printf '%s|' "$@"; }
call "$token" "$header" 'key VALUE' VALUE $(echo "it's VALUE")
cat <<END
it's VALUE
END
"#,
    command: &["sh", "run.sh"],
};

/// What a program prints.
fn printed(root: &Path, program: &Program, value: &str) -> String {
    let (name, arguments) = program.command.split_first().unwrap();
    let done = Command::new(name)
        .args(arguments)
        .current_dir(root)
        .env("GITHUB_TOKEN", value)
        .env("GOCACHE", root.join("../cache"))
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    let text = std::fs::read_to_string(root.join(program.file)).unwrap();
    assert!(done.status.success(), "{}: {said}\n{text}", program.file);
    String::from_utf8(done.stdout).unwrap()
}

/// A program prints the same after its values are taken out, with another value from the environment.
fn holds(program: &Program) {
    let (_guard, scratch) = scratch();
    let root = scratch.join("tree");
    let (token, new) = (token(), minted("github-pat-classic", 99));
    write(&root, program.file, program.text.replace("VALUE", &token));
    let before = printed(&root, program, &new);
    assert!(before.contains(&token) && !before.contains(&new), "{before}");
    let fixed = run(&root, &["fix"]);
    assert_eq!(fixed.status, 0, "{}{}", fixed.stdout, fixed.stderr);
    let text = std::fs::read_to_string(root.join(program.file)).unwrap();
    assert!(!text.contains(&token), "{text}");
    assert_eq!(printed(&root, program, &new), before.replace(&token, &new), "{text}");
    let scan = run(&root, &["scan", "--isolated"]);
    assert_eq!(scan.status, 0, "{}", scan.stdout);
}

#[test]
#[cfg(unix)]
fn a_shell_script() {
    holds(&SHELL);
}

#[test]
#[ignore = "needs python3"]
fn a_program_in_python() {
    holds(&PYTHON);
}

#[test]
#[ignore = "needs node"]
fn a_program_in_javascript() {
    holds(&NODE);
}

#[test]
#[ignore = "needs go"]
fn a_program_in_go() {
    holds(&GO);
}

#[test]
#[ignore = "needs a JDK"]
fn a_program_in_java() {
    holds(&JAVA);
}

#[test]
#[ignore = "needs ruby"]
fn a_program_in_ruby() {
    holds(&RUBY);
}

#[test]
#[ignore = "needs php"]
fn a_program_in_php() {
    holds(&PHP);
}
