// What was typed, checked and made a request.

#include <optional>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"

#include "issuer_flags.hpp"

namespace dba::cli {

namespace {

constexpr int kMaximumDays = 36500;

/// Runs `check` and notes what it throws: one bad flag does not hide the next.
template <typename Check>
void collect(Problems& problems, std::string_view flag, Check check) {
  try {
    check();
  } catch (const Error& error) {
    problems.add(flag, error.info().message);
  }
}

void check_combination(const IssuerOptions& options, Problems& problems) {
  const bool files = options.ca_cert || options.ca_key;
  if (options.ca_cert && !options.ca_key) problems.add("--ca-key", "is needed beside --ca-cert");
  if (options.ca_key && !options.ca_cert) problems.add("--ca-cert", "is needed beside --ca-key");
  if (options.ca_secret && files) problems.add("--ca-secret", "names the CA already: leave --ca-cert and --ca-key out");
  if (options.ca_secret && options.secret_name)
    problems.add("--secret-name", "is for a secret that is made: leave it out beside --ca-secret");
  if (!files && !options.ca_secret) return;
  const std::string_view why = "describes a CA that is made: leave it out when one is given";
  if (options.subject) problems.add("--subject", why);
  if (options.key_type) problems.add("--key-type", why);
  if (options.days) problems.add("--days", why);
}

void check_names(const IssuerOptions& options, Problems& problems) {
  const auto check = [&](std::string_view flag, const std::optional<std::string>& name) {
    if (!name) return;
    if (const std::string problem = dns_subdomain_problem(*name); !problem.empty()) problems.add(flag, problem);
  };
  check("NAME", options.name);
  check("--secret-name", options.secret_name);
  check("--ca-secret", options.ca_secret);
  if (!issuer_ref(options).cluster_wide() && options.cluster_resource_namespace != mssql::kClusterResourceNamespace)
    problems.add("--cluster-resource-namespace", "goes with --kind=cluster-issuer");
}

void read_pair(const IssuerOptions& options, WallTime now, mssql::IssuerRequest& request, Problems& problems,
               output::IoStreams& io) {
  if (!options.ca_cert || !options.ca_key) return;
  request.source = mssql::CaSource::given;
  collect(problems, "--ca-cert", [&] { request.pair.certificate_pem = platform::read_file(*options.ca_cert); });
  collect(problems, "--ca-key", [&] { request.pair.key_pem = Secret(platform::read_file(*options.ca_key)); });
  if (request.pair.certificate_pem.empty() || request.pair.key_pem.empty()) return;
  const mssql::Findings findings = mssql::check_ca_pair(request.pair, now, "--ca-cert", "--ca-key");
  for (const std::string& line : findings.warning_lines()) io.warn(line);
  for (const mssql::Finding& finding : findings.all()) {
    if (finding.severity == mssql::Severity::error) problems.add(finding.flag, finding.message);
  }
}

void read_authority(const IssuerOptions& options, mssql::IssuerRequest& request, Problems& problems) {
  request.subject = options.subject;
  if (options.subject) collect(problems, "--subject", [&] { tls::parse_subject(*options.subject); });
  if (options.key_type) request.key_type = tls::parse_key_type("--key-type", *options.key_type);
  request.days = options.days;
  if (options.days && (*options.days < 1 || *options.days > kMaximumDays))
    problems.add("--days", fmt::format("{} is not between 1 and {}", *options.days, kMaximumDays));
}

}  // namespace

mssql::IssuerRequest make_issuer_request(const IssuerOptions& options, std::string_view ns, WallTime now,
                                         output::IoStreams& io) {
  mssql::IssuerRequest request{.ref = issuer_ref(options),
                               .ns = std::string(ns),
                               .cluster_resource_namespace = options.cluster_resource_namespace,
                               .secret = options.secret_name.value_or("")};
  Problems problems;
  check_names(options, problems);
  check_combination(options, problems);
  if (options.ca_secret) {
    request.secret = *options.ca_secret;
    request.source = mssql::CaSource::secret;
  }
  read_authority(options, request, problems);
  read_pair(options, now, request, problems, io);
  problems.throw_if_any(fmt::format("issuer \"{}\" cannot be made", options.name));
  return request;
}

}  // namespace dba::cli
