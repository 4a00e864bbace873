"""The workflows: pinned, sparing with rights, and the same here as in a new archive."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TypedDict

import pytest
import yaml

from generator.start import start_archive

ROOT = Path(__file__).resolve().parents[1]
WORKFLOWS = ROOT / ".github" / "workflows"

# An action's commit is looked up by a human, who says here which version that is.
ACTIONS = {
    "actions/cache": ("cdf6c1fa76f9f475f3d7449005a359c84ca0f306", "v5.0.3"),
    "actions/checkout": ("de0fac2e4500dabe0009e67214ff5f5447ce83dd", "v6.0.2"),
    "actions/deploy-pages": ("cd2ce8fcbc39b97be8ca5fce6e763baed58fa128", "v5.0.0"),
    "actions/download-artifact": ("37930b1c2abaa49bbe596cd826c3c89aef350131", "v7.0.0"),
    "actions/setup-python": ("a309ff8b426b58ec0e2a45f0f869d46889d02405", "v6.2.0"),
    "actions/upload-artifact": ("b7c566a772e6b6bfb58ed0dc250532a479d7789f", "v6.0.0"),
    "actions/upload-pages-artifact": ("fc324d3547104276b827a68afc52ff2a11cc49c9", "v5.0.0"),
}
RIGHTS = {
    "test": {"contents": "read"},
    "promise": {"contents": "write"},
    "build": {"contents": "read"},
    "part": {"contents": "read"},
    "assemble": {"contents": "read"},
    "deploy": {"pages": "write", "id-token": "write"},
    "mail": {"contents": "write"},
}
USES = re.compile(r"^ *(?:- )?uses: (\S+)@(\S+) # (\S+)$", re.MULTILINE)

Step = TypedDict(
    "Step",
    {
        "name": str,
        "if": str,
        "env": dict[str, str],
        "run": str,
        "uses": str,
        "with": dict[str, object],
    },
    total=False,
)


class Job(TypedDict, total=False):
    """A job of a workflow, as far as these tests read it."""

    needs: str | list[str]
    permissions: dict[str, str]
    steps: list[Step]
    strategy: dict[str, dict[str, list[int]]]


class Workflow(TypedDict):
    """A workflow, as far as these tests read it."""

    permissions: dict[str, str]
    concurrency: dict[str, object]
    jobs: dict[str, Job]


PUBLISHERS = ["pages.yml", "a new archive's pages.yml"]


IN_PARTS = "a new archive's pages-in-parts.yml"


@pytest.fixture(params=["check.yml", *PUBLISHERS, IN_PARTS])
def workflow(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a workflow's file, that of a new archive as `daybook new` writes it."""
    name = str(request.param)
    first, _, last = name.rpartition(" ")
    return new_archives(tmp_path, last) if first else WORKFLOWS / name


def new_archives(folder: Path, name: str = "pages.yml") -> Path:
    """Return a workflow of an archive made in this folder."""
    start_archive(folder / "new", name="My papers", url="https://example.org/papers/")
    return folder / "new" / ".github" / "workflows" / name


def parsed(path: Path) -> Workflow:
    """Return a workflow's content."""
    content: Workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    return content


def steps(path: Path) -> list[Step]:
    """Return the steps of all jobs, in order."""
    return [step for job in parsed(path)["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize(
    "command",
    [
        ("check-jsonschema", "--builtin-schema", "vendor.github-workflows"),
        ("zizmor", "--offline", "--pedantic"),
    ],
    ids=lambda command: str(command[0]),
)
def test_linters_find_nothing(command: tuple[str, ...], workflow: Path) -> None:
    """Each workflow follows GitHub's schema, and zizmor knows nothing against it."""
    tool = Path(sys.executable).with_name(command[0])
    done = subprocess.run(
        [tool, *command[1:], workflow], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_actions_are_pinned_by_commit(workflow: Path) -> None:
    """Every action is one that was looked up, at that commit, with its version beside it."""
    found = USES.findall(workflow.read_text(encoding="utf-8"))
    assert [f"{name}@{commit}" for name, commit, _ in found] == [
        step["uses"] for step in steps(workflow) if "uses" in step
    ]
    assert [(name, (commit, version)) for name, commit, version in found] == [
        (name, ACTIONS.get(name)) for name, _, _ in found
    ]


def test_no_right_is_given_that_a_job_does_not_need(workflow: Path) -> None:
    """Nothing is allowed on top; each job has its own rights, and keeps no credentials."""
    content = parsed(workflow)
    assert content["permissions"] == {}
    for name, job in content["jobs"].items():
        assert job["permissions"] == RIGHTS[name]
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_no_expression_stands_in_a_command(workflow: Path) -> None:
    """What comes from outside reaches a command by its environment, never by its text."""
    commands = [step["run"] for step in steps(workflow) if "run" in step]
    assert commands
    assert not [command for command in commands if "${{" in command]


@pytest.mark.parametrize("workflow", PUBLISHERS, indirect=True)
def test_what_was_checked_is_what_is_deployed(workflow: Path) -> None:
    """The ledger is pushed, that commit built and checked, and just this artefact deployed."""
    content = parsed(workflow)
    jobs = content["jobs"]
    assert content["concurrency"]["cancel-in-progress"] is False
    assert [(name, job.get("needs")) for name, job in jobs.items()] == [
        ("promise", None),
        ("build", "promise"),
        ("deploy", "build"),
        ("mail", ["promise", "deploy"]),
    ]
    build = jobs["build"]["steps"]
    assert build[0]["with"]["ref"] == "${{ needs.promise.outputs.commit }}"
    assert build[-3]["run"].endswith("daybook build --locked")
    assert build[-2]["run"].endswith("daybook check --site")
    assert build[-1]["uses"].startswith("actions/upload-pages-artifact@")
    assert [step["uses"].partition("@")[0] for step in jobs["deploy"]["steps"]] == [
        "actions/deploy-pages"
    ]


@pytest.mark.parametrize("workflow", [IN_PARTS], indirect=True)
def test_parts_are_put_together_before_they_are_deployed(workflow: Path) -> None:
    """As many machines as parts build the commit that was pushed; the whole is checked."""
    content = parsed(workflow)
    jobs = content["jobs"]
    assert content["concurrency"] == parsed(workflow.with_name("pages.yml"))["concurrency"]
    assert [(name, job.get("needs")) for name, job in jobs.items()] == [
        ("promise", None),
        ("part", "promise"),
        ("assemble", ["promise", "part"]),
        ("deploy", "assemble"),
    ]
    for name in ("part", "assemble"):
        assert jobs[name]["steps"][0]["with"]["ref"] == "${{ needs.promise.outputs.commit }}"
    numbers = jobs["part"]["strategy"]["matrix"]["number"]
    build = next(step["run"] for step in jobs["part"]["steps"] if step.get("name") == "Build")
    assert build.endswith(f'--locked --partition "$NUMBER/{len(numbers)}"')
    assert numbers == list(range(1, len(numbers) + 1))
    whole = [step.get("run", step.get("uses", "")) for step in jobs["assemble"]["steps"]]
    assert whole[-3:-1] == ["daybook assemble", "daybook check --site"]
    assert whole[-1].startswith("actions/upload-pages-artifact@")


@pytest.mark.parametrize("workflow", PUBLISHERS, indirect=True)
def test_a_message_is_recorded_before_it_is_sent(workflow: Path) -> None:
    """Only the step that sends sees the server's password, and only behind a fresh record."""
    *before, send = parsed(workflow)["jobs"]["mail"]["steps"]
    assert send["if"] == "steps.record.outputs.fresh == 'true'"
    assert "DAYBOOK_SMTP" in send["env"]
    assert before[-1]["run"].rstrip().endswith('echo "fresh=true" >> "$GITHUB_OUTPUT"')
    assert not [step for step in before if "DAYBOOK_SMTP" in step.get("env", {})]


def test_a_new_archive_publishes_as_this_one(tmp_path: Path) -> None:
    """The two workflows differ in how Daybook gets there, and in nothing else that they do."""
    own, new = (parsed(path) for path in (WORKFLOWS / "pages.yml", new_archives(tmp_path)))
    for content in (own, new):
        for job in content["jobs"].values():
            job["steps"] = [
                {**step, "run": step["run"].replace(".venv/bin/", "")} if "run" in step else step
                for step in job["steps"]
                if step.get("name") != "Install Daybook"
            ]
    assert own == new


def test_every_command_is_run_before_it_is_pushed() -> None:
    """`.ci/run` runs each job that has commands."""
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for path in sorted(WORKFLOWS.glob("*.yml")):
        for name, job in parsed(path)["jobs"].items():
            if any("run" in step for step in job["steps"]):
                assert f"steps .github/workflows/{path.name} {name}\n" in script


@pytest.mark.parametrize("name", [".ci/run", "tests/install-browser.sh"])
def test_scripts_can_be_run(name: str) -> None:
    """A script may be executed, and its shell can read it to the end."""
    path = ROOT / name
    shell = path.read_text(encoding="utf-8").partition("\n")[0].split("/")[-1].split()[-1]
    assert os.access(path, os.X_OK)
    subprocess.run([shell, "-n", path], check=True)
