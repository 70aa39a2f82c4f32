#include "exec_plugin.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"
#include "dba/base/utf8.hpp"
#include "dba/codec/yaml.hpp"

#include "header_value.hpp"
#include "json_fields.hpp"
#include "key_pair.hpp"

namespace dba::kube {

namespace {

constexpr std::string_view kVersion1 = "client.authentication.k8s.io/v1";
constexpr std::string_view kVersion1Beta1 = "client.authentication.k8s.io/v1beta1";

constexpr std::string_view kInstallHelp =
    "\n\nIt looks like you are trying to use a client-go credential plugin that is not installed."
    "\n\nTo learn more about this feature, consult the documentation available at:"
    "\n      https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins";

[[noreturn]] void fail(std::string_view what, std::string cause = {}) {
  throw Error(ExitCode::denied, fmt::format("getting credentials: {}", what), std::move(cause));
}

/// Letters that only steer a terminal or its writing direction, shown as "U+001B"; tab to carriage return stay.
std::string without_controls(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const CodePoint point = decode_utf8(text, at);
    const char32_t c = point.value;
    const bool kept = c >= 0x09 && c <= 0x0D;
    const bool control = c < 0x20 || (c >= 0x7F && c <= 0x9F) || !point.valid;
    const bool format = (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F);
    if (!kept && (control || format)) {
      out += fmt::format("U+{:04X}", static_cast<unsigned>(c));
    } else {
      out += text.substr(at, point.length);
    }
    at += point.length;
  }
  return out;
}

/// @returns whether the plugin gets our standard input. @throws Error when it needs it and cannot have it.
bool decide_interactive(std::string_view mode, PluginInput input) {
  if (mode == "Never") return false;
  if (mode == "IfAvailable" || input == PluginInput::terminal) return input == PluginInput::terminal;
  fail(input == PluginInput::taken ? "exec plugin cannot support interactive mode: standard input is unavailable: used "
                                     "by stdin resource manifest reader"
                                   : "exec plugin cannot support interactive mode: standard input is not a terminal");
}

/// KUBERNETES_EXEC_INFO.
std::string exec_info(const ExecPlugin& plugin, bool interactive) {
  const std::string cluster =
      plugin.cluster_info_json.empty() ? "" : fmt::format("\"cluster\":{},", plugin.cluster_info_json);
  return fmt::format("{{\"kind\":\"ExecCredential\",\"apiVersion\":\"{}\",\"spec\":{{{}\"interactive\":{}}}}}\n",
                     plugin.api_version, cluster, interactive);
}

platform::ProcessRequest request_for(const ExecPlugin& plugin, bool interactive,
                                     const platform::Environment& environment) {
  platform::ProcessRequest request;
  request.argv.push_back(plugin.command);
  request.argv.insert(request.argv.end(), plugin.args.begin(), plugin.args.end());
  request.environment = environment.all();
  for (const auto& [name, value] : plugin.env) (*request.environment)[name] = value;
  (*request.environment)["KUBERNETES_EXEC_INFO"] = exec_info(plugin, interactive);
  request.inherit_stdin = interactive;
  request.inherit_stderr = true;
  return request;
}

/// The ExecCredential on `out`. Nothing of its content is ever quoted: it may hold a token.
codec::Document decode(const Secret& out) {
  try {
    std::vector<codec::Document> documents = codec::parse_documents(out.reveal(), "stdout");
    if (!documents.empty() && documents.front().value().is_object()) return std::move(documents.front());
  } catch (const Error&) {
    fail("decoding stdout: it is neither JSON nor YAML");
  }
  fail("decoding stdout: it holds no ExecCredential object");
}

void check_kind(const JsonFields& root, std::string_view wanted_version) {
  const std::string kind = root.text("kind");
  const std::string version = root.text("apiVersion");
  if (kind.empty()) fail("decoding stdout: Object 'Kind' is missing");
  if (kind != "ExecCredential") {
    fail(fmt::format("decoding stdout: no kind \"{}\" is registered for version \"{}\"", kind, version));
  }
  if (version != wanted_version) {
    fail(fmt::format("exec plugin is configured to use API version {}, plugin returned version {}", wanted_version,
                     version));
  }
}

std::optional<WallTime> expiry_of(const JsonFields& status) {
  const std::string text = status.text("expirationTimestamp");
  if (text.empty()) return std::nullopt;
  const std::optional<WallTime> time = try_parse_rfc3339(text);
  if (!time) fail(fmt::format("decoding stdout: status.expirationTimestamp: \"{}\" is not an RFC 3339 time", text));
  return time;
}

ExecCredential parse_answer(const Secret& out, std::string_view wanted_version) {
  const codec::Document document = decode(out);
  Problems problems;
  const JsonFields root(&document.value(), "", problems);
  check_kind(root, wanted_version);
  const JsonFields status = root.fields("status");
  ExecCredential credential{Secret(status.text("token")), status.text("clientCertificateData"),
                            Secret(status.text("clientKeyData")), expiry_of(status)};
  if (!problems.empty()) fail("decoding stdout: " + problems.lines().front());
  if (!status.present()) fail("exec plugin didn't return a status field");
  if (credential.token.empty() && credential.certificate_pem.empty() && credential.key_pem.empty()) {
    fail("exec plugin didn't return a token or cert/key pair");
  }
  if (credential.certificate_pem.empty() != credential.key_pem.empty()) {
    fail("exec plugin returned only certificate or key, not both");
  }
  if (!credential.certificate_pem.empty()) {
    const std::string problem = key_pair_problem(credential.certificate_pem, credential.key_pem);
    if (!problem.empty()) fail("failed parsing client key/certificate: " + problem);
  }
  if (!fits_in_header(credential.token.reveal())) {
    fail("the token of the exec plugin holds a character that no HTTP header may hold");
  }
  return credential;
}

/// Whether Go would have dropped query and fragment: only behind a path.
std::string config_host(const std::string& server) {
  const std::size_t scheme_end = server.find("://");
  if (scheme_end == std::string::npos) return server;
  const std::size_t slash = server.find('/', scheme_end + 3);
  const std::size_t query = server.find_first_of("?#", scheme_end + 3);
  return slash < query && query - slash > 1 ? server.substr(0, query) : server;
}

/// As Go's encoder does, so that the text is safe inside of HTML.
std::string html_safe(const std::string& json) {
  std::string out;
  for (const char c : json) {
    if (c == '<' || c == '>' || c == '&') {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace

bool is_exec_api_version(std::string_view api_version) {
  return api_version == kVersion1 || api_version == kVersion1Beta1;
}

std::string exec_cluster_json(const ExecCluster& cluster) {
  Json json = Json::object();
  const auto add_text = [&json](const char* key, const std::string& text) {
    if (!text.empty()) json[key] = text;
  };
  add_text("server", config_host(cluster.server));
  add_text("tls-server-name", cluster.tls_server_name);
  if (cluster.insecure) json["insecure-skip-tls-verify"] = true;
  add_text("certificate-authority-data", base64_encode(cluster.ca_pem));
  add_text("proxy-url", cluster.proxy_url);
  if (cluster.disable_compression) json["disable-compression"] = true;
  json["config"] =
      cluster.config_json.empty() ? Json(nullptr) : codec::parse_json(cluster.config_json, "exec extension");
  return html_safe(codec::compact_json(json));
}

ExecCredential run_exec_plugin(const ExecPlugin& plugin, PluginInput input, const platform::Environment& environment,
                               platform::ProcessRunner& processes, const std::stop_token& stop) {
  const bool interactive = decide_interactive(plugin.interactive_mode, input);
  platform::ProcessResult result = processes.run(request_for(plugin, interactive, environment), stop);
  const Secret out(std::move(result.out));
  if (stop.stop_requested()) {
    throw Error(ExitCode::interrupted, fmt::format("interrupted while running credential plugin {}", plugin.command));
  }
  if (result.not_found) {
    const std::string hint = without_controls(plugin.install_hint);
    fail(fmt::format("exec: executable {} not found{}{}{}", plugin.command, kInstallHelp, hint.empty() ? "" : "\n\n",
                     hint),
         result.start_error);
  }
  if (!result.start_error.empty()) fail(fmt::format("exec: fork/exec {}: {}", plugin.command, result.start_error));
  if (result.exit_code != 0) {
    fail(fmt::format("exec: executable {} failed with exit code {}", plugin.command, result.exit_code));
  }
  return parse_answer(out, plugin.api_version);
}

}  // namespace dba::kube
