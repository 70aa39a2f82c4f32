#pragma once
// A plain-http listener on loopback in front of the API server. It adds the bearer token itself (our client sends no
// credentials over http) and spoils the answers that its fault names. Connections to the client are kept alive, so that
// a fault can meet a fresh connection as well as a used one.

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "e2e/faults/fault.hpp"
#include "e2e/faults/tls_stream.hpp"

namespace dba::faults {

struct SeenRequest {
  std::string method{};
  std::string target{};
  std::string body{};
  bool spoiled = false;  ///< Met the fault.
  int status = 0;        ///< What the API server answered, whatever the client got of it; 0 = it never saw the request.
};

class FaultProxy {
 public:
  FaultProxy(Upstream upstream, Fault fault);  ///< Listens on a free port at once.
  ~FaultProxy();                               ///< Closes every connection and joins the threads.
  FaultProxy(const FaultProxy&) = delete;
  FaultProxy& operator=(const FaultProxy&) = delete;

  int port() const { return port_; }
  std::vector<SeenRequest> seen() const;

 private:
  void accept_all();
  void serve(int client);
  bool answer(int client, const std::string& head, const std::string& body);
  bool relay(int client, const std::string& request, const Fault& fault);
  Fault fault_for(SeenRequest request);
  void stay_frozen();

  Upstream upstream_;
  Fault fault_;
  int listener_ = -1;
  int port_ = 0;
  mutable std::mutex mutex_{};
  std::condition_variable ended_{};
  bool stopping_ = false;
  std::vector<SeenRequest> seen_{};
  std::vector<int> open_{};  ///< Descriptors to shut down when the proxy ends.
  std::vector<std::thread> threads_{};
};

}  // namespace dba::faults
