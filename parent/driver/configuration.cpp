// See configuration.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/driver/configuration.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>

#include "parent/config/load.h"
#include "parent/model/bind.h"
#include "parent/model/line_shapes.h"
#include "parent/plan/rules/advice.h"
#include "parent/plan/encode.h"

namespace holdfast {
namespace {

constexpr int kExitConfiguration = 2;
constexpr int kExitNotConfigured = 6;

bool names_routes(const model::Configuration& configuration) {
  return !configuration.static_routes.empty() || !configuration.static_rules.empty() ||
         std::ranges::any_of(configuration.instances, [](const model::Instance& one) { return !one.routes.empty() || !one.rules.empty(); });
}

// What is not there is not needed: the usual names are known without files.
void read_routing_names(config::Files& files, RoutingNames& names) {
  for (const std::string_view folder : kRoutingNameFolders) {
    for (const RoutingNames::File& file : RoutingNames::files()) {
      const std::string path = std::string(folder) + "/" + std::string(file.name);
      if (const auto text = files.open(path)) names.read(file.kind, *text);
      const auto more = files.list(path + ".d");
      if (!more) continue;
      for (const std::string& name : *more) {
        if (!name.ends_with(".conf")) continue;
        if (const auto text = files.open(path + ".d/" + name)) names.read(file.kind, *text);
      }
    }
  }
  if (const auto text = files.open(std::string(kIpProtocolsFile))) names.read(RoutingNames::Kind::kIpProtocol, *text);
}

// In a configuration test scripts count that are there: keepalived looks for them, by their path or in the usual directories.
bool program_exists(config::Files& files, const std::string& program) {
  const auto there = [&](const std::string& path) {
    const auto opened = files.open(path);
    return opened || (opened.error().code != ENOENT && opened.error().code != ENOTDIR);
  };
  if (program.find('/') != std::string::npos) return there(program);
  constexpr std::array<std::string_view, 6> kDirectories{"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"};
  return std::ranges::any_of(kDirectories, [&](std::string_view directory) { return there(std::string(directory) + program); });
}

}  // namespace

std::vector<std::string> Loaded::lines() const {
  std::vector<std::string> lines;
  for (const config::Diagnostic* diagnostic : config::in_order(diagnostics)) lines.push_back(config::render_plain(*diagnostic, tree.sources));
  if (diagnostics.dropped() != 0) lines.push_back("and " + std::to_string(diagnostics.dropped()) + " more");
  return lines;
}

std::set<std::string> Loaded::errors() const {
  std::set<std::string> errors;
  for (const config::Diagnostic& diagnostic : diagnostics.all()) {
    if (diagnostic.severity == config::Severity::error) errors.insert(diagnostic.code + '\0' + diagnostic.message + '\0' + diagnostic.text);
  }
  return errors;
}

int Loaded::start_status() const {
  using config::ErrorClass;
  if (tree.sources.files.empty() || diagnostics.seen(ErrorClass::include_check)) return kExitNotConfigured;
  if (diagnostics.seen(ErrorClass::missing_parameter) || built.refused) return kExitConfiguration;
  if (strict && diagnostics.count(config::Severity::error) != 0) return kExitConfiguration;
  return 0;
}

Loaded load_configuration(const Reading& reading, Purpose purpose, config::Files& files, const Surroundings& surroundings) {
  Loaded loaded;
  loaded.strict = reading.strict;
  if (!reading.advice) loaded.diagnostics.leave_advice_out();
  if (reading.strict) loaded.diagnostics.make_strict();
  config::Options options;
  options.config_id = reading.config_id;
  options.builtins.environment = [](std::string_view name) -> std::optional<std::string> {
    const char* value = std::getenv(std::string(name).c_str());
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
  options.builtins.working_directory = reading.working_directory;
  if (reading.all_checks) options.checks = {true, true, true, true};
  loaded.tree = config::load(reading.path, files, model::KeywordShapes{}, options, loaded.diagnostics);
  const bool test = purpose == Purpose::kTest;
  model::ProgramExists exists;
  if (test) exists = [&files](const std::string& program) { return program_exists(files, program); };
  loaded.model = model::bind(loaded.tree, test ? model::Mode::test : model::Mode::run, loaded.diagnostics, exists,
                             reading.statements ? model::Statements::kept : model::Statements::left_out);
  Surroundings around = surroundings;
  if (names_routes(loaded.model)) read_routing_names(files, around.names);
  around.secret = [&files](const std::string& path) { return files.open(path); };
  loaded.built = build(loaded.model, around, loaded.diagnostics);
  if (const auto carried = carries(loaded.built.plan); !carried && !loaded.built.refused) {
    config::Diagnostic beyond;
    beyond.code = std::string_view(config::Code("beyond-a-limit"));
    beyond.message = carried.error().message;
    loaded.diagnostics.add(std::move(beyond));
    loaded.built.refused = true;
  }
  if (reading.advice) {
    const HostFacts host{reading.cpus, reading.kernel_major, reading.kernel_minor, surroundings.writable_by_others};
    advise(loaded.model, loaded.built.plan, host, loaded.diagnostics);
  }
  if (!loaded.model.virtual_servers.empty()) {
    const config::Position at = loaded.model.virtual_servers.front().at;
    loaded.first_service = std::string(loaded.tree.sources.file_name(at)) + ":" + std::to_string(at.line);
  }
  return loaded;
}

}  // namespace holdfast
