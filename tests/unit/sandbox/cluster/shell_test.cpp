#include "cluster/shell.hpp"

#include <csignal>
#include <utility>

#include <doctest/doctest.h>

#include "support/fake_clock.hpp"

namespace {

using namespace dba::sandbox::cluster;

struct ScriptRun {
  int code = 0;
  std::string out{}, err{}, signals{};
};

ScriptRun run(const std::vector<std::string>& argv, const std::string& input = "") {
  ScriptRun ran;
  dba::test::FakeClock clock;
  Surroundings surroundings;
  surroundings.environment = {{"NAME", "sales"}, {"WORDS", "a b"}};
  surroundings.files = {{"/var/opt/mssql/mssql.conf", "[language]\nlcid = 1033\n"}};
  surroundings.hostname = "sales-0";
  surroundings.clock = &clock;
  surroundings.processes = [] {
    return std::vector<Process>{{.pid = 1, .parent = 0, .name = "sqlservr", .command = "/opt/mssql/bin/sqlservr"},
                                {.pid = 9, .parent = 1, .name = "sqlservr", .command = "/opt/mssql/bin/sqlservr"}};
  };
  surroundings.signal = [&](int pid, int signal) {
    ran.signals += std::to_string(pid) + ":" + std::to_string(signal) + " ";
    return pid == 1 || pid == 9 ? SignalEffect::none : SignalEffect::no_such_process;
  };
  std::vector<std::function<void(const std::stop_token&)>> later;
  surroundings.run_in_background = [&](std::function<void(const std::stop_token&)> work) {
    later.push_back(std::move(work));
  };
  Shell shell(surroundings, {});
  std::optional<std::string> rest = input;
  ran.code = shell.run(
      argv, {[&] { return std::exchange(rest, std::nullopt); }, [&](std::string_view text) { ran.out += text; },
             [&](std::string_view text) { ran.err += text; }});
  for (const auto& work : later) work({});
  return ran;
}

ScriptRun script(const std::string& text, const std::string& input = "") { return run({"sh", "-c", text}, input); }

}  // namespace

TEST_CASE("command lists, pipes, groups, substitutions and quotes do what a shell does") {
  struct Row {
    const char* script;
    int code;
    const char* out;
  };
  for (const Row& row : {
           Row{"echo a; echo b", 0, "a\nb\n"},
           Row{"false && echo no; echo $?", 0, "1\n"},
           Row{"false || echo yes", 0, "yes\n"},
           Row{"true && exit 7; echo never", 7, ""},
           Row{"! false", 0, ""},
           Row{"cat /var/opt/mssql/mssql.conf | grep lcid", 0, "lcid = 1033\n"},
           Row{"cat /var/opt/mssql/mssql.conf | head -n 1", 0, "[language]\n"},
           Row{"echo \"$NAME: ${MISSING:-none}\" '$NAME' \\$NAME", 0, "sales: none $NAME $NAME\n"},
           Row{"echo $WORDS \"$WORDS\"", 0, "a b a b\n"},
           Row{"(echo in; exit 3); echo $?", 0, "in\n3\n"},
           Row{"echo $(echo $(hostname))", 0, "sales-0\n"},
           Row{"X=1; echo $X; Y=2 printenv Y", 0, "1\n2\n"},
           Row{"echo hidden >/dev/null; echo shown 2>&1", 0, "shown\n"},
           Row{"# only a comment", 0, ""},
           Row{"for i in 1 2; do echo $i; done", 127, ""},
           Row{"test -n \"$NAME\" && [ \"$NAME\" = sales ] && echo ok", 0, "ok\n"},
           Row{"[ -x /opt/nothing ] || echo missing", 0, "missing\n"},
           Row{"sleep 300; echo later", 0, "later\n"},
       }) {
    CAPTURE(row.script);
    const ScriptRun ran = script(row.script);
    CHECK(ran.code == row.code);
    CHECK(ran.out == row.out);
  }
}

TEST_CASE("what is not understood is said in a shell's words") {
  CHECK(script("nosuch --flag").err == "sh: 1: nosuch: not found\n");
  CHECK(script("nosuch").code == 127);
  CHECK(script("echo 'open").err == "sh: 1: unexpected EOF while looking for matching `''\n");
  CHECK(script("echo )").err == "sh: 1: syntax error near unexpected token `)'\n");
  CHECK(script("&& echo").code == 2);
  CHECK(script("cat /etc/shadow").err == "cat: /etc/shadow: No such file or directory\n");
  CHECK(script(std::string(200, '(') + "true" + std::string(200, ')')).code == 2);
}

TEST_CASE("signals reach processes by number, name, pgrep and pkill; a dead-man timer goes on behind &") {
  CHECK(run({"kill", "-KILL", "9"}).signals == "9:9 ");
  CHECK(run({"kill", "-s", "SIGSTOP", "9"}).signals == "9:19 ");
  CHECK(run({"kill", "-15", "1", "9"}).signals == "1:15 9:15 ");
  CHECK(script("kill -9 $(pgrep sqlservr | tail -1)").signals == "9:9 ");
  CHECK(run({"pkill", "-STOP", "sqlservr"}).signals == "1:19 9:19 ");
  CHECK(script("(sleep 30; kill -CONT 9) & kill -STOP 9").signals == "9:19 9:18 ");
  CHECK(run({"kill", "-9", "77"}).err == "kill: (77) - No such process\n");
  CHECK(run({"kill", "-NONSENSE", "9"}).err == "kill: unknown signal: NONSENSE\n");
  CHECK(run({"kill"}).code == 2);
}

TEST_CASE("standard input feeds cat, read and a shell without a script") {
  CHECK(run({"cat"}, "typed\n").out == "typed\n");
  CHECK(script("IFS= read -r PASSWORD; echo got $PASSWORD", "secret\nrest").out == "got secret\n");
  CHECK(script("IFS= read -r A; IFS= read -r B; C=$(cat); echo $B-$A-$C", "a\nb\nc d").out == "b-a-c d\n");
  CHECK(script("read A; echo x | cat; cat", "a\nb").out == "x\nb");
  CHECK(run({"bash"}, "echo one\necho two\n").out == "one\ntwo\n");
}

TEST_CASE("the kernel's files of a process can be read") {
  CHECK(run({"cat", "/proc/1/comm"}).out == "sqlservr\n");
  CHECK(run({"ls", "/var/opt/mssql"}).out == "mssql.conf\n");
  CHECK(run({"ls", "/nowhere"}).code == 2);
}
