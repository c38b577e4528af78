// The children that the launcher started and holds by process descriptor, so that no other process can ever be meant.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <map>
#include <optional>
#include <vector>

#include "parent/launcher/menu.h"
#include "policy/role.h"
#include "proto/runtime/fd.h"
#include "proto/runtime/result.h"

namespace holdfast::launcher {

struct StartedChild {
  pid_t pid;
  Fd process;  // the caller's own pidfd
};

class Children {
 public:
  // Constructed before anything else is opened: the programs are the descriptors of start.h that are there now.
  // `argv` ends with a null pointer and outlives this object. `separate_users`: each role becomes its own user.
  Children(char** argv, bool separate_users);

  Result<StartedChild> start(Child child, const Fd& link);
  Status end(pid_t pid);
  // The parent has gone: waits up to a second for all to end by themselves, ends the rest.
  void end_all();
  std::size_t alive();

 private:
  struct Entry {
    Child child;
    const policy::Role* role;
    policy::Identity identity;
    int program;  // -1: not installed
  };
  const Entry* entry_of(Child child) const;
  [[noreturn]] void become_child(const Entry& entry, int link) const;

  char** argv_;
  bool separate_users_;
  std::vector<Entry> entries_;
  std::map<pid_t, Fd> alive_;
};

}  // namespace holdfast::launcher
