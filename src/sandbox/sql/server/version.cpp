#include "sql/server/version.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "dba/base/text.hpp"

namespace dba::sandbox::sqlserver {

namespace {

struct Build {
  int year, update, build, revision;
  std::string_view reference;
};

/// Cumulative update 0 is the first release. In order.
constexpr auto kBuilds = std::to_array<Build>({
    {2019, 0, 2000, 5, ""},
    {2019, 28, 4385, 2, "KB5039747"},
    {2019, 32, 4430, 1, "KB5054833"},
    {2022, 0, 1000, 6, ""},
    {2022, 12, 4115, 5, "KB5033663"},
    {2022, 13, 4125, 3, "KB5036432"},
    {2022, 14, 4135, 4, "KB5038325"},
    {2022, 15, 4145, 4, "KB5041321"},
    {2022, 16, 4165, 4, "KB5048033"},
    {2022, 17, 4175, 1, "KB5048038"},
    {2022, 18, 4185, 3, "KB5050771"},
    {2022, 19, 4195, 2, "KB5054531"},
    {2022, 20, 4205, 1, "KB5059390"},
    {2022, 21, 4215, 2, "KB5065865"},
    {2022, 22, 4225, 2, "KB5068450"},
    {2025, 0, 1000, 7, ""},
});

int number_behind(std::string_view text, std::string_view word, int fallback) {
  const std::size_t at = text.find(word);
  if (at == std::string_view::npos) return fallback;
  int number = fallback;
  std::from_chars(text.data() + at + word.size(), text.data() + text.size(), number);
  return number;
}

int major_of(int year) { return year >= 2025 ? 17 : year >= 2022 ? 16 : 15; }

}  // namespace

std::string Version::product() const { return fmt::format("{}.{}.{}.{}", major, minor, build, revision); }

Version version_of(std::string_view text) {
  const std::string lower = to_lower(text);
  const int year = number_behind(lower, "", 2022);
  const int update = number_behind(lower, "cu", 0);
  Version version{.year = year, .major = major_of(year)};
  const Build* nearest = nullptr;
  for (const Build& build : kBuilds) {
    if (build.year == year && build.update <= update) nearest = &build;
  }
  if (nearest != nullptr) {
    version.build = nearest->build + (update - nearest->update);
    version.revision = nearest->revision;
    if (nearest->update == update) version.reference = nearest->reference;
  }
  if (update > 0) version.update_level = fmt::format("CU{}", update);
  return version;
}

std::string banner(const Version& version, std::string_view edition) {
  return fmt::format(
      "Microsoft SQL Server {} (RTM{}){} - {} (X64) \n\tCopyright (C) {} Microsoft Corporation\n\t{} on Linux (Ubuntu "
      "22.04.5 LTS) <X64>",
      version.year, version.update_level.empty() ? "" : "-" + version.update_level,
      version.reference.empty() ? "" : fmt::format(" ({})", version.reference), version.product(), version.year,
      edition);
}

std::string edition_of(std::string_view pid) {
  const std::string lower = to_lower(pid);
  if (lower == "evaluation") return "Enterprise Evaluation Edition (64-bit)";
  if (lower == "express") return "Express Edition (64-bit)";
  if (lower == "web") return "Web Edition (64-bit)";
  if (lower == "standard") return "Standard Edition (64-bit)";
  if (lower == "enterprise") return "Enterprise Edition (64-bit)";
  if (lower == "enterprisecore") return "Enterprise Edition: Core-based Licensing (64-bit)";
  return "Developer Edition (64-bit)";
}

int engine_edition_of(std::string_view pid) {
  const std::string lower = to_lower(pid);
  if (lower == "express") return 4;
  return lower == "standard" || lower == "web" ? 2 : 3;
}

}  // namespace dba::sandbox::sqlserver
