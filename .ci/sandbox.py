"""Projects with made-up secrets, in which the commands of the documents run. The same on every machine and day.

    shop      one repository: a token in two files, a password in a URL, a key that is in history only, an
              untracked file, an archive, a branch that adds a secret
    repos     three small repositories (api, infra, web) that share a token
    clean     a repository without a secret
    readers   a repository whose token a service reads under another name
    all       all of that in one directory, and reports, for commands in tables
"""
import base64
import hashlib
import io
import json
import os
import shutil
import subprocess
import tarfile
import zipfile
import zlib

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
# Programs that print what sprawl is given, in place of the real ones.
STAND_INS = {"docker", "podman", "kubectl", "aws", "rclone", "gh", "man"}


def made_up(name, length, alphabet=ALPHABET):
    """The same characters for the same name. No value is written down here: the repository holds no secrets."""
    digests = b"".join(hashlib.sha256(f"{name} {part}".encode()).digest() for part in range(1 + length // 32))
    return "".join(alphabet[byte % len(alphabet)] for byte in digests[:length])


def github_token(name):
    """A token whose checksum is right: CRC-32 in base 62 at its end."""
    body = made_up(name, 30)
    crc, digits = zlib.crc32(body.encode()), ""
    for _ in range(6):
        crc, digit = divmod(crc, 62)
        digits = ALPHABET[digit] + digits
    return f"ghp_{body}{digits}"


TOKEN = github_token("deploy")
DATABASE = f"postgres://shop:{made_up('database', 16)}@db.prod.internal:5432/shop"
STRIPE = "sk_live_" + made_up("payment", 24)
CACHE = f"redis://:{made_up('cache', 16)}@cache.prod.internal:6379/0"
LOCAL = github_token("local")

SHOP = {
    "README.md": "# Shop\n",
    ".gitignore": "node_modules/\n*.log\n",
    ".github/CODEOWNERS": "/deploy/ @payments\n/src/ @web\n",
    "deploy/app.env": f"LOG_LEVEL=info\nGITHUB_TOKEN={TOKEN}\n",
    "notes.txt": f"Deploys use {TOKEN} until the app is registered.\n",
    "src/settings.py": f'import os\n\nDEBUG = False\nDATABASE_URL = "{DATABASE}"\n',
    "src/pay.py": f'import stripe\n\nstripe.api_key = "{STRIPE}"\n',
    "vendor/lib.js": "export const answer = 42;\n",
    "sec/acme.toml": None,
}
READERS = {
    ".env": f"HUB_PASS={TOKEN}\n",
    "compose.yaml": "services:\n  api:\n    build: ./api\n    environment:\n      HUB_LOGIN: ${HUB_PASS}\n",
    "api/main.py": 'import os\n\nlogin(os.environ["HUB_LOGIN"])\n',
}
RULE = """provider = "Acme"

[[rule]]
id = "acme-api-key"
title = "Acme API key"
pattern = '''\\b(?<secret>acme_[0-9a-f]{24})\\b'''
keywords = ["acme_"]
kind = "api-key"
authority = "service-wide"
reach = "saas"
lifetime = "static"
why = "Reads and changes every order of the account."
fix = "Revoke it under Settings > API in the Acme console."
instead = "Ask for a token of one hour by OIDC."
examples = ["ACME_KEY={secret}", 'acme.connect("{secret}")']
counter_examples = ["acme_0123", "xacme_secret"]
"""
PEOPLE = {"ada": "ada@example.net", "bob": "bob@example.net"}


def git(place, *arguments, who="ada", day=1):
    environ = {**os.environ, **settings(place)}
    for role in ("AUTHOR", "COMMITTER"):
        environ |= {f"GIT_{role}_NAME": who.title(), f"GIT_{role}_EMAIL": PEOPLE[who],
                    f"GIT_{role}_DATE": f"2026-03-{day:02}T10:00:00Z"}
    subprocess.run(["git", *arguments], cwd=place, env=environ, check=True, capture_output=True)


def settings(home):
    """What makes git the same for everybody."""
    return {"HOME": home, "XDG_CONFIG_HOME": os.path.join(home, ".config"), "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.path.join(home, ".gitconfig")}


def put(place, files):
    for name, text in files.items():
        path = os.path.join(place, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(RULE if text is None else text)


def repository(place, files):
    os.makedirs(place)
    # Without the samples of hooks: less to copy.
    git(place, "init", "--quiet", "--initial-branch=main", "--template=")
    put(place, files)
    git(place, "add", "--all")
    git(place, "commit", "--quiet", "--message", "Set up the project")


def prepare(directory):
    """Makes all projects below a directory that is not there yet."""
    shop = os.path.join(directory, "shop")
    repository(shop, SHOP)
    # The payment key leaves the files, and stays in history.
    put(shop, {"src/pay.py": 'import os\nimport stripe\n\nstripe.api_key = os.environ["STRIPE_KEY"]\n'})
    git(shop, "commit", "--quiet", "--all", "--message", "Read the payment key from the environment", who="bob", day=9)
    git(shop, "switch", "--quiet", "--create", "feature")
    put(shop, {"src/cache.py": f'CACHE_URL = "{CACHE}"\n'})
    git(shop, "add", "--all")
    git(shop, "commit", "--quiet", "--message", "Cache the catalogue", who="bob", day=12)
    git(shop, "switch", "--quiet", "main")
    put(shop, {"local.env": f"GITHUB_TOKEN={LOCAL}\n"})
    git(shop, "config", "user.name", "Ada")
    git(shop, "config", "user.email", PEOPLE["ada"])
    for name in ("api", "infra", "web"):
        place = os.path.join(directory, "repos", name)
        repository(place, {"README.md": f"# {name}\n", "deploy.env": f"GITHUB_TOKEN={TOKEN}\n"})
    repository(os.path.join(directory, "readers"), READERS)
    repository(os.path.join(directory, "clean"), {"README.md": "# Clean\n", "src/main.py": "print('hello')\n"})
    artifacts(os.path.join(directory, "artifacts"))
    put_together(directory)


def artifacts(place):
    """Containers: a backup, and the image of a program as `docker save` writes it."""
    os.makedirs(place)
    with zipfile.ZipFile(os.path.join(place, "backup.zip"), "w") as archive:
        archive.writestr(zipfile.ZipInfo("etc/app.env"), f"GITHUB_TOKEN={TOKEN}\n")

    def tar(files):
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for name, content in files.items():
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
        return out.getvalue()

    layer = tar({"app/.env": f"DATABASE_URL={DATABASE}\n".encode()})
    digest = hashlib.sha256(layer).hexdigest()
    config = json.dumps({
        "architecture": "amd64", "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{digest}"]},
        "history": [{"created_by": "COPY . /app"}],
    }).encode()
    name = hashlib.sha256(config).hexdigest() + ".json"
    manifest = json.dumps([{"Config": name, "RepoTags": ["app:latest"], "Layers": [f"{digest}/layer.tar"]}]).encode()
    image = tar({name: config, f"{digest}/layer.tar": layer, "manifest.json": manifest})
    with open(os.path.join(place, "app.tar"), "wb") as file:
        file.write(image)
    encoded = base64.b64encode(DATABASE.encode()).decode()
    secrets = {"apiVersion": "v1", "kind": "List", "items": [
        {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "app", "namespace": "production"},
         "data": {"DATABASE_URL": encoded}}]}
    with open(os.path.join(place, "secrets.json"), "w", encoding="utf-8") as file:
        json.dump(secrets, file, indent=2)
    with open(os.path.join(place, "job.log"), "w", encoding="utf-8") as file:
        file.write(f"+ deploy --token {TOKEN}\n")
    with open(os.path.join(place, "app.env"), "w", encoding="utf-8") as file:
        file.write(f"GITHUB_TOKEN={TOKEN}\n")
    with open(os.path.join(place, "comments.jsonl"), "w", encoding="utf-8") as file:
        comment = {"path": "issues/7", "content": f"the token is {TOKEN}", "meta": {"author": "ada"}}
        file.write(json.dumps(comment) + "\n")


def stand_ins(place, artifacts):
    """Programs that print a file, whatever they are asked for."""
    prints = {"docker": "app.tar", "podman": "app.tar", "kubectl": "secrets.json", "aws": "app.env",
              "rclone": "app.env"}
    for name in STAND_INS:
        path = os.path.join(place, name)
        if name == "gh":
            text = f'case "$1" in api) cat "{artifacts}/comments.jsonl" ;; *) cat "{artifacts}/job.log" ;; esac\n'
        elif name in prints:
            text = f'cat "{artifacts}/{prints[name]}"\n'
        else:
            text = "cat >/dev/null\n"
        with open(path, "w", encoding="utf-8") as file:
            file.write(f"#!/bin/sh\n{text}")
        os.chmod(path, 0o755)


def put_together(directory):
    """`all`: everything in one directory."""
    place = os.path.join(directory, "all")
    shutil.copytree(os.path.join(directory, "shop"), place, symlinks=True)
    for name in ("api", "infra", "web"):
        shutil.copytree(os.path.join(directory, "repos", name), os.path.join(place, name), symlinks=True)
    for name in ("backup.zip", "app.tar", "secrets.json", "job.log"):
        shutil.copy(os.path.join(directory, "artifacts", name), place)
    put(place, {"acme.toml": RULE})
    shutil.copy(os.path.join(directory, "artifacts", "backup.zip"), os.path.join(place, "export.zip"))
    git(place, "clone", "--quiet", "--mirror", "--template=", ".", "mirror.git")


def environment(place, programs):
    """What commands find around them: a home of their own, and none of the settings of who runs this."""
    stand_ins(programs, os.path.join(place, "artifacts"))
    return {
        **settings(os.path.join(place)), "SANDBOX": place, "LC_ALL": "C.UTF-8", "TZ": "UTC", "NO_COLOR": "1",
        # For `--ci`: a push to the default branch, as GitLab tells of it.
        "GITLAB_CI": "true", "CI_COMMIT_BRANCH": "main", "CI_DEFAULT_BRANCH": "main",
        "PATH": programs + os.pathsep + os.environ["PATH"],
        **{name: os.environ[name] for name in ("TMPDIR",) if name in os.environ},
    }
