#pragma once
// libcurl's result codes in kubectl's words.

#include <chrono>
#include <string>

#include <curl/curl.h>

#include "dba/kube/transport.hpp"

namespace dba::kube {

/// What is known about a transfer that libcurl gave up.
struct FailedTransfer {
  CURLcode code = CURLE_OK;
  CURL* easy = nullptr;
  std::string detail{};    ///< CURLOPT_ERRORBUFFER; may be empty.
  std::string address{};   ///< host:port of the server.
  std::string tls_name{};  ///< The name its certificate has to be valid for.
  bool through_proxy = false;
  bool head_seen = false;               ///< The head of the response had arrived.
  bool sink_had_enough = false;         ///< The receiver ended it.
  std::chrono::nanoseconds timeout{0};  ///< Of the request; 0 = none.
  std::chrono::nanoseconds silence{0};  ///< After which a transfer without a byte is given up.
  std::chrono::nanoseconds elapsed{0};
};

/// @source texts: kubectl's CheckErr and Go's net, crypto/tls and net/http packages.
TransportFailure describe_failure(const FailedTransfer& failed);

}  // namespace dba::kube
