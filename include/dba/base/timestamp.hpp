#pragma once
// RFC 3339 times of the Kubernetes API and ids made of a time and a few random letters.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dba {

using WallTime = std::chrono::system_clock::time_point;

/// Any RFC 3339 time (fraction, offset); absent when it is not one.
std::optional<WallTime> try_parse_rfc3339(std::string_view text);
std::string format_rfc3339(WallTime time);        ///< "2026-01-02T03:04:05Z"
std::string format_rfc3339_micro(WallTime time);  ///< "2026-01-02T03:04:05.000006Z" (MicroTime of events and leases)

/// kubectl's AGE of an object's time stamp; "<unknown>" for an empty or unreadable one.
std::string age_text(std::string_view rfc3339, WallTime now);

/// `count` letters of the alphabet Kubernetes uses for generated names (no vowels), drawn from `random_bits`.
std::string name_suffix(std::uint64_t random_bits, std::size_t count = 6);

}  // namespace dba
