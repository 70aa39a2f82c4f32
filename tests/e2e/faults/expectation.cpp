#include "e2e/faults/expectation.hpp"

#include <algorithm>

#include "script/text.hpp"

namespace dba::faults {

namespace {

constexpr int kUnexpected = 1;
constexpr int kUnknown = 6;
constexpr int kTimedOut = 124;

/// The words of an exit 1: what is said about each kind of answer.
std::string words_for(FaultKind kind) {
  switch (kind) {
    case FaultKind::too_many:
    case FaultKind::too_many_retry:
      return "the server is overloaded";
    case FaultKind::server_error:
    case FaultKind::html_error:
      return "the server failed";
    case FaultKind::html_ok:
    case FaultKind::cut_head:
    case FaultKind::cut_body:
    case FaultKind::drop_answer:
    case FaultKind::reset_request:
      return "cut off or unreadable";
    case FaultKind::frozen:
    case FaultKind::frozen_body:
      return "no answer in time";
    case FaultKind::none:
    case FaultKind::delay:
      break;
  }
  return "";
}

/// Kinds that a read gets over by asking again.
bool repeating_helps(FaultKind kind) {
  return kind == FaultKind::reset_request || kind == FaultKind::drop_answer || kind == FaultKind::cut_head ||
         kind == FaultKind::cut_body || kind == FaultKind::too_many_retry;
}

/// Kinds after which nobody knows whether a write was carried out.
bool leaves_write_open(FaultKind kind) {
  return kind != FaultKind::delay && kind != FaultKind::too_many && kind != FaultKind::too_many_retry &&
         kind != FaultKind::server_error;
}

bool was_carried_out(FaultKind kind) {
  return kind == FaultKind::cut_head || kind == FaultKind::cut_body || kind == FaultKind::drop_answer ||
         kind == FaultKind::frozen_body;
}

Expectation expect_of_read(FaultKind kind, bool always) {
  if (repeating_helps(kind) && !always) {
    return {};
  }
  return {{kUnexpected}, words_for(kind)};
}

Expectation expect_of_write(FaultKind kind, bool always) {
  if (!leaves_write_open(kind)) {
    return repeating_helps(kind) && !always ? Expectation{} : Expectation{{kUnexpected}, words_for(kind)};
  }
  // Looked up by name: found, so it was done; not found, or not even the look-up is answered: unknown.
  return was_carried_out(kind) && !always ? Expectation{} : Expectation{{kUnknown}, "unknown"};
}

}  // namespace

Expectation expect(const std::vector<SeenRequest>& seen, FaultKind kind, bool always, const std::string& optional) {
  const auto met = std::find_if(seen.begin(), seen.end(), [&](const SeenRequest& request) {
    return request.spoiled && script::count_matches(optional, request.method + " " + request.target) == 0;
  });
  if (met == seen.end() || kind == FaultKind::delay) {
    return {};
  }
  if (met->target.find("watch=true") != std::string::npos) {
    // The watch is taken up again; a server that never answers again lets the command run into its time-out.
    return always ? Expectation{{kUnexpected, kTimedOut}, "error:"} : Expectation{};
  }
  return met->method == "GET" ? expect_of_read(kind, always) : expect_of_write(kind, always);
}

}  // namespace dba::faults
