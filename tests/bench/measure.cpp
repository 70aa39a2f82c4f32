// bench_measure RUNS [--name NAME ARG…]…
// Runs the commands in turn, RUNS rounds after one unmeasured round, and prints a line for each:
// NAME <tab> median milliseconds <tab> median peak memory in KiB. In C++ because the peak memory of a child counts from
// its parent's at fork, and this program is small.

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <fcntl.h>
#include <spawn.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Candidate {
  std::string name{};
  std::vector<char*> argv{};
  std::vector<double> milliseconds{};
  std::vector<double> kibibytes{};
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

/// Runs it once with its output thrown away; false when it fails.
bool run_once(Candidate& candidate, bool measured) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  pid_t pid = 0;
  const auto start = std::chrono::steady_clock::now();
  const int error = posix_spawnp(&pid, candidate.argv[0], &actions, nullptr, candidate.argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) {
    return false;
  }
  int status = 0;
  rusage used{};
  wait4(pid, &status, 0, &used);
  const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - start;
  if (measured) {
    candidate.milliseconds.push_back(took.count());
    candidate.kibibytes.push_back(static_cast<double>(used.ru_maxrss));
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Candidate> candidates;
  for (int i = 2; i < argc; ++i) {
    if (std::string_view(argv[i]) == "--name" && i + 1 < argc) {
      candidates.push_back({argv[++i], {}, {}, {}});
    } else if (!candidates.empty()) {
      candidates.back().argv.push_back(argv[i]);
    }
  }
  const int runs = argc > 1 ? std::atoi(argv[1]) : 0;
  const bool complete =
      std::none_of(candidates.begin(), candidates.end(), [](const auto& c) { return c.argv.empty(); });
  if (runs < 1 || candidates.empty() || !complete) {
    std::fputs("usage: bench_measure RUNS [--name NAME PROGRAM ARG…]…\n", stderr);
    return 2;
  }
  for (Candidate& candidate : candidates) {
    candidate.argv.push_back(nullptr);
  }
  for (int round = 0; round <= runs; ++round) {
    for (Candidate& candidate : candidates) {
      if (!run_once(candidate, round > 0)) {
        std::fprintf(stderr, "bench: %s failed\n", candidate.name.c_str());
        return 1;
      }
    }
  }
  for (const Candidate& candidate : candidates) {
    std::printf("%s\t%.1f\t%.0f\n", candidate.name.c_str(), median(candidate.milliseconds),
                median(candidate.kibibytes));
  }
  return 0;
}
