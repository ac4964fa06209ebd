//! Programs of the services: how each language reads a variable, and lines that look like it and read nothing.

use super::Company;

/// A language of the company.
pub(super) struct Language {
    pub(super) file: &'static str,
    before: &'static [&'static str],
    /// Lines that read a variable, with `NAME` for its name.
    reads: &'static [&'static str],
    /// Lines that do not.
    twins: &'static [&'static str],
    after: &'static [&'static str],
}

/// All of them, by their names.
pub(super) fn language(name: &str) -> &'static Language {
    let all = LANGUAGES.iter().find(|(other, _)| *other == name);
    &all.unwrap_or_else(|| panic!("no language {name}")).1
}

const LANGUAGES: &[(&str, Language)] = &[
    (
        "node",
        Language {
            file: "src/index.js",
            before: &["'use strict';", "const http = require('http');"],
            reads: &["const own = process.env.NAME;"],
            twins: &[
                "// process.env.NAME is set by the deployment",
                "log('process.env.NAME is missing');",
                "const other = process.env.NAME_FILE_MODE;",
            ],
            after: &["http.createServer(own).listen(8080);"],
        },
    ),
    (
        "typescript",
        Language {
            file: "src/main.ts",
            before: &["import express from 'express';"],
            reads: &["const { NAME, PORT } = process.env;", "const again = process.env['NAME'];"],
            twins: &["/* const x = process.env.NAME; */", "const url = `see process.env.NAME`;"],
            after: &["express().listen(PORT);"],
        },
    ),
    (
        "python",
        Language {
            file: "app/main.py",
            before: &["\"\"\"Service. Set os.environ['NAME'] before.\"\"\"", "import os"],
            reads: &["own = os.environ[\"NAME\"]", "again = os.getenv('NAME', '')"],
            twins: &[
                "# os.environ['NAME']",
                "print(\"os.environ['NAME']\")",
                "other = settings['NAME']",
            ],
            after: &["run(own, again)"],
        },
    ),
    (
        "go",
        Language {
            file: "main.go",
            before: &["package main", "", "import \"os\"", ""],
            reads: &["var own = os.Getenv(\"NAME\")"],
            twins: &["// os.Getenv(\"NAME\")", "var help = `os.Getenv(\"NAME\")`"],
            after: &["func main() { run(own) }"],
        },
    ),
    (
        "ruby",
        Language {
            file: "lib/app.rb",
            before: &["require 'net/http'"],
            reads: &["OWN = ENV.fetch('NAME')", "puts \"#{ENV['NAME']}\""],
            twins: &["# ENV['NAME']", "puts 'ENV[\"NAME\"]'"],
            after: &["run(OWN)"],
        },
    ),
    (
        "java",
        Language {
            file: "src/main/java/App.java",
            before: &["class App {"],
            reads: &["  String own = System.getenv(\"NAME\");"],
            twins: &["  // System.getenv(\"NAME\")", "  String help = \"System.getenv(NAME)\";"],
            after: &["}"],
        },
    ),
    (
        "kotlin",
        Language {
            file: "src/main/kotlin/App.kt",
            before: &["package net.example"],
            reads: &["val own = System.getenv(\"NAME\") ?: error(\"NAME\")"],
            twins: &["/* System.getenv(\"NAME\") */"],
            after: &["fun main() = run(own)"],
        },
    ),
    (
        "rust",
        Language {
            file: "src/main.rs",
            before: &["use std::env;"],
            reads: &["fn own() -> String { env::var(\"NAME\").unwrap() }"],
            twins: &["// env::var(\"NAME\")", "const HELP: &str = \"env!(NAME)\";"],
            after: &["fn main() { run(own()) }"],
        },
    ),
    (
        "dotnet",
        Language {
            file: "Program.cs",
            before: &["using System;"],
            reads: &["var own = Environment.GetEnvironmentVariable(\"NAME\");"],
            twins: &["// Environment.GetEnvironmentVariable(\"NAME\")"],
            after: &["Run(own);"],
        },
    ),
    (
        "php",
        Language {
            file: "public/index.php",
            before: &["<?php"],
            reads: &["$own = getenv('NAME');", "$again = $_ENV[\"NAME\"];"],
            twins: &["# getenv('NAME')", "echo \"getenv('NAME')\";"],
            after: &["run($own);"],
        },
    ),
    (
        "elixir",
        Language {
            file: "config/runtime.exs",
            before: &["import Config"],
            reads: &["config :app, own: System.fetch_env!(\"NAME\")"],
            twins: &["# System.get_env(\"NAME\")"],
            after: &[],
        },
    ),
    (
        "swift",
        Language {
            file: "Sources/App/main.swift",
            before: &["import Foundation"],
            reads: &["let own = ProcessInfo.processInfo.environment[\"NAME\"]"],
            twins: &["// ProcessInfo.processInfo.environment[\"NAME\"]"],
            after: &["run(own)"],
        },
    ),
    (
        "perl",
        Language {
            file: "bin/run.pl",
            before: &["use strict;"],
            reads: &["my $own = $ENV{NAME};"],
            twins: &["# $ENV{NAME}", "print '$ENV{NAME}';"],
            after: &["run($own);"],
        },
    ),
    (
        "lua",
        Language {
            file: "init.lua",
            before: &["local http = require 'http'"],
            reads: &["local own = os.getenv('NAME')"],
            twins: &["-- os.getenv('NAME')"],
            after: &["run(own)"],
        },
    ),
    (
        "r",
        Language {
            file: "R/run.R",
            before: &["library(httr)"],
            reads: &["own <- Sys.getenv(\"NAME\")"],
            twins: &["# Sys.getenv(\"NAME\")"],
            after: &["run(own)"],
        },
    ),
    (
        "shell",
        Language {
            file: "run.sh",
            before: &["#!/bin/sh", "set -eu"],
            reads: &[
                "curl -H \"x-key: $NAME\" https://api.example.net",
                "echo ${NAME:?missing} | login",
            ],
            twins: &["# $NAME", "echo '$NAME'"],
            after: &[],
        },
    ),
    (
        "c",
        Language {
            file: "src/main.c",
            before: &["#include <stdlib.h>"],
            reads: &["static const char *own(void) { return getenv(\"NAME\"); }"],
            twins: &["/* getenv(\"NAME\") */"],
            after: &["int main(void) { return run(own()); }"],
        },
    ),
];

/// Writes the program of a service that reads variables, each with the credential that it has; none for one that
/// has nothing to do with any.
pub(super) fn program(
    company: &mut Company,
    directory: &str,
    name: &str,
    variables: &[(&str, Option<&str>)],
) {
    let language = language(name);
    company.services.insert(directory.rsplit('/').next().unwrap_or_default().to_owned());
    let mut file = company.file(&format!("{directory}/{}", language.file));
    language.before.iter().for_each(|line| _ = file.line(&line.replace("NAME", "OTHER_THING")));
    for (variable, value) in variables {
        for line in language.twins {
            file.line(&line.replace("NAME", variable));
        }
        for line in language.reads {
            let line = line.replace("NAME", variable);
            match value {
                Some(value) => _ = file.reads(&line, value),
                None => _ = file.line(&line),
            }
        }
    }
    language.after.iter().for_each(|line| _ = file.line(line));
}
