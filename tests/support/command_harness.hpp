#pragma once
// Runs whole command lines against a fake API server: what a user types, and all that a user sees.

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "dba/cli/context.hpp"
#include "dba/cli/run.hpp"

#include "support/fake_process.hpp"
#include "support/fake_sql.hpp"
#include "support/fake_transport.hpp"
#include "support/string_stream.hpp"

namespace dba::test {

/// Answers in order; fails the test for a question nobody foresaw.
class ScriptedPrompter : public output::Prompter {
 public:
  bool can_ask() const override { return can_ask_; }
  std::string ask(std::string_view question) override {
    questions_.emplace_back(question);
    if (answers_.empty()) {
      FAIL_CHECK("an unexpected question: " << std::string(question));
      return {};
    }
    std::string answer = std::move(answers_.front());
    answers_.pop_front();
    return answer;
  }

  /// From now on there is somebody to ask.
  void answer(std::string text) {
    can_ask_ = true;
    answers_.push_back(std::move(text));
  }
  const std::vector<std::string>& questions() const { return questions_; }

 private:
  bool can_ask_ = false;
  std::deque<std::string> answers_{};
  std::vector<std::string> questions_{};
};

struct CommandResult {
  ExitCode code = ExitCode::ok;
  std::string out{}, err{};
};

/// One fake cluster, any number of command lines. The context's namespace is demo.
class CommandHarness {
 public:
  virtual ~CommandHarness() = default;

  FakeTransport& api() { return *transport_; }
  FakeClock& clock() { return clock_; }
  /// SQL Server in the pods; nothing answers at first.
  FakeServers& servers() { return servers_; }
  /// What there is for --odbc-driver; one driver at first.
  std::vector<sql::Driver>& drivers() { return drivers_; }
  /// Answers every exec into a pod; without it the test fails for one.
  std::function<kube::ExecResult(const kube::ExecRequest& request)> on_exec{};
  /// Where the context's API server is, for what goes past the fake one: connections into pods.
  void serve_at(std::string url) { server_ = std::move(url); }
  ScriptedPrompter& prompter() { return prompter_; }
  std::stop_source& stop() { return stop_; }
  void set_variable(std::string name, std::string value) { variables_[std::move(name)] = std::move(value); }
  /// Uses this clock instead of clock(), which jumps over every wait.
  void use_clock(platform::Clock& clock) { used_clock_ = &clock; }
  /// stdout is this stream; CommandResult::out stays empty.
  void write_to(output::OutStream& stream) { out_ = &stream; }
  /// Uses this runner instead of one that knows no program.
  void use_processes(platform::ProcessRunner& processes) { used_processes_ = &processes; }
  /// From now on a command that opens the cluster fails the test.
  void forbid_cluster() { may_open_ = false; }
  /// The reader of stdout is gone by the time a command asks to end with it.
  void let_reader_leave() { reader_leaves_ = true; }
  platform::Terminal& terminal() { return terminal_; }  ///< Nothing is a terminal at first.
  cli::Program& program() { return program_; }          ///< How the binary is called; "kubectl dba" at first.
  /// A tree to run instead of the real one.
  std::function<cli::Command(cli::GlobalOptions& global)> tree{};
  /// Called for everything that is written to stdout, as it is written.
  std::function<void(std::string_view text)> on_output{};

  /// @param words what follows "kubectl dba"
  CommandResult run(const std::vector<std::string>& words) {
    Stream out(*this);
    StringStream err;
    output::IoStreams io(out_ != nullptr ? *out_ : out, err, terminal_);
    cli::GlobalOptions global;
    const platform::Environment environment(variables_);
    const cli::Command root = tree ? tree(global) : cli::root_command(global, program_);
    cli::AppContext context{.io = io,
                            .prompter = prompter_,
                            .environment = environment,
                            .clock = used_clock_ != nullptr ? *used_clock_ : clock_,
                            .processes = used_processes_ != nullptr ? *used_processes_ : processes_,
                            .stop = stop_.get_token(),
                            .global = global,
                            .open_kube = [this](cli::AppContext& opened) { return open(opened); },
                            .open_sql = [this](cli::AppContext&, const std::string&) { return servers_.connector(); },
                            .list_drivers = [this] { return drivers_; },
                            .run_in_pod = [this](cli::AppContext&, const kube::ExecRequest& request,
                                                 platform::SteadyTime) { return exec(request); },
                            .end_with_reader =
                                [this] {
                                  reader_left_ = reader_leaves_;
                                  if (reader_leaves_) stop_.request_stop();
                                }};
    CommandResult result;
    result.code = cli::run(words, root, context);
    result.out = out.text();
    result.err = err.text();
    return result;
  }

 private:
  class Stream : public StringStream {
   public:
    explicit Stream(CommandHarness& harness) : harness_(harness) {}
    void write(std::string_view text) override {
      StringStream::write(text);
      if (harness_.on_output) harness_.on_output(text);
    }
    bool closed() const override { return harness_.reader_left_; }

   private:
    CommandHarness& harness_;
  };

  std::unique_ptr<kube::Client> open(cli::AppContext& context) {
    if (!may_open_) FAIL_CHECK("the cluster was opened");
    kube::ClientConfig config{.server = server_, .context = "rig", .ns = "demo"};
    if (context.global.connection.ns) config.ns = *context.global.connection.ns;
    return std::make_unique<kube::Client>(
        std::move(config),
        kube::ClientOptions{.transport = transport_,
                            .credentials = std::make_shared<StaticCredentials>(),
                            .clock = &context.clock,
                            .stop = context.stop,
                            .on_warning = [&context](std::string_view text) { context.io.warn(text); }});
  }

  kube::ExecResult exec(const kube::ExecRequest& request) {
    if (on_exec) return on_exec(request);
    FAIL_CHECK("an unexpected exec into " << request.pod);
    return {.exit_code = 1};
  }

  output::OutStream* out_ = nullptr;
  std::string server_ = "https://fake.example:6443";
  std::stop_source stop_{};
  FakeClock clock_{};
  FakeServers servers_{};
  std::vector<sql::Driver> drivers_{
      {.name = "FreeTDS", .file = "/usr/lib/libtdsodbc.so", .family = sql::Driver::Family::freetds}};
  std::shared_ptr<FakeTransport> transport_ = std::make_shared<FakeTransport>(clock_);
  ScriptedPrompter prompter_{};
  FakeProcessRunner processes_{};
  platform::Terminal terminal_{};
  cli::Program program_ = cli::identify_program("kubectl-dba");
  platform::Environment::Map variables_{};
  platform::Clock* used_clock_ = nullptr;
  platform::ProcessRunner* used_processes_ = nullptr;
  bool may_open_ = true;
  bool reader_leaves_ = false, reader_left_ = false;
};

}  // namespace dba::test
