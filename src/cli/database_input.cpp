#include "database_input.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/error.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/kube/resource.hpp"
#include "dba/mssql/apply_service.hpp"
#include "dba/mssql/database_rules.hpp"
#include "dba/mssql/database_spec.hpp"
#include "dba/mssql/marks.hpp"
#include "dba/mssql/names.hpp"
#include "dba/platform/files.hpp"

#include "unread_flags.hpp"

namespace dba::cli {

namespace {

bool is_database(const Json& object) {
  return codec::string_at(object, {"apiVersion"}) == mssql::kApiVersion &&
         codec::string_at(object, {"kind"}) == mssql::kKind;
}

std::string describe(const Json& object) {
  const std::string name = codec::name_of(object);
  return codec::string_at(object, {"kind"}) + (name.empty() ? "" : fmt::format(" \"{}\"", name));
}

/// Why something cannot be any command's input; empty for what says of which kind it is.
std::string shape_problem(const Json& object) {
  if (!object.is_object())
    return fmt::format("it holds a {}, no object", object.is_string() ? "text" : "value or list");
  return codec::string_at(object, {"kind"}).empty() ? "it holds an object without a kind" : "";
}

class InputReader {
 public:
  InputReader(DatabaseFlags flags, const InputRules& rules, std::string_view verb, AppContext& context)
      : flags_(std::move(flags)), rules_(rules), verb_(verb), context_(context) {}

  DatabaseInput run() {
    for (const ValueProblem& value : context_.value_problems) {
      problems_.error("", value.flag,
                      value.source.empty() ? value.what : fmt::format("{} (from {})", value.what, value.source));
    }
    complete_options();
    try_to_read_file();
    if (documents_.empty() || base_ || !flags_.database.name.empty()) {
      add(build());
    } else {
      check_nothing_to_lay_over();
      throw_problems();
    }
    return std::move(input_);
  }

 private:
  /// What counts as typed although it stands elsewhere.
  void complete_options() {
    mssql::DatabaseOptions& options = flags_.database;
    options.ns = context_.global.connection.ns;
    if (!options.accept_eula && context_.environment.get("ACCEPT_EULA") == "Y") options.accept_eula = true;
    if (options.name.empty() && !flags_.file)
      problems_.error("", "NAME", "is missing (or -f FILE with an object that has a name)");
    if (!flags_.config_file) return;
    options.config_text = "";  // Given, whatever comes of reading it.
    try {
      options.config_text = platform::read_file(*flags_.config_file);
    } catch (const Error& error) {
      problems_.error("", "--config-file", error.what());
    }
  }

  /// What is wrong with the file is told together with what is wrong with the flags.
  void try_to_read_file() {
    try {
      read_file();
    } catch (const Error& error) {
      if (error.code() != ExitCode::usage) throw;
      file_error_ = error;
      documents_.clear();
      base_.reset();
      input_ = {};
    }
  }

  void read_file() {
    if (!flags_.file) return;
    const bool is_stdin = *flags_.file == "-";
    if (is_stdin) context_.stdin_is_taken = true;
    source_ = is_stdin ? "STDIN" : *flags_.file;
    documents_ = codec::parse_documents(
        is_stdin ? platform::read_stdin(context_.stop) : platform::read_file(*flags_.file), source_);
    if (documents_.empty()) throw usage_error(fmt::format("{} holds no object", source_));
    Problems problems;
    for (std::size_t i = 0; i < documents_.size(); ++i) sort_in(i, problems);
    problems.throw_if_any(fmt::format("cannot {} what {} holds", verb_, source_), ExitCode::usage,
                          fits_apply() ? fmt::format("kubectl dba mssql apply -f {}", *flags_.file) : "");
  }

  /// One database and what it needs: too much for this command, but not for apply.
  bool fits_apply() const {
    const auto databases = std::ranges::count_if(
        documents_, [](const codec::Document& document) { return is_database(document.value()); });
    const auto companions = std::ranges::count_if(
        documents_, [](const codec::Document& document) { return mssql::may_accompany(document.value()); });
    return !rules_.companions && databases <= 1 && databases + companions == std::ssize(documents_);
  }

  void sort_in(std::size_t index, Problems& problems) {
    const Json& object = documents_[index].value();
    if (const std::string problem = shape_problem(object); !problem.empty()) return problems.add("", problem);
    check_namespace(object);
    if (is_database(object) && base_) {
      problems.add("", fmt::format("it holds more than one database: {}, {}; give one at a time",
                                   describe(documents_[*base_].value()), describe(object)));
    } else if (is_database(object)) {
      base_ = index;
      input_.database = input_.objects.size();
      input_.objects.emplace_back();
    } else if (rules_.companions && mssql::may_accompany(object)) {
      input_.objects.push_back(object);
    } else {
      const std::string version = codec::string_at(object, {"apiVersion"});
      problems.add("",
                   fmt::format("{} {} is not for this command, which takes one MSSQLServer of {}{}", describe(object),
                               version.empty() ? "without an apiVersion" : "of " + version, mssql::kApiVersion,
                               rules_.companions ? " and the namespaces, secrets, config maps, services and issuers "
                                                   "that it needs"
                                                 : ""));
    }
  }

  /// @source kubectl's builder RequireNamespace: its words.
  void check_namespace(const Json& object) const {
    const std::string theirs = codec::namespace_of(object);
    const std::optional<std::string>& ours = flags_.database.ns;
    if (!ours || theirs.empty() || theirs == *ours) return;
    throw usage_error(
        fmt::format("the namespace from the provided object \"{}\" does not match the namespace \"{}\". You must pass "
                    "'--namespace={}' to perform this operation.",
                    theirs, *ours, theirs));
  }

  /// Flags without a database to lay them over would be lost without a word.
  void check_nothing_to_lay_over() {
    if (!rules_.companions) throw usage_error(fmt::format("{} holds no MSSQLServer", source_));
    const std::vector<Flag> known = database_flags(flags_);
    for (const FlagDefault& typed : context_.typed) {
      const bool shapes_database =
          typed.flag != "file" && std::ranges::any_of(known, [&](const Flag& flag) { return flag.name == typed.flag; });
      if (shapes_database)
        throw usage_error(fmt::format("--{}: {} holds no MSSQLServer it could be laid over, and no NAME is given",
                                      typed.flag, source_));
    }
  }

  Json build() {
    Json base = Json::object();
    if (base_) {
      base = documents_[*base_].value();
      mssql::remove_marks(base);
    }
    Json database = mssql::build_database(flags_.database, base_ ? &base : nullptr, input_.notices, problems_);
    problems_.append(judge(database));
    built_ = database;
    throw_problems();
    for (const std::string& line : problems_.warning_lines()) context_.io.warn(line);
    return database;
  }

  /// The rules that the object breaks, except where only an unread flag or file makes it look so.
  mssql::Findings judge(const Json& database) {
    std::set<std::string, std::less<>> typed;
    for (const FlagDefault& flag : context_.typed) typed.insert("--" + flag.flag);
    if (!flags_.database.name.empty()) typed.insert("NAME");
    UnreadFlags unread(problems_, database_flags(flags_), std::move(typed));
    if (file_error_) unread.file_is_unread();
    return unread.without_echoes(mssql::check_database(database, rules_.version_required));
  }

  /// Like Findings::throw_if_errors, with the file and the line of it that a field stands on.
  void throw_problems() const {
    if (file_error_ && !problems_.has_errors()) throw *file_error_;
    Problems lines;
    if (file_error_) add_file_error(lines);
    std::set<std::string> assigned;
    for (const mssql::Finding& finding : problems_.all()) {
      if (finding.severity != mssql::Severity::error) continue;
      if (assigned.contains(finding.path)) continue;  // A value of another kind seems to be missing as well.
      if (is_assigned(finding.path) && !finding.message.starts_with("is required")) {
        assigned.insert(finding.path);
        lines.add(finding.path + " (--set)", finding.message);
        continue;
      }
      lines.add(mssql::place_of(finding),
                fmt::format("{}{}{}", finding.message, remark_on(finding), line_of(finding.path)));
    }
    lines.throw_if_any(fmt::format("cannot {} this database", verb_), ExitCode::usage, missing_manifest());
  }

  /// Whether --set gave the field its value, or made it.
  bool is_assigned(const std::string& path) const {
    const std::vector<std::string>& set = flags_.database.set;
    return !path.empty() && std::ranges::any_of(set, [&path](const std::string& assignment) {
      const std::string target = assignment.substr(0, assignment.find('='));
      return target == path || target.starts_with(path + ".") || path.starts_with(target + ".");
    });
  }

  std::string_view remark_on(const mssql::Finding& finding) const {
    const bool version = rules_.client_dry_run && finding.path == "spec.version" && !mssql::has_version(built_);
    return version ? "; a client dry run does not read the catalog" : "";
  }

  /// The flags of a change alone are no database, whatever is there already.
  std::string missing_manifest() const {
    const bool whole = flags_.file.has_value() || !rules_.companions;
    const bool lacks_field = std::ranges::any_of(problems_.all(), [](const mssql::Finding& finding) {
      return finding.severity == mssql::Severity::error && !finding.path.empty();
    });
    if (whole || !lacks_field) return {};
    return fmt::format("add -f FILE: {} needs the whole manifest, the flags are laid over it",
                       verb_ == "apply" ? verb_ : "diff");
  }

  void add_file_error(Problems& lines) const {
    const ErrorInfo& info = file_error_->info();
    if (info.details.empty()) lines.add("-f", info.cause.empty() ? info.message : info.message + ": " + info.cause);
    for (const std::string& detail : info.details) lines.add("-f", detail);
  }

  std::string line_of(const std::string& path) const {
    if (!base_ || path.empty()) return {};
    const auto& lines = documents_[*base_].lines;
    const auto found = lines.find(path);
    return found == lines.end() ? "" : fmt::format(" ({}:{})", source_, found->second);
  }

  void add(Json database) {
    if (!input_.database) {
      input_.database = input_.objects.size();
      input_.objects.emplace_back();
    }
    input_.get_database() = std::move(database);
  }

  DatabaseFlags flags_;
  const InputRules& rules_;
  std::string_view verb_;
  AppContext& context_;
  std::string source_{};
  std::vector<codec::Document> documents_{};
  std::optional<std::size_t> base_{};
  std::optional<Error> file_error_{};
  mssql::Findings problems_{};
  Json built_ = Json::object();
  DatabaseInput input_{};
};

}  // namespace

Json& DatabaseInput::get_database() { return objects.at(*database); }

DatabaseInput read_database_input(DatabaseFlags flags, const InputRules& rules, std::string_view verb,
                                  AppContext& context) {
  return InputReader(std::move(flags), rules, verb, context).run();
}

void tell_notices(DatabaseInput& input, AppContext& context) {
  for (const std::string& notice : input.notices) context.io.note(notice);
  input.notices.clear();
}

void check_along(AppContext& context, std::string_view flag, const std::function<void()>& check) {
  try {
    check();
  } catch (const Error& error) {
    const std::string prefix = fmt::format("{}: ", flag);
    std::string what = error.what();
    if (what.starts_with(prefix)) what.erase(0, prefix.size());
    context.value_problems.push_back({.flag = std::string(flag), .what = std::move(what)});
  }
}

void fill_namespaces(DatabaseInput& input, std::string_view ns) {
  for (Json& object : input.objects) {
    const kube::ResourceType* type =
        kube::find_resource(codec::string_at(object, {"apiVersion"}), codec::string_at(object, {"kind"}));
    if (type != nullptr && type->namespaced && codec::namespace_of(object).empty())
      object["metadata"]["namespace"] = ns;
    if (is_database(object)) object = mssql::in_written_order(object);
  }
}

}  // namespace dba::cli
