// See rights.h. capabilities(7), user_namespaces(7), ip-netns(8).
// SPDX-License-Identifier: Apache-2.0
#include "parent/entry/rights.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <memory>

#include "policy/capabilities.h"
#include "policy/role.h"
#include "proto/runtime/fd.h"

namespace holdfast::entry {

namespace {

constexpr const char* kRunDirectory = "/run/holdfast";
constexpr const char* kStateDirectory = "/var/lib/holdfast";

std::string read_small_file(const char* path) {
  const Fd file(open(path, O_RDONLY | O_CLOEXEC));
  std::array<char, 8192> text{};
  const ssize_t size = file ? read(file.get(), text.data(), text.size()) : 0;
  return {text.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0))};
}

std::string canonical(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> resolved(realpath(path.c_str(), nullptr), std::free);
  return resolved ? std::string(resolved.get()) : std::string();
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace

bool is_mapped(std::string_view map, std::uint64_t id) {
  std::size_t begin = 0;
  while (begin < map.size()) {
    const std::size_t end = std::min(map.find('\n', begin), map.size());
    const std::string line(map.substr(begin, end - begin));
    unsigned long long inside = 0, outside = 0, count = 0;
    if (std::sscanf(line.c_str(), "%llu %llu %llu", &inside, &outside, &count) == 3 && id >= inside && id - inside < count) return true;
    begin = end + 1;
  }
  return false;
}

bool in_user_namespace() { return !is_mapped(read_small_file("/proc/self/uid_map"), 0xfffffffeU); }

Result<Rights> survey_rights() {
  HF_TRY(const policy::CapabilitySets now, policy::capability_sets());
  Rights rights;
  rights.permitted = now.permitted;
  const auto has = [&](unsigned capability) { return (now.permitted & policy::bit(capability)) != 0; };
  rights.privileged = has(CAP_NET_ADMIN) && has(CAP_NET_RAW);
  rights.separate_users = has(CAP_SETUID) && has(CAP_SETGID);
  const std::string users = read_small_file("/proc/self/uid_map");
  const std::string groups = read_small_file("/proc/self/gid_map");
  for (const policy::Role* role : policy::roles()) {
    if (role->fallback_uid == 0) continue;  // keeps the caller's
    const policy::Identity identity = policy::identity(*role);
    if (!is_mapped(users, identity.uid) || !is_mapped(groups, identity.gid)) rights.separate_users = false;
  }
  return rights;
}

void make_run_directory(const Rights& rights) {
  const bool made = mkdir(kRunDirectory, 0755) == 0;
  if (made && rights.separate_users && getuid() == 0) {
    // The parent may make its socket there, and may not replace what is root's.
    const policy::Identity parent = policy::identity(policy::kParent);
    if (chown(kRunDirectory, 0, parent.gid) != 0 || chmod(kRunDirectory, 01775) != 0) std::perror("holdfast: /run/holdfast");
  }
  mkdir(policy::kEmptyDirectory, 0755);
  const bool kept = mkdir(kStateDirectory, 0750) == 0;
  if (kept && rights.separate_users && getuid() == 0) {
    const policy::Identity parent = policy::identity(policy::kParent);
    if (chown(kStateDirectory, parent.uid, parent.gid) != 0) std::perror("holdfast: /var/lib/holdfast");
  }
}

std::vector<std::string> configuration_directories(const Options& options) {
  std::vector<std::string> found;
  const auto add = [&](const std::string& directory) {
    const std::string resolved = canonical(directory);
    if (!resolved.empty() && resolved != "/" && std::find(found.begin(), found.end(), resolved) == found.end()) found.push_back(resolved);
  };
  add(directory_of(options.configuration));
  if (const std::string file = canonical(options.configuration); !file.empty()) add(directory_of(file));
  for (const std::string& directory : options.directories) add(directory);
  return found;
}

Status enter_name_space(const std::string& name) {
  if (name.empty()) return ok();
  if (name.find('/') != std::string::npos) return Error{"network namespace " + name + ": a name expected", EINVAL};
  const std::string path = "/run/netns/" + name;
  const Fd handle(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!handle) return Error{"network namespace " + path, errno};
  if (setns(handle.get(), CLONE_NEWNET) != 0) return Error{"network namespace " + path, errno};
  return ok();
}

}  // namespace holdfast::entry
