#include "commands/simulation_flags.hpp"

#include <charconv>
#include <string>

#include <fmt/format.h>

#include "dba/base/error.hpp"

namespace dba::sandbox::commands {

namespace {

template <typename Number>
Number parse_number(const std::string& text, std::string_view right) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw usage_error(fmt::format("\"{}\" is not {}", text, right));
  }
  return number;
}

double parse_speed(const std::string& text) {
  constexpr std::string_view kRight = "a number from 0.01 to 1000, such as 1 or 10";
  const auto speed = parse_number<double>(text, kRight);
  if (!(speed >= 0.01 && speed <= 1000)) throw usage_error(fmt::format("\"{}\" is not {}", text, kRight));
  return speed;
}

}  // namespace

std::vector<cli::Flag> simulation_flags(SimulationOptions& options, std::optional<std::string>& name) {
  return {
      {.name = "name", .value = "NAME", .help = "What to call it (default sandbox-<pid>)", .into = &name},
      {.name = "with",
       .value = "DATABASE",
       .help = "Load a Ready availability group of this name into namespace demo: three replicas, databases agdb1 and "
               "agdb2, repeatable",
       .into = &options.with,
       .split_commas = true},
      {.name = "fault",
       .value = "FAULT",
       .help = "Switch a fault on from the start, repeatable: \"NAME [TARGET] [key=value…]\", see `fault list`",
       .into = &options.faults},
      {.name = "populate",
       .value = "COUNT",
       .help = "Load this many Ready databases of three pods each",
       .into = &options.populate},
      {.name = "clusters",
       .value = "COUNT",
       .help = "API servers, each with a context of its own, in one world",
       .into = &options.clusters},
      {.name = "seed",
       .value = "NUMBER",
       .help = "Repeat the decisions of an earlier world (default a new one; `status` tells which)",
       .into =
           [&options](const std::string&, const std::string& text) {
             options.seed = parse_number<std::uint64_t>(text, "a whole number, 0 or more");
           }},
      {.name = "speed",
       .value = "FACTOR",
       .help = "Simulated seconds in a real one (default 1)",
       .into = [&options](const std::string&, const std::string& text) { options.speed = parse_speed(text); }},
  };
}

}  // namespace dba::sandbox::commands
