#include "sql/server/server_process.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/base64.hpp"
#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/tls/certificates.hpp"

#include "sql/server/certificates.hpp"
#include "sql/server/messages.hpp"
#include "tsql/engine.hpp"
#include "tsql/names.hpp"

namespace dba::sandbox::sqlserver {

namespace {

WallTime start_of(const Json& pod, WallTime fallback) {
  const Json* const statuses = codec::find_at(pod, {"status", "containerStatuses"});
  if (statuses == nullptr || !statuses->is_array()) return fallback;
  for (const Json& status : *statuses) {
    if (codec::string_at(status, {"name"}) != "mssql") continue;
    return try_parse_rfc3339(codec::string_at(status, {"state", "running", "startedAt"})).value_or(fallback);
  }
  return fallback;
}

}  // namespace

ServerProcess::ServerProcess(GroupServers& group, const DatabaseSettings& settings, const MemberChange& change)
    : group_(group),
      ns_(change.ns),
      database_(change.database),
      pod_(change.pod),
      uid_(change.uid),
      ordinal_(change.ordinal),
      version_(version_of(settings.version)),
      edition_(edition_of(settings.pid)),
      pid_(settings.pid),
      started_(group.world().clock.simulated_wall_now()) {
  const auto pod = group.find_object()(kube::resources::pods, ns_, pod_);
  if (!pod) return;
  version_ = version_in(*pod, settings);
  started_ = start_of(*pod, started_);
}

void ServerProcess::end() { ended_.request_stop(); }

world::Victim ServerProcess::victim() const {
  const bool primary = !group_.settings().databases.empty() &&
                       group_.is_primary(ordinal_, group_.settings().databases.front()).value_or(false);
  return {.ns = ns_, .database = database_, .ordinal = ordinal_, .role = primary ? "primary" : "secondary"};
}

ServerIdentity ServerProcess::identity() const {
  ServerIdentity identity{.name = pod_, .major = version_.major, .minor = version_.minor, .build = version_.build};
  const DatabaseSettings settings = group_.settings();
  if (group_.world().faults.active("tls-expired", victim())) {
    std::tie(identity.certificate_pem, identity.key_pem) = expired_certificate(settings);
  } else if (settings.client_tls) {
    const CertificateFiles files = find_certificate(group_.find_object(), settings.ns, settings.server_cert_secret);
    identity.certificate_pem = files.certificate_pem;
    identity.key_pem = files.key_pem;
  }
  return identity;
}

/// What the server would show if nobody had renewed its certificate.
std::pair<std::string, std::string> ServerProcess::expired_certificate(const DatabaseSettings& settings) const {
  const std::lock_guard lock(mutex_);
  if (!expired_) {
    const CertificateFiles files =
        make_expired_certificate(group_.find_object(), settings, pod_, group_.world().clock.wall_now());
    expired_ = {files.certificate_pem, files.key_pem};
  }
  return *expired_;
}

bool ServerProcess::password_fits(const LoginRequest& request) const {
  if (!same_name(request.user, "sa") || group_.world().faults.active("password-wrong", victim())) return false;
  const DatabaseSettings settings = group_.settings();
  const auto secret = group_.find_object()(kube::resources::secrets, ns_, settings.auth_secret);
  if (!secret) return false;
  try {
    return base64_decode(codec::string_at(*secret, {"data", "password"})) == request.password;
  } catch (const Error&) {
    return false;
  }
}

std::shared_ptr<SessionRecord> ServerProcess::open_session(const LoginRequest& request) {
  const std::lock_guard lock(mutex_);
  std::erase_if(open_, [](const Open& open) { return open.record.expired(); });
  auto record = std::make_shared<SessionRecord>(next_spid_++, request);
  open_.push_back({record, group_.world().clock.simulated_wall_now()});
  return record;
}

/// @source mssql.md 4.6: a database that cannot be opened fails the login, too
LoginAnswer ServerProcess::login(const LoginRequest& request) {
  if (!password_fits(request)) return {.messages = {messages::login_failed(request.user)}};
  const std::string wanted = request.database.empty() ? "master" : request.database;
  const std::optional<std::string> database = find_name(group_.databases(ordinal_), wanted);
  if (!database) return {.messages = {messages::cannot_open(wanted), messages::login_failed(request.user)}};
  if (const auto refused = group_.refusal(ordinal_, *database, Access::read, request.read_only_intent)) {
    return {.messages = {*refused, messages::cannot_open(wanted), messages::login_failed(request.user)}};
  }
  LoginRequest settled = request;
  settled.database = *database;
  return {.session = make_session(*this, group_.store_of(ordinal_), group_.world().clock, open_session(settled)),
          .messages = login_messages(*database)};
}

std::vector<std::shared_ptr<SessionRecord>> ServerProcess::sessions() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<SessionRecord>> sessions;
  for (const Open& open : open_) {
    if (auto record = open.record.lock()) sessions.push_back(std::move(record));
  }
  return sessions;
}

std::vector<views::SessionRow> ServerProcess::session_rows() const {
  const std::lock_guard lock(mutex_);
  std::vector<views::SessionRow> rows;
  for (const Open& open : open_) {
    const auto record = open.record.lock();
    if (!record) continue;
    const LoginRequest& login = record->login();
    rows.push_back({.spid = record->spid(),
                    .login = login.user,
                    .application = login.application,
                    .host = login.host,
                    .database = record->database(),
                    .open_transactions = record->in_transaction() ? 1 : 0,
                    .since = open.since});
  }
  return rows;
}

std::optional<Value> ServerProcess::server_property(std::string_view name) const {
  const std::string key = to_lower(name);
  const auto number = [](std::int64_t value) { return std::optional<Value>(value); };
  const auto words = [](std::string value) { return std::optional<Value>(std::move(value)); };
  if (key == "servername" || key == "machinename" || key == "computernamephysicalnetbios") return words(pod_);
  if (key == "version") return words(banner(version_, edition_));
  if (key == "productversion") return words(version_.product());
  if (key == "productmajorversion") return words(std::to_string(version_.major));
  if (key == "productminorversion") return words(std::to_string(version_.minor));
  if (key == "productbuild") return words(std::to_string(version_.build));
  if (key == "productlevel") return words("RTM");
  if (key == "productupdatelevel" && !version_.update_level.empty()) return words(version_.update_level);
  if (key == "productupdatereference" && !version_.reference.empty()) return words(version_.reference);
  if (key == "edition") return words(edition_);
  if (key == "engineedition") return number(engine_edition_of(pid_));
  const bool clustered = group_.settings().clustered;
  if (key == "ishadrenabled") return number(clustered ? 1 : 0);
  if (key == "hadrmanagerstatus") return number(clustered ? 1 : 0);
  if (key == "isclustered" || key == "isintegratedsecurityonly" || key == "issingleuser") return number(0);
  if (key == "isfulltextinstalled" || key == "isadvancedanalyticsinstalled") return number(0);
  if (key == "isxtpsupported") return number(1);
  if (key == "collation") return words("SQL_Latin1_General_CP1_CI_AS");
  if (key == "licensetype") return words("DISABLED");
  if (key == "processid") return number(9);
  if (key == "instancedefaultdatapath" || key == "instancedefaultlogpath") return words("/var/opt/mssql/data/");
  return std::nullopt;
}

std::optional<Table> ServerProcess::system_view(std::string_view name, std::string_view database) const {
  const DatabaseSettings settings = group_.settings();
  views::Context context{.seed = group_.world().seed, .settings = settings};
  context.version = version_;
  context.started = started_;
  context.current_database = database;
  context.sessions = session_rows();
  if (same_name(name, "sys.certificates") && settings.clustered) {
    context.certificates = endpoint_certificates(group_.find_object(), settings);
  }
  return group_.view(ordinal_, name, std::move(context));
}

std::vector<std::string> ServerProcess::system_views() const { return views::view_names(); }
std::vector<std::string> ServerProcess::databases() const { return group_.databases(ordinal_); }

std::optional<Message> ServerProcess::refusal(std::string_view database, Access access, bool read_only_intent) const {
  return group_.refusal(ordinal_, database, access, read_only_intent);
}

/// A commit under way cannot be called back: an attention is answered when its fate is known.
CommitOutcome ServerProcess::commit(std::string_view database, std::vector<LogStatement> statements,
                                    const std::stop_token&) {
  return group_.commit(ordinal_, std::string(database), std::move(statements));
}

std::optional<bool> ServerProcess::is_primary(std::string_view database) const {
  return group_.is_primary(ordinal_, database);
}

std::optional<Message> ServerProcess::create_database(std::string_view name) {
  return group_.create_database(ordinal_, std::string(name));
}

std::optional<Message> ServerProcess::drop_database(std::string_view name) {
  return group_.drop_database(ordinal_, std::string(name));
}

}  // namespace dba::sandbox::sqlserver
