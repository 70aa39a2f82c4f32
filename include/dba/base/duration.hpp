#pragma once
// Durations as Go and kubectl write them ("1m30s", "500ms", bare seconds for time-outs) and ages as kubectl prints
// them.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace dba {

/// Go's time.ParseDuration: sign, decimals, units ns us µs ms s m h; absent when `text` is not one.
std::optional<std::chrono::nanoseconds> try_parse_duration(std::string_view text);
/// Go's Duration.String(): "1h0m0s", "1m30s", "500ms", "0s".
std::string format_duration(std::chrono::nanoseconds duration);

/// A value of --timeout or --request-timeout: a bare integer is seconds, else a duration; 0 = no limit.
/// @throws Error (usage) naming `flag` when the value is neither or negative.
std::chrono::nanoseconds parse_timeout(std::string_view flag, std::string_view text);

/// kubectl's AGE text of a span in whole seconds ("119s", "3h", "5d3h", "<invalid>" below -1).
/// @source apimachinery duration.HumanDuration; vectors in tests/unit/base.
std::string human_duration(std::int64_t seconds);

}  // namespace dba
