// Values of enum flags, in any case and with or without hyphens.

#include <array>
#include <span>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/mssql/database_spec.hpp"

#include "flag_values.hpp"

namespace dba::mssql {

namespace {

struct Word {
  std::string_view typed;  ///< As help shows it.
  std::string_view field;  ///< As the object holds it.
  std::string_view short_form = {};
};

std::string bare(std::string_view text) {
  std::string word = to_lower(text);
  std::erase_if(word, [](char c) { return c == '-' || c == '_'; });
  return word;
}

std::string match(std::string_view flag, std::string_view text, std::span<const Word> words) {
  std::vector<std::string> choices;
  for (const Word& word : words) {
    const std::string typed = bare(text);
    if (typed == bare(word.typed) || (!word.field.empty() && typed == bare(word.field)) ||
        (!word.short_form.empty() && typed == word.short_form)) {
      return std::string(word.field);
    }
    choices.emplace_back(word.typed);
  }
  throw usage_error(fmt::format("{}: \"{}\" is not one of {}", flag, text, join(choices, ", ")));
}

}  // namespace

std::string parse_topology(std::string_view text) {
  static constexpr std::array kWords{Word{"standalone", ""}, Word{"availability-group", "AvailabilityGroup", "ag"},
                                     Word{"distributed-ag", "DistributedAG", "dag"}};
  return match("--topology", text, kWords);
}

std::string parse_secondary_access(std::string_view text) {
  static constexpr std::array kWords{Word{"passive", "Passive"}, Word{"read-only", "ReadOnly"}, Word{"all", "All"}};
  return match("--secondary-access", text, kWords);
}

std::string parse_storage_type(std::string_view text) {
  static constexpr std::array kWords{Word{"durable", "Durable"}, Word{"ephemeral", "Ephemeral"}};
  return match("--storage-type", text, kWords);
}

std::string parse_deletion_policy(std::string_view text) {
  static constexpr std::array kWords{Word{"halt", "Halt"}, Word{"delete", "Delete"}, Word{"wipe-out", "WipeOut"},
                                     Word{"do-not-terminate", "DoNotTerminate"}};
  return match("--deletion-policy", text, kWords);
}

std::string parse_monitor_agent(std::string_view text) {
  static constexpr std::array kWords{Word{"prometheus-operator", "prometheus.io/operator"},
                                     Word{"prometheus", "prometheus.io"}, Word{"builtin", "prometheus.io/builtin"}};
  return match("--monitor", text, kWords);
}

std::string parse_dag_role(std::string_view text) {
  static constexpr std::array kWords{Word{"primary", "Primary"}, Word{"secondary", "Secondary"}};
  return match("--dag-role", text, kWords);
}

std::string parse_access_mode(std::string_view text) {
  static constexpr std::array kWords{Word{"ReadWriteOnce", "ReadWriteOnce", "rwo"},
                                     Word{"ReadWriteOncePod", "ReadWriteOncePod", "rwop"},
                                     Word{"ReadWriteMany", "ReadWriteMany", "rwx"}};
  return match("--access-mode", text, kWords);
}

std::string parse_certificate_alias(std::string_view text) {
  static constexpr std::array kWords{Word{"server", "server"}, Word{"client", "client"}, Word{"endpoint", "endpoint"}};
  return match("alias", text, kWords);
}

std::string parse_service_alias(std::string_view text) {
  static constexpr std::array kWords{Word{"primary", "primary"}, Word{"secondary", "secondary"},
                                     Word{"stats", "stats"}};
  return match("--service", text, kWords);
}

std::string parse_service_type(std::string_view text) {
  static constexpr std::array kWords{Word{"ClusterIP", "ClusterIP"}, Word{"NodePort", "NodePort"},
                                     Word{"LoadBalancer", "LoadBalancer"}};
  return match("--service", text, kWords);
}

KeyValue parse_key_value(std::string_view flag, std::string_view text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals == 0) {
    throw usage_error(fmt::format("{}: \"{}\" is not KEY=VALUE", flag, text));
  }
  return {std::string(text.substr(0, equals)), std::string(text.substr(equals + 1))};
}

}  // namespace dba::mssql
