#pragma once
// A watch on one collection: turns changes into the events its selectors ask for.

#include <memory>
#include <string_view>

#include "dba/platform/clock.hpp"

#include "api/api.hpp"
#include "api/collection.hpp"
#include "api/selectors.hpp"

namespace dba::sandbox::api {

struct WatchOptions {
  std::string ns{};
  Selectors selectors{};
  std::string resource_version{};
  bool bookmarks = false;
  bool mark_end_of_initial = false;
  std::chrono::nanoseconds bookmark_period{};
};

/// @throws StatusError 400 for a resourceVersion that is no number or selectors that cannot be parsed.
std::unique_ptr<Subscription> open_watch(std::shared_ptr<const Collection> collection, const WatchOptions& options,
                                         const platform::Clock& clock);

/// @throws StatusError 400
std::uint64_t parse_resource_version(std::string_view text);

}  // namespace dba::sandbox::api
