// See finding.h. A socket file that nobody listens at is what a killed daemon left.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/ctl/finding.h"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <memory>

#include "parent/control/socket.h"

namespace holdfast::ctl {
namespace {

struct Close {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

}  // namespace

std::vector<std::string> listening_sockets(const std::string& directory) {
  std::vector<std::string> found;
  const std::unique_ptr<DIR, Close> opened(::opendir(directory.c_str()));
  if (!opened) return found;
  while (const dirent* entry = ::readdir(opened.get())) {
    const std::string name = entry->d_name;
    if (name.starts_with("control-") && somebody_listens(directory + "/" + name)) found.push_back(directory + "/" + name);
  }
  std::ranges::sort(found);
  return found;
}

Result<std::string> only_socket(const std::string& directory) {
  const std::vector<std::string> all = listening_sockets(directory);
  if (all.size() == 1) return all.front();
  if (all.empty()) return Error{"no daemon listens in " + directory + " (or you may not ask it): is holdfast running?", ENOENT};
  std::string text = "several daemons run; say which with --socket=PATH:";
  for (const std::string& path : all) text += "\n  " + path;
  return Error{text, ENOTUNIQ};
}

}  // namespace holdfast::ctl
