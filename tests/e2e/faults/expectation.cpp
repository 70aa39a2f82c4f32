#include "e2e/faults/expectation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "script/text.hpp"

namespace dba::faults {

namespace {

constexpr int kUnexpected = 1;
constexpr int kUnknown = 6;
constexpr int kUnhealthy = 10;
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
    case FaultKind::json_ok:
      return "the answer is not one of a Kubernetes API server";
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

/// A server that never answers may use up --timeout, too.
std::set<int> failures(FaultKind kind, bool always, int failure) {
  if (always && reason_for(kind) == "Timeout") return {failure, kTimedOut};
  return {failure};
}

Expectation expect_of_write(const SeenRequest& request, FaultKind kind, bool always, int failure) {
  const bool dry_run = request.target.find("dryRun=All") != std::string::npos;
  if (!leaves_write_open(kind) || dry_run) {
    return kind == FaultKind::too_many_retry && !always ? Expectation{} : Expectation{{failure}, words_for(kind)};
  }
  if (always) {
    return {{kUnknown}, "unknown"};  // nobody answers the look-up either
  }
  // An apply is sent again; anything else is looked up by name.
  const bool sent_again = request.method == "PATCH" && request.target.find("force=") != std::string::npos;
  return was_carried_out(kind) || sent_again ? Expectation{}
                                             : Expectation{{failure}, "it was not (created|deleted|changed)"};
}

}  // namespace

std::string reason_for(FaultKind kind) {
  switch (kind) {
    case FaultKind::too_many:
    case FaultKind::too_many_retry:
      return "TooManyRequests";
    case FaultKind::server_error:
    case FaultKind::html_error:
      return "InternalError";
    case FaultKind::html_ok:
    case FaultKind::json_ok:
      return "ForeignAnswer";
    case FaultKind::cut_head:
    case FaultKind::cut_body:
    case FaultKind::drop_answer:
    case FaultKind::reset_request:
      return "BrokenConnection";
    case FaultKind::frozen:
    case FaultKind::frozen_body:
      return "Timeout";
    case FaultKind::none:
    case FaultKind::delay:
      break;
  }
  return "";
}

Expectation expect(const std::vector<SeenRequest>& seen, FaultKind kind, bool always, const Dependence& dependence) {
  Expectation expectation;
  if (kind == FaultKind::none || kind == FaultKind::delay) {
    return expectation;
  }
  const bool repeated = repeating_helps(kind) && !always;
  bool after_mark = false;
  for (const SeenRequest& request : seen) {
    const std::string line = request.method + " " + request.target;
    const bool looks_up = after_mark && request.method == "GET";  // what became of a mark
    const auto is = [&](const std::string& pattern) { return script::count_matches(pattern, line) > 0; };
    const bool optional = is(dependence.optional) || looks_up;
    after_mark = optional && (request.method == "PATCH" || looks_up);
    if (!request.spoiled || optional) {
      continue;
    }
    if (is(dependence.follows)) {
      if (always) {
        // Whichever comes first: its time is over, or the first list has failed often enough.
        return {{kTimedOut, dependence.failure}, "timed out|not finished|still|" + words_for(kind)};
      }
    } else if (is(dependence.partial)) {
      expectation.partial = expectation.partial || !repeated;
    } else if (is(dependence.gate)) {
      const bool helped = repeated && (request.method == "GET" || kind == FaultKind::too_many_retry);
      expectation.codes = helped ? std::set<int>{0} : std::set<int>{kUnhealthy};
      expectation.words = "unknown";
    } else if (request.method == "GET") {
      return repeated ? expectation : Expectation{failures(kind, always, dependence.failure), words_for(kind)};
    } else {
      return expect_of_write(request, kind, always, dependence.failure);
    }
  }
  const bool met_any = std::any_of(seen.begin(), seen.end(), [](const SeenRequest& each) { return each.spoiled; });
  if (always && met_any) {
    // A gate says what it could not see, each in its row.
    expectation.words = words_for(kind) + (expectation.codes.contains(kUnhealthy) ? "|could not be read" : "");
    // What is essential may not even have been sent any more.
    expectation.codes.merge(failures(kind, always, dependence.failure));
  }
  return expectation;
}

}  // namespace dba::faults
