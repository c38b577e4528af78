// See files.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/driver/files.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace holdfast {
namespace {

constexpr std::size_t kFileMax = 64u << 20;
constexpr std::size_t kNamesMax = 65536;

Error failed(const std::string& path, int code) { return Error{path + ": " + std::strerror(code), code}; }

Result<std::string> read_all(const std::string& path, const Fd& file) {
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t length = ::read(file.get(), buffer, sizeof buffer);
    if (length < 0 && errno == EINTR) continue;
    if (length < 0) return failed(path, errno);
    if (length == 0) return text;
    if (text.size() + static_cast<std::size_t>(length) > kFileMax) return failed(path, EFBIG);
    text.append(buffer, static_cast<std::size_t>(length));
  }
}

Result<std::string> read_configuration(const std::string& path, const Fd& file) {
  struct stat state {};
  if (::fstat(file.get(), &state) != 0) return failed(path, errno);
  if (S_ISDIR(state.st_mode)) return failed(path, EISDIR);
  if (!S_ISREG(state.st_mode)) return failed(path, EINVAL);
  if ((state.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0) return failed(path, ENOEXEC);
  return read_all(path, file);
}

Result<std::vector<std::string>> read_names(const std::string& directory, Fd file) {
  DIR* stream = ::fdopendir(file.get());
  if (stream == nullptr) return failed(directory, errno);
  file.release();
  std::vector<std::string> names;
  errno = 0;
  while (const dirent* entry = ::readdir(stream)) {
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.push_back(name);
    if (names.size() >= kNamesMax) break;
  }
  const int code = errno;
  ::closedir(stream);
  if (names.size() >= kNamesMax) return failed(directory, EFBIG);
  if (code != 0) return failed(directory, code);
  return names;
}

}  // namespace

Result<std::string> LauncherFiles::open(const std::string& path) {
  HF_TRY(const Fd file, launcher_.open_config_file(path));
  return read_configuration(path, file);
}

Result<std::vector<std::string>> LauncherFiles::list(const std::string& directory) {
  HF_TRY(Fd file, launcher_.open_directory(directory));
  return read_names(directory, std::move(file));
}

Result<std::string> OwnFiles::open(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
  if (!file) return failed(path, errno);
  return read_configuration(path, file);
}

Result<std::vector<std::string>> OwnFiles::list(const std::string& directory) {
  Fd file(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!file) return failed(directory, errno);
  return read_names(directory, std::move(file));
}

std::optional<mode_t> LauncherFiles::mode(const std::string& path, bool directory) {
  const auto file = directory ? launcher_.open_directory(path) : launcher_.open_config_file(path);
  struct stat state {};
  if (!file || ::fstat(file->get(), &state) != 0) return std::nullopt;
  return state.st_mode;
}

std::optional<mode_t> OwnFiles::mode(const std::string& path) {
  struct stat state {};
  if (::stat(path.c_str(), &state) != 0) return std::nullopt;
  return state.st_mode;
}

// In a directory with the sticky bit others can make files and not replace this one.
std::optional<std::string> PathRights::operator()(const std::string& path) {
  constexpr mode_t kOthers = S_IWGRP | S_IWOTH;
  for (std::size_t slash = path.find('/', 1); slash != std::string::npos; slash = path.find('/', slash + 1)) {
    const std::string directory = path.substr(0, slash);
    auto known = directories_.find(directory);
    if (known == directories_.end()) known = directories_.emplace(directory, mode_(directory, true)).first;
    if (known->second && (*known->second & kOthers) != 0 && (*known->second & S_ISVTX) == 0) return directory;
  }
  const auto mode = mode_(path, false);
  if (!mode) return std::nullopt;
  return (*mode & kOthers) != 0 ? path : std::string();
}

}  // namespace holdfast
