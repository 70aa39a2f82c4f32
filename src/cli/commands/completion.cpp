// `completion bash|zsh|fish|kubectl` and `completion install`.
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dba/base/error.hpp"
#include "dba/base/text.hpp"
#include "dba/platform/files.hpp"

#include "../completers.hpp"
#include "../embedded.hpp"
#include "commands.hpp"

namespace dba::cli {

namespace {

namespace fs = std::filesystem;

/// What kubectl looks for on PATH, and what it has to contain, for the name this binary goes by.
struct Shim {
  std::string binary{};  ///< "kubectl-dba" or "kubectl-dba-mssql"
  std::string file{};    ///< "kubectl_complete-dba…"
  std::string text{};
};

Shim make_shim(const Program& program) {
  const std::string suffix = program.as_mssql ? "-mssql" : "";
  std::string text(embedded::kubectl);
  const std::string_view written = "exec kubectl-dba";
  text.insert(text.find(written) + written.size(), suffix);
  return {.binary = "kubectl-dba" + suffix, .file = "kubectl_complete-dba" + suffix, .text = std::move(text)};
}

/// Whoever comes first on PATH is run by kubectl, whatever is installed elsewhere.
void warn_about_path(const Shim& shim, const fs::path& dir, AppContext& context) {
  std::error_code ignored;
  bool dir_found = false;
  std::string first;
  for (const std::string& entry : split(context.environment.get("PATH"), ':')) {
    dir_found = dir_found || fs::equivalent(entry, dir, ignored);
    const fs::path candidate = fs::path(entry) / shim.binary;
    if (first.empty() && fs::exists(candidate, ignored)) first = candidate;
  }
  if (!dir_found) context.io.warn(fmt::format("{} is not on PATH: kubectl will not find the file there", dir.string()));
  if (first.empty()) {
    context.io.warn(fmt::format("no {} is on PATH: kubectl cannot run it, and neither can the file", shim.binary));
  } else if (!fs::equivalent(first, "/proc/self/exe", ignored)) {
    context.io.warn(fmt::format("{} comes first on PATH and is another program than this one", first));
  }
}

fs::path target_directory(const std::string& dir, const AppContext& context) {
  if (!dir.empty()) return dir;
  const std::string home = context.environment.get("HOME");
  if (home.empty()) throw usage_error("HOME is not set: name the directory with --dir");
  return fs::path(home) / ".local/bin";
}

ExitCode install(const Shim& shim, const std::string& typed_dir, AppContext& context) {
  const fs::path dir = target_directory(typed_dir, context);
  const fs::path file = dir / shim.file;
  std::error_code failure;
  fs::create_directories(dir, failure);
  if (failure) throw usage_error(fmt::format("making {}: {}", dir.string(), to_lower(failure.message())));
  const auto existing = platform::read_file_if_exists(file);
  if (existing && *existing != shim.text) {
    throw usage_error(
        fmt::format("{} exists and is another file: remove it, or choose a directory with --dir", file.string()));
  }
  if (!existing) platform::write_new_secret_file(file, shim.text);
  fs::permissions(file, fs::perms(0755), failure);
  if (failure) throw usage_error(fmt::format("chmod {}: {}", file.string(), to_lower(failure.message())));
  context.io.line(fmt::format("{} {}", file.string(), existing ? "unchanged" : "created"));
  warn_about_path(shim, dir, context);
  return ExitCode::ok;
}

Command print_command(std::string name, std::string summary, std::string examples, std::string text) {
  return {
      .name = std::move(name),
      .summary = std::move(summary),
      .examples = std::move(examples),
      .run =
          [text = std::move(text)](AppContext& context) {
            context.io.out.write(text);
            return ExitCode::ok;
          },
      .settings_optional = true,
  };
}

Command install_command(const Program& program) {
  const auto dir = std::make_shared<std::string>();
  return {
      .name = "install",
      .summary = "Install the file through which kubectl completes this plugin",
      .description =
          "Writes an executable kubectl_complete-dba. kubectl looks for it on PATH, and calls it for the TAB "
          "key behind \"kubectl dba\"; kubectl's own completion has to be loaded in the shell.",
      .examples =
          "# Into ~/.local/bin\nkubectl dba completion install\n\n"
          "# Beside other plugins\nkubectl dba completion install --dir=/usr/local/bin\n",
      .flags = {{.name = "dir",
                 .value = "DIR",
                 .help = "Directory on PATH to write to (default ~/.local/bin)",
                 .into = dir.get(),
                 .complete = complete_directories}},
      .run = [dir, program](AppContext& context) { return install(make_shim(program), *dir, context); },
      .settings_optional = true,
  };
}

}  // namespace

Command completion_command(const Program& program) {
  return {
      .name = "completion",
      .summary = "Completion for kubectl and for shells",
      .description =
          "For \"kubectl dba …\" use completion install. The scripts for shells are for calling the binary "
          "directly, as kubectl-dba.",
      .commands =
          {
              install_command(program),
              print_command("kubectl", "Print the file that completion install writes",
                            "# Install it by hand\n"
                            "kubectl dba completion kubectl > ~/.local/bin/kubectl_complete-dba\n"
                            "chmod +x ~/.local/bin/kubectl_complete-dba\n",
                            make_shim(program).text),
              print_command("bash", "Print the script for bash",
                            "# Load it in this shell\nsource <(kubectl-dba completion bash)\n",
                            std::string(embedded::bash)),
              print_command("zsh", "Print the script for zsh",
                            "# Load it in this shell\nsource <(kubectl-dba completion zsh)\n",
                            std::string(embedded::zsh)),
              print_command("fish", "Print the script for fish",
                            "# Load it in this shell\nkubectl-dba completion fish | source\n",
                            std::string(embedded::fish)),
          },
  };
}

}  // namespace dba::cli
