#pragma once
// What the cluster knows of one resource: a copy kept up to date by a watch, found by name or by label.

#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "api/api.hpp"

namespace dba::sandbox::cluster {

using Labels = std::vector<std::pair<std::string, std::string>>;

/// "namespace/name" of an object.
std::string key_of(const Json& object);
/// Both halves of a key.
std::pair<std::string, std::string> split_key(std::string_view key);

class Informer {
 public:
  /// What changed: `before` is null for a new object, `now` for one that is gone. Called on the informer's own thread.
  using Listener = std::function<void(const api::Object& before, const api::Object& now)>;

  /// @param keep false: only tells of changes (with a null `before`) and remembers no object, for resources of which
  ///             there are many and few matter.
  Informer(api::Api& api, const api::Resource& type, bool keep = true) : api_(api), type_(type), keep_(keep) {}
  ~Informer() { stop(); }
  Informer(const Informer&) = delete;
  Informer& operator=(const Informer&) = delete;

  void on_change(Listener listener) { listeners_.push_back(std::move(listener)); }  ///< Before start().
  void start();
  void stop();

  const api::Resource& type() const { return type_; }
  api::Object find(const std::string& key) const;
  std::vector<api::Object> all() const;
  /// Those of the namespace that carry every label.
  std::vector<api::Object> matching(std::string_view ns, const Labels& labels) const;

 private:
  api::Api& api_;
  const api::Resource& type_;
  bool keep_;
  std::vector<Listener> listeners_{};
  mutable std::mutex mutex_{};
  std::map<std::string, api::Object> objects_{};
  std::unordered_map<std::string, std::set<std::string>> by_label_{};  ///< "namespace/key=value" → keys
  std::jthread thread_{};

  void run(const std::stop_token& stop);
  void follow(const std::stop_token& stop);
  void store(const api::Object& object);
  void drop(const std::string& key);
  void forget_labels(const Json& object, const std::string& key);
  void forget_missing(const std::set<std::string>& present);
};

}  // namespace dba::sandbox::cluster
