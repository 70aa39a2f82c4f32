// How workloads are printed. @source kube-apiserver 1.36.

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "dba/base/duration.hpp"

#include "http/table_text.hpp"

namespace dba::sandbox::http {

namespace {

const TableColumn kContainersColumn{"Containers", "Names of each container in the template.", "string", 1};
const TableColumn kImagesColumn{"Images", "Images referenced by each container in the template.", "string", 1};

Json replicated_cells(const Json& object, WallTime now) {
  return Json::array(
      {codec::name_of(object),
       fmt::format("{}/{}", number_at(object, {"status", "readyReplicas"}), number_at(object, {"spec", "replicas"}, 1)),
       age_of(object, now), container_names(object), container_images(object)});
}

Json deployment_cells(const Json& object, WallTime now) {
  return Json::array(
      {codec::name_of(object),
       fmt::format("{}/{}", number_at(object, {"status", "readyReplicas"}), number_at(object, {"spec", "replicas"}, 1)),
       std::to_string(number_at(object, {"status", "updatedReplicas"})),
       std::to_string(number_at(object, {"status", "availableReplicas"})), age_of(object, now), container_names(object),
       container_images(object), labels_text(codec::find_at(object, {"spec", "selector", "matchLabels"}))});
}

std::string job_status(const Json& job) {
  const auto holds = [&job](std::string_view type) {
    const Json* condition = codec::condition_of(job, type);
    return condition != nullptr && codec::string_at(*condition, {"status"}) == "True";
  };
  if (holds("Complete")) return "Complete";
  if (holds("Failed")) return "Failed";
  if (is_terminating(job)) return "Terminating";
  if (holds("Suspended")) return "Suspended";
  if (holds("FailureTarget")) return "FailureTarget";
  if (holds("SuccessCriteriaMet")) return "SuccessCriteriaMet";
  return "Running";
}

std::string job_completions(const Json& job) {
  const std::int64_t succeeded = number_at(job, {"status", "succeeded"});
  if (const std::optional<std::int64_t> wanted = codec::int_at(job, {"spec", "completions"})) {
    return fmt::format("{}/{}", succeeded, *wanted);
  }
  const std::int64_t parallelism = number_at(job, {"spec", "parallelism"});
  return parallelism > 1 ? fmt::format("{}/1 of {}", succeeded, parallelism) : fmt::format("{}/1", succeeded);
}

std::string job_duration(const Json& job, WallTime now) {
  const std::optional<WallTime> start = try_parse_rfc3339(codec::string_at(job, {"status", "startTime"}));
  if (!start) return "";
  const WallTime end = try_parse_rfc3339(codec::string_at(job, {"status", "completionTime"})).value_or(now);
  return human_duration(std::chrono::duration_cast<std::chrono::seconds>(end - *start).count());
}

Json job_cells(const Json& job, WallTime now) {
  return Json::array({codec::name_of(job), job_status(job), job_completions(job), job_duration(job, now),
                      age_of(job, now), container_names(job), container_images(job),
                      labels_text(codec::find_at(job, {"spec", "selector", "matchLabels"}))});
}

/// A number or a percentage; "N/A" when it is not set.
std::string int_or_percent(const Json& object, codec::Path path) {
  const Json* value = codec::find_at(object, path);
  if (value == nullptr || value->is_null()) return "N/A";
  return value->is_string() ? value->get<std::string>() : value->dump();
}

Json disruption_budget_cells(const Json& object, WallTime now) {
  return Json::array({codec::name_of(object), int_or_percent(object, {"spec", "minAvailable"}),
                      int_or_percent(object, {"spec", "maxUnavailable"}),
                      number_at(object, {"status", "disruptionsAllowed"}), age_of(object, now)});
}

Json scale_cells(const Json& object, WallTime now) {
  return Json::array({codec::name_of(object), number_at(object, {"spec", "replicas"}),
                      number_at(object, {"status", "replicas"}), age_of(object, now)});
}

}  // namespace

std::span<const TableKind> workload_tables() {
  static const std::vector<TableKind> kinds{
      {"apps",
       "statefulsets",
       {kNameColumn, {"Ready", "Number of the pod with ready state"}, kAgeColumn, kContainersColumn, kImagesColumn},
       replicated_cells},
      {"apps",
       "deployments",
       {kNameColumn,
        {"Ready", "Number of the pod with ready state"},
        {"Up-to-date", "Pods that have the wanted template."},
        {"Available", "Pods that have been ready for long enough."},
        kAgeColumn,
        kContainersColumn,
        kImagesColumn,
        {"Selector", "Which pods belong to it.", "string", 1}},
       deployment_cells},
      {"autoscaling",
       "scales",
       {kNameColumn,
        {"Desired", "The number of replicas that is wanted.", "integer"},
        {"Available", "The number of replicas that is there.", "integer"},
        kAgeColumn},
       scale_cells},
      {"batch",
       "jobs",
       {kNameColumn,
        {"Status", "Status of the job."},
        {"Completions", "Pods that have succeeded."},
        {"Duration", "Time required to complete the job."},
        kAgeColumn,
        kContainersColumn,
        kImagesColumn,
        {"Selector", "Which pods belong to it.", "string", 1}},
       job_cells},
      {"policy",
       "poddisruptionbudgets",
       {kNameColumn,
        {"Min Available", "The minimum number of pods that must be available."},
        {"Max Unavailable", "The maximum number of pods that may be unavailable."},
        {"Allowed Disruptions", "Calculated number of pods that may be disrupted at this time.", "integer"},
        kAgeColumn},
       disruption_budget_cells}};
  return kinds;
}

}  // namespace dba::sandbox::http
