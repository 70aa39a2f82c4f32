#include "change_output.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/timestamp.hpp"
#include "dba/codec/yaml.hpp"
#include "dba/kube/resource.hpp"
#include "dba/platform/system.hpp"

namespace dba::cli {

namespace {

/// The name the server authenticated us as; empty when it does not say.
std::string name_at_server(kube::Client& client) {
  Json review = Json::object();
  review["apiVersion"] = kube::resources::selfsubjectreviews.api_version();
  review["kind"] = kube::resources::selfsubjectreviews.kind;
  try {
    return codec::string_at(client.create(review), {"status", "userInfo", "username"});
  } catch (const kube::ApiError&) {
    return {};
  }
}

std::string_view word_of(kube::Change change) {
  switch (change) {
    case kube::Change::created:
      return "created";
    case kube::Change::configured:
      return "configured";
    case kube::Change::unchanged:
      break;
  }
  return "unchanged";
}

bool same_object(const Json& a, const Json& b) {
  return a.value("kind", "") == b.value("kind", "") && codec::name_of(a) == codec::name_of(b) &&
         codec::namespace_of(a) == codec::namespace_of(b);
}

}  // namespace

mssql::Mark make_mark(AppContext& context, std::string_view action, const MutationOptions& options) {
  mssql::Mark mark{.action = std::string(action),
                   .at = format_rfc3339(context.clock.wall_now()),
                   .reason = options.reason.value_or("")};
  if (options.dry_run == DryRun::none) mark.by = name_at_server(context.kube());
  if (mark.by.empty()) mark.by = fmt::format("{}@{}", platform::user_name(), platform::host_name());
  return mark;
}

const std::vector<std::string>& change_forms() {
  static const std::vector<std::string> kForms{"table", "json", "yaml", "name", "jsonpath"};
  return kForms;
}

ChangeOutput::ChangeOutput(AppContext& context, output::Format format, DryRun dry_run)
    : context_(context), io_(context.io), format_(std::move(format)), dry_run_(dry_run) {}

ChangeOutput::~ChangeOutput() = default;

mssql::ChangeListener ChangeOutput::listener() {
  return {.note = [this](std::string_view text) { io_.note(text); },
          .warn = [this](std::string_view text) { io_.warn(text); },
          .written = [this](const Json& object, kube::Change change) { written(object, change); }};
}

void ChangeOutput::written(const Json& object, kube::Change change) {
  std::string line = output::print_objects({object}, {.kind = output::Format::Kind::name}, false);
  line.pop_back();  // The line break that io.line() adds.
  if (dry_run_ == DryRun::none && change != kube::Change::unchanged)
    context_.untold.push_back(fmt::format("{} was {}", line, word_of(change)));
  if (!prints_lines()) {
    objects_.push_back(object);
    return;
  }
  if (format_.is_table()) line += fmt::format(" {}{}", word_of(change), dry_run_suffix(dry_run_));
  io_.line(line);
  if (io_.out.failure().empty()) context_.untold.clear();
}

void ChangeOutput::replace(const Json& object) {
  for (Json& known : objects_) {
    if (same_object(known, object)) known = object;
  }
}

void ChangeOutput::finish() {
  if (prints_lines()) return;
  // What was not sent is shown as it was made, ready for a file; the server's objects look as kubectl shows them.
  const bool as_made = dry_run_ == DryRun::client && format_.kind == output::Format::Kind::yaml;
  io_.out.write(as_made ? codec::to_yaml_stream(objects_)
                        : output::print_objects(objects_, format_, objects_.size() != 1));
  if (io_.out.failure().empty()) context_.untold.clear();
}

bool ChangeOutput::prints_lines() const { return format_.is_table() || format_.kind == output::Format::Kind::name; }

}  // namespace dba::cli
