#pragma once
// One HTTP exchange on a libcurl easy handle: options, headers and callbacks.

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <curl/curl.h>

#include "dba/kube/transport.hpp"
#include "dba/platform/clock.hpp"

#include "curl_connection.hpp"
#include "http_trace.hpp"

namespace dba::kube {

/// What all requests of one transport have in common; used on its network thread only.
struct CurlShared {
  ClientConfig config{};
  CurlServer server;
  HttpTrace trace;
  platform::SteadyTime last_heard{};  ///< When the server last sent anything.
};

class CurlRequest {
 public:
  /// @throws Error (usage) when a header value holds a control character.
  CurlRequest(CurlShared& shared, HttpRequest request, const Credential& credential,
              std::shared_ptr<ResponseSink> sink);
  CurlRequest(const CurlRequest&) = delete;
  CurlRequest& operator=(const CurlRequest&) = delete;

  CURL* easy() const { return easy_.get(); }
  /// Tells the sink how libcurl ended the transfer; call once.
  void finish(CURLcode code);
  /// Tells the sink that it was given up.
  void cancel();
  /// Whether it timed out after it was sent, and nothing at all was heard from the server meanwhile.
  bool met_silence(CURLcode code) const;

 private:
  void set_target();
  void set_limits();
  void set_body();
  void set_headers(const Credential& credential);
  void set_callbacks();
  void trace_end(std::string_view outcome) const;

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t on_write(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static std::size_t on_read(char* data, std::size_t size, std::size_t count, void* self) noexcept;
  static int on_seek(void* self, curl_off_t offset, int origin) noexcept;
  void take_header_line(std::string_view line);

  CurlShared& shared_;
  HttpRequest request_;
  std::shared_ptr<ResponseSink> sink_;
  std::string url_;
  CurlEasy easy_;
  CurlList header_list_, connect_to_list_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  platform::SteadyTime started_;

  std::size_t body_sent_ = 0;
  int status_ = 0;
  Headers response_headers_;
  bool head_seen_ = false;
  bool sink_had_enough_ = false;
  std::string traced_body_;
};

}  // namespace dba::kube
