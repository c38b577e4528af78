// holdfast: the root phase, the only code that ever runs with the rights it was started with. It reads no configuration and touches no
// network: it locates the programs, forks scriptd, launcher and pid keeper, gives everything up and becomes the parent. privileges go one way.
// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/close_range.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "parent/entry/daemon.h"
#include "parent/entry/descriptors.h"
#include "parent/entry/options.h"
#include "parent/entry/pid_files.h"
#include "parent/entry/programs.h"
#include "parent/entry/rights.h"
#include "parent/launcher/start.h"
#include "policy/capabilities.h"
#include "policy/role.h"

namespace holdfast::entry {

namespace {

constexpr int kExitFailure = 1;
constexpr int kExitPermission = 4;     // keepalived's number for missing rights
constexpr int kExitAsKeepalived = 0;   // already running, no pid file, no network namespace: its callers rely on it
constexpr int kScratchFd = 64;         // descriptors wait above here until each moves to its number

struct Arguments {
  int argc;
  char** argv;
};

[[noreturn]] void end(const Error& error, int status) {
  if (error.code != 0) std::fprintf(stderr, "holdfast: %s: %s\n", error.message.c_str(), std::strerror(error.code));
  else std::fprintf(stderr, "holdfast: %s\n", error.message.c_str());
  std::exit(status);
}

void close_strays() {
  for (int number = 0; number <= 2; ++number) {
    if (fcntl(number, F_GETFD) < 0) open("/dev/null", O_RDWR);
  }
  syscall(SYS_close_range, 3, ~0U, 0);
}

// The parent keeps its environment (configuration may name variables), without what changes how programs are loaded.
void clean_environment() {
  std::vector<std::string> names;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name(*entry, std::strcspn(*entry, "="));
    const bool loader = name.starts_with("LD_") || name == "GCONV_PATH" || name == "LOCPATH" || name == "NLSPATH" || name == "BASH_ENV" || name == "ENV" || name == "IFS";
    if (loader || name.starts_with("LISTEN_")) names.push_back(name);
  }
  for (const std::string& name : names) unsetenv(name.c_str());
}

// Descriptors and the numbers they must have. Everything else is closed by the following exec.
class Handover {
 public:
  Status add(int number, int descriptor) {
    Fd high(fcntl(descriptor, F_DUPFD_CLOEXEC, kScratchFd));
    if (!high) return Error{"handover of descriptor " + std::to_string(number), errno};
    items_.emplace_back(number, std::move(high));
    return ok();
  }
  Status settle() {
    syscall(SYS_close_range, 3, kScratchFd - 1, 0);
    for (const auto& [number, descriptor] : items_) {
      if (dup2(descriptor.get(), number) != number) return Error{"handover of descriptor " + std::to_string(number), errno};
    }
    return ok();
  }

 private:
  std::vector<std::pair<int, Fd>> items_;
};

Status execute(int program, const std::vector<const char*>& words, char** environment) {
  std::vector<char*> argv;
  for (const char* word : words) argv.push_back(const_cast<char*>(word));
  argv.push_back(nullptr);
  syscall(SYS_execveat, program, "", argv.data(), environment, AT_EMPTY_PATH);
  return Error{"execveat", errno};
}

std::vector<const char*> words_of(const Arguments& arguments) { return {arguments.argv, arguments.argv + arguments.argc}; }

// With the rights of the caller and nothing else: -v, -h, --signum, and -t by an ordinary user.
[[noreturn]] void run_unprivileged(const Arguments& arguments, const Fd& program) {
  Handover handover;
  Status status = handover.add(kDescriptorEnd, program.get());
  if (status) status = handover.settle();
  if (status) status = execute(kDescriptorEnd, words_of(arguments), environ);
  end(status.error(), kExitFailure);
}

struct Pair {
  Fd parent;
  Fd child;
};
Result<Pair> make_link() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return Error{"link", errno};
  return Pair{Fd(ends[0]), Fd(ends[1])};
}

struct Start {
  Arguments arguments;
  Options options;
  Rights rights;
  std::string directory;              // of the programs
  std::vector<Fd> role_programs;      // in the order of launcher::kPrograms; empty where one is not installed
  std::vector<std::string> configuration;
};

// The users' right to become others passes the exec as ambient capabilities; a root without NOROOT (scripts as root) needs none.
Status become_scriptd(const Start& start) {
  const std::uint64_t wanted = start.rights.separate_users ? policy::kScriptd.optional_capabilities & start.rights.permitted : 0;
  if (start.options.scripts == Scripts::kRoot) return ok();  // scriptd keeps three capabilities of root's and drops the others itself
  HF_OK(policy::bound_capabilities(wanted));
  HF_OK(policy::lock_securebits(false));
  if (start.rights.separate_users) {
    const policy::Identity identity = policy::identity(policy::kScriptd);
    HF_OK(policy::become(identity.uid, identity.gid));
  }
  HF_OK(policy::pass_on_capabilities(wanted));
  return policy::no_new_privileges();
}

Result<Fd> start_scriptd(const Start& start) {
  HF_TRY(const Fd program, open_program(start.directory, "holdfast-scriptd"));
  HF_TRY(Pair link, make_link());
  const pid_t pid = fork();
  if (pid < 0) return Error{"scriptd: fork", errno};
  if (pid != 0) return std::move(link.parent);
  const bool root = start.options.scripts == Scripts::kRoot;
  const char* mode = root ? "root" : start.rights.separate_users ? "user" : "single";
  const Status status = [&]() -> Status {
    Handover handover;
    HF_OK(handover.add(3, link.child.get()));
    HF_OK(handover.add(4, program.get()));
    HF_OK(become_scriptd(start));
    HF_OK(handover.settle());
    if (fcntl(4, F_SETFD, FD_CLOEXEC) != 0) return Error{"scriptd program", errno};
    return execute(4, {"holdfast-scriptd", mode}, environ);
  }();
  end(Error{"scriptd: " + status.error().message, status.error().code}, kExitFailure);
}

// One that cannot be trusted ends the start; one that is missing is reported when it is asked for.
Result<std::vector<Fd>> open_role_programs(const std::string& directory) {
  std::vector<Fd> programs;
  for (const launcher::Program& entry : launcher::kPrograms) {
    auto program = open_program(directory, entry.name);
    if (!program && program.error().code != ENOENT) return std::move(program).error();
    programs.push_back(program ? *std::move(program) : Fd());
  }
  return programs;
}

// What the roles may ask for later without rights: memory that stays, real-time priority. Only a start with CAP_SYS_RESOURCE can raise a
// limit; otherwise the service manager's stand (LimitMEMLOCK, LimitRTPRIO).
void raise_limits() {
  constexpr rlim_t kLockedOctets = 256U << 20;
  constexpr rlim_t kPriority = 99;
  constexpr rlim_t kDescriptors = 65536;
  for (const auto& [resource, wanted] : {std::pair{RLIMIT_MEMLOCK, kLockedOctets}, {RLIMIT_RTPRIO, kPriority}, {RLIMIT_NOFILE, kDescriptors}}) {
    rlimit limit{};
    if (getrlimit(resource, &limit) != 0) continue;
    limit.rlim_max = std::max(limit.rlim_max, wanted);
    limit.rlim_cur = std::max(limit.rlim_cur, wanted);
    setrlimit(resource, &limit);
  }
}

Status become_launcher(const Start& start) {
  const std::uint64_t wanted = (policy::kLauncher.capabilities | policy::kLauncher.optional_capabilities) & start.rights.permitted;
  HF_OK(policy::set_effective(start.rights.permitted));
  raise_limits();
  HF_OK(policy::bound_capabilities(wanted));
  HF_OK(policy::lock_securebits(false));
  if (start.rights.separate_users) {
    const policy::Identity identity = policy::identity(policy::kLauncher);
    HF_OK(policy::become(identity.uid, identity.gid));
  }
  HF_OK(policy::pass_on_capabilities(wanted));
  return policy::no_new_privileges();
}

Status execute_launcher(const Start& start, const Fd& program, const Fd& link) {
  Handover handover;
  HF_OK(handover.add(launcher::kLinkFd, link.get()));
  for (std::size_t i = 0; i < start.role_programs.size(); ++i) {
    if (start.role_programs[i]) HF_OK(handover.add(launcher::kProgramFd + static_cast<int>(i), start.role_programs[i].get()));
  }
  constexpr int kOwnProgram = launcher::kProgramFd + static_cast<int>(launcher::kPrograms.size());
  HF_OK(handover.add(kOwnProgram, program.get()));
  HF_OK(become_launcher(start));
  HF_OK(handover.settle());
  if (fcntl(kOwnProgram, F_SETFD, FD_CLOEXEC) != 0) return Error{"its program", errno};
  std::vector<const char*> words = {"holdfast-launcher", start.rights.separate_users ? launcher::kUsersMode.data() : launcher::kSingleMode.data()};
  for (const std::string& directory : start.configuration) words.push_back(directory.c_str());
  words.push_back("--");
  for (const char* word : words_of(start.arguments)) words.push_back(word);
  char* environment[] = {nullptr};
  return execute(kOwnProgram, words, environment);
}

Result<Fd> start_launcher(const Start& start) {
  HF_TRY(const Fd program, open_program(start.directory, "holdfast-launcher"));
  HF_TRY(Pair link, make_link());
  const pid_t pid = fork();
  if (pid < 0) return Error{"launcher: fork", errno};
  if (pid != 0) return std::move(link.parent);
  const Status status = execute_launcher(start, program, link.child);
  end(Error{"launcher: " + status.error().message, status.error().code}, kExitFailure);
}

Status become_parent(const Start& start) {
  HF_OK(policy::bound_capabilities(0));
  HF_OK(policy::lock_securebits(true));
  if (start.rights.separate_users) {
    const policy::Identity identity = policy::identity(policy::kParent);
    HF_OK(policy::become(identity.uid, identity.gid));
  }
  HF_OK(policy::keep_capabilities(0));
  return policy::no_new_privileges();
}

Status run(const Start& start, const Fd& program, const Fd& ready, const std::vector<PidFile>& pid_files) {
  Handover handover;
  if (ready) HF_OK(handover.add(kReadyFd, ready.get()));
  for (const PidFile& file : pid_files) HF_OK(handover.add(file.number, file.file.get()));
  if (!start.options.test) {
    HF_TRY(const Fd keeper, start_keeper(pid_files));
    HF_OK(handover.add(kKeeperFd, keeper.get()));
  }
  if (start.options.scripts != Scripts::kNone && !start.options.test) {
    HF_TRY(const Fd scripts, start_scriptd(start));
    HF_OK(handover.add(kScriptdFd, scripts.get()));
  }
  HF_TRY(const Fd link, start_launcher(start));
  HF_OK(handover.add(kLauncherFd, link.get()));
  HF_OK(handover.add(kDescriptorEnd, program.get()));
  HF_OK(become_parent(start));
  HF_OK(handover.settle());
  if (fcntl(kDescriptorEnd, F_SETFD, FD_CLOEXEC) != 0) return Error{"parent program", errno};
  return execute(kDescriptorEnd, words_of(start.arguments), environ);
}

[[noreturn]] void refuse_start(const Rights& rights) {
  const std::uint64_t missing = (policy::bit(CAP_NET_ADMIN) | policy::bit(CAP_NET_RAW)) & ~rights.permitted;
  end(Error{"needs the capabilities net_admin and net_raw (missing: " + policy::capability_names(missing) +
                "). Start it as root, or as a service with AmbientCapabilities; in a container, add them.", 0},
      kExitPermission);
}

int start(const Arguments& arguments) {
  close_strays();
  umask(022);
  auto options = read_options(arguments.argc, arguments.argv);
  if (!options) end(options.error(), kExitFailure);
  if (options->print_policy) return std::fputs(policy::explain().c_str(), stdout) < 0 ? kExitFailure : 0;
  auto directory = own_directory();
  if (!directory) end(directory.error(), kExitFailure);
  auto program = open_program(*directory, "holdfast-parent");
  if (!program) end(program.error(), kExitFailure);
  if (options->informative) run_unprivileged(arguments, *program);
  auto rights = survey_rights();
  if (!rights) end(rights.error(), kExitFailure);
  if (!rights->privileged && options->test) run_unprivileged(arguments, *program);
  if (!rights->privileged) refuse_start(*rights);
  auto role_programs = open_role_programs(*directory);
  if (!role_programs) end(role_programs.error(), kExitFailure);
  clean_environment();
  if (const Status entered = enter_name_space(options->name_space); !entered) end(entered.error(), kExitAsKeepalived);
  make_run_directory(*rights);
  std::vector<PidFile> pid_files;
  if (!options->test) {
    auto opened = open_pid_files(*options);
    if (!opened) end(opened.error(), kExitAsKeepalived);
    pid_files = *std::move(opened);
  }
  Fd ready;
  if (!options->foreground && !options->test) {
    auto left = leave_shell();
    if (!left) end(left.error(), kExitFailure);
    ready = *std::move(left);
  }
  umask(077);
  const std::vector<std::string> configuration = configuration_directories(*options);
  const Start prepared{arguments, *options, *rights, *directory, *std::move(role_programs), configuration};
  const Status status = run(prepared, *program, ready, pid_files);
  end(status.error(), kExitFailure);
}

}  // namespace

}  // namespace holdfast::entry

int main(int argc, char** argv) { return holdfast::entry::start({argc, argv}); }
