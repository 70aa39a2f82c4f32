// fault_runs --binary FILE --work FOLDER [--runs N] [--seed N] [--only RUN] [--jobs N]
// Runs the commands against the API server through the fault proxy, every fault kind on every command, at requests that
// the seed picks, once and for good. After each run: did it end in time, did it crash, is its exit code the right one
// for what the fault met, does it say so, and what is really there. Needs a rig (RIG_SERVER, RIG_TOKEN, RIG_T), a
// namespace NS with the group of tests/e2e/fixtures/group.yaml and an issuer "ca" in it.

#include <algorithm>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "e2e/faults/api.hpp"
#include "e2e/faults/expectation.hpp"
#include "e2e/faults/fault_proxy.hpp"
#include "script/process.hpp"
#include "script/text.hpp"

namespace {

namespace fs = std::filesystem;
using namespace dba::faults;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kRequestTimeout{2};
constexpr std::chrono::seconds kTimeout{5};  ///< --timeout of the commands that wait.
constexpr int kUnknown = 6;
constexpr int kTimedOut = 124;

struct Settings {
  fs::path binary{}, work{};
  unsigned runs = 468;
  unsigned seed = 1;
  unsigned jobs = 3;
  std::optional<unsigned> only{};
  std::string ns{};
  Upstream upstream{};
};

/// A command as it is run against the proxy; "NAME" in its texts is the name of this run's own object.
struct Subject {
  std::string name{};
  std::vector<std::string> arguments{};
  Dependence dependence{};
  std::string path{};    ///< Collection of the object it makes or removes; empty = it only reads.
  bool makes = false;    ///< After success the object is there; else it is gone.
  std::string before{};  ///< Object to make before the run.
  bool waits = false;    ///< Has --timeout, which bounds it as a whole.
  bool endless = false;  ///< Goes on until it is interrupted.
  int success = 0;       ///< How it ends when nothing goes wrong: 124 for what waits for something that never comes.
};

const std::string kDatabases = "/apis/kubedb.com/v1alpha2/namespaces/NS/mssqlservers";
const std::string kIssuers = "/apis/cert-manager.io/v1/namespaces/NS/issuers";
/// Who we are, Events and the patches that leave marks: without them there is a warning.
const std::string kMarks = "^(GET|POST) .*/(events|selfsubjectreviews)|^PATCH .*fieldManager=kubectl-dba-marks";
const std::string kDatabase = R"({"apiVersion":"kubedb.com/v1alpha2","kind":"MSSQLServer","metadata":{"name":"NAME"},)"
                              R"("spec":{"version":"2025-cu0","deletionPolicy":"Delete","tls":{"clientTLS":false}}})";
const std::string kManifest =
    "apiVersion: kubedb.com/v1alpha2\nkind: MSSQLServer\nmetadata: {name: NAME}\nspec:\n  version: \"2025-cu0\"\n"
    "  replicas: 1\n  tls: {issuerRef: {apiGroup: cert-manager.io, kind: Issuer, name: ca}}\n  podTemplate:\n    "
    "spec:\n"
    "      containers:\n      - name: mssql\n        env: [{name: ACCEPT_EULA, value: \"Y\"}, {name: MSSQL_PID, value: "
    "Developer}]\n  storageType: Durable\n  storage: {accessModes: [ReadWriteOnce], resources: {requests: {storage: "
    "1Gi}}}\n";

std::vector<Subject> subjects() {
  const std::vector<std::string> create = {"mssql",    "create",   "NAME", "--timeout", "5s",  "--version",
                                           "2025-cu0", "--issuer", "ca",   "--storage", "1Gi", "--accept-eula"};
  std::vector<std::string> create_and_wait = create;
  create_and_wait.emplace_back("--wait");
  const Dependence marks_and_watches{.optional = kMarks, .follows = "watch=true|fieldSelector=metadata.name|/pods[?]"};
  const Dependence marks{.optional = kMarks};
  return {
      {.name = "list",
       .arguments = {"mssql", "list", "-l", "faults=still", "-o", "json"},
       .dependence = {.partial = "^GET /api/v1/.*/pods"}},
      {.name = "roles",
       .arguments = {"mssql", "roles", "sales", "--no-sql", "-o", "json"},
       .dependence = {.partial = "/endpointslices"}},
      {.name = "versions", .arguments = {"mssql", "versions", "-o", "name"}},
      {.name = "diff", .arguments = {"mssql", "diff", "-f", "same.yaml"}, .dependence = {.failure = 14}},
      {.name = "wait",
       .arguments = {"mssql", "wait", "sales", "--for=primary", "--timeout", "5s"},
       .dependence = {.follows = "watch=true|limit="},  // the first look at the database is a read like any other
       .waits = true},
      {.name = "issuer check",
       .arguments = {"mssql", "issuer", "check", "ca", "-o", "json"},
       .dependence = {.gate = "/secrets/|/certificates"}},
      {.name = "create", .arguments = create, .dependence = marks, .path = kDatabases, .makes = true, .waits = true},
      {.name = "create --wait",  // nobody makes it Ready here
       .arguments = create_and_wait,
       .dependence = marks_and_watches,
       .path = kDatabases,
       .makes = true,
       .waits = true,
       .success = kTimedOut},
      {.name = "roles -w",
       .arguments = {"mssql", "roles", "sales", "--no-sql", "-w"},
       .dependence = {.follows = "watch=true|limit="},
       .waits = true,
       .endless = true,
       .success = kTimedOut},
      {.name = "apply (new)",
       .arguments = {"mssql", "apply", "-f", "NAME.yaml"},
       .dependence = marks,
       .path = kDatabases,
       .makes = true},
      {.name = "delete",
       .arguments = {"mssql", "delete", "NAME", "--yes", "--timeout", "5s"},
       // Its last look, at pods that stay behind, can only add a warning.
       .dependence = {.optional = kMarks + "|mssqlserveropsrequests|^GET .*/pods[?]"},
       .path = kDatabases,
       .before = kDatabase,
       .waits = true},
      {.name = "issuer create",
       .arguments = {"mssql", "issuer", "create", "NAME", "--key-type", "ecdsa-p256", "--timeout", "5s"},
       .dependence = marks,
       .path = kIssuers,
       .makes = true,
       .waits = true},
  };
}

std::string with_names(std::string text, const Settings& settings, const std::string& name) {
  return dba::script::replace_all(dba::script::replace_all(std::move(text), "NAME", name), "NS", settings.ns);
}

struct Ended {
  int code = -1;
  std::string out{}, err{};
  std::chrono::milliseconds took{0};
  std::vector<SeenRequest> seen{};
};

class Run {
 public:
  Run(const Settings& settings, const Subject& subject, Fault fault, unsigned number)
      : settings_(settings),
        subject_(subject),
        fault_(fault),
        name_(fmt::format("run-{}", number)),
        folder_(settings.work / fmt::format("{}-{}", number, name_of(fault.kind))) {}

  Ended run() const {
    fs::create_directories(folder_);
    if (!subject_.before.empty()) {
      ask(settings_.upstream, "POST", with_names(subject_.path, settings_, name_),
          with_names(subject_.before, settings_, name_));
    }
    dba::script::write_text(folder_ / (name_ + ".yaml"), with_names(kManifest, settings_, name_));
    fs::copy(settings_.work / "same.yaml", folder_ / "same.yaml", fs::copy_options::overwrite_existing);

    Ended ended;
    FaultProxy proxy(settings_.upstream, fault_);
    dba::script::write_text(
        folder_ / "kubeconfig",
        fmt::format("apiVersion: v1\nkind: Config\ncurrent-context: p\nclusters: [{{name: p, cluster: {{server: "
                    "\"http://127.0.0.1:{}\"}}}}]\ncontexts: [{{name: p, context: {{cluster: p, namespace: {}}}}}]\n",
                    proxy.port(), settings_.ns));
    dba::script::Start start;
    if (subject_.endless) {
      start.argv = {"timeout", "--signal=INT", fmt::format("{}s", kTimeout.count())};  // 124 when it had to end it
    }
    start.argv.insert(start.argv.end(),
                      {settings_.binary, "--request-timeout", fmt::format("{}s", kRequestTimeout.count())});
    for (const std::string& argument : subject_.arguments) {
      start.argv.push_back(with_names(argument, settings_, name_));
    }
    start.environment = {{"PATH", "/usr/bin:/bin"}, {"HOME", folder_}, {"KUBECONFIG", folder_ / "kubeconfig"}};
    start.folder = folder_;
    start.in = "/dev/null";
    start.out = folder_ / "stdout";
    start.err = folder_ / "stderr";
    const auto began = Clock::now();
    dba::script::Process process(start);
    ended.code = process.wait(began + std::chrono::seconds(60)).value_or(-1);
    ended.took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - began);
    ended.out = dba::script::read_text(start.out);
    ended.err = dba::script::read_text(start.err);
    ended.seen = proxy.seen();
    return ended;
  }

  /// Everything that is wrong with how it ended. @param still what a reading command prints without a fault
  std::vector<std::string> judge(const Ended& ended, const std::string& still) const {
    std::vector<std::string> wrong;
    if (ended.code < 0 || ended.code > 128 ||
        dba::script::count_matches("Sanitizer|runtime error:|terminate called|internal:", ended.err) > 0) {
      wrong.push_back(fmt::format("crashed or hung (exit code {})", ended.code));
    }
    const auto limit = time_limit(ended);
    if (ended.took > limit) {
      wrong.push_back(fmt::format("took {} ms, limit {} ms", ended.took.count(), limit.count()));
    }
    Expectation wanted = expect(ended.seen, fault_.kind, fault_.count > 1, subject_.dependence);
    if (wanted.codes.erase(0) > 0) {
      wanted.codes.insert(subject_.success);
    }
    if (!wanted.codes.contains(ended.code)) {
      wrong.push_back(fmt::format("exit code {}, want {}", ended.code, fmt::join(wanted.codes, " or ")));
    } else if (ended.code != subject_.success && dba::script::count_matches(wanted.words, ended.err + ended.out) == 0) {
      wrong.push_back(fmt::format("does not say \"{}\"", wanted.words));
    }
    if (ended.code == subject_.dependence.failure) {
      judge_failure(ended, wrong);
    }
    judge_doubles(ended, wrong);
    if (wanted.partial) {
      if (ended.code == 0 && dba::script::count_matches(R"("partial": *true)", ended.out) == 0) {
        wrong.push_back("does not say that it is partial");
      }
    } else if (ended.code == 0 && subject_.path.empty() && ended.out != still) {
      wrong.push_back("prints something else than without the fault: " +
                      dba::script::first_difference(ended.out, still));
    }
    if (!subject_.path.empty()) {
      judge_truth(ended, wrong);
    }
    return wrong;
  }

 private:
  /// A command with --timeout ends by then, one that only reads by --request-timeout: its calls run at the same time.
  /// A write without --timeout may be looked up for ten seconds more, and each mark it leaves is a write of its own.
  std::chrono::milliseconds time_limit(const Ended& ended) const {
    constexpr std::chrono::seconds kMargin{1};
    constexpr std::chrono::seconds kLookUp{10};
    if (subject_.waits) {
      return kTimeout + kMargin;
    }
    const auto writes = std::count_if(ended.seen.begin(), ended.seen.end(),
                                      [](const SeenRequest& each) { return each.spoiled && each.method != "GET"; });
    return kRequestTimeout + writes * (kRequestTimeout + kLookUp) + kMargin;
  }

  /// The table of exit codes has none for "the API server failed", so such a failure ends with the one for what is
  /// unexpected. What keeps it apart from a crash or a bug is that it says what was tried, what came, and what to do.
  void judge_failure(const Ended& ended, std::vector<std::string>& wrong) const {
    if (dba::script::count_matches("^error: cannot [a-z]+ [a-z/].*: .*", ended.err) != 1) {
      wrong.push_back("does not say in one line what could not be done, and why");
    }
    for (const char* line : {"^  cause: .", "^  try:   ."}) {
      if (dba::script::count_matches(line, ended.err) == 0) {
        wrong.push_back(fmt::format("has no line \"{}\"", line));
      }
    }
    const bool machine =
        std::find(subject_.arguments.begin(), subject_.arguments.end(), "json") != subject_.arguments.end();
    const std::string reason = fmt::format(R"("reason": "{}")", reason_for(fault_.kind));
    if (machine && dba::script::count_matches(reason, ended.out) != 1) {
      wrong.push_back(fmt::format("its Error object does not say {}", reason));
    }
  }

  /// What a POST makes: an object of its collection; an Event about its object.
  static std::string made_by(const SeenRequest& post) {
    const std::string path = post.target.substr(0, post.target.find('?'));
    const std::size_t about = post.body.find(R"("involvedObject":{)");
    return about == std::string::npos ? path : path + " " + post.body.substr(about, post.body.find('}', about) - about);
  }

  /// A command makes one object of each kind, and one Event about each, whatever names it gives them; and what the
  /// server has made is not asked for again.
  static void judge_doubles(const Ended& ended, std::vector<std::string>& wrong) {
    constexpr int kCreated = 201;
    std::map<std::string, unsigned> made;
    for (const SeenRequest& each : ended.seen) {
      const std::string what = made_by(each);
      const bool stores = each.method == "POST" && each.target.find("dryRun=All") == std::string::npos &&
                          what.find("/selfsubject") == std::string::npos;
      if (!stores || each.status == 0) {
        continue;
      }
      if (made[what] > 0) {
        wrong.push_back(fmt::format("POST {} again, although the object was made", what));
      }
      made[what] += each.status == kCreated ? 1U : 0U;
    }
  }

  void judge_truth(const Ended& ended, std::vector<std::string>& wrong) const {
    const std::string path = with_names(subject_.path, settings_, name_);
    const bool there = ask(settings_.upstream, "GET", path + "/" + name_).status == 200;
    if (ended.code == subject_.success && there != subject_.makes) {
      wrong.push_back(there ? "says it is deleted, but it is there" : "says it is made, but it is not there");
    }
    // An error that is not "unknown" promises that nothing was done.
    if (ended.code != 0 && ended.code != kUnknown && ended.code != kTimedOut && there == subject_.makes &&
        dba::script::count_matches("half done", ended.err) == 0) {
      wrong.push_back(fmt::format("fails with {}, but it was carried out", ended.code));
    }
  }

  const Settings& settings_;
  const Subject& subject_;
  Fault fault_;
  std::string name_;
  fs::path folder_;
};

/// The run's fault: every kind on every subject in turn, at a request the seed picks, once or for good.
Fault pick_fault(unsigned run, std::size_t subject_count, unsigned seed, std::size_t requests) {
  std::mt19937 random(seed * 100003U + run);
  Fault fault;
  fault.kind = kAllFaults[run / subject_count % std::size(kAllFaults)];
  const bool always = run / (subject_count * std::size(kAllFaults)) % 3 == 2;
  fault.first = always ? random() % 2 : random() % requests;
  fault.count = always ? 1000 : 1;
  fault.milliseconds = 50 + static_cast<unsigned>(random() % 900);
  fault.percent = 1 + static_cast<unsigned>(random() % 95);
  return fault;
}

Settings read_settings(int argc, char** argv) {
  Settings settings;
  std::map<std::string, std::string> given;
  for (int i = 1; i + 1 < argc; i += 2) {
    given[argv[i]] = argv[i + 1];
  }
  const auto number = [&](const std::string& name, unsigned fallback) {
    return given.contains(name) ? static_cast<unsigned>(std::stoul(given[name])) : fallback;
  };
  settings.binary = fs::canonical(given.at("--binary"));
  settings.work = fs::canonical(given.at("--work"));
  settings.runs = number("--runs", settings.runs);
  settings.seed = number("--seed", settings.seed);
  settings.jobs = number("--jobs", settings.jobs);
  settings.only = given.contains("--only") ? std::optional(number("--only", 0)) : std::nullopt;
  settings.ns = getenv("NS");
  const std::string server = getenv("RIG_SERVER");
  const std::size_t colon = server.rfind(':');
  settings.upstream = {server.substr(8, colon - 8), server.substr(colon + 1), std::string(getenv("RIG_T")) + "/ca.crt",
                       getenv("RIG_TOKEN")};
  return settings;
}

}  // namespace

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);  // a peer that is gone is an error of write
  const Settings settings = read_settings(argc, argv);
  const std::vector<Subject> all = subjects();

  // Without a fault every command succeeds; how many requests it makes says where faults can meet it.
  std::vector<Ended> still;
  for (std::size_t i = 0; i < all.size(); ++i) {
    still.push_back(Run(settings, all[i], {}, static_cast<unsigned>(900000 + i)).run());
    if (still.back().code != all[i].success) {
      fmt::print("{} fails without any fault (exit code {}):\n{}", all[i].name, still.back().code, still.back().err);
      return 1;
    }
  }

  std::mutex mutex;
  std::map<std::string, std::map<int, int>> codes;  // fault → exit code → runs
  std::atomic<unsigned> next = settings.only.value_or(0);
  const unsigned end = settings.only ? *settings.only + 1 : settings.runs;
  unsigned failed = 0;
  const auto work = [&] {
    for (unsigned number = next++; number < end; number = next++) {
      const std::size_t which = number % all.size();
      const Fault fault = pick_fault(number, all.size(), settings.seed, still[which].seen.size());
      // A machine that is busy for a moment makes a run late; one that hangs is late again.
      Ended ended;
      std::vector<std::string> wrong;
      for (unsigned attempt = 0; attempt < 3; ++attempt) {
        const Run run(settings, all[which], fault, number + attempt * 10000);
        ended = run.run();
        wrong = run.judge(ended, still[which].out);
        if (wrong.size() != 1 || !wrong.front().starts_with("took ")) {
          break;
        }
      }
      const std::lock_guard lock(mutex);
      ++codes[std::string(name_of(fault.kind))][ended.code];
      if (!wrong.empty() || settings.only) {
        failed += wrong.empty() ? 0U : 1U;
        fmt::print("run {} (seed {}): {} meets {} at request {}{}, {} ms\n", number, settings.seed, all[which].name,
                   name_of(fault.kind), fault.first, fault.count > 1 ? " and ever after" : "", ended.took.count());
        for (const std::string& each : wrong) {
          fmt::print("  WRONG: {}\n", each);
        }
        for (const SeenRequest& each : ended.seen) {
          fmt::print("  {} {} {}\n", each.spoiled ? "x" : " ", each.method, each.target);
        }
        fmt::print("  [exit {}]\n{}\n", ended.code, ended.err);
      }
    }
  };
  {
    std::vector<std::jthread> workers;
    for (unsigned i = 0; i < settings.jobs; ++i) {
      workers.emplace_back(work);
    }
  }
  for (const auto& [fault, by_code] : codes) {
    std::string text;
    for (const auto& [code, count] : by_code) {
      text += fmt::format("  {}x exit {}", count, code);
    }
    fmt::print("{:<16}{}\n", fault, text);
  }
  fmt::print("{} runs, {} wrong\n", settings.only ? 1 : settings.runs, failed);
  return failed == 0 ? 0 : 1;
}
