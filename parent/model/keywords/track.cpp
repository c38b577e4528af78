// What instances and groups track, and how it is weighted: vrrp_script, vrrp_track_process, track_file and the track_... blocks.
// A script has to be defined before the line that tracks it.
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "parent/model/set.h"
#include "parent/model/keywords/track.h"

namespace holdfast::model {
namespace {

using namespace takes;
using config::ErrorClass;
constexpr std::int64_t kMaxWeight = 253;

// ±254 was once allowed for scripts and interfaces and means ±253 now.
int limited_weight(Use& use) {
  const std::int64_t weight = use.value().number;
  if (weight >= -kMaxWeight && weight <= kMaxWeight) return static_cast<int>(weight);
  use.corrected("weight-limited", "a weight cannot be beyond 253: that is used", "-253 to 253");
  use.values[0].number = weight < 0 ? -kMaxWeight : kMaxWeight;
  return static_cast<int>(use.values[0].number);
}

void entry_weight(Use& use) { assign(use.target.as<TrackEntry>().weight, use, limited_weight(use)); }

// Shared by the five kinds: the name, whether it is known, whether it is already there, the options.
template <class Known>
void track(Use& use, std::vector<TrackEntry>& entries, const Argument& name, Known known) {
  use.done = true;
  for (const config::Node& line : use.node.children) {
    const config::Word& word = line.words.front();
    if (!use.binder.read(line, word, name).present) continue;
    TrackEntry entry;
    entry.name = word.text;
    entry.at = word.at;
    if (!known(entry.name)) {
      use.binder.problem(config::about(line, word), "undefined-reference",
                         "'" + entry.name + "' is not defined before this line: it is not tracked", std::string(name.label));
      continue;
    }
    const auto same = [&](const TrackEntry& other) { return other.name == entry.name; };
    if (std::any_of(entries.begin(), entries.end(), same)) {
      use.binder.problem(config::about(line, word), "duplicate-entry", "'" + entry.name + "' is already tracked: this line is ignored");
      continue;
    }
    use.binder.entry_options(line, use.inside, Target(entry));
    entries.push_back(std::move(entry));
  }
}

// A block of which the first definition counts; without the word that it is about it is left out.
template <class T, auto Needed>
bool keeps(Use& use, const T& block, const T* first, std::string_view kind, std::string_view needed) {
  if (!(block.*Needed)) {
    use.problem("incomplete-block", std::string(kind) + " '" + block.name + "' has no '" + std::string(needed) + "': it is left out");
    return false;
  }
  if (first == nullptr) return true;
  use.warn("duplicate-definition", std::string(kind) + " '" + block.name + "' is already defined in line " + std::to_string(first->at.line) +
                                       ": the first one is used");
  return false;
}

void track_file(Use& use) {
  TrackFile file;
  file.name = use.value().text;
  file.at = use.word.at;
  use.block(file);
  if (!keeps<TrackFile, &TrackFile::file>(use, file, use.configuration().track_file(file.name), use.row.name, "file")) return;
  use.configuration().track_files.push_back(std::move(file));
}

void track_process(Use& use) {
  TrackProcess process;
  process.name = use.value().text;
  process.at = use.word.at;
  use.block(process);
  const TrackProcess* first = use.configuration().track_process(process.name);
  if (!keeps<TrackProcess, &TrackProcess::command>(use, process, first, use.row.name, "process")) return;
  use.configuration().track_processes.push_back(std::move(process));
}

void process_command(Use& use) {
  std::vector<std::string> words;
  for (const config::Word& word : use.words) words.emplace_back(word.text);
  assign(use.target.as<TrackProcess>().command, use, std::move(words));
}

// With parameters the least that is compared is that they are equal.
void param_match(Use& use) { assign(use.target.as<TrackProcess>().param_match, use, ParameterMatch::kExact); }

void process_quorum(Use& use) {
  TrackProcess& process = use.target.as<TrackProcess>();
  const auto wanted = static_cast<unsigned>(use.value().number);
  if (process.quorum_max && wanted > *process.quorum_max) {
    use.problem("min-above-max", "quorum is above quorum_max: it is ignored");
    return;
  }
  assign(process.quorum, use, wanted);
}

void process_quorum_max(Use& use) {
  TrackProcess& process = use.target.as<TrackProcess>();
  const auto wanted = static_cast<unsigned>(use.value().number);
  if (process.quorum && *process.quorum > 1 && wanted < *process.quorum) {
    use.problem("min-above-max", "quorum_max is below quorum: it is ignored");
    return;
  }
  assign(process.quorum_max, use, wanted);
}

void process_delay(Use& use) {
  into<&TrackProcess::fork_delay>(use);
  into<&TrackProcess::terminate_delay>(use);
}

void init_file(Use& use) { assign(use.target.as<TrackFile>().init_file, use, static_cast<int>(use.value().number)); }

Script& script(Use& use) { return use.target.as<Script>(); }

void script_weight(Use& use) { assign(script(use).weight, use, limited_weight(use)); }

void script_user(Use& use) { script(use).command.value.identity = identity(use.words); }

// The identity may have been given before the command.
void script_command(Use& use) {
  use.command.identity = script(use).command.value.identity;
  into<&Script::command>(use);
}

void vrrp_script(Use& use) {
  Script script;
  script.name = use.value().text;
  script.at = use.word.at;
  use.block(script);
  if (!script.command) {
    use.problem("script-without-command", "vrrp_script '" + script.name + "' has no 'script': it is left out");
    return;
  }
  if (const Script* first = use.configuration().script(script.name)) {
    use.warn("duplicate-definition", "vrrp_script '" + script.name + "' is already defined in line " +
                                         std::to_string(first->at.line) + ": the first one is used");
    return;
  }
  use.configuration().scripts.push_back(std::move(script));
}

constexpr std::int64_t kMaxInterval = 4294 * kSecond;
constexpr std::int64_t kMaxDelay = 3600 * kSecond;
constexpr Takes kUser = word("USER") + optional(word("[:]GROUP"));

constexpr Keyword kRoot[] = {
    {"vrrp_script", word("NAME") + block(), "", "A program that is run again and again and whose result can be tracked.", vrrp_script},
    {"vrrp_track_process", word("NAME") + block(), "", "Processes whose number can be tracked.", track_process},
    {"track_file", word("NAME") + block(), "", "A file whose number can be tracked.", track_file},
    old("track_file", {"vrrp_track_file", word("NAME") + block(), "", "Old spelling of track_file.", track_file}),
};

constexpr Keyword kScript[] = {
    gentle({"script", command(), "required", "The command; with arguments it is quoted as one word.", script_command}),
    {"interval", decimal("SECONDS", 0, kMaxInterval, 3), "1", "Time between two runs.", at_least_one<&Script::interval>},
    {"timeout", decimal("SECONDS", 0, kMaxInterval, 3), "interval", "A run that takes longer is ended and counts as a failure.",
     at_least_one<&Script::timeout>},
    {"weight", integer("WEIGHT", -254, 254) + options(), "0",
     "Added to the priority while the script succeeds, or taken away while it fails; 0: failure is a fault.", script_weight},
    {"rise", integer("COUNT", 1, kMaxInt), "1", "Successes in a row after which it counts as up.", into<&Script::rise>},
    {"fall", integer("COUNT", 1, kMaxInt), "1", "Failures in a row after which it counts as down.", into<&Script::fall>},
    {"user", kUser, "script_user", "Who runs the command.", script_user},
    {"init_fail", nothing(), "off", "Counts as down until it has succeeded often enough.", into<&Script::init_fail>},
};

constexpr Keyword kScriptReverse[] = {
    {"reverse", nothing(), "off", "Turns the effect of the result around.", into<&Script::reverse>},
};
constexpr Keyword kMilliseconds[] = {
    since("2.3.2", {"<fraction>", word("FRACTION"), "", "Up to three decimals are taken.", read_by_block}),
};

constexpr Keyword kProcess[] = {
    {"process", word("COMMAND") + words(0), "required", "Name of the processes, or with parameters their command line.", process_command},
    {"param_match", options(), "exact", "How parameters are compared; alone: exactly.", param_match},
    gentle({"weight", integer("WEIGHT", -254, 254) + options(), "0", "Added or taken away; 0: too few or too many is a fault.",
            into<&TrackProcess::weight>}),
    {"quorum", integer("COUNT", 1, kMax16), "1", "Fewest processes that must run.", process_quorum},
    {"quorum_max", integer("COUNT", 0, kMax16), "unlimited", "Most processes that may run.", process_quorum_max},
    {"delay", decimal("SECONDS", 1, kMaxDelay), "0", "Sets fork_delay and terminate_delay.", process_delay},
    {"terminate_delay", decimal("SECONDS", 1, kMaxDelay), "0", "Time after the quorum is lost until that counts.",
     into<&TrackProcess::terminate_delay>},
    {"fork_delay", decimal("SECONDS", 1, kMaxDelay), "0", "Time after the quorum is reached until that counts.",
     into<&TrackProcess::fork_delay>},
    {"full_command", nothing(), "off", "Compares whole command lines, not process names.", into<&TrackProcess::full_command>},
};
constexpr Keyword kProcessReverse[] = {
    {"reverse", nothing(), "off", "Turns the effect around.", into<&TrackProcess::reverse>},
};
constexpr Keyword kParamMatch[] = {
    {"initial", nothing(), "", "The last parameter may be the beginning of the process's.",
     constant<ParameterMatch::kInitial, &TrackProcess::param_match>},
    {"partial", nothing(), "", "The parameters may be the first of more.", constant<ParameterMatch::kPartial, &TrackProcess::param_match>},
};

constexpr Keyword kFile[] = {
    gentle({"file", word("PATH"), "required", "The file; it is read again when it is written or replaced.", into<&TrackFile::file>}),
    gentle({"weight", integer("WEIGHT", -254, 254) + options(), "1", "The number in the file times this is added to the priority.",
            into<&TrackFile::weight>}),
    {"init_file", optional(integer("VALUE", -254, 254)) + options(), "off", "Creates the file with this number when it is missing.",
     init_file},
};
constexpr Keyword kFileReverse[] = {
    {"reverse", nothing(), "off", "Turns the effect around.", into<&TrackFile::reverse>},
};
constexpr Keyword kInitFile[] = {
    {"overwrite", nothing(), "off", "Writes the number even when the file exists.", into<&TrackFile::overwrite>},
};

constexpr Keyword kInterfaceEntry[] = {
    {"<interface>", interface(), "", "Interface that is tracked; without weight its failure is a fault.", read_by_block},
    {"weight", integer("WEIGHT", -254, 254), "0", "Added to the priority while it is up, or taken away while it is down.", entry_weight},
    {"reverse", nothing(), "off", "Turns the effect around.", constant<true, &TrackEntry::reverse>},
};
constexpr Keyword kNamedWeight[] = {
    {"weight", integer("WEIGHT", -254, 254), "that of the definition", "Weight for this instance or group.", entry_weight},
    {"reverse", nothing(), "that of the definition", "Turns the effect around.", constant<true, &TrackEntry::reverse>},
    {"noreverse", nothing(), "", "Does not turn it around, whatever the definition says.", constant<false, &TrackEntry::reverse>},
};
// Of files and processes the whole range is meant.
constexpr Keyword kObjectWeight[] = {
    {"weight", integer("WEIGHT", -254, 254), "that of the definition", "Weight for this instance or group.", into<&TrackEntry::weight>},
    {"reverse", nothing(), "that of the definition", "Turns the effect around.", constant<true, &TrackEntry::reverse>},
    {"noreverse", nothing(), "", "Does not turn it around, whatever the definition says.", constant<false, &TrackEntry::reverse>},
};
constexpr Keyword kScriptEntry[] = {{"<script>", word("vrrp_script"), "", "Script that is tracked.", read_by_block}};
constexpr Keyword kFileEntry[] = {{"<track_file>", word("track_file"), "", "File that is tracked.", read_by_block}};
constexpr Keyword kProcessEntry[] = {
    {"<process>", word("vrrp_track_process"), "", "Processes that are tracked.", read_by_block}};
constexpr Keyword kBfdEntry[] = {{"<bfd_instance>", word("bfd_instance"), "", "BFD session that is tracked.", read_by_block}};

constexpr Table kTables[] = {
    {"(root)", kRoot},
    {"vrrp_script", kScript},
    {"vrrp_script>weight", kScriptReverse},
    {"vrrp_script>interval", kMilliseconds},
    {"vrrp_script>timeout", kMilliseconds},
    {"vrrp_track_process", kProcess},
    {"vrrp_track_process>param_match", kParamMatch},
    {"vrrp_track_process>weight", kProcessReverse},
    {"track_file", kFile},
    {"track_file>weight", kFileReverse},
    {"track_file>init_file", kInitFile},
    {"vrrp_track_file", kFile},
    {"vrrp_track_file>weight", kFileReverse},
    {"vrrp_track_file>init_file", kInitFile},
    {"vrrp_instance>track_interface", kInterfaceEntry},
    {"vrrp_instance>track_script", kScriptEntry},
    {"vrrp_instance>track_script", kNamedWeight},
    {"vrrp_instance>track_file", kFileEntry},
    {"vrrp_instance>track_file", kObjectWeight},
    {"vrrp_instance>track_process", kProcessEntry},
    {"vrrp_instance>track_process", kObjectWeight},
    {"vrrp_instance>track_bfd", kBfdEntry},
    {"vrrp_instance>track_bfd", kNamedWeight},
    {"vrrp_sync_group>track_interface", kInterfaceEntry},
    {"vrrp_sync_group>track_script", kScriptEntry},
    {"vrrp_sync_group>track_script", kNamedWeight},
    {"vrrp_sync_group>track_file", kFileEntry},
    {"vrrp_sync_group>track_file", kObjectWeight},
    {"vrrp_sync_group>track_process", kProcessEntry},
    {"vrrp_sync_group>track_process", kObjectWeight},
    {"vrrp_sync_group>track_bfd", kBfdEntry},
    {"vrrp_sync_group>track_bfd", kNamedWeight},
};

}  // namespace

std::span<const Table> track_tables() { return kTables; }

void track_interfaces(Use& use, Tracking& tracking) {
  track(use, tracking.interfaces, kInterfaceEntry[0].takes.arguments[0], [](const std::string&) { return true; });
}

void track_files(Use& use, Tracking& tracking) {
  track(use, tracking.files, kFileEntry[0].takes.arguments[0],
        [&](const std::string& name) { return use.configuration().track_file(name) != nullptr; });
}

void track_processes(Use& use, Tracking& tracking) {
  track(use, tracking.processes, kProcessEntry[0].takes.arguments[0],
        [&](const std::string& name) { return use.configuration().track_process(name) != nullptr; });
}

void track_bfds(Use& use, Tracking& tracking) {
  track(use, tracking.bfds, kBfdEntry[0].takes.arguments[0],
        [&](const std::string& name) { return use.binder.defined("bfd_instance", name); });
}

void track_scripts(Use& use, Tracking& tracking) {
  const Configuration& configuration = use.configuration();
  track(use, tracking.scripts, kScriptEntry[0].takes.arguments[0],
        [&](const std::string& name) { return configuration.script(name) != nullptr; });
}

}  // namespace holdfast::model
