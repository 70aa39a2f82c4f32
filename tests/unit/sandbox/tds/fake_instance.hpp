#pragma once
// An instance and sessions whose every answer is written by the test.

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dba/base/timestamp.hpp"
#include "dba/tls/certificates.hpp"

#include "streaming/tcp.hpp"
#include "tds/server.hpp"
#include "tds/session.hpp"

namespace dba::test {

namespace sqlserver = sandbox::sqlserver;

class FakeInstance : public sqlserver::Instance {
 public:
  using OnRun = std::function<void(const sqlserver::Request&, sqlserver::ResultSink&, const std::stop_token&)>;

  sqlserver::ServerIdentity server{.name = "fake", .major = 16, .minor = 0, .build = 4049};
  OnRun on_run = [](const sqlserver::Request&, sqlserver::ResultSink& sink, const std::stop_token&) {
    sink.done(std::nullopt, false);
  };
  std::atomic<bool> stands_still = false;
  std::atomic<int> resets = 0, open_sessions = 0;

  sqlserver::ServerIdentity identity() const override { return server; }
  bool frozen() const override { return stands_still; }
  sqlserver::LoginAnswer login(const sqlserver::LoginRequest& request) override {
    {
      const std::lock_guard lock(mutex_);
      logins_.push_back(request);
    }
    sqlserver::LoginAnswer answer;
    if (request.password != "secret") {
      answer.messages = {{18456, 14, 1, "Login failed for user '" + request.user + "'."}};
      return answer;
    }
    const std::string database = request.database.empty() ? "master" : request.database;
    answer.messages = {{5701, 0, 2, "Changed database context to '" + database + "'."},
                       {5703, 0, 1, "Changed language setting to us_english."}};
    answer.session = std::make_unique<FakeSession>(*this, database);
    return answer;
  }

  void kill(const sqlserver::Message& reason) {
    const std::lock_guard lock(mutex_);
    killed_ = reason;
  }
  std::vector<sqlserver::LoginRequest> logins() const {
    const std::lock_guard lock(mutex_);
    return logins_;
  }
  std::vector<sqlserver::Request> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

 private:
  class FakeSession : public sqlserver::Session {
   public:
    FakeSession(FakeInstance& instance, std::string database) : instance_(instance), database_(std::move(database)) {
      ++instance_.open_sessions;
    }
    FakeSession(const FakeSession&) = delete;
    FakeSession& operator=(const FakeSession&) = delete;
    ~FakeSession() override { --instance_.open_sessions; }
    void run(const sqlserver::Request& request, sqlserver::ResultSink& sink, const std::stop_token& cancel) override {
      {
        const std::lock_guard lock(instance_.mutex_);
        instance_.requests_.push_back(request);
      }
      instance_.on_run(request, sink, cancel);
    }
    void begin(sqlserver::ResultSink& sink) override {
      sink.transaction(sqlserver::ResultSink::Transaction::begun, kDescriptor);
    }
    void commit(sqlserver::ResultSink& sink, bool begin_next) override {
      sink.transaction(sqlserver::ResultSink::Transaction::committed, kDescriptor);
      if (begin_next) begin(sink);
    }
    void roll_back(sqlserver::ResultSink& sink, bool begin_next) override {
      sink.transaction(sqlserver::ResultSink::Transaction::rolled_back, kDescriptor);
      if (begin_next) begin(sink);
    }
    void reset() override { ++instance_.resets; }
    std::string database() const override { return database_; }
    int spid() const override { return 51; }
    std::optional<sqlserver::Message> killed() const override {
      const std::lock_guard lock(instance_.mutex_);
      return instance_.killed_;
    }

   private:
    static constexpr std::uint64_t kDescriptor = 0x3300000001;
    FakeInstance& instance_;
    std::string database_;
  };

  mutable std::mutex mutex_{};
  std::vector<sqlserver::LoginRequest> logins_{};
  std::vector<sqlserver::Request> requests_{};
  std::optional<sqlserver::Message> killed_{};
};

/// Batches that do nothing until they are cancelled, and whether one was.
struct Hanging {
  std::atomic<bool> cancelled = false;

  FakeInstance::OnRun on_run() {
    return [this](const sqlserver::Request&, sqlserver::ResultSink&, const std::stop_token& cancel) {
      std::mutex mutex;
      std::condition_variable_any never;
      std::unique_lock lock(mutex);
      never.wait(lock, cancel, [] { return false; });
      cancelled = true;
      cancelled.notify_all();
    };
  }
};

/// An authority and a certificate of it for the name "sales-0".
struct ServerCertificate {
  std::string authority_pem{}, certificate_pem{}, key_pem{};
};
inline const ServerCertificate& server_certificate() {
  static const ServerCertificate all = [] {
    const WallTime now = std::chrono::time_point_cast<WallTime::duration>(std::chrono::system_clock::now());
    const WallTime from = now - std::chrono::hours(1);
    const auto authority = tls::make_certificate_authority({{{"CN", "authority"}}, tls::KeyType::ecdsa_p256, 2, from});
    const auto leaf = tls::make_server_certificate(
        {{{"CN", "sales-0"}}, {"sales-0", "localhost"}, {"127.0.0.1"}, tls::KeyType::ecdsa_p256, 2, from}, authority);
    return ServerCertificate{authority.certificate_pem, leaf.certificate_pem, leaf.key_pem.reveal()};
  }();
  return all;
}

/// Serves an instance on a loopback port.
class FakeSqlServer {
 public:
  FakeInstance instance{};
  FakeSqlServer() {
    instance.server.certificate_pem = server_certificate().certificate_pem;
    instance.server.key_pem = server_certificate().key_pem;
    port = listeners_.open([this](std::unique_ptr<sandbox::streaming::ByteStream> peer, const std::stop_token& stop) {
      sqlserver::serve(instance, std::move(peer), stop);
    });
  }
  std::uint16_t port = 0;

 private:
  sandbox::streaming::TcpListeners listeners_{};
};

}  // namespace dba::test
