#pragma once
// What the public calls of Client are made of: addresses, requests, exchanges with retries, the look-up after a write
// that nobody answered.

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>

#include "dba/kube/client.hpp"

#include "exchange.hpp"
#include "json_scan.hpp"
#include "url.hpp"

namespace dba::kube {

/// What ends one call early.
struct Call {
  std::stop_token stop{};
  std::optional<platform::SteadyTime> deadline{};  ///< Of the client's clock, for all attempts together.
};

/// The object a write is about.
struct Address {
  const ResourceType* type;
  std::string ns, name;
};

struct Client::Impl {
  Impl(ClientConfig config_in, ClientOptions options_in);

  // --- client.cpp ---
  /// A call that begins now: --request-timeout and the client's deadline, whichever comes first.
  Call call(const std::stop_token& stop) const;
  Call call() const { return call(options.stop); }
  /// A request with our Accept header (and `timeout=` for the server, when there is a --request-timeout).
  HttpRequest request(std::string_view method, const std::string& path, Query query) const;
  HttpRequest request_with_body(std::string_view method, const std::string& path, Query query,
                                std::string_view content_type, const Json& body) const;
  std::unique_ptr<PendingExchange> begin(const HttpRequest& request, const Operation& operation, const Call& call);
  /// Sends until there is an answer, whatever its status. @param first an attempt that is under way already.
  /// @throws ApiError when there is none; Error (interrupted).
  Response exchange(const HttpRequest& request, const Operation& operation, const Call& call,
                    std::unique_ptr<PendingExchange> first = nullptr);
  /// The same, and ApiError for every status that is not 2xx.
  Response expect_success(const HttpRequest& request, const Operation& operation, const Call& call,
                          std::unique_ptr<PendingExchange> first = nullptr);
  ApiError error_of(const Response& response, const Operation& operation) const;
  ApiError error_of(const TransportFailure& failure, const Operation& operation) const;
  std::optional<platform::SteadyTime> deadline() const;
  void take_warnings(const Headers& headers);
  void trace(std::string_view line) const;
  /// What is followed cannot be followed any more, for now, or again: the user is told once of each.
  void tell_lost(const Error& error);
  void tell_found();

  // --- client_read.cpp ---
  Response get_response(const ResourceType& type, std::string_view ns, std::string_view name,
                        const Operation& operation, const Call& call);
  std::optional<Json> find(const ResourceType& type, std::string_view ns, std::string_view name, const Call& call);
  /// Pages as they come, the next one asked for while one is read. @returns the list's resourceVersion.
  std::string list_pages(const ResourceType& type, std::string_view ns, const ListOptions& options,
                         const std::stop_token& stop, const std::function<void(const ListPage&)>& on_page,
                         const std::function<void()>& on_restart);

  static Query list_query(const ListOptions& options);
  class Retries;
  class Pages;

  // --- client_write.cpp ---
  /// Where an object belongs; without metadata.namespace into the namespace of the configuration.
  Address address_of(const Json& object) const;

  const ClientConfig config;
  const ClientOptions options;

  mutable std::mutex mutex_;
  std::optional<platform::SteadyTime> deadline_;  ///< Guarded by mutex_.
  std::atomic<bool> lost_ = false;
  std::set<std::string, std::less<>> warnings_;  ///< Guarded by mutex_; what was told already.
};

/// Path of one object. @throws Error (usage) for an empty name, which would be the whole collection.
std::string object_path(const ResourceType& type, std::string_view ns, std::string_view name,
                        std::string_view subresource = "");
/// Accept header of a list: whole objects or their metadata only.
std::string_view accept_header(const ListOptions& options);
[[noreturn]] void throw_interrupted(const Operation& operation);

}  // namespace dba::kube
