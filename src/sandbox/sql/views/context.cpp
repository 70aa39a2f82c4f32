#include "sql/views/context.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "sql/views/sections.hpp"
#include "tsql/types/moment.hpp"
#include "world/random.hpp"

namespace dba::sandbox::sqlserver::views {

namespace {

const std::vector<View>& all_views() {
  static const std::vector<View> list = [] {
    std::vector<View> views;
    add_group_views(views);
    add_replica_views(views);
    add_database_state_views(views);
    add_seeding_views(views);
    add_endpoint_views(views);
    add_database_views(views);
    add_session_views(views);
    add_server_views(views);
    return views;
  }();
  return list;
}

}  // namespace

std::string datetime_text(WallTime time) {
  return tsql::format_moment(tsql::rounded(tsql::moment_of(time), kDatetime).value(), kDatetime);
}

std::string Context::pod_of(int ordinal) const { return fmt::format("{}-{}", settings.name, ordinal); }

WallTime Context::wall_at(group::Time time) const {
  return wall - std::chrono::duration_cast<WallTime::duration>(now - time);
}

int Context::database_id(std::string_view name) const {
  const auto found = std::ranges::find(databases, name, &DatabaseRow::name);
  return found == databases.end() ? 0 : found->id;
}

std::string Context::guid(std::string_view purpose) const {
  world::Random random(seed, fmt::format("guid {}/{}/{} {}", settings.ns, settings.name, settings.uid, purpose));
  constexpr std::string_view kHex = "0123456789ABCDEF";
  const std::string digits = random.text(32, kHex);
  return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4), digits.substr(12, 4),
                     digits.substr(16, 4), digits.substr(20, 12));
}

std::string Context::replica_id(int ordinal) const { return guid(fmt::format("replica {}", ordinal)); }

std::string Context::database_guid(std::string_view name) const { return guid(fmt::format("database {}", name)); }

std::optional<Table> find_view(const Context& context, std::string_view name) {
  const std::string lower = to_lower(name);
  if (!lower.starts_with("sys.")) return std::nullopt;
  const std::string_view bare = std::string_view(lower).substr(4);
  const auto found = std::ranges::find(all_views(), bare, &View::name);
  return found == all_views().end() ? std::nullopt : std::optional(found->fill(context));
}

std::vector<std::string> view_names() {
  std::vector<std::string> names;
  for (const View& view : all_views()) names.push_back(fmt::format("sys.{}", view.name));
  return names;
}

}  // namespace dba::sandbox::sqlserver::views
