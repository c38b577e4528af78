// See run.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/driver/run.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

#include "parent/control/answers.h"
#include "parent/driver/files.h"
#include "parent/driver/interfaces.h"
#include "parent/driver/owned.h"
#include "parent/entry/descriptors.h"
#include "parent/plan/encode.h"
#include "parent/supervise/conversation.h"
#include "proto/runtime/log.h"

namespace holdfast {
namespace {

Fd take(int number) {
  if (::fcntl(number, F_SETFD, FD_CLOEXEC) < 0) return {};
  return Fd(number);
}

Surroundings plain_surroundings(const CommandLine& line) {
  Surroundings around;
  around.vrrp = line.vrrp;
  around.check = line.check;
  char name[256] = "";
  ::gethostname(name, sizeof name - 1);
  around.host_name = name;
  return around;
}

std::optional<KnownInterface> ask_launcher(LauncherClient& launcher, const std::string& interface) {
  const auto found = launcher.look_up(interface);
  if (found) return KnownInterface{(found->flags & IFF_LOOPBACK) != 0, (found->flags & IFF_MULTICAST) != 0, found->hardware};
  if (found.error().code == EPIPE) return KnownInterface{};
  return std::nullopt;
}

int answer(const CommandLine& line, const Reading& reading, config::Files& files, const Surroundings& around, TestLog log) {
  return line.action == Action::kDump ? dump_stage(line, reading, files, around, log)
                                      : test_configuration(line, reading, files, around, log);
}

// ipvsd alone, with a plan that nobody claims anything of: what is there and named is withdrawn.
class Cleaner {
 public:
  Cleaner(Loop& loop, LauncherClient& launcher, IpvsPlan plan)
      : loop_(loop),
        plan_(std::move(plan)),
        ipvsd_(loop, launcher, launcher::Child::kIpvsd,
               {[this](wire::IpvsdToParent& message) { heard(message); }, [this](const ChildExit& exit) { loop_.stop(exit.status); },
                [this](const Error& error) { give_up(error.message); }, [](pid_t) {}}) {}
  void start() { ipvsd_.ensure(); }

 private:
  void give_up(const std::string& why) {
    log_error(LogEvent::kDegraded, "cleanup: " + why);
    loop_.stop(1);
  }
  void heard(wire::IpvsdToParent& message) {
    if (message.has_ready()) {
      ipvsd_.note_ready();
      plan_.generation = 1;
      plan_.withdraw_only = true;
      auto messages = encode_plan(plan_);
      if (!messages) return give_up(messages.error().message);
      ipvsd_.send_all(*messages);
    }
    if (message.has_plan_refused()) give_up(printable(message.plan_refused().reason()));
    if (message.has_plan_applied()) {
      for (const auto peer : {wire::PeerLink::VRRPD, wire::PeerLink::CHECKERD}) {
        wire::ParentToIpvsd release;
        release.mutable_release_all()->set_peer(peer);
        ipvsd_.send(release);
      }
      wire::ParentToIpvsd stop;
      stop.mutable_stop();
      ipvsd_.process().retire();
      ipvsd_.send(stop);
    }
    if (message.has_log()) log_info(LogEvent::kMessage, printable(message.log().text(), 512));
  }

  Loop& loop_;
  IpvsPlan plan_;
  Conversation<wire::ParentToIpvsd, wire::IpvsdToParent> ipvsd_;
};

}  // namespace

Reading reading_of(const CommandLine& line) {
  Reading reading;
  char* directory = ::get_current_dir_name();
  reading.working_directory = directory != nullptr ? directory : "/";
  ::free(directory);
  reading.path = line.config_file.starts_with('/') ? line.config_file : reading.working_directory + "/" + line.config_file;
  reading.config_id = line.config_id;
  struct stat name_space {};
  if (::stat("/proc/self/ns/net", &name_space) == 0) reading.net = std::to_string(name_space.st_ino);
  reading.all_checks = line.all_config;
  utsname system{};
  if (::uname(&system) == 0) std::sscanf(system.release, "%u.%u", &reading.kernel_major, &reading.kernel_minor);
  reading.cpus = static_cast<unsigned>(std::max(::sysconf(_SC_NPROCESSORS_ONLN), 1L));
  reading.strict = line.strict;
  reading.advice = line.advice;
  reading.statements = line.dump_configuration || line.dump_stage == "model";
  return reading;
}

Driver::Handed take_handed() {
  Driver::Handed handed;
  handed.launcher = take(entry::kLauncherFd);
  handed.scriptd = take(entry::kScriptdFd);
  handed.ready = take(entry::kReadyFd);
  handed.pid_file = take(entry::kPidFileFd);
  handed.vrrp_pid_file = take(entry::kVrrpPidFileFd);
  handed.checkers_pid_file = take(entry::kCheckersPidFileFd);
  handed.keeper = take(entry::kKeeperFd);
  cpu_set_t processors;
  if (::sched_getaffinity(0, sizeof processors, &processors) == 0) handed.processors = static_cast<unsigned>(CPU_COUNT(&processors));
  take(entry::kBfdPidFileFd).release();  // its lock is held for life
  return handed;
}

int run_daemon(const CommandLine& line, const Reading& reading, Driver::Handed handed, LogOutput& output) {
  set_log_sink([&output, pid = ::getpid()](LogLevel level, LogEvent, std::string_view text) {
    output.write(kParentIdent, pid, level, text);
  });
  Loop loop;
  Driver driver(loop, line, reading, std::move(handed), output);
  loop.later([&driver] { driver.start(); });
  const int status = loop.run();
  set_log_sink({});
  return status;
}

int test_with_launcher(const CommandLine& line, const Reading& reading, Driver::Handed handed, TestLog log) {
  LauncherClient launcher(std::move(handed.launcher));
  LauncherFiles files(launcher);
  Surroundings around = plain_surroundings(line);
  around.interface = asked_once([&](const std::string& interface) { return ask_launcher(launcher, interface); });
  around.writable_by_others = PathRights([&](const std::string& path, bool directory) { return LauncherFiles(launcher).mode(path, directory); });
  return answer(line, reading, files, around, log);
}

int test_alone(const CommandLine& line, const Reading& reading, TestLog log) {
  OwnFiles files;
  Surroundings around = plain_surroundings(line);
  around.interface = asked_once([](const std::string& interface) -> std::optional<KnownInterface> {
    if (::if_nametoindex(interface.c_str()) == 0) return std::nullopt;
    return KnownInterface{interface == "lo", true, std::nullopt};
  });
  around.writable_by_others = PathRights([](const std::string& path, bool) { return OwnFiles().mode(path); });
  return answer(line, reading, files, around, log);
}

int clean_up(const Reading& reading, Driver::Handed handed) {
  const std::string path = owned_path(reading.path, reading.config_id, reading.net);
  auto plan = read_owned(path);
  if (!plan) {
    if (plan.error().code == ENOENT) return 0;  // an orderly stop left nothing
    std::fprintf(stderr, "cleanup: %s\n", plan.error().message.c_str());
    return 1;
  }
  Loop loop;
  LauncherClient launcher(std::move(handed.launcher));
  Cleaner cleaner(loop, launcher, *std::move(plan));
  loop.later([&cleaner] { cleaner.start(); });
  const int status = loop.run();
  if (status == 0) remove_owned(path);
  return status;
}

}  // namespace holdfast
