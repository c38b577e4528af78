// Every option that takes a value must be known here, or its value would be read as a cluster of others.
// SPDX-License-Identifier: Apache-2.0
#include "parent/entry/options.h"

#include <getopt.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <iterator>
#include <string_view>

#ifndef HOLDFAST_DEFAULT_CONFIGURATION
#error "the build names the default configuration file"
#endif

namespace holdfast::entry {

namespace {

constexpr const char* kShort = ":f:PCBlDS:g::u:GXVIRndp:r:c:b:TaxA:s:mM::ei:t::vhL::O";

enum Long : int { kScriptsOption = 1000, kConfigDirectory, kPolicy, kSignum, kOnlyReads, kValue };

constexpr std::array<option, 46> kLong = {{
    {"use-file", required_argument, nullptr, 'f'},
    {"vrrp", no_argument, nullptr, 'P'},
    {"check", no_argument, nullptr, 'C'},
    {"no_bfd", no_argument, nullptr, 'B'},
    {"dont-fork", no_argument, nullptr, 'n'},
    {"pid", required_argument, nullptr, 'p'},
    {"vrrp_pid", required_argument, nullptr, 'r'},
    {"checkers_pid", required_argument, nullptr, 'c'},
    {"bfd_pid", required_argument, nullptr, 'b'},
    {"namespace", required_argument, nullptr, 's'},
    {"config-test", optional_argument, nullptr, 't'},
    {"version", no_argument, nullptr, 'v'},
    {"help", no_argument, nullptr, 'h'},
    {"genhash", no_argument, nullptr, 'T'},
    {"signum", required_argument, nullptr, kSignum},
    {"scripts", required_argument, nullptr, kScriptsOption},
    {"config-dir", required_argument, nullptr, kConfigDirectory},
    {"policy", no_argument, nullptr, kPolicy},
    {"dump", required_argument, nullptr, kOnlyReads},
    {"cleanup", no_argument, nullptr, kOnlyReads},
    {"ask", required_argument, nullptr, kSignum},
    // The parent's.
    {"all", no_argument, nullptr, kValue},
    {"log-console", no_argument, nullptr, 'l'},
    {"log-detail", no_argument, nullptr, 'D'},
    {"log-facility", required_argument, nullptr, 'S'},
    {"log-file", optional_argument, nullptr, 'g'},
    {"flush-log-file", no_argument, nullptr, kValue},
    {"no-syslog", no_argument, nullptr, 'G'},
    {"umask", required_argument, nullptr, 'u'},
    {"release-vips", no_argument, nullptr, 'X'},
    {"dont-release-vrrp", no_argument, nullptr, 'V'},
    {"dont-release-ipvs", no_argument, nullptr, 'I'},
    {"dont-respawn", no_argument, nullptr, 'R'},
    {"dump-conf", no_argument, nullptr, 'd'},
    {"address-monitoring", no_argument, nullptr, 'a'},
    {"snmp", no_argument, nullptr, 'x'},
    {"snmp-agent-socket", required_argument, nullptr, 'A'},
    {"core-dump", no_argument, nullptr, 'm'},
    {"core-dump-pattern", optional_argument, nullptr, 'M'},
    {"all-config", no_argument, nullptr, 'e'},
    {"config-id", required_argument, nullptr, 'i'},
    {"config-fd", required_argument, nullptr, kValue},
    {"ignore-sigint", no_argument, nullptr, kValue},
    {"vrrp-resume-limit", required_argument, nullptr, kValue},
    {"stop-at-once", no_argument, nullptr, kValue},
    {nullptr, 0, nullptr, 0},
}};

std::string_view base_name(std::string_view path) { return path.substr(path.find_last_of('/') + 1); }

Result<Scripts> read_scripts(std::string_view word) {
  if (word == "none") return Scripts::kNone;
  if (word == "user") return Scripts::kUser;
  if (word == "root") return Scripts::kRoot;
  return Error{"--scripts=" + std::string(word) + ": none, user or root expected", EINVAL};
}

Status apply(Options& options, int found, const char* value) {
  switch (found) {
    case 'f': options.configuration = value; break;
    case 'P': options.vrrp = true, options.checkers = false; break;
    case 'C': options.checkers = true, options.vrrp = false; break;
    case 'B': options.bfd = false; break;
    case 'n': options.foreground = true; break;
    case 'p': options.pid_file = value; break;
    case 'r': options.vrrp_pid_file = value; break;
    case 'c': options.checkers_pid_file = value; break;
    case 'b': options.bfd_pid_file = value; break;
    case 's': options.name_space = value; break;
    case 't': case kOnlyReads: options.test = true; break;  // the value of -t names a log file, not the configuration
    case 'v': case 'h': case 'T': case kSignum: options.informative = true; break;
    case kScriptsOption: {
      HF_TRY(options.scripts, read_scripts(value));
      break;
    }
    case kConfigDirectory: options.directories.emplace_back(value); break;
    case kPolicy: options.print_policy = true; break;
    case '?': case ':': options.informative = true; break;  // the parent explains what is wrong
    default: break;                                         // the parent's
  }
  return ok();
}

}  // namespace

Result<Options> read_options(int argc, char** argv) {
  Options options;
  options.configuration = HOLDFAST_DEFAULT_CONFIGURATION;
  const std::string_view name = argc > 0 ? base_name(argv[0]) : "";
  options.called_keepalived = name == "keepalived";
  options.informative = name == "genhash";
  // A replacement for keepalived runs root's scripts as root, as keepalived does; under its own name the operator must say so.
  if (options.called_keepalived) options.scripts = Scripts::kRoot;
  std::vector<char*> words(argv, argv + argc);  // getopt_long changes their order
  words.push_back(nullptr);
  optind = 0;
  opterr = 0;
  while (true) {
    const int found = getopt_long(argc, words.data(), kShort, kLong.data(), nullptr);
    if (found == -1) break;
    HF_OK(apply(options, found, optarg));
  }
  return options;
}

}  // namespace holdfast::entry
