// The words are those of option_table.h, so that a value of the parent's is never taken for an option of ours.
// SPDX-License-Identifier: Apache-2.0
#include "parent/entry/options.h"

#include <cerrno>
#include <string_view>

#include "parent/entry/option_table.h"

#ifndef HOLDFAST_DEFAULT_CONFIGURATION
#error "the build names the default configuration file"
#endif

namespace holdfast::entry {

namespace {

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
    case 't': case kDumpOption: case kCleanupOption: options.test = true; break;  // the value of -t names a log file, not the configuration
    case 'v': case 'h': case 'T': case kSignumOption: case kAskOption: options.informative = true; break;
    case kScriptsOption: {
      HF_TRY(options.scripts, read_scripts(value));
      break;
    }
    case kConfigDirectoryOption: options.directories.emplace_back(value); break;
    case kPolicyOption: options.print_policy = true; break;
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
    const int found = getopt_long(argc, words.data(), kShortOptions.data(), kLongOptions.data(), nullptr);
    if (found == -1) break;
    HF_OK(apply(options, found, optarg));
  }
  return options;
}

}  // namespace holdfast::entry
