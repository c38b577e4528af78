// See intents.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/driver/intents.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "parent/driver/owned.h"
#include "proto/runtime/fd.h"

namespace holdfast {
namespace {

constexpr char kStateDirectory[] = "/var/lib/holdfast";
constexpr std::string_view kMaintenance = "maintenance ";
constexpr unsigned kMode = 0600;

Error failed(const std::string& path, int code) { return Error{path + ": " + std::strerror(code), code}; }

Status write_all(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(file, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed(path, errno);
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return ::fsync(file) == 0 ? ok() : Status(failed(path, errno));
}

Status sync_directory_of(const std::string& path) {
  const std::string directory = path.substr(0, path.rfind('/'));
  const Fd opened(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!opened || ::fsync(opened.get()) != 0) return failed(directory, errno);
  return ok();
}

}  // namespace

std::string to_text(const Intents& intents) {
  std::string text;
  if (intents.all) text += std::string(kMaintenance) + "*\n";
  for (const std::string& name : intents.instances) text += std::string(kMaintenance) + name + "\n";
  return text;
}

Result<Intents> parse_intents(std::string_view text) {
  Intents intents;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.starts_with(kMaintenance) || line.size() == kMaintenance.size()) return Error{"not an intent: '" + std::string(line) + "'", EBADMSG};
    line.remove_prefix(kMaintenance.size());
    if (line == "*") intents.all = true;
    else intents.instances.emplace(line);
  }
  return intents;
}

std::string intents_path(const std::string& daemon_name) {
  const bool lasting = ::access(kStateDirectory, W_OK) == 0;
  return std::string(lasting ? kStateDirectory : kRunDirectory) + "/" + daemon_name;
}

Result<Intents> read_intents(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file && errno == ENOENT) return Intents{};
  if (!file) return failed(path, errno);
  std::string text;
  char buffer[4096];
  for (ssize_t length = 0; (length = ::read(file.get(), buffer, sizeof buffer)) != 0;) {
    if (length < 0) return failed(path, errno);
    text.append(buffer, static_cast<std::size_t>(length));
    if (text.size() > kIntentsFileMax) return failed(path, EFBIG);
  }
  auto intents = parse_intents(text);
  if (!intents) return Error{path + ": " + intents.error().message, intents.error().code};
  return intents;
}

Status write_intents(const std::string& path, const Intents& intents) {
  if (intents.empty()) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return failed(path, errno);
    return sync_directory_of(path);
  }
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());
  const Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kMode));
  if (!file) return failed(temporary, errno);
  HF_OK(write_all(file.get(), to_text(intents), temporary));
  if (::rename(temporary.c_str(), path.c_str()) != 0) return failed(path, errno);
  return sync_directory_of(path);
}

void apply_intents(const Intents& intents, Plan& plan) {
  for (VrrpInstance& instance : plan.vrrp.instances) instance.maintenance = intents.covers(instance.name);
}

}  // namespace holdfast
