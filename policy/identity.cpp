// Which user a role is on this machine. A file of its own: only the root phase, the launcher and scriptd look users up.
// SPDX-License-Identifier: Apache-2.0
#include <pwd.h>

#include "policy/role.h"

namespace holdfast::policy {

Identity identity(const Role& role) {
  const std::string name(role.user);
  if (const passwd* user = getpwnam(name.c_str()); user != nullptr && user->pw_uid != 0) return {user->pw_uid, user->pw_gid};
  return {role.fallback_uid, static_cast<gid_t>(role.fallback_uid)};
}

}  // namespace holdfast::policy
