#pragma once
// An API server in memory, as small as the operator's tests need it: objects, watches, merge patches, finalizers and
// garbage collection by owner. It runs pods and issues certificates at once, while told to. No validation.

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"
#include "dba/kube/transport.hpp"

namespace dba::sandbox::kubedb::test {

class MiniApi : public kube::Transport {
 public:
  static constexpr std::string_view kCore = "/api/v1/namespaces/demo/";
  static std::string databases() { return "/apis/kubedb.com/v1alpha2/namespaces/demo/mssqlservers"; }
  static std::string petsets() { return "/apis/apps.k8s.appscode.com/v1/namespaces/demo/petsets"; }
  static std::string core(std::string_view plural) { return fmt::format("{}{}", kCore, plural); }

  /// @param collection path of the collection, as of core() and databases()
  void create(const std::string& collection, const Json& object) {
    const std::scoped_lock lock(mutex_);
    do_create(collection, object);
  }
  void patch(const std::string& collection, const std::string& name, const Json& patch) {
    const std::scoped_lock lock(mutex_);
    do_patch(collection, name, patch);
  }
  void remove(const std::string& collection, const std::string& name) {
    const std::scoped_lock lock(mutex_);
    do_remove(collection, name);
  }
  std::optional<Json> find(const std::string& collection, const std::string& name) const {
    const std::scoped_lock lock(mutex_);
    const auto found = objects_.find({collection, name});
    return found == objects_.end() ? std::nullopt : std::optional<Json>(found->second);
  }
  std::vector<std::string> names(const std::string& collection) const {
    const std::scoped_lock lock(mutex_);
    std::vector<std::string> list;
    for (const auto& [key, object] : objects_) {
      if (key.first == collection) list.push_back(key.second);
    }
    return list;
  }
  /// All Events so far: "Warning Failed: …".
  std::vector<std::string> told() const {
    const std::scoped_lock lock(mutex_);
    return told_;
  }
  /// Waits (real time) until it is so; looks again whenever something was written.
  void wait_until(const char* what, const std::function<bool()>& holds) {
    constexpr auto kPatience = std::chrono::seconds(20);
    const auto end = std::chrono::steady_clock::now() + kPatience;
    while (!holds()) {
      std::unique_lock lock(mutex_);
      const std::uint64_t seen = version_;
      if (std::chrono::steady_clock::now() > end) {
        FAIL_CHECK("never came: " << std::string(what));
        return;
      }
      changed_.wait_for(lock, std::chrono::milliseconds(100), [&] { return version_ != seen; });
    }
  }
  /// The next write of that method to this collection gets this Status.
  void refuse_next(std::string_view method, const std::string& collection, int code, std::string_view reason,
                   std::string_view message) {
    const std::scoped_lock lock(mutex_);
    refusals_[fmt::format("{} {}", method, collection)] = status(code, reason, message);
  }
  /// Whether new pods are Ready at once and Certificates get their Secrets.
  void set_running(bool running) {
    const std::scoped_lock lock(mutex_);
    running_ = running;
  }

  std::uint64_t start(kube::HttpRequest request, kube::Credential, std::shared_ptr<kube::ResponseSink> sink) override {
    const std::string path = request.target.substr(0, request.target.find('?'));
    const std::string query = path.size() < request.target.size() ? request.target.substr(path.size() + 1) : "";
    std::unique_lock lock(mutex_);
    const std::uint64_t id = ++last_id_;
    if (query.find("watch=true") != std::string::npos) {
      open_watch(id, path, query, std::move(sink));
      return id;
    }
    const Json reply = answer(request, path, query);
    lock.unlock();
    const int code = reply.value("kind", "") == "Status" ? reply.value("code", 200) : 200;
    sink->on_head(code, {{"Content-Type", "application/json"}});
    sink->on_body(codec::compact_json(reply));
    sink->on_end(nullptr);
    return id;
  }

  void cancel(std::uint64_t id) override {
    std::shared_ptr<kube::ResponseSink> sink;
    {
      const std::scoped_lock lock(mutex_);
      const auto found =
          std::find_if(watches_.begin(), watches_.end(), [&](const Watch& watch) { return watch.id == id; });
      if (found == watches_.end()) return;
      sink = std::move(found->sink);
      watches_.erase(found);
    }
    const kube::TransportFailure failure{.kind = kube::TransportFailure::Kind::cancelled, .message = "cancelled"};
    sink->on_end(&failure);
  }

 private:
  struct Watch {
    std::uint64_t id;
    std::string plural;
    bool ours_only;
    std::shared_ptr<kube::ResponseSink> sink;
  };
  struct Frame {
    std::uint64_t version;
    std::string plural, type;
    Json object;
  };

  static std::string plural_of(const std::string& collection) {
    return collection.substr(collection.find_last_of('/') + 1);
  }
  static bool is_ours(const Json& object) {
    return codec::label_of(object, "app.kubernetes.io/managed-by") == "kubedb.com";
  }
  static Json status(int code, std::string_view reason, std::string_view message) {
    return Json::object({{"kind", "Status"},
                         {"apiVersion", "v1"},
                         {"status", code < 300 ? "Success" : "Failure"},
                         {"reason", reason},
                         {"message", message},
                         {"code", code}});
  }

  Json answer(const kube::HttpRequest& request, const std::string& path, const std::string& query) {
    std::vector<std::string> words = split(path, '/');
    if (request.method == "GET") return list(path, query);
    const std::string collection = collection_of(path, request.method);
    if (auto refusal = refusals_.extract(request.method + " " + collection)) return refusal.mapped();
    if (request.method == "POST") return do_create(collection, codec::parse_json(request.body, "the request"));
    const std::string name = split(path.substr(collection.size() + 1), '/').front();
    if (!objects_.contains({collection, name})) return status(404, "NotFound", name + " not found");
    if (request.method == "DELETE") return do_remove(collection, name);
    const Json patch = codec::parse_json(request.body, "the request");
    const std::string version = codec::resource_version_of(patch);
    if (!version.empty() && version != codec::resource_version_of(objects_.at({collection, name}))) {
      return status(409, "Conflict", "the object has been modified");
    }
    return do_patch(collection, name, patch);
  }

  static std::string collection_of(const std::string& path, const std::string& method) {
    if (method == "POST") return path;
    const std::string parent = path.ends_with("/status") ? path.substr(0, path.find_last_of('/')) : path;
    return parent.substr(0, parent.find_last_of('/'));
  }

  Json list(const std::string& path, const std::string& query) const {
    Json items = Json::array();
    for (const auto& [key, object] : objects_) {
      if (plural_of(key.first) != plural_of(path)) continue;
      if (query.find("labelSelector") == std::string::npos || is_ours(object)) items.push_back(object);
    }
    Json result = Json::object({{"kind", "List"}, {"apiVersion", "v1"}});
    result["metadata"]["resourceVersion"] = std::to_string(version_);
    result["items"] = std::move(items);
    return result;
  }

  Json do_create(const std::string& collection, Json object) {
    const std::string name = codec::name_of(object);
    if (plural_of(collection) == "events") {
      told_.push_back(fmt::format("{} {}: {}", codec::string_at(object, {"type"}), codec::string_at(object, {"reason"}),
                                  codec::string_at(object, {"message"})));
      ++version_;
      changed_.notify_all();
      return object;
    }
    if (objects_.contains({collection, name})) return status(409, "AlreadyExists", name + " already exists");
    object["metadata"]["uid"] = fmt::format("uid-{:06}", ++last_uid_);
    object["metadata"]["generation"] = 1;
    if (running_ && plural_of(collection) == "pods") {
      object["status"]["conditions"] = Json::array({Json::object({{"type", "Ready"}, {"status", "True"}})});
    }
    store({collection, name}, object, "ADDED");
    if (running_ && plural_of(collection) == "certificates") issue(object);
    return objects_.at({collection, name});
  }

  void issue(const Json& certificate) {
    Json secret = Json::object({{"apiVersion", "v1"}, {"kind", "Secret"}, {"type", "kubernetes.io/tls"}});
    secret["metadata"] = Json::object({{"name", certificate["spec"]["secretName"]}, {"namespace", "demo"}});
    secret["metadata"]["labels"] = certificate["spec"]["secretTemplate"]["labels"];
    secret["data"] = Json::object({{"ca.crt", "Q0E="}, {"tls.crt", "Q1JU"}, {"tls.key", "S0VZ"}});
    const std::string collection = core("secrets");
    if (!objects_.contains({collection, codec::name_of(secret)})) do_create(collection, std::move(secret));
  }

  /// As cert-manager does while the Certificate is there.
  void issue_again(const std::string& secret) {
    const auto all = objects_;  // issuing adds to them
    for (const auto& [key, object] : all) {
      if (plural_of(key.first) == "certificates" && object["spec"]["secretName"] == secret) issue(object);
    }
  }

  Json do_patch(const std::string& collection, const std::string& name, const Json& patch) {
    Json object = objects_.at({collection, name});
    const Json before = object;
    Json change = patch;
    if (change.contains("metadata")) change["metadata"].erase("resourceVersion");
    object.merge_patch(change);
    if (object == before) return object;
    if (object.value("spec", Json()) != before.value("spec", Json())) {
      object["metadata"]["generation"] = object["metadata"]["generation"].get<int>() + 1;
    }
    const bool over = object["metadata"].contains("deletionTimestamp") &&
                      object["metadata"].value("finalizers", Json::array()).empty();
    if (!over) {
      store({collection, name}, object, "MODIFIED");
      return objects_.at({collection, name});
    }
    drop({collection, name});
    return object;
  }

  Json do_remove(const std::string& collection, const std::string& name) {
    Json object = objects_.at({collection, name});
    if (object["metadata"].value("finalizers", Json::array()).empty()) {
      drop({collection, name});
      return status(200, "", "");
    }
    object["metadata"]["deletionTimestamp"] = "2026-01-02T03:04:05Z";
    store({collection, name}, object, "MODIFIED");
    return object;
  }

  void store(const std::pair<std::string, std::string>& key, Json object, const char* type) {
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    objects_[key] = object;
    tell({version_, plural_of(key.first), type, std::move(object)});
  }

  void drop(const std::pair<std::string, std::string>& key) {
    Json object = objects_.at(key);
    objects_.erase(key);
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    const std::string uid = codec::uid_of(object);
    tell({version_, plural_of(key.first), "DELETED", std::move(object)});
    if (running_ && plural_of(key.first) == "secrets") issue_again(key.second);
    std::vector<std::pair<std::string, std::string>> orphans;
    for (const auto& [other, candidate] : objects_) {
      const Json* owners = codec::find_at(candidate, {"metadata", "ownerReferences"});
      if (owners != nullptr && codec::string_at(owners->front(), {"uid"}) == uid) orphans.push_back(other);
    }
    for (const auto& orphan : orphans) {
      if (objects_.contains(orphan)) drop(orphan);
    }
  }

  void tell(Frame frame) {
    for (const Watch& watch : watches_) send(watch, frame);
    history_.push_back(std::move(frame));
    changed_.notify_all();
  }

  static void send(const Watch& watch, const Frame& frame) {
    if (watch.plural != frame.plural || (watch.ours_only && !is_ours(frame.object))) return;
    watch.sink->on_body(codec::compact_json(Json::object({{"type", frame.type}, {"object", frame.object}})) + "\n");
  }

  void open_watch(std::uint64_t id, const std::string& path, const std::string& query,
                  std::shared_ptr<kube::ResponseSink> sink) {
    constexpr std::string_view kVersion = "resourceVersion=";
    const std::uint64_t since = std::stoull(query.substr(query.find(kVersion) + kVersion.size()));
    sink->on_head(200, {{"Content-Type", "application/json"}});
    watches_.push_back({id, plural_of(path), query.find("labelSelector") != std::string::npos, std::move(sink)});
    for (const Frame& frame : history_) {
      if (frame.version > since) send(watches_.back(), frame);
    }
  }

  mutable std::mutex mutex_{};
  std::condition_variable changed_{};
  std::map<std::pair<std::string, std::string>, Json> objects_{};  ///< Collection and name.
  std::vector<Frame> history_{};
  std::vector<Watch> watches_{};
  std::vector<std::string> told_{};
  std::map<std::string, Json> refusals_{};
  std::uint64_t version_ = 1, last_id_ = 0, last_uid_ = 0;
  bool running_ = true;
};

}  // namespace dba::sandbox::kubedb::test
