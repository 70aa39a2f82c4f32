#include "streaming/exec_status.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/codec/json.hpp"

namespace dba::sandbox::streaming {

std::string exec_status(const ExecResult& result, const std::vector<std::string>& command) {
  Json status{{"metadata", Json::object()}};
  if (!result.failure.empty()) {
    const std::string text = "error executing command in container: " + result.failure;
    status["status"] = "Failure";
    status["message"] = "Internal error occurred: " + text;
    status["reason"] = "InternalError";
    status["details"] = {{"causes", Json::array({Json{{"message", text}}})}};
    status["code"] = 500;
  } else if (result.exit_code != 0) {
    status["status"] = "Failure";
    status["message"] =
        fmt::format("command terminated with non-zero exit code: error executing command [{}], exit code {}",
                    join(command, " "), result.exit_code);
    status["reason"] = "NonZeroExitCode";
    status["details"] = {
        {"causes", Json::array({Json{{"reason", "ExitCode"}, {"message", std::to_string(result.exit_code)}}})}};
  } else {
    status["status"] = "Success";
  }
  return codec::compact_json(status);
}

}  // namespace dba::sandbox::streaming
