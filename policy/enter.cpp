// enter(): a straight list of steps, the same for every role; what differs is in the role. The order is the kernel's: limits and root
// directory need rights, Landlock needs no_new_privs, nothing can be changed after the filter.
// SPDX-License-Identifier: Apache-2.0
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "policy/capabilities.h"
#include "policy/filter.h"
#include "policy/landlock.h"
#include "policy/role.h"

namespace holdfast::policy {

namespace {

#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

Error refused(const Role& role, std::string_view what, int code = errno) {
  return Error{"policy of " + std::string(role.name) + ": " + std::string(what), code};
}

Status check_link(const Role& role) {
  if (!role.link_on_3) return ok();
  int type = 0;
  socklen_t size = sizeof type;
  if (getsockopt(3, SOL_SOCKET, SO_TYPE, &type, &size) != 0) return refused(role, "descriptor 3 is not a link; the role is started by its launcher");
  if (type != SOCK_SEQPACKET) return refused(role, "descriptor 3 is not a SOCK_SEQPACKET socket", EPROTOTYPE);
  return ok();
}

Status lower_limit(const Role& role, int resource, rlim_t value, std::string_view name) {
  rlimit limit{};
  if (getrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return refused(role, name);
  limit.rlim_max = std::min(limit.rlim_max, value);
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(static_cast<__rlimit_resource>(resource), &limit) != 0) return refused(role, name);
  return ok();
}

Status lower_limits(const Role& role) {
  HF_OK(lower_limit(role, RLIMIT_CORE, 0, "core limit"));
  HF_OK(lower_limit(role, RLIMIT_NOFILE, role.limits.descriptors, "descriptor limit"));
  if (!role.limits.forks) HF_OK(lower_limit(role, RLIMIT_NPROC, 0, "process limit"));
  return ok();
}

// Without CAP_SYS_CHROOT (single-uid mode) the root directory stays; Landlock and the filter close it.
Status change_root(const Role& role) {
  if (role.root == RootDirectory::kKept) return ok();
  HF_TRY(const CapabilitySets now, capability_sets());
  if ((now.effective & bit(CAP_SYS_CHROOT)) == 0) return ok();
  // The last one is the process's own and holds nothing but numbers; it serves where nobody may make a directory (user namespaces).
  static constexpr std::array kEmpty = {kEmptyDirectory, "/var/empty", "/proc/self/fdinfo"};
  static constexpr std::array kSysctl = {"/proc/sys/net"};
  const std::span<const char* const> candidates =
      role.root == RootDirectory::kEmpty ? std::span<const char* const>(kEmpty) : std::span<const char* const>(kSysctl);
  for (const char* directory : candidates) {
    if (chroot(directory) == 0) return chdir("/") == 0 ? ok() : refused(role, "root directory");
    if (errno != ENOENT && errno != EACCES) return refused(role, "root directory " + std::string(directory));
  }
  return refused(role, "root directory: none of its candidates exists", ENOENT);
}

Status drop_capabilities(const Role& role) {
  HF_TRY(const CapabilitySets now, capability_sets());
  if ((now.permitted & role.capabilities) != role.capabilities) {
    return refused(role, "needs the capabilities " + capability_names(role.capabilities & ~now.permitted), EPERM);
  }
  const std::uint64_t kept = role.capabilities | (role.optional_capabilities & now.permitted);
  HF_OK(keep_capabilities(kept));
  HF_TRY(const CapabilitySets after, capability_sets());
  if (after.permitted != kept || after.effective != kept || after.inheritable != 0) {
    return refused(role, "holds " + capability_names(after.permitted | after.inheritable) + " instead of " + capability_names(kept), EPERM);
  }
  return ok();
}

Status load_filter(const Role& role, const Additions& additions) {
  if (role.otherwise == Otherwise::kUnfiltered) return ok();
  HF_TRY(const Filter filter, build_filter(role, additions.rules));
  if (const int code = seccomp_load(filter.get()); code != 0) return refused(role, "the kernel does not take the system call filter", -code);
  return ok();
}

// The filter answers, or it is not there: one call that every table refuses.
Status check_filter(const Role& role) {
  if (role.otherwise == Otherwise::kUnfiltered) return ok();
  errno = 0;
  char unused[512];
  if (syscall(SYS_sysinfo, unused) != -1 || errno != EPERM) return refused(role, "the system call filter is not in force", EPERM);
  return ok();
}

}  // namespace

Status enter(const Role& role, const Additions& additions) {
  HF_OK(check_link(role));
  HF_OK(lower_limits(role));
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return refused(role, "dumpable");
  if (role.otherwise != Otherwise::kUnfiltered) HF_OK(no_new_privileges());
  HF_TRY(const Fd ruleset, prepare_landlock(role, additions));
  HF_OK(change_root(role));
  HF_OK(drop_capabilities(role));
  HF_OK(restrict_to(ruleset));
  // Linux 6.3; where it is missing, the filter's mmap and mprotect rows say the same.
  if (role.otherwise == Otherwise::kKill) prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0);
  HF_OK(load_filter(role, additions));
  return check_filter(role);
}

}  // namespace holdfast::policy
