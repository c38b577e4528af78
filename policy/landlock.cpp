// The three system calls of landlock(7). The structures are spelled out, because the reference system's headers stop at version 2.
// SPDX-License-Identifier: Apache-2.0
#include "policy/landlock.h"

#include <fcntl.h>
#include <linux/landlock.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace holdfast::policy {

namespace {

// Rights newer than the headers, from landlock(7).
constexpr std::uint64_t kFsTruncate = 1ULL << 14;       // version 3
constexpr std::uint64_t kFsDeviceControl = 1ULL << 15;  // version 5
constexpr std::uint64_t kNetBindTcp = 1ULL << 0;        // version 4
constexpr std::uint64_t kNetConnectTcp = 1ULL << 1;
constexpr std::uint64_t kScopeAbstractSocket = 1ULL << 0;  // version 6
constexpr std::uint64_t kScopeSignal = 1ULL << 1;
constexpr std::uint64_t kFsVersion1 = (1ULL << 13) - 1;

struct RulesetAttributes {
  std::uint64_t handled_access_fs = 0;
  std::uint64_t handled_access_net = 0;
  std::uint64_t scoped = 0;
};

std::uint64_t handled_files(int version) {
  std::uint64_t rights = kFsVersion1;
  if (version >= 2) rights |= LANDLOCK_ACCESS_FS_REFER;
  if (version >= 3) rights |= kFsTruncate;
  if (version >= 5) rights |= kFsDeviceControl;
  return rights;
}

std::uint64_t rights_of(std::uint8_t access, bool directory) {
  std::uint64_t rights = 0;
  if ((access & kRead) != 0) rights |= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR;
  if ((access & kWrite) != 0) rights |= LANDLOCK_ACCESS_FS_WRITE_FILE | kFsTruncate;
  if ((access & kExecute) != 0) rights |= LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
  if ((access & kCreate) != 0) {
    rights |= LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_REMOVE_FILE;
  }
  if (!directory) rights &= LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_EXECUTE | kFsTruncate;
  return rights;
}

Status add_descriptor(int ruleset, int descriptor, std::uint8_t access, int version, const std::string& name) {
  struct stat state {};
  if (fstat(descriptor, &state) != 0) return Error{"landlock " + name, errno};
  landlock_path_beneath_attr rule{};
  rule.parent_fd = descriptor;
  rule.allowed_access = rights_of(access, S_ISDIR(state.st_mode)) & handled_files(version);
  if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) != 0) return Error{"landlock " + name, errno};
  return ok();
}

Status add_path(int ruleset, const std::string& path, std::uint8_t access, int version) {
  const Fd descriptor(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!descriptor) {
    if (errno == ENOENT || errno == ENOTDIR || errno == EACCES) return ok();  // not there: nothing to grant
    return Error{"landlock " + path, errno};
  }
  return add_descriptor(ruleset, descriptor.get(), access, version, path);
}

}  // namespace

int landlock_version() {
  const long version = syscall(SYS_landlock_create_ruleset, nullptr, 0, LANDLOCK_CREATE_RULESET_VERSION);
  return version < 0 ? 0 : static_cast<int>(version);
}

Result<Fd> prepare_landlock(const Role& role, const Additions& additions) {
  const int version = landlock_version();
  if (version == 0 || !role.landlock.handled) return Fd();
  RulesetAttributes attributes;
  attributes.handled_access_fs = handled_files(version);
  if (version >= 4 && role.landlock.tcp_closed) attributes.handled_access_net = kNetBindTcp | kNetConnectTcp;
  if (version >= 6 && role.landlock.scoped) attributes.scoped |= kScopeSignal;
  if (version >= 6 && role.landlock.abstract_closed) attributes.scoped |= kScopeAbstractSocket;
  const std::size_t size = version >= 6 ? 24 : version >= 4 ? 16 : 8;
  Fd ruleset(static_cast<int>(syscall(SYS_landlock_create_ruleset, &attributes, size, 0)));
  if (!ruleset) return Error{"landlock ruleset", errno};
  for (const PathGrant& grant : role.landlock.grants) {
    HF_OK(add_path(ruleset.get(), std::string(grant.path), grant.access, version));
  }
  for (const std::string& path : additions.writable_directories) {
    HF_OK(add_path(ruleset.get(), path, kRead | kWrite | kCreate, version));
  }
  for (const std::string& path : additions.readable_directories) HF_OK(add_path(ruleset.get(), path, kRead, version));
  for (const int program : additions.executables) {
    HF_OK(add_descriptor(ruleset.get(), program, kExecute, version, "program"));
  }
#if HF_INSTRUMENTED
  HF_OK(add_path(ruleset.get(), "/", kRead | kWrite | kCreate, version));
#endif
  return ruleset;
}

Status restrict_to(const Fd& ruleset) {
  if (!ruleset) return ok();
  if (syscall(SYS_landlock_restrict_self, ruleset.get(), 0) != 0) return Error{"landlock restrict", errno};
  return ok();
}

}  // namespace holdfast::policy
