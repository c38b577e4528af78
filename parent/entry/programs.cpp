// Programs are opened once and executed by descriptor, so what was checked is what runs.
// SPDX-License-Identifier: Apache-2.0
#include "parent/entry/programs.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "parent/entry/rights.h"

#ifndef HOLDFAST_LIBEXECDIR
#error "the build names the directory of the programs"
#endif

namespace holdfast::entry {

namespace {

struct BuildPlace {
  std::string_view program;
  std::string_view room;
};
constexpr std::array kBuildPlaces = {
    BuildPlace{"holdfast-parent", "parent"},           BuildPlace{"holdfast-launcher", "parent/launcher"},
    BuildPlace{"holdfast-scriptd", "parent/scriptd"},  BuildPlace{"holdfast-vrrpd", "vrrpd"},
    BuildPlace{"holdfast-ipvsd", "ipvsd"},             BuildPlace{"holdfast-checkerd", "checkerd"},
    BuildPlace{"holdfast-worker", "checkerd/worker"},
};
constexpr std::string_view kOwnRoom = "/parent/entry";

// In a user namespace files of root outside of it show this owner (/proc/sys/kernel/overflowuid). What this program itself shows is then as
// much as can be known: whoever could replace its neighbours could have replaced it.
constexpr uid_t kUnmappedOwner = 65534;

bool is_trusted_owner(uid_t owner) {
  if (owner == 0 || owner == getuid()) return true;
  struct stat own {};
  return owner == kUnmappedOwner && stat("/proc/self/exe", &own) == 0 && own.st_uid == owner && in_user_namespace();
}

}  // namespace

Result<std::string> own_directory() {
  std::array<char, PATH_MAX> text{};
  const ssize_t length = readlink("/proc/self/exe", text.data(), text.size());
  if (length <= 0 || static_cast<std::size_t>(length) >= text.size()) return Error{"/proc/self/exe", length < 0 ? errno : ENAMETOOLONG};
  const std::string path(text.data(), static_cast<std::size_t>(length));
  return path.substr(0, path.find_last_of('/'));
}

std::vector<std::string> candidate_paths(const std::string& own_directory, std::string_view program) {
  std::vector<std::string> paths;
  const std::string name(program);
  if (own_directory.ends_with(kOwnRoom)) {
    const std::string tree = own_directory.substr(0, own_directory.size() - kOwnRoom.size());
    for (const BuildPlace& place : kBuildPlaces) {
      if (place.program == program) paths.push_back(tree + "/" + std::string(place.room) + "/" + name);
    }
  }
  paths.push_back(own_directory + "/" + name);
  paths.push_back(std::string(HOLDFAST_LIBEXECDIR) + "/" + name);
  return paths;
}

Result<Fd> open_program(const std::string& own_directory, std::string_view program) {
  for (const std::string& path : candidate_paths(own_directory, program)) {
    Fd descriptor(open(path.c_str(), O_PATH | O_CLOEXEC));
    if (!descriptor) continue;
    struct stat state {};
    if (fstat(descriptor.get(), &state) != 0) return Error{"program " + path, errno};
    if (!S_ISREG(state.st_mode)) return Error{"program " + path + " is not a regular file", EPERM};
    if (!is_trusted_owner(state.st_uid)) return Error{"program " + path + " belongs neither to root nor to the caller", EPERM};
    if ((state.st_mode & (S_IWGRP | S_IWOTH)) != 0) return Error{"program " + path + " is writable by others than its owner", EPERM};
    return descriptor;
  }
  return Error{"program " + std::string(program) + " is not installed", ENOENT};
}

}  // namespace holdfast::entry
