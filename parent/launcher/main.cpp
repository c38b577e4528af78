// holdfast-launcher: the only process that starts others and opens what needs rights. One client, one request at a time, a fixed menu.
// Knows no configuration and no protocol; never reachable from the network. See menu.h for what may be asked, start.h for how it begins.
// SPDX-License-Identifier: Apache-2.0
#include <dirent.h>
#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "parent/launcher/children.h"
#include "parent/launcher/files.h"
#include "parent/launcher/link.h"
#include "parent/launcher/sockets.h"
#include "parent/launcher/start.h"
#include "policy/role.h"

namespace holdfast::launcher {

namespace {

constexpr int kExitUsage = 64;
constexpr int kExitPolicy = 78;

struct Options {
  bool separate_users = false;
  std::vector<std::string> directories;
  char** argv = nullptr;
};

std::optional<Options> read_options(int argc, char** argv) {
  if (argc < 4 || (argv[1] != kUsersMode && argv[1] != kSingleMode)) return {};
  Options options;
  options.separate_users = argv[1] == kUsersMode;
  int index = 2;
  for (; index < argc && std::strcmp(argv[index], "--") != 0; ++index) options.directories.emplace_back(argv[index]);
  if (index + 1 >= argc) return {};
  options.argv = argv + index + 1;
  return options;
}

class Server {
 public:
  explicit Server(const Options& options) : options_(options), children_(options.argv, options.separate_users) {}

  // Until the parent goes.
  void run() {
    while (auto received = receive_request(kLinkFd)) {
      if (!answer(*received)) break;
    }
    children_.end_all();
  }

 private:
  bool answer(const Received& received) {
    Reply reply;
    reply.item = received.request.request.item;
    reply.cookie = received.request.request.cookie;
    Fd descriptor;
    if (const Status status = serve(received, reply, descriptor); !status) {
      reply.error = status.error().code != 0 ? status.error().code : EPERM;
    }
    return send_reply(kLinkFd, reply, descriptor);
  }

  Status serve(const Received& received, Reply& reply, Fd& descriptor) {
    const Request& request = received.request.request;
    const auto keep = [&](Result<Fd> opened) -> Status {
      if (!opened) return std::move(opened).error();
      descriptor = *std::move(opened);
      return ok();
    };
    switch (static_cast<Item>(request.item)) {
      case Item::kStartRole: {
        HF_TRY(StartedChild child, children_.start(static_cast<Child>(request.child), received.descriptor));
        reply.pid = child.pid;
        descriptor = std::move(child.process);
        return ok();
      }
      case Item::kEndChild: return children_.end(request.pid);
      case Item::kOpenConfigFile: return keep(open_readable(received.request.path, Kind::kFile, options_.directories));
      case Item::kOpenDirectory: return keep(open_readable(received.request.path, Kind::kDirectory, options_.directories));
      case Item::kOpenAdvertSocket: return keep(open_advert_socket(request));
      case Item::kOpenBfdSocket: return keep(open_bfd_socket(request));
      case Item::kOpenAnnounceSocket: return keep(open_announce_socket());
      case Item::kOpenCheckSocket: return keep(open_check_socket(request));
      case Item::kLookupInterface: {
        HF_TRY(const Interface found, lookup_interface(request.interface));
        reply.interface_index = found.index;
        reply.flags = found.flags;
        reply.has_hardware = found.hardware ? 1 : 0;
        if (found.hardware) std::copy(found.hardware->begin(), found.hardware->end(), reply.hardware);
        return ok();
      }
    }
    return Error{"not on the menu", EPERM};
  }

  const Options& options_;
  Children children_;
};

void ignore_signals() {
  for (int number = 1; number <= SIGRTMAX; ++number) {
    const bool ours = number == SIGTERM || number == SIGINT || number == SIGHUP || number == SIGUSR1 || number == SIGUSR2 ||
                      number == SIGPIPE || number == SIGALRM || number == SIGQUIT || number >= SIGRTMIN;
    if (ours) std::signal(number, SIG_IGN);
  }
}

// The users that children become: rows of the launcher's own table, because only here their numbers are known.
std::vector<policy::Rule> user_rules() {
  std::vector<policy::Rule> rules;
  const auto add = [&](int call, std::string_view name, std::uint32_t id) {
    const auto rule = policy::allow(call, name, {policy::equals(0, id), policy::equals(1, id), policy::equals(2, id)}, "a child becomes its user");
    const auto same = [&](const policy::Rule& other) { return other.call == call && other.conditions == rule.conditions; };
    if (std::none_of(rules.begin(), rules.end(), same)) rules.push_back(rule);
  };
  for (const policy::Role* role : {&policy::kVrrpd, &policy::kIpvsd, &policy::kCheckerd, &policy::kWorker}) {
    const policy::Identity identity = policy::identity(*role);
    add(HF_CALL(setresuid), identity.uid);
    add(HF_CALL(setresgid), identity.gid);
  }
  return rules;
}

// Where configuration may be: the named directories, and everything below / but what is never configuration. Who may read what there is
// decided by the kernel for this ordinary user, see files.h.
std::vector<std::string> readable_places(const Options& options) {
  constexpr std::array<std::string_view, 7> kClosed = {".", "..", "proc", "sys", "dev", "boot", "root"};
  std::vector<std::string> places = options.directories;
  const std::unique_ptr<DIR, int (*)(DIR*)> root(opendir("/"), closedir);
  while (const dirent* entry = root ? readdir(root.get()) : nullptr) {
    if (std::find(kClosed.begin(), kClosed.end(), entry->d_name) == kClosed.end()) places.push_back("/" + std::string(entry->d_name));
  }
  return places;
}

Status enter_policy(const Options& options) {
  std::vector<int> programs;
  for (std::size_t i = 0; i < kPrograms.size(); ++i) {
    const int program = kProgramFd + static_cast<int>(i);
    if (fcntl(program, F_GETFD) >= 0) programs.push_back(program);
  }
  const std::vector<std::string> places = readable_places(options);
  const std::vector<policy::Rule> rules = options.separate_users ? user_rules() : std::vector<policy::Rule>{};
  return policy::enter(policy::kLauncher, {.readable_directories = places, .executables = programs, .rules = rules});
}

int run(int argc, char** argv) {
  const auto options = read_options(argc, argv);
  if (!options) {
    std::fprintf(stderr, "holdfast-launcher: started by holdfast, not by hand\n");
    return kExitUsage;
  }
  if (options->separate_users && getuid() == 0) {
    std::fprintf(stderr, "holdfast-launcher: runs as its own user, never as root\n");
    return kExitPolicy;
  }
  prctl(PR_SET_NAME, "holdfast-launch", 0, 0, 0);
  ignore_signals();
  Server server(*options);
  if (const Status status = enter_policy(*options); !status) {
    std::fprintf(stderr, "holdfast: %s: %s\n", status.error().message.c_str(), std::strerror(status.error().code));
    return kExitPolicy;
  }
  server.run();
  return 0;
}

}  // namespace

}  // namespace holdfast::launcher

int main(int argc, char** argv) { return holdfast::launcher::run(argc, argv); }
