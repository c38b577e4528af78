// libcap-ng behind masks. Calls are made in the order that the kernel wants: bounding set while CAP_SETPCAP is there, then users, then sets.
// SPDX-License-Identifier: Apache-2.0
#include "policy/capabilities.h"

#include <cap-ng.h>
#include <grp.h>
#include <linux/securebits.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>

namespace holdfast::policy {

namespace {

Error refused(std::string_view what, int code = errno) { return Error{"capabilities: " + std::string(what), code}; }

void fill(capng_type_t sets, std::uint64_t mask) {
  for (unsigned capability = 0; capability <= static_cast<unsigned>(CAP_LAST_CAP); ++capability) {
    if ((mask & bit(capability)) != 0) capng_update(CAPNG_ADD, sets, capability);
  }
}

std::uint64_t read_set(capng_type_t set) {
  std::uint64_t mask = 0;
  for (unsigned capability = 0; capability <= static_cast<unsigned>(CAP_LAST_CAP); ++capability) {
    if (capng_have_capability(set, capability) != 0) mask |= bit(capability);
  }
  return mask;
}

// The library remembers the thread that first called it; after a bare clone() that is the parent.
void select_self() { capng_setpid(static_cast<int>(gettid())); }

Status apply_sets(std::uint64_t permitted, std::uint64_t effective, std::uint64_t inheritable) {
  select_self();
  capng_clear(CAPNG_SELECT_CAPS);
  fill(CAPNG_PERMITTED, permitted);
  fill(CAPNG_EFFECTIVE, effective);
  fill(CAPNG_INHERITABLE, inheritable);
  if (capng_apply(CAPNG_SELECT_CAPS) != 0) return refused("the sets {" + capability_names(permitted) + "} are not granted");
  return ok();
}

Status clear_ambient() {
  if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) != 0) return refused("ambient set");
  return ok();
}

}  // namespace

Result<CapabilitySets> capability_sets() {
  select_self();
  if (capng_get_caps_process() != 0) return refused("own sets", EIO);
  return CapabilitySets{read_set(CAPNG_PERMITTED), read_set(CAPNG_EFFECTIVE), read_set(CAPNG_INHERITABLE)};
}

Status keep_capabilities(std::uint64_t mask) {
  HF_OK(clear_ambient());
  return apply_sets(mask, mask, 0);
}

Status set_effective(std::uint64_t mask) {
  HF_TRY(const CapabilitySets now, capability_sets());
  return apply_sets(now.permitted, mask & now.permitted, now.inheritable);
}

Status pass_on_capabilities(std::uint64_t mask) {
  HF_OK(apply_sets(mask, mask, mask));
  HF_OK(clear_ambient());
  for (unsigned capability = 0; capability <= static_cast<unsigned>(CAP_LAST_CAP); ++capability) {
    if ((mask & bit(capability)) == 0) continue;
    if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0) return refused("ambient " + capability_names(bit(capability)));
  }
  return ok();
}

Status bound_capabilities(std::uint64_t mask) {
  HF_TRY(const CapabilitySets now, capability_sets());
  if ((now.effective & bit(CAP_SETPCAP)) == 0) return ok();
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; ++capability) {
    if ((mask & bit(static_cast<unsigned>(capability))) != 0 || prctl(PR_CAPBSET_READ, capability, 0, 0, 0) == 0) continue;
    if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return refused("bounding set");
  }
  return ok();
}

Status lock_securebits(bool no_ambient) {
  unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED | SECBIT_NO_SETUID_FIXUP | SECBIT_NO_SETUID_FIXUP_LOCKED | SECBIT_KEEP_CAPS_LOCKED;
  if (no_ambient) bits |= SECBIT_NO_CAP_AMBIENT_RAISE | SECBIT_NO_CAP_AMBIENT_RAISE_LOCKED;
  HF_TRY(const CapabilitySets now, capability_sets());
  if ((now.effective & bit(CAP_SETPCAP)) == 0) return ok();  // single-uid mode: there is no root to be special
  if (prctl(PR_SET_SECUREBITS, bits, 0, 0, 0) != 0) return refused("secure bits");
  return ok();
}

Status become(uid_t uid, gid_t gid) {
  if (setgroups(0, nullptr) != 0 && errno != EPERM) return refused("groups");
  if (setresgid(gid, gid, gid) != 0) return refused("group " + std::to_string(gid));
  if (setresuid(uid, uid, uid) != 0) return refused("user " + std::to_string(uid));
  return ok();
}

Status no_new_privileges() {
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return refused("no_new_privs");
  return ok();
}

std::string capability_names(std::uint64_t mask) {
  std::string names;
  for (unsigned capability = 0; capability <= static_cast<unsigned>(CAP_LAST_CAP); ++capability) {
    if ((mask & bit(capability)) == 0) continue;
    if (!names.empty()) names += ' ';
    const char* name = capng_capability_to_name(capability);
    names += name != nullptr ? name : std::to_string(capability).c_str();
  }
  return names.empty() ? "none" : names;
}

}  // namespace holdfast::policy
