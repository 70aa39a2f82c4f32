#pragma once
// Follows collections the way client-go's reflector does: list, watch with bookmarks, resume, relist on 410. Changes
// that happened while the connection was gone are delivered as the difference, so no transition is lost or told twice.

#include <cstddef>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/kube/resource.hpp"

namespace dba::kube {

struct WatchTarget {
  const ResourceType* type = nullptr;
  std::string ns{};  ///< Empty = all namespaces.
  ListOptions options{};
  /// Whether what was deleted while nobody watched is told with its metadata alone. Saves memory: whole objects need
  /// not be kept then.
  bool metadata_of_missed = false;
  int first_list_tries = 0;  ///< How often the first list may fail before it is `failed`; 0 = it is tried for ever.
};

struct WatchEvent {
  enum class Kind {
    added,
    modified,
    deleted,
    synced,  ///< The first list of `target` is delivered completely.
    failed,  ///< `target` cannot be followed (forbidden, resource gone, no first list); see `error`. Nothing more comes
             ///< for it.
  };
  WatchEvent();
  WatchEvent(WatchEvent&&) noexcept;
  WatchEvent& operator=(WatchEvent&&) noexcept;
  ~WatchEvent();

  Kind kind = Kind::added;
  std::size_t target = 0;          ///< Index into the targets.
  std::unique_ptr<Json> object{};  ///< Null for synced and failed.
  std::shared_ptr<const ApiError> error{};
};

class Watcher {
 public:
  /// Starts following at once, all targets over one connection. A target whose `watch` is forbidden is polled every 2
  /// s.
  Watcher(Client& client, const std::vector<WatchTarget>& targets);
  ~Watcher();  ///< Ends the requests and joins the threads.
  Watcher(const Watcher&) = delete;
  Watcher& operator=(const Watcher&) = delete;

  /// The next event, or nothing at `deadline` or when `stop` is requested.
  std::optional<WatchEvent> next(platform::SteadyTime deadline, const std::stop_token& stop);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace dba::kube
