#include "dba/mssql/issuer_service.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/text.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/create_service.hpp"

#include "follow_object.hpp"
#include "leave_traces.hpp"

namespace dba::mssql {

namespace {

namespace resources = kube::resources;

const kube::ResourceType& issuer_type(const IssuerRef& ref) {
  return ref.cluster_wide() ? resources::clusterissuers : resources::issuers;
}

tls::AuthorityRequest authority_of(const IssuerRequest& request, WallTime now) {
  return {.subject = tls::parse_subject(request.subject.value_or(std::string(kDefaultCaSubject))),
          .key_type = request.key_type.value_or(tls::KeyType::rsa2048),
          .days = request.days.value_or(kDefaultCaDays),
          .not_before = now};
}

/// A CA that is already there serves as it is; what the user typed about it has to be true.
std::vector<std::string> differences_from_typed(const Json& secret, const IssuerRequest& request, WallTime now) {
  const CaSecretFacts facts = read_ca_secret(secret, now);
  std::vector<std::string> lines = facts.problems;
  if (!facts.usable) return lines;
  if (request.subject) {
    const std::string wanted = tls::format_subject(tls::parse_subject(*request.subject));
    if (facts.certificate.subject != wanted)
      lines.push_back(fmt::format("its subject is {}, not {}", facts.certificate.subject, wanted));
  }
  if (request.key_type && facts.certificate.key_description != tls::key_type_description(*request.key_type))
    lines.push_back(fmt::format("its key is {}, not {}", facts.certificate.key_description,
                                tls::key_type_description(*request.key_type)));
  return lines;
}

/// A secret that is there already as it may be shown: its key was printed, if at all, when it was made.
Json without_key(const Json& secret) {
  Json shown = secret;
  if (shown.contains("data") && shown["data"].contains("tls.key")) shown["data"]["tls.key"] = "***";
  if (codec::find_at(shown, {"metadata", "annotations"}) != nullptr)
    shown["metadata"]["annotations"].erase("kubectl.kubernetes.io/last-applied-configuration");
  return shown;
}

bool is_missing_namespace(const kube::ApiError& error) {
  return error.kind() == kube::ApiError::Kind::not_found && error.status().resource == "namespaces";
}

Error no_namespace(const kube::ApiError& error) {
  ErrorInfo info = error.info();
  info.hint = "add --create-namespace to make the namespace";
  return Error(std::move(info));
}

/// One run: what is there, what has to change, the changes in their order.
class Ensurer {
 public:
  Ensurer(kube::Client& client, const IssuerRequest& request, const ChangeListener& listener)
      : client_(client),
        request_(request),
        listener_(listener),
        now_(client.clock().wall_now()),
        secret_ns_(secret_namespace(request)) {}

  Json run() {
    issuer_ = client_.find(issuer_type(request_.ref), request_.ns, request_.ref.name);
    secret_name_ = choose_secret();
    if (issuer_ && request_.keep_existing) {
      listener_.written(*issuer_, kube::Change::unchanged);
      return *issuer_;
    }
    secret_ = client_.find(resources::secrets, secret_ns_, secret_name_);
    judge();
    if (request_.create_namespace) make_namespace();
    try {
      make_secret_so();
      return make_issuer_so();
    } catch (const kube::ApiError& error) {
      if (is_missing_namespace(error)) throw no_namespace(error);
      if (written_.empty()) throw;
      throw half_done(error);
    } catch (const Error& error) {
      if (written_.empty()) throw;
      throw half_done(error);
    }
  }

 private:
  std::string choose_secret() const {
    if (!request_.secret.empty()) return request_.secret;
    if (issuer_) {
      if (std::string named = ca_secret_of(*issuer_); !named.empty()) return named;
    }
    return default_ca_secret(request_.ref.name);
  }

  /// @throws Error with every reason why what is there cannot stay, unless it may be overwritten.
  void judge() {
    Problems problems;
    const std::string secret_place = fmt::format("secret {}/{}", secret_ns_, secret_name_);
    if (request_.source == CaSource::secret) {
      if (!secret_) throw no_secret();
      for (const std::string& line : read_ca_secret(*secret_, now_).problems) problems.add(secret_place, line);
      problems.throw_if_any("the secret cannot be the CA of an issuer", ExitCode::refused);
    } else if (secret_) {
      const auto lines = request_.source == CaSource::given ? ca_secret_differences(*secret_, request_.pair)
                                                            : differences_from_typed(*secret_, request_, now_);
      for (const std::string& line : lines) problems.add(secret_place, line);
      secret_differs_ = !lines.empty() || is_to_be_renewed();
    }
    if (secret_ && !secret_differs_ && request_.source != CaSource::given && ends_soon()) warn_of_end();
    if (secret_ && !secret_differs_ && lasts_otherwise()) warn_of_days();
    if (issuer_) {
      const auto lines = issuer_differences(*issuer_, secret_name_);
      issuer_differs_ = !lines.empty();
      for (const std::string& line : lines)
        problems.add(fmt::format("{} {}", request_.ref.kind, request_.ref.name), line);
    }
    if (!request_.overwrite) {
      problems.throw_if_any(
          fmt::format("cannot make {} \"{}\": what is there is different", request_.ref.kind, request_.ref.name),
          ExitCode::refused, "add --overwrite to replace what is different");
    }
  }

  WallTime ca_end() const { return read_ca_secret(*secret_, now_).certificate.not_after; }
  bool ends_soon() const { return ca_end() - now_ < std::chrono::days(30); }

  /// Made for another time than the one that was asked for.
  bool lasts_otherwise() const {
    if (!request_.days) return false;
    const tls::CertificateFacts facts = read_ca_secret(*secret_, now_).certificate;
    return std::chrono::round<std::chrono::days>(facts.not_after - facts.not_before).count() != *request_.days;
  }

  /// A CA that serves is replaced by a newer one only when it runs out, or is to last otherwise, and overwriting was
  /// agreed to.
  bool is_to_be_renewed() const {
    return request_.source == CaSource::made && request_.overwrite && (ends_soon() || lasts_otherwise());
  }

  void warn_of_days() const {
    listener_.warn(
        fmt::format("--days={} was not applied: the CA of secret {}/{} is there already and valid until {}; "
                    "--overwrite makes a new one",
                    *request_.days, secret_ns_, secret_name_, format_rfc3339(ca_end())));
  }

  void warn_of_end() const {
    listener_.warn(
        fmt::format("the CA of secret {}/{} expires at {}", secret_ns_, secret_name_, format_rfc3339(ca_end())));
  }

  Error no_secret() const {
    return Error({.code = ExitCode::denied,
                  .message = fmt::format("secret \"{}\" not found in namespace \"{}\"", secret_name_, secret_ns_),
                  .hint = fmt::format("kubectl create secret tls {} --cert=ca.crt --key=ca.key -n {}",
                                      shell_quote(secret_name_), shell_quote(secret_ns_)),
                  .reason = "NotFound"});
  }

  void make_namespace() {
    if (client_.find(resources::namespaces, "", secret_ns_)) return;
    if (!ensure_namespace(client_, secret_ns_, request_.dry_run, request_.mark, listener_)) return;
    if (request_.dry_run == kube::DryRun::none) {
      written_.push_back(fmt::format("namespace {} was created", secret_ns_));
      return;
    }
    namespace_is_simulated_ = true;
    listener_.warn(
        fmt::format("namespace \"{}\" does not exist yet: the server could not check what goes into it", secret_ns_));
  }

  void make_secret_so() {
    if (request_.source == CaSource::secret) return;
    if (secret_ && !secret_differs_) return listener_.written(without_key(*secret_), kube::Change::unchanged);
    const tls::KeyPair pair = request_.source == CaSource::given
                                  ? request_.pair
                                  : tls::make_certificate_authority(authority_of(request_, now_));
    const Json wanted = make_ca_secret(secret_name_, secret_ns_, pair);
    if (!secret_) return written(create(wanted), kube::Change::created);
    written(replace_secret(wanted), kube::Change::configured);
    listener_.note(
        "certificates that the earlier CA signed stay as they are until they are issued anew (ReconfigureTLS, rotate)");
  }

  /// The type of a secret and an immutable one cannot be changed: such a secret is made anew.
  Json replace_secret(const Json& wanted) {
    const bool fixed = codec::string_at(*secret_, {"type"}) != codec::string_at(wanted, {"type"}) ||
                       codec::bool_at(*secret_, {"immutable"});
    if (fixed) {
      client_.remove(resources::secrets, secret_ns_, secret_name_,
                     {.dry_run = request_.dry_run, .uid = codec::uid_of(*secret_)});
      // A dry run removes nothing, so the name is still taken.
      return request_.dry_run == kube::DryRun::none ? create(wanted) : wanted;
    }
    Json patch = Json::object();
    patch["metadata"]["resourceVersion"] = codec::resource_version_of(*secret_);
    patch["data"] = keys_only(*secret_, "data");
    patch["data"].update(wanted.at("data"));
    return client_.merge_patch(resources::secrets, secret_ns_, secret_name_, patch, write_options());
  }

  Json make_issuer_so() {
    if (issuer_ && !issuer_differs_) {
      listener_.written(*issuer_, kube::Change::unchanged);
      return *issuer_;
    }
    const Json wanted = make_issuer(request_.ref, request_.ns, secret_name_);
    Json made = issuer_ ? replace_issuer(wanted) : create(wanted);
    written(made, issuer_ ? kube::Change::configured : kube::Change::created);
    return made;
  }

  Json replace_issuer(const Json& wanted) {
    Json patch = Json::object();
    patch["metadata"]["resourceVersion"] = codec::resource_version_of(*issuer_);
    patch["spec"] = keys_only(*issuer_, "spec");
    patch["spec"]["ca"] = wanted.at("spec").at("ca");
    return client_.merge_patch(issuer_type(request_.ref), request_.ns, request_.ref.name, patch, write_options());
  }

  /// The keys of an object's field, each with null: in a merge patch they go.
  static Json keys_only(const Json& object, const char* field) {
    Json keys = Json::object();
    if (const Json* present = codec::find_at(object, {field}); present != nullptr && present->is_object()) {
      for (const auto& [key, value] : present->items()) keys[key] = nullptr;
    }
    return keys;
  }

  Json create(const Json& wanted) {
    return namespace_is_simulated_ && !codec::namespace_of(wanted).empty() ? wanted
                                                                           : client_.create(wanted, write_options());
  }

  kube::WriteOptions write_options() const { return {.dry_run = request_.dry_run}; }

  void written(const Json& object, kube::Change change) {
    listener_.written(object, change);
    if (request_.dry_run != kube::DryRun::none) return;
    const std::string_view word = change == kube::Change::created ? "created" : "configured";
    const std::string ns = codec::namespace_of(object);
    written_.push_back(fmt::format("{} {}{} was {}", to_lower(codec::string_at(object, {"kind"})),
                                   ns.empty() ? "" : ns + "/", codec::name_of(object), word));
    leave_traces(client_, object, request_.mark, word, listener_);
  }

  /// What is there now although the rest failed, and how to go on: the same command again takes it up from there.
  Error half_done(const Error& error) const {
    ErrorInfo info = error.info();
    info.message = fmt::format("half done: {}, but then: {}", english_list(written_), info.message);
    info.details.push_back("run the same command again when the cause is mended: it goes on from here");
    return Error(std::move(info));
  }

  kube::Client& client_;
  const IssuerRequest& request_;
  const ChangeListener& listener_;
  WallTime now_;
  std::string secret_ns_, secret_name_{};
  std::optional<Json> issuer_{}, secret_{};
  bool secret_differs_ = false;
  bool issuer_differs_ = false;
  bool namespace_is_simulated_ = false;
  std::vector<std::string> written_{};
};

}  // namespace

std::string default_ca_secret(std::string_view issuer) {
  constexpr std::string_view kIssuer = "-issuer";
  constexpr std::string_view kCa = "-ca";
  if (issuer.ends_with(kIssuer) && issuer.size() > kIssuer.size()) issuer.remove_suffix(kIssuer.size());
  return issuer.ends_with(kCa) ? std::string(issuer) : fmt::format("{}{}", issuer, kCa);
}

std::string secret_namespace(const IssuerRequest& request) {
  return request.ref.cluster_wide() ? request.cluster_resource_namespace : request.ns;
}

std::vector<Json> issuer_objects(const IssuerRequest& request, WallTime now) {
  const std::string secret = request.secret.empty() ? default_ca_secret(request.ref.name) : request.secret;
  std::vector<Json> objects;
  if (request.source != CaSource::secret) {
    const tls::KeyPair pair =
        request.source == CaSource::given ? request.pair : tls::make_certificate_authority(authority_of(request, now));
    objects.push_back(make_ca_secret(secret, secret_namespace(request), pair));
  }
  objects.push_back(make_issuer(request.ref, request.ns, secret));
  return objects;
}

Json ensure_issuer(kube::Client& client, const IssuerRequest& request, const ChangeListener& listener) {
  return Ensurer(client, request, listener).run();
}

IssuerWaitResult wait_for_issuer(kube::Client& client, const IssuerRef& ref, std::string_view ns,
                                 platform::SteadyTime deadline, const std::function<void(std::string_view)>& progress) {
  IssuerWaitResult result;
  result.ready = follow_object(client, issuer_type(ref), ns, ref.name, deadline, [&](const Json* seen) {
    if (seen == nullptr) {
      throw Error({.code = ExitCode::denied,
                   .message = fmt::format("{} \"{}\" was deleted while it was waited for", ref.kind, ref.name),
                   .reason = "Deleted"});
    }
    result.issuer = std::make_shared<const Json>(*seen);
    result.readiness = issuer_readiness(*seen);
    if (result.readiness.ready) return Follow::done;
    progress(result.readiness.reason.empty()
                 ? "cert-manager has not looked at it yet"
                 : fmt::format("{}: {}", result.readiness.reason, result.readiness.message));
    return Follow::go_on;
  });
  return result;
}

}  // namespace dba::mssql
