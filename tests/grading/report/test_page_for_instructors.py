"""docs/grading.md: its commands are commands, its files can be read, its table is printed so."""

import re
import shlex

import pytest

from course.grading import __main__ as cli
from course.grading.bank import REPOSITORY
from course.grading.report.deadlines import read_deadlines
from course.grading.report.marks import read_marks
from course.grading.report.roster import read_roster
from course.grading.report.tables import to_table
from course.grading.store import printable, record_path, write_record

TEXT = (REPOSITORY / "docs" / "grading.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w*)\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
COMMANDS = re.findall(r"^python -m course\.grading (.*)$", TEXT, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_its_commands_are_commands(command):
    assert cli._parser().parse_args(shlex.split(command)).command


def test_every_command_is_on_it():
    known = set(cli._parser()._subparsers._group_actions[0].choices)
    assert known == {command.split()[0] for command in COMMANDS}


def test_its_files_can_be_read(tmp_path):
    path = tmp_path / "file"
    for kind, text in BLOCKS:
        path.write_text(text, "utf-8")
        if kind == "toml":
            assert read_deadlines(path).late_days == 3
        elif text.startswith("student,name"):
            assert read_roster(path)["ann"].idnumber == "2026001"
        elif text.startswith("student,question"):
            assert read_marks(path)["mistaken_1", "written", ""].points == 2.5
        elif kind == "python":
            compile(text, "snippet", "exec")


@pytest.mark.slow
def test_its_table_is_what_is_printed(sample_records):
    (table,) = [text for _, text in BLOCKS if text.startswith("student  ")]
    assert to_table(sample_records).startswith(table)


def test_a_backslash_in_a_name_is_escaped_once(records, tmp_path):
    name = "a\\b"
    folder = tmp_path / "02_lenet"
    folder.mkdir()
    record = records["right"] | {"student": printable(name)}
    write_record(record_path(folder, name), record)
    assert cli.main(["feedback", "--out", str(tmp_path)]) == 0
    (page,) = (folder / "feedback").glob("*.html")
    assert page.stem == record_path(folder, name).stem == "a\\x5cb"
