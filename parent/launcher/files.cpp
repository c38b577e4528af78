// A path is first resolved to a descriptor without access (O_PATH: no side effect on devices and FIFOs), looked at, and then opened
// through that descriptor, so what was checked is what is opened. CAP_DAC_READ_SEARCH is effective only for what is beneath the
// configuration's directories; everything else is decided by the kernel for an ordinary user.
// SPDX-License-Identifier: Apache-2.0
#include "parent/launcher/files.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "policy/capabilities.h"

namespace holdfast::launcher {

namespace {

Error refused(const std::string& path, std::string_view why, int code) { return Error{path + ": " + std::string(why), code}; }

std::string through_proc(const Fd& descriptor) { return "/proc/self/fd/" + std::to_string(descriptor.get()); }

Result<std::string> canonical_path(const Fd& descriptor) {
  std::array<char, PATH_MAX> text{};
  const ssize_t length = readlink(through_proc(descriptor).c_str(), text.data(), text.size());
  if (length < 0) return Error{"/proc/self/fd", errno};
  if (static_cast<std::size_t>(length) >= text.size()) return Error{"canonical path", ENAMETOOLONG};
  return std::string(text.data(), static_cast<std::size_t>(length));
}

// Lowers the capability again whichever way the scope is left.
class ReadSearch {
 public:
  explicit ReadSearch(bool wanted) : wanted_(wanted) { set(wanted_); }
  ~ReadSearch() {
    if (wanted_) set(false);
  }
  ReadSearch(const ReadSearch&) = delete;
  ReadSearch& operator=(const ReadSearch&) = delete;

 private:
  static void set(bool raised) {
    const auto now = policy::capability_sets();
    HF_CHECK(now.has_value());
    const std::uint64_t read_search = policy::bit(CAP_DAC_READ_SEARCH);
    HF_CHECK(policy::set_effective(raised ? now->permitted : now->permitted & ~read_search));
  }
  bool wanted_;
};

Result<Fd> open_checked(const std::string& path, Kind kind, std::span<const std::string> trusted, bool as_administrator) {
  const ReadSearch rights(as_administrator);
  const Fd found(open(path.c_str(), O_PATH | O_CLOEXEC));
  if (!found) return refused(path, "not found or not allowed", errno);
  struct stat state {};
  if (fstat(found.get(), &state) != 0) return refused(path, "state", errno);
  if (kind == Kind::kFile && !S_ISREG(state.st_mode)) return refused(path, "not a regular file", S_ISDIR(state.st_mode) ? EISDIR : EINVAL);
  if (kind == Kind::kDirectory && !S_ISDIR(state.st_mode)) return refused(path, "not a directory", ENOTDIR);
  HF_TRY(const std::string canonical, canonical_path(found));
  for (const std::string_view closed : {"/proc", "/sys", "/dev"}) {
    if (is_beneath(canonical, closed)) return refused(path, "no configuration lives there", EPERM);
  }
  const auto holds = [&](const std::string& directory) { return is_beneath(canonical, directory); };
  if (as_administrator && std::none_of(trusted.begin(), trusted.end(), holds)) {
    return refused(path, "outside of the configuration's directories", EACCES);
  }
  const int flags = O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (kind == Kind::kDirectory ? O_DIRECTORY : 0);
  Fd opened(open(through_proc(found).c_str(), flags));
  if (!opened) return refused(path, "not readable", errno);
  return opened;
}

}  // namespace

bool is_beneath(std::string_view path, std::string_view directory) {
  if (directory == "/") return path.starts_with('/');
  return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
}

Result<Fd> open_readable(const std::string& path, Kind kind, std::span<const std::string> trusted) {
  auto opened = open_checked(path, kind, trusted, false);
  if (opened || opened.error().code != EACCES || trusted.empty()) return opened;
  return open_checked(path, kind, trusted, true);
}

}  // namespace holdfast::launcher
