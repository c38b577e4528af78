// See log_output.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/log_output.h"

#include <limits.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <ctime>

namespace holdfast {

LogOutput::LogOutput(Rules rules) : rules_(std::move(rules)) {
  ::tzset();
  if (rules_.syslog) connect();
}

void LogOutput::connect() {
  syslog_ = Fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, "/dev/log", sizeof address.sun_path - 1);
  if (::connect(syslog_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) syslog_.reset();
}

namespace {

// A pipe with room for one line takes it whole (pipe(7), PIPE_BUF); lines are shorter.
constexpr std::size_t kLineMax = 2048;
static_assert(kLineMax < PIPE_BUF);

enum class Written { kYes, kNo, kNever };

Written write_at_once(int descriptor, const std::string& text) {
  const std::string_view line = std::string_view(text).substr(0, kLineMax);
  if (::send(descriptor, line.data(), line.size(), MSG_DONTWAIT | MSG_NOSIGNAL) >= 0) return Written::kYes;
  if (errno == EAGAIN || errno == ENOBUFS) return Written::kNo;
  if (errno != ENOTSOCK) return Written::kNever;
  pollfd room{descriptor, POLLOUT, 0};
  if (::poll(&room, 1, 0) != 1 || (room.revents & POLLOUT) == 0) return Written::kNo;
  return ::write(descriptor, line.data(), line.size()) >= 0 ? Written::kYes : Written::kNever;
}

std::string dropped_text(std::uint64_t count) { return std::to_string(count) + " lines were dropped here: their reader did not read"; }

}  // namespace

// False: there was no room.
bool LogOutput::to_console(const std::string& line) { return write_at_once(STDERR_FILENO, line) != Written::kNo; }

bool LogOutput::to_syslog(const std::string& line) {
  if (!syslog_) connect();
  if (!syslog_) return true;
  Written written = write_at_once(syslog_.get(), line);
  if (written == Written::kNever) {  // the log daemon was restarted
    connect();
    if (syslog_) written = write_at_once(syslog_.get(), line);
  }
  return written != Written::kNo;
}

void LogOutput::write(std::string_view ident, pid_t pid, LogLevel level, std::string_view text) {
  if (level == LogLevel::kDebug && rules_.detail == 0) return;
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char stamp[32];
  if (rules_.console) {
    std::strftime(stamp, sizeof stamp, "%a %b %e %H:%M:%S %Y", &local);
    const std::string head = std::string(stamp) + ": " + std::string(ident) + "[" + std::to_string(pid) + "]: ";
    if (console_dropped_ != 0 && to_console(head + dropped_text(console_dropped_) + "\n")) console_dropped_ = 0;
    if (console_dropped_ != 0 || !to_console(head + std::string(text) + "\n")) ++console_dropped_;
  }
  if (!rules_.syslog) return;
  std::strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", &local);
  const auto head = [&](LogLevel severity) {
    return "<" + std::to_string(rules_.facility * 8 + static_cast<int>(severity)) + ">" + stamp + " " + std::string(ident) + rules_.suffix + "[" +
           std::to_string(pid) + "]: ";
  };
  if (syslog_dropped_ != 0 && to_syslog(head(LogLevel::kWarning) + dropped_text(syslog_dropped_))) syslog_dropped_ = 0;
  if (syslog_dropped_ != 0 || !to_syslog(head(level) + std::string(text))) ++syslog_dropped_;
}

}  // namespace holdfast
