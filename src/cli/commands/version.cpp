// `version`: which binary this is, and which API server answers.
#include <memory>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/json.hpp"
#include "dba/output/error_text.hpp"
#include "dba/output/format.hpp"

#include "../mutation_flags.hpp"
#include "commands.hpp"

namespace dba::cli {

namespace {

struct VersionOptions {
  bool client_only = false;
  std::string form{};
};

Json version_report() {
  Json report = output::make_report("Version");
  report["client"] = Json::object();
  report["client"]["version"] = "v" DBA_VERSION;
  report["client"]["commit"] = DBA_COMMIT;
  report["server"] = nullptr;
  report["errors"] = Json::array();
  return report;
}

/// @throws ApiError for an answer that is no version: something else than an API server has answered.
std::string server_version(const Json& answer) {
  std::string version = codec::string_at(answer, {"gitVersion"});
  if (!version.empty()) return version;
  throw kube::make_api_error({.kind = kube::TransportFailure::Kind::foreign, .message = "the answer has no gitVersion"},
                             {.verb = "get", .resource = "/version"});
}

std::string version_text(const Json& report) {
  std::string text =
      fmt::format("Client Version: {}\nClient Commit: {}\n", codec::string_at(report, {"client", "version"}),
                  codec::string_at(report, {"client", "commit"}));
  const std::string server = codec::string_at(report, {"server", "version"});
  return server.empty() ? text : text + fmt::format("Server Version: {}\n", server);
}

/// The report is printed even when the server is silent; the failure follows it.
ExitCode run_version(const VersionOptions& options, AppContext& context) {
  const output::Format format = output::parse_format(options.form, {"table", "json", "yaml"});
  Json report = version_report();
  std::optional<ErrorInfo> failure;
  if (!options.client_only) {
    try {
      const Json answer = context.kube().raw_get("/version");
      report["server"] = Json::object({{"version", server_version(answer)}});
    } catch (const Error& error) {
      failure = error.info();
      report["errors"].push_back(error.info().message);
    }
  }
  context.io.out.write(format.is_table() ? version_text(report) : output::print_report(report, format));
  if (!failure) return ExitCode::ok;
  context.io.err.write(output::error_text(*failure, context.io.colour_err));
  return failure->code;
}

}  // namespace

Command version_command() {
  const auto options = std::make_shared<VersionOptions>();
  return {
      .name = "version",
      .summary = "Show the version of this binary and of the API server",
      .examples =
          "# This binary alone; nothing is contacted\nkubectl dba version --client\n\n"
          "# With the API server of another context\nkubectl dba version --context prod-eu\n",
      .flags = {{.name = "client", .help = "Only this binary; contact nothing", .into = &options->client_only},
                output_flag(options->form, {"table", "json", "yaml"})},
      .run = [options](AppContext& context) { return run_version(*options, context); },
      .settings_optional = true,
  };
}

}  // namespace dba::cli
