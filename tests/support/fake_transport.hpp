#pragma once
// An API server made of stubs, for tests of whatever talks through kube::Client. See FakeCluster at the end.

#include <condition_variable>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"

#include "support/fake_clock.hpp"

namespace dba::test {

/// A request as it was sent, its target taken apart and decoded.
struct SeenRequest {
  std::string method{}, path{};
  std::map<std::string, std::string, std::less<>> query{};
  kube::Headers headers{};
  std::string body{};

  std::string parameter(std::string_view name) const;  ///< Empty when absent.
  std::string header(std::string_view name) const;     ///< Empty when absent.
  std::string line() const;                            ///< "GET /api/v1/pods?limit=500"
};

struct Reply {
  int status = 200;
  std::string body{};
  kube::Headers headers{{"Content-Type", "application/json"}};
};

/// What one kind of request gets. Replies are given in their order; the last one again and again, until one is added.
class Stub {
 public:
  Stub& reply(int status, std::string body, kube::Headers headers = {});
  Stub& reply(const Json& object, int status = 200);
  /// metav1.Status of a failure.
  Stub& fail(int code, std::string_view reason, std::string_view message);
  /// What was sent, as the API server keeps it: apiVersion, kind and name are those of the request's path.
  Stub& stored(int status = 200);
  /// Whatever `make` makes of the request.
  Stub& reply_with(std::function<Reply(const SeenRequest& request)> make);
  /// No response at all. `may_have_arrived` is what a lost answer to a POST looks like.
  Stub& break_with(kube::TransportFailure::Kind kind, bool may_have_arrived = true);
  /// The server is silent: the request's own time-out passes on the clock. Without one the test fails.
  Stub& time_out();
  /// Only requests whose query has this parameter.
  Stub& where(std::string_view parameter, std::string_view value);
  /// May stay unused.
  Stub& optionally();
  int uses() const;

 private:
  friend class FakeTransport;
  struct Answer {
    std::function<Reply(const SeenRequest&)> make{};
    std::optional<kube::TransportFailure> failure{};
    bool times_out = false;
  };
  bool matches(const SeenRequest& request) const;

  std::string method_, path_;
  std::map<std::string, std::string, std::less<>> where_;
  std::vector<Answer> answers_;
  bool optional_ = false;
  int uses_ = 0;
};

/// The watches of one collection. Every push goes to the stream that is open, or to the next one as soon as it is.
class FakeWatch {
 public:
  void added(const Json& object) { event("ADDED", object); }
  void modified(const Json& object) { event("MODIFIED", object); }
  void deleted(const Json& object) { event("DELETED", object); }
  void bookmark(std::string_view resource_version);
  void error(int code, std::string_view reason, std::string_view message);  ///< An ERROR event ends the stream.
  void event(std::string_view type, const Json& object);
  void send(std::string_view bytes);  ///< Raw, to cut frames anywhere.
  void end();                         ///< The server's time-out: a complete response.
  void reset();                       ///< The connection breaks.
  /// The next watch request is refused with this Status.
  void refuse_next(int code, std::string_view reason, std::string_view message);
  int opened() const;  ///< Watch requests so far, refused ones included.
  std::vector<SeenRequest> requests() const;

 private:
  friend class FakeTransport;
  std::shared_ptr<kube::ResponseSink> open_stream();
  void close_with(std::string_view last_bytes, const kube::TransportFailure* failure);

  std::string path_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t id_ = 0;
  std::shared_ptr<kube::ResponseSink> sink_;
  std::deque<Reply> refusals_;
  std::vector<SeenRequest> requests_;
};

/// Thread-safe. Fails the test for a request without a stub, and at its end for a stub that was never used.
class FakeTransport : public kube::Transport {
 public:
  explicit FakeTransport(FakeClock& clock) : clock_(clock) {}
  ~FakeTransport() override;

  /// A later stub for the same request replaces an earlier one. @param path without query.
  Stub& on(std::string_view method, std::string_view path);
  /// GET of one object, its address taken from itself.
  Stub& on_get(const Json& object);
  Stub& on_get_missing(const kube::ResourceType& type, std::string_view ns, std::string_view name);
  /// GET of a collection in one page.
  Stub& on_list(const kube::ResourceType& type, std::string_view ns, const std::vector<Json>& items,
                std::string_view resource_version = "100");
  FakeWatch& on_watch(const kube::ResourceType& type, std::string_view ns);

  std::vector<SeenRequest> requests() const;
  /// Those of one method, in order: what was created, patched, deleted.
  std::vector<SeenRequest> requests(std::string_view method) const;

  std::uint64_t start(kube::HttpRequest request, kube::Credential credential,
                      std::shared_ptr<kube::ResponseSink> sink) override;
  void cancel(std::uint64_t id) override;

 private:
  FakeWatch* watch_for(const SeenRequest& request);
  void start_watch(FakeWatch& watch, const SeenRequest& request, std::uint64_t id,
                   std::shared_ptr<kube::ResponseSink> sink);
  void answer(const SeenRequest& seen, const kube::HttpRequest& request, kube::ResponseSink& sink);

  FakeClock& clock_;
  mutable std::mutex mutex_;
  std::list<Stub> stubs_;
  std::list<FakeWatch> watches_;
  std::vector<SeenRequest> requests_;
  std::vector<std::string> unexpected_;
  std::uint64_t last_id_ = 0;
};

/// Credentials that never change.
class StaticCredentials : public kube::Credentials {
 public:
  kube::Credential current(const std::stop_token&) override { return {}; }
  bool refresh_after_unauthorized(const kube::Credential&) override { return false; }
};

/// metav1.Status of a failure; `name` and `kind` are its details.
Json status_json(int code, std::string_view reason, std::string_view message, std::string_view name = "",
                 std::string_view kind = "");
Json list_json(const kube::ResourceType& type, const std::vector<Json>& items, std::string_view resource_version,
               std::string_view continue_token = "");
/// A bare object: apiVersion, kind, metadata {name, namespace, uid, resourceVersion}.
Json object_json(const kube::ResourceType& type, std::string_view ns, std::string_view name,
                 std::string_view resource_version = "1");

/// A fake API server with a client on it:
///
///   FakeCluster cluster;
///   cluster.api().on_get(object);
///   cluster.api().on("POST", "/api/v1/namespaces/demo/secrets").reply(secret, 201);
///   FakeWatch& pods = cluster.api().on_watch(kube::resources::pods, "demo");
///   run_my_command(cluster.client());
///   pods.modified(pod);
///   CHECK(cluster.api().requests("POST").at(0).body == …);
class FakeCluster {
 public:
  explicit FakeCluster(kube::ClientConfig config = {}, std::stop_token stop = {});
  FakeTransport& api() { return *transport_; }
  FakeClock& clock() { return clock_; }
  kube::Client& client() { return *client_; }
  /// A client of its own on the same server, for code that wants to own one.
  std::unique_ptr<kube::Client> make_client(std::stop_token stop = {});
  std::vector<std::string> warnings() const;
  std::vector<std::string> trace() const;  ///< What -v 4 would say.

 private:
  FakeClock clock_;
  std::shared_ptr<FakeTransport> transport_;
  kube::ClientConfig config_;
  mutable std::mutex mutex_;
  std::vector<std::string> warnings_, trace_;
  std::unique_ptr<kube::Client> client_;
};

}  // namespace dba::test
