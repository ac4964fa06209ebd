#!/usr/bin/env node
"use strict";
// Runs the binary that npm chose for this platform.
const { spawnSync } = require("node:child_process");

const name = `secret-sprawl-${process.platform}-${process.arch}`;
let program;
try {
  program = require.resolve(`${name}/bin/sprawl`);
} catch {
  console.error(
    `sprawl: the package ${name} is not installed. If npm was told to omit optional dependencies, ` +
      "install without --omit=optional; otherwise there is no binary for this platform.",
  );
  process.exit(2);
}
const done = spawnSync(program, process.argv.slice(2), { stdio: "inherit" });
if (done.error) {
  console.error(`sprawl: ${program} cannot be run: ${done.error.message}`);
  process.exit(2);
}
if (done.signal) process.kill(process.pid, done.signal);
process.exitCode = done.status ?? 2;
