// A number a file.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/kernel/sysctl.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>

namespace holdfast {

Result<Sysctl> Sysctl::open() {
  Fd directory(::open("/proc/sys/net", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return Error{"/proc/sys/net", errno};
  return Sysctl(std::move(directory));
}

std::optional<std::int32_t> Sysctl::read(const std::string& path) const {
  const Fd file(::openat(directory_.get(), path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  char text[16];
  const ssize_t length = file ? ::read(file.get(), text, sizeof text) : -1;
  std::int32_t value = 0;
  if (length <= 0 || std::from_chars(text, text + length, value).ec != std::errc{}) return std::nullopt;
  return value;
}

int Sysctl::write(const std::string& path, std::int32_t value) const {
  const Fd file(::openat(directory_.get(), path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return errno;
  const std::string text = std::to_string(value);
  return ::write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

}  // namespace holdfast
