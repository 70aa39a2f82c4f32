#include "cluster_checks.hpp"

#include <algorithm>
#include <future>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/database_rules.hpp"
#include "dba/mssql/database_spec.hpp"
#include "dba/mssql/issuer.hpp"
#include "dba/mssql/versions.hpp"

#include "follow_object.hpp"

namespace dba::mssql {

namespace {

namespace resources = kube::resources;
using MaybeObject = std::optional<Json>;

template <typename Value>
using Read = std::future<Value>;

class ClusterChecks {
 public:
  ClusterChecks(kube::Client& client, const Json& database, const ClusterCheckOptions& options,
                const ChangeListener& listener)
      : client_(client),
        database_(database),
        options_(options),
        listener_(listener),
        ns_(codec::namespace_of(database)),
        issuer_(issuer_ref_of(database)),
        references_(references_of(database)) {}

  ClusterCheckResult run() {
    start_reads();
    // The database first: a server that does not know the kind at all makes every other answer pointless.
    judge_existing();
    judge_namespace();
    judge_version();
    judge_storage_class();
    judge_issuer();
    judge_secrets();
    for (const std::string& line : findings_.warning_lines()) listener_.warn(line);
    findings_.throw_if_errors(fmt::format("cannot {} database \"{}\"", options_.verb, codec::name_of(database_)), code_,
                              hint_);
    if (!chosen_version_.empty())
      listener_.note(fmt::format("version {}, the newest of the catalog (--version)", chosen_version_));
    result_.database = std::make_shared<const Json>(in_written_order(database_));
    return std::move(result_);
  }

 private:
  Read<MaybeObject> find(const kube::ResourceType& type, std::string ns, std::string name) {
    return std::async(std::launch::async, [this, &type, ns = std::move(ns), name = std::move(name)] {
      return name.empty() ? MaybeObject() : client_.find(type, ns, name);
    });
  }
  Read<std::vector<Json>> list(const kube::ResourceType& type) {
    return std::async(std::launch::async, [this, &type] { return client_.list(type, ""); });
  }

  void start_reads() {
    if (options_.live == nullptr) {
      existing_ = find(resources::mssqlservers, ns_, codec::name_of(database_));
      namespace_ = find(resources::namespaces, "", ns_);
    }
    catalog_ = list(resources::mssqlserverversions);
    // The volumes of a live database are there already: without a name, no class is looked for.
    const bool named = !codec::string_at(database_, {"spec", "storage", "storageClassName"}).empty();
    const bool has_storage = codec::find_at(database_, {"spec", "storage"}) != nullptr;
    if (has_storage && (named || options_.live == nullptr)) classes_ = list(resources::storageclasses);
    found_issuer_ = issuer_.cluster_wide() ? find(resources::clusterissuers, "", issuer_.name)
                                           : find(resources::issuers, ns_, issuer_.name);
    auth_secret_ = find(resources::secrets, ns_, auth_secret_name());
    for (const NamedReference& reference : references_)
      found_references_.push_back(
          find(reference.kind == "Secret" ? resources::secrets : resources::configmaps, ns_, reference.name));
  }

  /// The field of a live database stays what it is.
  bool is_as_before(codec::Path path) const {
    return options_.live != nullptr && codec::string_at(*options_.live, path) == codec::string_at(database_, path);
  }

  /// What a read gave; absent when the user may not look, which becomes a warning.
  template <typename Value>
  std::optional<Value> value_of(Read<Value>& read, std::string_view what) {
    try {
      return read.get();
    } catch (const kube::ApiError& error) {
      if (error.kind() != kube::ApiError::Kind::forbidden) throw;
      listener_.warn(fmt::format("{} could not be checked: {}", what, why(error)));
      return std::nullopt;
    }
  }

  /// Whether an object stands beside the database in the file: it is about to be written, so nothing is said about it.
  bool is_provided(std::string_view kind, std::string_view ns, std::string_view name) const {
    return std::any_of(options_.provided.begin(), options_.provided.end(), [&](const Json& object) {
      return codec::string_at(object, {"kind"}) == kind && codec::name_of(object) == name &&
             (ns.empty() || codec::namespace_of(object) == ns);
    });
  }

  void judge_existing() {
    if (!existing_.valid()) return;
    const std::optional<MaybeObject> existing = value_of(existing_, "whether the name is taken");
    if (!existing || !*existing) return;
    const std::string going = deletion_problem(**existing);
    hint_ = going.empty() ? "the same command with apply instead of create" : wait_for_deletion(**existing);
    findings_.error("metadata.name", "",
                    going.empty() ? fmt::format("\"{}\" exists already in namespace \"{}\"; change it with apply",
                                                codec::name_of(database_), ns_)
                                  : going);
  }

  void judge_namespace() {
    if (!namespace_.valid()) return;
    const std::optional<MaybeObject> found = value_of(namespace_, fmt::format("namespace \"{}\"", ns_));
    result_.namespace_missing = found && !*found;
    if (!result_.namespace_missing || options_.namespace_may_be_missing || is_provided("Namespace", "", ns_)) return;
    code_ = ExitCode::denied;
    hint_ = "add --create-namespace to make the namespace";
    findings_.error("metadata.namespace", "-n",
                    fmt::format("namespace \"{}\" does not exist; --create-namespace makes it", ns_));
  }

  void judge_version() {
    const std::optional<std::vector<Json>> objects = value_of(catalog_, "the version");
    if (!objects) {
      if (has_version(database_)) return;
      code_ = ExitCode::denied;
      findings_.error("spec.version", "--version", "has to be given, because the catalog may not be read");
      return;
    }
    std::vector<CatalogVersion> catalog;
    for (const Json& object : *objects) catalog.push_back(read_catalog_version(object));
    if (has_version(database_)) {
      const bool runs = is_as_before({"spec", "version"}) &&
                        find_version(catalog, codec::string_at(database_, {"spec", "version"})) != nullptr;
      if (!runs) findings_.append(check_version(database_, catalog));
      return;
    }
    const CatalogVersion* newest = newest_version(catalog);
    if (newest == nullptr)
      return findings_.error("spec.version", "--version", "the catalog has no version that could be chosen");
    database_["spec"]["version"] = newest->name;
    chosen_version_ = newest->name;
  }

  void judge_storage_class() {
    if (!classes_.valid()) return;
    const auto classes = value_of(classes_, "the StorageClass");
    if (!classes) return;
    const bool as_before = is_as_before({"spec", "storage", "storageClassName"});
    for (const Finding& finding : check_storage_class(database_, *classes).all()) {
      if (finding.severity == Severity::error) {
        findings_.error(finding.path, finding.flag, finding.message);
      } else if (!as_before) {
        findings_.warn(finding.path, finding.flag, finding.message);
      }
    }
  }

  void judge_issuer() {
    if (is_provided(issuer_.kind, issuer_.cluster_wide() ? "" : ns_, issuer_.name)) return;
    try {
      const std::optional<MaybeObject> found = value_of(found_issuer_, fmt::format("issuer \"{}\"", issuer_.name));
      if (!found || (!*found && options_.issuer_may_be_missing)) return;
      findings_.append(check_issuer(database_, *found ? &**found : nullptr));
    } catch (const kube::ApiError& error) {
      if (error.kind() != kube::ApiError::Kind::api_missing) throw;
      code_ = ExitCode::denied;
      findings_.error("spec.tls.issuerRef", "--issuer",
                      fmt::format("cert-manager is not installed; {}", error.info().hint));
    }
  }

  void judge_secrets() {
    if (const std::string auth = auth_secret_name(); !auth.empty() && !is_provided("Secret", ns_, auth)) {
      if (const auto found = value_of(auth_secret_, fmt::format("Secret \"{}\"", auth)))
        findings_.append(check_auth_secret(database_, *found ? &**found : nullptr));
    }
    for (std::size_t i = 0; i < references_.size(); ++i) {
      const NamedReference& reference = references_[i];
      if (is_provided(reference.kind, ns_, reference.name)) continue;
      const auto found = value_of(found_references_[i], fmt::format("{} \"{}\"", reference.kind, reference.name));
      if (found) findings_.append(check_reference(reference, *found ? &**found : nullptr));
    }
  }

  std::string auth_secret_name() const { return codec::string_at(database_, {"spec", "authSecret", "name"}); }

  kube::Client& client_;
  Json database_;
  const ClusterCheckOptions& options_;
  const ChangeListener& listener_;
  const std::string ns_;
  const IssuerRef issuer_;
  const std::vector<NamedReference> references_;

  Findings findings_{};
  ExitCode code_ = ExitCode::refused;
  std::string hint_{};
  ClusterCheckResult result_{};
  std::string chosen_version_{};  ///< Empty unless the catalog gave it.

  // Last, so that they end before what they use when a failure unwinds.
  Read<MaybeObject> existing_{}, namespace_{}, found_issuer_{}, auth_secret_{};
  Read<std::vector<Json>> catalog_{}, classes_{};
  std::vector<Read<MaybeObject>> found_references_{};
};

}  // namespace

std::string deletion_problem(const Json& live) {
  if (codec::string_at(live, {"metadata", "deletionTimestamp"}).empty()) return {};
  return fmt::format("\"{}\" exists in namespace \"{}\" and is being deleted; wait until it is gone",
                     codec::name_of(live), codec::namespace_of(live));
}

std::string wait_for_deletion(const Json& live) {
  return fmt::format("kubectl dba mssql wait {} -n {} --for=delete", shell_quote(codec::name_of(live)),
                     shell_quote(codec::namespace_of(live)));
}

ClusterCheckResult check_on_cluster(kube::Client& client, const Json& database, const ClusterCheckOptions& options,
                                    const ChangeListener& listener) {
  return ClusterChecks(client, database, options, listener).run();
}

}  // namespace dba::mssql
