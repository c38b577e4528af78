// See dump_file.h. Readers wait for IN_CLOSE_WRITE of the final name, so that name is opened for writing once more after the rename.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/dump_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>

#include "proto/runtime/fd.h"

namespace holdfast {
namespace {

Error failed(const std::string& path, int code) { return Error{path + ": " + std::strerror(code), code}; }

}  // namespace

Status write_whole(const std::string& path, std::string_view text, unsigned mode) {
  const std::string temporary = path + "." + std::to_string(::getpid());
  ::unlink(temporary.c_str());
  Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, mode));
  if (!file) return failed(temporary, errno);
  while (!text.empty()) {
    const ssize_t written = ::write(file.get(), text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      const int code = errno;
      ::unlink(temporary.c_str());
      return failed(temporary, code);
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  file.reset();
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const int code = errno;
    ::unlink(temporary.c_str());
    return failed(path, code);
  }
  const Fd again(::open(path.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
  return ok();
}

}  // namespace holdfast
