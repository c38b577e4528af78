// A role: everything one process may do, as one constexpr object. main.cpp of each process calls enter() once, after it has made what needs
// rights and before it reads its first byte from anybody. Knows no room; rooms know it only in main.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "policy/rule.h"
#include "proto/runtime/result.h"

namespace holdfast::policy {

// The directory that becomes "/" while CAP_SYS_CHROOT is there.
enum class RootDirectory : std::uint8_t { kKept, kEmpty, kProcSysNet };

// What happens to a call that no row names. Numbers unknown to this build always get ENOSYS: a new libc must not become a crash loop.
enum class Otherwise : std::uint8_t { kKill, kRefuse, kUnfiltered };

// Made at installation or by the root phase; owned by root, never written.
inline constexpr const char* kEmptyDirectory = "/run/holdfast/empty";

struct Limits {
  std::uint32_t descriptors;  // RLIMIT_NOFILE
  bool forks = false;         // false: RLIMIT_NPROC 0
};

struct Role {
  std::string_view name;                 // of the process, and its section in doc/policy.md
  std::string_view user;                 // looked up by name; `fallback_uid` (also the gid) where there is no such user
  uid_t fallback_uid;
  std::uint64_t capabilities;            // bit mask kept for life; not having them is an error
  std::uint64_t optional_capabilities;   // kept if they are there
  RootDirectory root;
  Limits limits;
  bool link_on_3;                        // descriptor 3 must be a SOCK_SEQPACKET socket
  Landlock landlock;
  Otherwise otherwise;
  std::span<const Rule> baseline;
  std::span<const Rule> rules;
  std::string_view purpose;
};

extern const Role kParent, kLauncher, kVrrpd, kIpvsd, kCheckerd, kWorker, kScriptd, kKeeper;

// All roles, in the order of doc/policy.md.
std::span<const Role* const> roles();

// What only the running process knows: what is allowed besides the rows and grants of its role.
struct Additions {
  std::span<const std::string> writable_directories;
  std::span<const std::string> readable_directories;
  std::span<const int> executables;  // descriptors of the programs that may be executed
  std::span<const Rule> rules;
};

// One way: limits, dumpable, root directory, capabilities, no_new_privs, Landlock, seccomp, self-check. An error means: do not run.
Status enter(const Role& role, const Additions& additions = {});

// What `role` runs as on this machine.
struct Identity {
  uid_t uid;
  gid_t gid;
};
Identity identity(const Role& role);

// All tables as Markdown: doc/policy.md, `holdfast --policy`.
std::string explain();

}  // namespace holdfast::policy
