#!/usr/bin/env python3
"""The commands of the templates for build servers and of the action, run as each of the systems runs them.

`templates.py ADDRESS DIRECTORY`: where a release is served, and where to work. Each has to install the release, find the
secret that a pull request adds, and write its reports; and to run nothing if the installer is not the one that it names.
Needs ruamel.yaml.
"""
import os
import re
import shutil
import subprocess
import sys

from ruamel.yaml import YAML

SOURCE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..")
PLACEHOLDER = "https://github.com/OWNER/REPOSITORY/releases/download"


def read(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def parsed(path):
    return YAML(typ="safe", pure=True).load(read(path))


class Runner:
    """One job: its environment, its temporary directory, the tree that it has checked out."""

    def __init__(self, work, name, address, is_tampered):
        self.home = os.path.join(work, f"{name}-{'tampered' if is_tampered else 'as-is'}")
        self.tree = os.path.join(self.home, "tree")
        os.makedirs(os.path.join(self.home, "tmp"))
        subprocess.run(["git", "clone", "--quiet", os.path.join(work, "project"), self.tree], check=True)
        git = os.path.dirname(shutil.which("git"))
        path = os.pathsep.join(dict.fromkeys([git, "/usr/bin", "/bin"]))
        self.variables = {"HOME": self.home, "PATH": path, "TMPDIR": os.path.join(self.home, "tmp")}
        self.address, self.is_tampered = address, is_tampered

    def adapted(self, text):
        """What a user sets, and the places of this test."""
        text = str(text).replace(PLACEHOLDER, self.address)
        text = re.sub(r"(?<![\w./])/tmp/", f"{self.home}/tmp/", text)
        if self.is_tampered:
            text = re.sub(r"\b[0-9a-f]{64}\b", "0" * 64, text)
        return text

    def set(self, variables):
        for name, value in variables.items():
            self.variables[name] = self.adapted(value)

    def run(self, commands, *shell):
        """A step; its exit status."""
        done = subprocess.run([*(shell or ("sh", "-e", "-c")), self.adapted(commands)], cwd=self.tree,
                              env=self.variables, capture_output=True, text=True, check=False)
        self.said = done.stdout + done.stderr
        return done.returncode


def gitlab(runner):
    job = parsed("ci/gitlab.yml")["sprawl"]
    runner.set(job["variables"])
    runner.variables.update({"GITLAB_CI": "true", "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"})
    return runner.run("\n".join(job["script"])), ["gl-secret-detection-report.json", "sprawl.xml", "sprawl.html"]


def bitbucket(runner):
    step = parsed("ci/bitbucket-pipelines.yml")["pipelines"]["default"][0]["step"]
    runner.variables.update({"BITBUCKET_BUILD_NUMBER": "1", "BITBUCKET_PR_DESTINATION_BRANCH": "main"})
    return runner.run("\n".join(step["script"])), ["test-results/sprawl.xml", "sprawl.html"]


def azure(runner):
    pipeline = parsed("ci/azure-pipelines.yml")
    temporary = runner.variables["TMPDIR"]
    runner.set(pipeline["variables"])
    runner.variables.update({"TF_BUILD": "true", "SYSTEM_PULLREQUEST_TARGETBRANCH": "main",
                             "AGENT_TEMPDIRECTORY": temporary})
    for step in pipeline["steps"]:
        if "script" in step:
            script = step["script"].replace("$(Agent.TempDirectory)", "$AGENT_TEMPDIRECTORY")
            status = runner.run(script, "bash", "-c")
            for directory in re.findall(r"^##vso\[task.prependpath\](.*)$", runner.said, re.M):
                runner.variables["PATH"] = directory + os.pathsep + runner.variables["PATH"]
            if status:
                break
    return status, [f"{temporary}/sprawl.xml", f"{temporary}/sprawl.sarif"]


def jenkins(runner):
    text = read("ci/Jenkinsfile")
    runner.variables.update({"JENKINS_URL": "https://ci.example", "CHANGE_TARGET": "main"})
    within = text[text.index("environment {"):text.index("stages {")]
    for name, value in re.findall(r"^\s*(\w+) = ['\"](.*)['\"]$", within, re.M):
        value = re.sub(r"\$\{(?:env\.)?(\w+)\}", lambda found: runner.variables[found[1]], runner.adapted(value))
        runner.variables[name] = value
    for long, short in re.findall(r"\bsh (?:'''(.*?)'''|'([^']*)')", text, re.S):
        status = runner.run(long or short)
        if status:
            break
    return status, ["sprawl.xml", "sprawl.html"]


def github(runner):
    action = parsed("action.yml")
    files = {name: os.path.join(runner.home, name) for name in ("GITHUB_PATH", "GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        open(path, "w", encoding="utf-8").close()
    runner.variables.update({"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main", "GITHUB_ACTION_PATH": SOURCE,
                             "GITHUB_SERVER_URL": "https://github.com", "SPRAWL_RELEASES": runner.address,
                             "RUNNER_TEMP": runner.variables["TMPDIR"], **files})

    def value(expression):
        of_input = re.fullmatch(r"inputs\.([\w-]+)", expression)
        return action["inputs"][of_input[1]].get("default", "") if of_input else ""

    for step in action["runs"]["steps"]:
        runner.set({name: re.sub(r"\$\{\{ (.*?) \}\}", lambda found: value(found[1]), str(text))
                    for name, text in step.get("env", {}).items()})
        if runner.is_tampered:
            # The action brings its installer along; here the archive is another one.
            runner.variables["SPRAWL_SHA256"] = "0" * 64
        status = runner.run(step["run"], "bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c")
        for directory in open(files["GITHUB_PATH"], encoding="utf-8").read().splitlines():
            runner.variables["PATH"] = directory + os.pathsep + runner.variables["PATH"]
        if status:
            break
    return status, ["sprawl.sarif"]


def project(work):
    """A clone that is about to be merged into `main`, and adds a secret."""
    tree = os.path.join(work, "project")
    planted = "Vx7kQ2mNpR9t"

    def git(*arguments):
        subprocess.run(["git", "-C", tree, *arguments], check=True)

    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", tree], check=True)
    git("config", "user.name", "New User")
    git("config", "user.email", "new@example.invalid")
    git("commit", "--quiet", "--allow-empty", "--message", "as it was")
    git("checkout", "--quiet", "-b", "feature")
    with open(os.path.join(tree, "config.toml"), "w", encoding="utf-8") as file:
        file.write(f'url = "postgres://app:{planted}@db.prod.internal:5432/app"\n')
    git("add", "-A")
    git("commit", "--quiet", "--message", "a secret")
    return planted


def main(address, work):
    planted = project(work)
    for template in (github, gitlab, azure, bitbucket, jenkins):
        name = template.__name__
        runner = Runner(work, name, address, False)
        status, reports = template(runner)
        if status != 1:
            sys.exit(f"templates: {name}: does not find the secret, but exits with {status}: {runner.said}")
        for report in reports:
            path = os.path.join(runner.tree, report)
            if not os.path.exists(path):
                sys.exit(f"templates: {name}: does not write {report}: {runner.said}")
            if planted in open(path, encoding="utf-8").read():
                sys.exit(f"templates: {name}: {report} shows the secret")
        left = subprocess.run(["git", "-C", runner.tree, "status", "--short", "--ignored"], check=True,
                              capture_output=True, text=True).stdout
        for line in left.splitlines():
            if not any(report.startswith(line[3:]) for report in reports):
                sys.exit(f"templates: {name}: writes {line[3:]} into the tree")
        runner = Runner(work, name, address, True)
        status, reports = template(runner)
        if status == 0 or any(os.path.exists(os.path.join(runner.tree, report)) for report in reports):
            sys.exit(f"templates: {name}: goes on with an installer or archive that is not the named one: {runner.said}")
        if any("bin" in files and "sprawl" in os.listdir(os.path.join(place, "bin"))
               for place, files, _ in os.walk(runner.home)):
            sys.exit(f"templates: {name}: installs what is not the named release")
    print("templates: 5 install the release, find what a pull request adds, and run nothing that is not the release")


main(*sys.argv[1:])
