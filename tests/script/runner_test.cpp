#include "script/runner.hpp"

#include <cstdlib>

#include <doctest/doctest.h>

using dba::script::parse_script;
using dba::script::run_script;
using dba::script::RunOptions;
using dba::script::RunResult;
using dba::script::Verdict;

namespace {

RunResult run(const std::string& text, RunOptions options = {}) {
  options.name = "t";
  options.environment["PATH"] = "/usr/bin:/bin";
  options.environment["LIKE"] = "a.c";
  return run_script(parse_script(text), options);
}

struct Row {
  const char* name;
  const char* script;
  const char* reason = "";  ///< Empty = passes.
};

void check_rows(std::initializer_list<Row> rows) {
  for (const Row& row : rows) {
    SUBCASE(row.name) {
      const RunResult result = run(row.script);
      CHECK(result.reason == row.reason);
      CHECK((result.verdict == Verdict::passed) == std::string(row.reason).empty());
    }
  }
}

}  // namespace

TEST_CASE("scripts that hold") {
  check_rows({
      {"output, exit code, files",
       "exec sh -c 'echo out; echo err >&2'\nstdout ^out$\nstderr ^err$\n! stdout err\nexit 0\n"
       "cmp stdout want\n-- want --\nout\n"},
      {"failure is asked for", "! exec sh -c 'exit 4'\nexit 4\n"},
      {"counted matches", "exec printf 'a\\na\\n'\nstdout -count=2 ^a\n"},
      {"stdin of one process only", "stdin in\nexec cat\nstdout hello\nexec cat\n! stdout .\n-- in --\nhello\n"},
      {"environment and variables",
       "env A=1\nexec sh -c 'echo $A-'$A\nstdout ^1-1$\nenv A\nexec sh -c 'echo x${A}x'\nstdout xx\n"},
      {"home and folder are fresh",
       "exec sh -c 'test \"$HOME\" = \"$PWD\" && test -z \"$USER$KUBECONFIG\" && ls'\n! stdout .\n"},
      {"values match literally in patterns", "exec echo abc\n! stdout $LIKE\nexec echo a.c\nstdout ^$LIKE$\n"},
      {"variables in expected files", "exec echo $WORK\ncmpenv stdout want\n-- want --\n$WORK\n"},
      {"captured output", "exec echo ' v '\ncapture V\nexec echo \"$V\"\nstdout '\" v\"'\n"},
      {"conditions",
       "[exec:no-such-program] exec false\n[!exec:sh] exec false\n[env:LIKE] exec true\n[!env:LIKE] exec false\n"},
      {"files", "mkdir d\ncd d\nexec sh -c 'echo 1 > x'\nexists x\n! exists y\ncp x y\ngrep 1 y\nrm x\n! exists x\n"},
      {"background",
       "exec mkfifo fifo\nexec sh -c 'echo up; read x < fifo; echo $x' &one\nawait one 10s stdout up\nexec sh -c 'echo "
       "go > fifo'\n"
       "wait one\nstdout go\n"},
      {"background ended by signal",
       "! exec sh -c 'trap \"exit 3\" INT; echo up; while :; do sleep 0.01; done' &one\n"
       "await one 10s stdout up\nkill -INT one\nwait one\nexit 3\n"},
      {"eventually",
       "exec sh -c 'sleep 0.2; echo x > made' &one\neventually 10s stdout ^x exec cat made\nwait one\n"
       "eventually 5s ! exec cat nothing\n"},
      {"terminal",
       "stdin in\ntty sh -c 'test -t 0 && test -t 1 && read a && echo got $a'\nstdout '^got yes$'\n-- in --\nyes\n"},
  });
}

TEST_CASE("scripts that do not hold fail, with the reason") {
  check_rows({
      {"exit code", "exec sh -c 'exit 4'\n", "t:1: failed with exit code 4"},
      {"success", "! exec true\n", "t:1: succeeded, but should fail"},
      {"other code", "! exec false\nexit 2\n", "t:2: exit code 1, want 2"},
      {"missing program", "! exec no-such-program\n", "t:1: the program was not found"},
      {"no match", "exec echo a\nstdout b\n", "t:2: no match for b"},
      {"unexpected match", "exec echo a\n! stdout a\n", "t:2: unexpected match for a"},
      {"wrong count", "exec echo a\nstdout -count=2 a\n", "t:2: 1 matches for a"},
      {"difference", "exec printf 'a\\nb\\n'\ncmp stdout want\n-- want --\na\nc\n",
       "t:2: stdout and want differ in line 2:\n  got:  b\n  want: c"},
      {"shorter", "exec echo a\ncmp stdout want\n-- want --\na\nb\n",
       "t:2: stdout and want differ in line 2:\n  got:  (end)\n  want: b"},
      {"crash by signal", "! exec sh -c 'kill -SEGV $$'\n", "t:1: crashed (exit code 139)"},
      {"crash found by a sanitizer", "! exec sh -c 'echo ==1==ERROR: AddressSanitizer: x >&2; exit 1'\n",
       "t:1: crashed (exit code 1)"},
      {"hang", "exec -timeout=50ms sleep 60\n", "t:1: did not end in time"},
      {"forgotten background", "exec sleep 60 &one\n",
       "t:1: one still runs at the end of the script; wait for it or kill it"},
      {"background failed", "exec false &one\nwait one\n", "t:2: failed with exit code 1"},
      {"nothing awaited", "exec sleep 60 &one\nawait one 50ms stdout x\n", "t:2: no match for x within 50ms"},
      {"awaited of a process that has ended", "exec echo y &one\nawait one 3600s stdout x\n",
       "t:2: ended without a match for x"},
      {"never true", "eventually 50ms exec false\n", "t:1: did not come true within 50ms"},
      {"unset variable", "exec echo $NOPE\n", "t:1: variable NOPE is not set"},
      {"unknown command", "run x\n", "t:1: unknown command \"run\""},
      {"unknown condition", "[x] exec true\n", "t:1: unknown condition [x]"},
      {"file exists", "! exists a\n-- a --\n", "t:1: a exists"},
      {"negation without a meaning", "! cmp a a\n-- a --\n", "t:1: cmp cannot be negated"},
      {"arguments", "cmp a\n", "t:1: wrong number of arguments for cmp"},
      {"terminal", "tty sh -c 'exit 2'\n", "t:1: failed with exit code 2"},
  });
}

TEST_CASE("a need that is not met skips, unless it is insisted on") {
  CHECK(run("need no-such-program\nexec false\n").verdict == Verdict::skipped);
  CHECK(run("need rig\n").reason == "t:1: needs rig");
  RunOptions options;
  options.required = {"rig"};
  CHECK(run("need rig\n", options).reason == "t:1: rig is missing, and DBA_REQUIRE insists on it");
  CHECK(run("skip not now\n").reason == "t:1: not now");
}

TEST_CASE("a sandbox that does not come up is noticed at once, and says why") {
  const RunResult result = run("sandbox\n");
  CHECK(result.reason == "t:1: ended without a match for export KUBECONFIG=.*\n");
  CHECK(result.log ==
        "> sandbox\n[sandbox stdout]\n[sandbox stderr]\n"
        "script: kubectl-dba-sandbox: No such file or directory\n");
}

TEST_CASE("a failure shows its phase in full, earlier ones as a line, and no secrets") {
  RunOptions options;
  options.secrets = {"hunter2"};
  const RunResult result = run(
      "# one\nexec echo first\n# two\nexec echo hunter2\n! exec sh -c 'echo hunter2 >&2; exit 3'\nexit 0\n", options);
  CHECK(result.log ==
        "# one\n"
        "# two\n> exec echo ***\n[stdout]\n***\n> ! exec sh -c 'echo *** >&2; exit 3'\n[stderr]\n***\n[exit 3]\n> exit "
        "0\n");
  CHECK(result.reason == "t:6: exit code 3, want 0");
}

TEST_CASE("what is deferred runs last, backwards, also after a failure") {
  RunOptions options;
  std::string seen;
  options.tear_down = [&](const dba::script::Variables& environment) {
    seen = dba::script::read_text(environment.at("WORK") + "/log");
  };
  CHECK(run("defer exec sh -c 'echo 1 >> log'\ndefer exec sh -c 'echo 2 >> log'\nexec false\n", options).verdict ==
        Verdict::failed);
  CHECK(seen == "2\n1\n");
}

TEST_CASE("set-up completes the environment; its failure is the script's") {
  RunOptions options;
  options.set_up = [](dba::script::Variables& environment) { environment["NS"] = "demo"; };
  CHECK(run("exec echo $NS\nstdout ^demo$\n", options).verdict == Verdict::passed);
  options.set_up = [](dba::script::Variables&) { throw std::runtime_error("no cluster"); };
  CHECK(run("exec true\n", options).reason == "t:0: no cluster");
}
