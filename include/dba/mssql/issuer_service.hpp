#pragma once
// Makes sure that a CA secret and an issuer that signs with it exist, waits for the issuer, and examines one.
// Written for `issuer create`, `generate issuer`, `create --with-issuer` and `issuer check`.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dba/codec/json.hpp"
#include "dba/kube/client.hpp"
#include "dba/mssql/change_listener.hpp"
#include "dba/mssql/check.hpp"
#include "dba/mssql/issuer.hpp"
#include "dba/mssql/marks.hpp"
#include "dba/platform/clock.hpp"
#include "dba/tls/certificates.hpp"

namespace dba::mssql {

/// Where the CA comes from.
enum class CaSource {
  made,    ///< Made in memory, unless a usable one is there already.
  given,   ///< `pair`, read from files and checked by check_ca_pair().
  secret,  ///< A secret that exists; it is examined, never written.
};

struct IssuerRequest {
  IssuerRef ref{};
  std::string ns{};  ///< The Issuer's namespace; not used by a ClusterIssuer.
  std::string cluster_resource_namespace{kClusterResourceNamespace};  ///< Where a ClusterIssuer's secret lives.
  std::string secret{};  ///< Empty = what an existing issuer names, else default_ca_secret(ref.name).
  CaSource source = CaSource::made;
  std::optional<std::string> subject{};    ///< Absent = kDefaultCaSubject, and any subject that is there is right.
  std::optional<tls::KeyType> key_type{};  ///< Absent = RSA 2048, and any that is there is right.
  std::optional<int> days{};               ///< Of a CA that is made; absent = kDefaultCaDays.
  tls::KeyPair pair{};                     ///< For CaSource::given.
  bool keep_existing = false;     ///< An issuer that exists is left as it is, whatever it signs with (--with-issuer).
  bool overwrite = false;         ///< Differences are replaced instead of refused.
  bool create_namespace = false;  ///< Makes the secret's namespace when it is missing.
  kube::DryRun dry_run = kube::DryRun::none;
  Mark mark{};
};

inline constexpr int kDefaultCaDays = 365;
inline constexpr std::string_view kDefaultCaSubject = "/CN=MSSQLServer/O=kubedb";

/// "mssqlserver-ca-issuer" → "mssqlserver-ca", "sales" → "sales-ca": the name without "-issuer", ending in "-ca".
std::string default_ca_secret(std::string_view issuer);
/// Namespace of the CA secret: the issuer's, or the cluster resource namespace.
std::string secret_namespace(const IssuerRequest& request);

/// The objects `ensure_issuer` would write on an empty cluster, in the order it would write them; contacts nothing.
/// Without the secret when that is said to exist.
/// @throws Error (usage) for a subject that cannot be read.
std::vector<Json> issuer_objects(const IssuerRequest& request, WallTime now);

/// Makes what is missing, tells `listener` about every object at once, and leaves marks and Events.
/// @param listener `written` gets the namespace when it was made, the secret unless it was only used (without its key
/// when
///                 it stays as it was), the issuer.
/// @returns the issuer as the server has it (or would have it, with a dry run).
/// @throws Error (denied) when cert-manager is not installed or the named secret is missing; (refused) with every
///         difference when something else is there and `overwrite` is not set, and for a CA secret that cannot sign;
///         (denied) naming --create-namespace when the namespace does not exist;
///         after a half-done change with what was written and how to go on.
/// @effects GETs; then POST or PATCH of secret and issuer, their annotations and Events.
Json ensure_issuer(kube::Client& client, const IssuerRequest& request, const ChangeListener& listener);

struct IssuerWaitResult {
  bool ready = false;
  std::shared_ptr<const Json> issuer{};  ///< As last seen.
  IssuerReadiness readiness{};
};
/// Follows the issuer until it is Ready, or `deadline` has come.
/// @param progress gets what is being waited for, whenever that changes.
/// @throws Error (denied) when it is deleted meanwhile.
IssuerWaitResult wait_for_issuer(kube::Client& client, const IssuerRef& ref, std::string_view ns,
                                 platform::SteadyTime deadline, const std::function<void(std::string_view)>& progress);

struct IssuerReport {
  IssuerRef ref{};
  std::string ns{};  ///< Empty for a ClusterIssuer.
  std::string secret{}, secret_ns{};
  std::vector<Check> checks{};  ///< "issuer", "ready", "secret", "key", "ca", "validity", "api", "webhook"
  std::optional<tls::CertificateFacts> certificate{};
  std::optional<int> days_left{};
  bool healthy = false;  ///< Nothing failed and nothing is unknown.
};

/// @throws Error (denied) when cert-manager is not installed or the issuer does not exist.
/// @effects GETs, and one POST of a Certificate as a server dry run, which is never stored.
IssuerReport check_issuer(kube::Client& client, const IssuerRef& ref, std::string_view ns,
                          std::string_view cluster_resource_namespace);
/// {"apiVersion":"kubectl-dba/v1","kind":"IssuerReport",…}, every field always there.
Json to_json(const IssuerReport& report);

}  // namespace dba::mssql
