#pragma once
// What can go wrong between a client and the API server, as the fault proxy plays it.

#include <cstddef>
#include <string>
#include <string_view>

namespace dba::faults {

enum class FaultKind {
  none,
  delay,           ///< The request is passed on after `milliseconds`.
  cut_head,        ///< Carried out; the answer ends in the middle of its header.
  cut_body,        ///< Carried out; the answer ends in the middle of its body.
  drop_answer,     ///< Carried out; then the connection is reset without a byte of answer.
  reset_request,   ///< Not carried out; the connection is reset.
  too_many_retry,  ///< 429 with Retry-After: 1.
  too_many,        ///< 429 without.
  server_error,    ///< 500 with a Status.
  html_error,      ///< 502 with a page of some gateway.
  html_ok,         ///< 200 with a page of some login portal.
  json_ok,         ///< 200 with JSON of some login portal.
  frozen,          ///< Not carried out; no answer, the connection stays.
  frozen_body,     ///< Carried out; the answer stops in the middle of its body, the connection stays.
};

inline constexpr FaultKind kAllFaults[] = {
    FaultKind::delay,         FaultKind::cut_head,       FaultKind::cut_body, FaultKind::drop_answer,
    FaultKind::reset_request, FaultKind::too_many_retry, FaultKind::too_many, FaultKind::server_error,
    FaultKind::html_error,    FaultKind::html_ok,        FaultKind::json_ok,  FaultKind::frozen,
    FaultKind::frozen_body,
};

std::string_view name_of(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::none;
  std::size_t first = 0;      ///< Index of the first request that meets it, in order of arrival.
  std::size_t count = 1;      ///< How many requests in a row meet it; large = all that follow.
  unsigned milliseconds = 0;  ///< Of delay.
  unsigned percent = 50;      ///< How far into the header or body the answer gets.
};

}  // namespace dba::faults
