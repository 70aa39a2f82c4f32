#include "token_file.hpp"

#include <utility>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"

#include "header_value.hpp"

namespace dba::kube {

namespace {

constexpr std::chrono::seconds kReadAgainAfter{50};  // A minute, less ten seconds for the request under way.

}  // namespace

TokenFileCredentials::TokenFileCredentials(std::string path, Credential fallback, platform::Clock& clock)
    : path_(std::move(path)), clock_(clock), cached_(std::move(fallback)) {}

/// Takes the file's token; a new generation only when it is another one.
void TokenFileCredentials::read_file() {
  const Secret token(trim(platform::read_file(path_)));
  if (token.empty()) throw usage_error(fmt::format("read empty token from file \"{}\"", path_));
  if (!fits_in_header(token.reveal())) {
    throw usage_error(fmt::format("the token in file \"{}\" holds a character that no HTTP header may hold", path_));
  }
  read_at_ = clock_.steady_now();
  Secret authorization("Bearer " + token.reveal());
  if (authorization == cached_.authorization) return;
  cached_.authorization = std::move(authorization);
  ++cached_.generation;
}

Credential TokenFileCredentials::current(const std::stop_token&) {
  const std::lock_guard lock(mutex_);
  if (read_at_ && clock_.steady_now() < *read_at_ + kReadAgainAfter) return cached_;
  try {
    read_file();
  } catch (const Error&) {
    // A file that is being replaced is no reason to stop: what we have may still be good.
    if (cached_.authorization.empty()) throw;
  }
  return cached_;
}

bool TokenFileCredentials::refresh_after_unauthorized(const Credential& used) {
  const std::lock_guard lock(mutex_);
  if (used.generation != cached_.generation) return true;
  try {
    read_file();
  } catch (const Error&) {
    return false;
  }
  if (used.generation != cached_.generation) return true;
  read_at_.reset();
  return false;
}

}  // namespace dba::kube
