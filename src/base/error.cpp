#include "dba/base/error.hpp"

#include <utility>

namespace dba {

Error::Error(ErrorInfo info) : info_(std::move(info)) {}

Error::Error(ExitCode code, std::string message, std::string cause, std::string hint)
    : info_{.code = code, .message = std::move(message), .cause = std::move(cause), .hint = std::move(hint)} {}

const char* Error::what() const noexcept { return info_.message.c_str(); }

Error usage_error(std::string message, std::string hint) {
  return Error(ErrorInfo{.code = ExitCode::usage, .message = std::move(message), .hint = std::move(hint)});
}

bool is_interrupt(const Error& error) {
  return error.code() == ExitCode::interrupted || error.code() == ExitCode::terminated;
}

std::string why(const Error& error) { return error.info().cause.empty() ? error.info().message : error.info().cause; }

void Problems::add(std::string_view where, std::string_view what) {
  std::string line(where);
  if (!line.empty()) line += ": ";
  line += what;
  lines_.push_back(std::move(line));
}

void Problems::throw_if_any(std::string_view message, ExitCode code, std::string hint) const {
  if (lines_.empty()) return;
  ErrorInfo info{.code = code, .message = std::string(message), .hint = std::move(hint)};
  if (lines_.size() == 1) {
    info.message += (info.message.empty() ? "" : ": ") + lines_.front();
  } else {
    info.details = lines_;
  }
  throw Error(std::move(info));
}

}  // namespace dba
