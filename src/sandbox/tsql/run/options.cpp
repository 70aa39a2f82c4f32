#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "dba/base/text.hpp"

#include "tsql/names.hpp"
#include "tsql/run/sql_session.hpp"
#include "tsql/types/convert.hpp"

namespace dba::sandbox::sqlserver::tsql {
namespace {

/// Settings that are taken and change nothing here.
constexpr auto kTaken = std::to_array<std::string_view>({"ANSI_NULLS",
                                                         "ANSI_PADDING",
                                                         "ANSI_WARNINGS",
                                                         "ANSI_DEFAULTS",
                                                         "ANSI_NULL_DFLT_ON",
                                                         "ANSI_NULL_DFLT_OFF",
                                                         "ARITHABORT",
                                                         "ARITHIGNORE",
                                                         "CONCAT_NULL_YIELDS_NULL",
                                                         "CURSOR_CLOSE_ON_COMMIT",
                                                         "FORCEPLAN",
                                                         "NUMERIC_ROUNDABORT",
                                                         "REMOTE_PROC_TRANSACTIONS",
                                                         "TRANSACTION ISOLATION LEVEL",
                                                         "DEADLOCK_PRIORITY",
                                                         "CONTEXT_INFO",
                                                         "STATISTICS TIME",
                                                         "STATISTICS IO",
                                                         "NO_BROWSETABLE",
                                                         "FIPS_FLAGGER",
                                                         "QUERY_GOVERNOR_COST_LIMIT"});

/// Settings that would have statements answered otherwise: only what is so anyway is taken.
struct Fixed {
  std::string_view name, value;
};
constexpr auto kFixed = std::to_array<Fixed>({{"DATEFORMAT", "MDY"},
                                              {"FMTONLY", "OFF"},
                                              {"NOEXEC", "OFF"},
                                              {"PARSEONLY", "OFF"},
                                              {"SHOWPLAN_ALL", "OFF"},
                                              {"SHOWPLAN_TEXT", "OFF"},
                                              {"SHOWPLAN_XML", "OFF"},
                                              {"STATISTICS PROFILE", "OFF"},
                                              {"STATISTICS XML", "OFF"}});

}  // namespace

void SqlSession::run_option(const SetOption& option) {
  const std::string& name = option.names[0];
  std::string value = option.value;
  if (value.starts_with('@')) {
    const auto found = variables_.find(to_lower(value));
    const Value given = found == variables_.end() ? Value{} : found->second.value;
    value = std::holds_alternative<std::int64_t>(given)  ? fmt::format("{}", std::get<std::int64_t>(given))
            : std::holds_alternative<std::string>(given) ? std::get<std::string>(given)
                                                         : "";
  }
  if (name == "IDENTITY_INSERT") {
    settings_.identity_insert = value == "ON" ? to_lower(target({split(option.names[1], '.'), 0}).label) : "";
    flush_changes();
  } else {
    for (const std::string& one : option.names) set_switch(one, value);
  }
  done();
}

void SqlSession::set_switch(const std::string& name, const std::string& value) {
  const bool on = value == "ON";
  std::int64_t number = 0;
  const bool numeric = std::from_chars(value.data(), value.data() + value.size(), number).ec == std::errc();
  if (name == "NOCOUNT") {
    settings_.no_count = on;
  } else if (name == "XACT_ABORT") {
    settings_.xact_abort = on;
  } else if (name == "IMPLICIT_TRANSACTIONS") {
    settings_.implicit_transactions = on;
  } else if (name == "QUOTED_IDENTIFIER") {
    settings_.quoted_identifier = on;
  } else if (name == "LOCK_TIMEOUT" && numeric) {
    settings_.lock_timeout = number < 0 ? std::nullopt : std::optional(std::chrono::milliseconds(number));
  } else if (name == "ROWCOUNT" && numeric) {
    settings_.row_count = number;
  } else if (name == "TEXTSIZE" && numeric) {
    settings_.text_size = number <= 0 ? 2147483647 : number;
  } else if (name == "DATEFIRST" && numeric) {
    settings_.date_first = number;
  } else if (name == "LANGUAGE") {
    if (!same_name(value, "us_english") && !same_name(value, "English")) fail_unsupported("SET LANGUAGE " + value);
    tell({5703, 0, 1, "Changed language setting to us_english.", {}, 1});
  } else if (const auto fixed = std::ranges::find(kFixed, name, &Fixed::name); fixed != kFixed.end()) {
    if (!same_name(value, fixed->value)) fail_unsupported(fmt::format("SET {} {}", name, value));
  } else if (!contains(kTaken, name)) {
    fail(195, fmt::format("'{}' is not a recognized SET option.", name), 15);
  }
}

}  // namespace dba::sandbox::sqlserver::tsql
