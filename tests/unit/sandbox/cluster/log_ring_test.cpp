#include "cluster/log_ring.hpp"

#include <doctest/doctest.h>

namespace {

using namespace dba::sandbox::cluster;
using dba::sandbox::streaming::LogRequest;

const dba::WallTime kStart{std::chrono::seconds(1767323045)};

std::string read(const LogRing& ring, const LogRequest& request) {
  std::string text;
  ring.read(request, kStart + std::chrono::seconds(10),
            [&](std::string_view line) {
              text += line;
              return true;
            },
            {});
  return text;
}

}  // namespace

TEST_CASE("tail, since, limit and time stamps cut a log as the kubelet does") {
  LogRing ring(3);
  for (int i = 0; i < 4; ++i) ring.append(kStart + std::chrono::seconds(i), "line " + std::to_string(i));
  ring.close();
  struct Row {
    const char* what;
    LogRequest request;
    const char* text;
  };
  for (const Row& row :
       {Row{"all that is kept", {}, "line 1\nline 2\nline 3\n"},
        Row{"following a closed log ends", {.follow = true}, "line 1\nline 2\nline 3\n"},
        Row{"tail", {.tail_lines = 1}, "line 3\n"}, Row{"a long tail", {.tail_lines = 9}, "line 1\nline 2\nline 3\n"},
        Row{"no tail", {.tail_lines = 0}, ""}, Row{"since", {.since_seconds = 8}, "line 2\nline 3\n"},
        Row{"limit", {.limit_bytes = 10}, "line 1\nlin"},
        Row{"time stamps", {.timestamps = true, .tail_lines = 1}, "2026-01-02T03:04:08.000000000Z line 3\n"}}) {
    CAPTURE(row.what);
    CHECK(read(ring, row.request) == row.text);
  }
}

TEST_CASE("a reader that follows gets each new line, until the sink has enough") {
  LogRing ring;
  ring.append(kStart, "one");
  int seen = 0;
  ring.read({.follow = true}, kStart,
            [&](std::string_view) {
              if (++seen < 3) ring.append(kStart, "more");
              return seen < 3;
            },
            {});
  CHECK(seen == 3);
}
