"""What the README says can be done, can be done: its commands exist and take the options it gives them."""

import re
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from surveyapp.bootstrap import USAGE
from surveyapp.cli import main

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SHOWN = re.findall(r"^\s*(?:\.venv/bin/)?python3? -m (surveyapp\S*)([^#\n`]*)", README, re.MULTILINE)
COMMANDS = [shlex.split(words) for module, words in SHOWN if module == "surveyapp"]
IN_TEXT = [shlex.split(words) for words in re.findall(r"`python -m surveyapp ([^`]+)`", README)]


@pytest.mark.parametrize("words", [*COMMANDS, *IN_TEXT], ids=" ".join)
def test_a_command_of_the_readme_takes_its_options(words: list[str]) -> None:
    found = CliRunner().invoke(main, [*(w for w in words if not w.startswith("--")), "--help"])

    assert found.exit_code == 0, found.output
    for option in (word for word in words if word.startswith("--")):
        assert option in found.output


def test_the_two_commands_of_the_readme_are_those_of_the_bootstrap() -> None:
    assert [words.split()[0] for module, words in SHOWN if module == "surveyapp.bootstrap"] == ["run", "test"]
    assert all(word in USAGE for word in ("run", "test"))


def test_what_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)]+)\)", README):
        assert (ROOT / target).exists(), target
