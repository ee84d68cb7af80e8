#!/usr/bin/env python3
"""Tests of the walk itself, on small pages: what is wrong in a page or a command must not pass."""

import contextlib
import io
import os
import sys
import tempfile
import textwrap
import unittest
from pathlib import Path

sys.dont_write_bytecode = True  # this is a source folder

import page
import walk

TRUE = Path("/bin/true")


def marked(mark: str, body: str, language: str = "sh") -> str:
    return f"<!-- walk: {mark} -->\n```{language}\n{textwrap.dedent(body).strip()}\n```\n\n"


class WalkTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def walk(self, text: str, section: str | None = None, limit: float = 20) -> tuple[int, str]:
        guide = self.folder / "guide.md"
        guide.write_text(text)
        said = io.StringIO()
        with contextlib.redirect_stdout(said):
            status = walk.walk(guide, TRUE, section, False, limit)
        return status, said.getvalue()

    def test_commands_that_succeed_pass_and_are_counted(self):
        status, said = self.walk("# Guide\n" + marked("run", "true") + marked("run", "true"))
        self.assertEqual(status, 0, said)
        self.assertIn("2 blocks walked, 0 skipped", said)

    def test_a_command_that_fails_fails_with_its_line_and_what_it_printed(self):
        status, said = self.walk("# Guide\n\n" + marked("run", "echo because\nfalse\necho after"))
        self.assertEqual(status, 1)
        self.assertIn("guide.md:5: echo because", said)
        self.assertIn("exit status 1, not 0", said)
        self.assertIn("because", said)
        self.assertNotIn("after", said)

    def test_a_failure_in_the_middle_of_a_block_is_one_though_the_last_command_succeeds(self):
        status, _ = self.walk(marked("run", "false\ntrue"))
        self.assertEqual(status, 1)

    def test_a_status_that_is_expected_passes_and_any_other_fails(self):
        self.assertEqual(self.walk(marked("run exit=3", "echo x; (exit 3)"))[0], 0)
        self.assertEqual(self.walk(marked("run exit=3", "(exit 4)"))[0], 1)
        self.assertEqual(self.walk(marked("run exit=3", "true"))[0], 1)

    def test_output_that_is_not_printed_fails_and_names_the_line(self):
        text = marked("run", "echo one; echo two") + marked("output", "one\nthree", "text")
        status, said = self.walk(text)
        self.assertEqual(status, 1)
        self.assertIn("did not print what the page shows: three", said)

    def test_output_in_another_order_fails(self):
        text = marked("run", "echo one; echo two") + marked("output", "two\none", "text")
        self.assertEqual(self.walk(text)[0], 1)

    def test_numbers_and_spaces_of_output_are_free_and_words_are_not(self):
        shown = marked("output", "default/llm   64.4  yes ...", "text")
        self.assertEqual(self.walk(marked("run", "echo 'default/llm 7 yes 1 1'") + shown)[0], 0)
        self.assertEqual(self.walk(marked("run", "echo 'default/llm 7 no 1 1'") + shown)[0], 1)

    def test_what_one_block_sets_the_next_one_has(self):
        text = marked("run", "export NAME=llm; cd deploy") + marked("run", "echo $NAME; ls")
        self.assertEqual(self.walk(text + marked("output", "llm\nexamples", "text"))[0], 0)

    def test_a_block_with_until_is_tried_again_until_it_prints_what_it_should(self):
        second = marked("run until", "echo x >>tries; test $(wc -l <tries) -ge 2; echo ready")
        third = (marked("run until", "echo x >>tries; test $(wc -l <tries) -lt 5 || echo fifth")
                 + marked("output", "fifth", "text"))
        self.assertEqual(self.walk(second + third)[0], 0)
        self.assertEqual(self.walk(marked("run until", "false"), limit=0.3)[0], 1)

    def test_a_block_that_hangs_fails_at_the_limit(self):
        status, said = self.walk(marked("run", "sleep 1000"), limit=0.3)
        self.assertEqual(status, 1)
        self.assertIn("has not ended", said)

    def test_nothing_that_a_block_started_is_left(self):
        note = self.folder / "pid"
        self.assertEqual(self.walk(marked("run", f"sleep 1000 &\necho $! >{note}"))[0], 0)
        self.assertFalse(running(int(note.read_text())))

    def test_a_block_that_ends_the_shell_fails_the_next(self):
        self.assertEqual(self.walk(marked("run", "exit 0") + marked("run", "true"))[0], 1)

    def test_what_needs_a_cluster_is_skipped_and_said_to_be(self):
        status, said = self.walk(marked("cluster", "kubectl get pods") + marked("run", "true"))
        self.assertEqual(status, 0)
        self.assertIn("skipped, needs a cluster: kubectl get pods", said)
        self.assertIn("1 blocks walked, 1 skipped", said)

    def test_the_program_and_the_examples_are_where_the_page_says(self):
        text = marked("run", "build/release/keda-gpu-scaler && ls deploy/examples/batch.yaml")
        self.assertEqual(self.walk(text)[0], 0)

    def test_only_the_section_is_walked(self):
        text = "## One\n" + marked("run", "false") + "## Two\n" + marked("run", "true")
        self.assertEqual(self.walk(text, "Two")[0], 0)
        self.assertEqual(self.walk(text, "One")[0], 1)

    def test_ports_are_those_of_the_page_and_nobody_elses(self):
        if walk.network_of_its_own() is None:
            self.skipTest("no network of its own can be made here")
        serve = "python3 -m http.server 9090 --bind 127.0.0.1 >/dev/null 2>&1 &"
        text = marked("run", serve) + marked("run until", "curl -sf localhost:9090/ >/dev/null")
        self.assertEqual(self.walk(text)[0], 0)
        self.assertEqual(self.walk(text)[0], 0)


class PageTest(unittest.TestCase):
    def refuses(self, text: str, reason: str):
        with self.assertRaisesRegex(page.PageError, reason):
            page.blocks(text)

    def test_commands_without_a_mark_are_refused(self):
        self.refuses(marked("run", "true") + "```sh\nls\n```\n", "^6: commands without a mark")

    def test_a_mark_that_nothing_follows_is_refused(self):
        self.refuses("<!-- walk: run -->\ntext\n```sh\nls\n```\n", "^1: this mark is not right")
        self.refuses(marked("run", "true") + "<!-- walk: run -->\n", "^6: this mark is not right")

    def test_a_word_that_is_no_mark_is_refused(self):
        self.refuses(marked("runs", "true"), "'runs' is no mark")
        self.refuses(marked("run quickly", "true"), "'quickly' is no option")

    def test_output_of_nothing_is_refused(self):
        self.refuses(marked("output", "x", "text"), "output of no block that is run")
        self.refuses(marked("cluster", "x") + marked("output", "x", "text"), "output of no block")

    def test_a_page_of_which_nothing_is_run_is_refused(self):
        self.refuses("# Guide\n" + marked("cluster", "x"), "no block that is run")

    def test_a_block_that_does_not_end_is_refused(self):
        self.refuses("<!-- walk: run -->\n```sh\nls\n", "does not end")

    def test_blocks_of_other_languages_need_no_mark(self):
        found = page.blocks("```yaml\na: 1\n```\n" + marked("run", "true"))
        self.assertEqual([block.text for block in found], ["true\n"])


def running(pid: int) -> bool:
    """In a namespace of its own a process has another number here: /proc says what it is."""
    try:
        return "sleep" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False


if __name__ == "__main__":
    os.environ.pop("CDPATH", None)
    unittest.main(verbosity=2)
