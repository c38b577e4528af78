// See log_output.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/status/log_output.h"

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

void LogOutput::write(std::string_view ident, pid_t pid, LogLevel level, std::string_view text) {
  if (level == LogLevel::kDebug && rules_.detail == 0) return;
  const std::time_t now = std::time(nullptr);
  std::tm local{};
  ::localtime_r(&now, &local);
  char stamp[32];
  if (rules_.console) {
    std::strftime(stamp, sizeof stamp, "%a %b %e %H:%M:%S %Y", &local);
    std::string line = std::string(stamp) + ": " + std::string(ident) + "[" + std::to_string(pid) + "]: " + std::string(text) + "\n";
    [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  }
  if (!rules_.syslog) return;
  std::strftime(stamp, sizeof stamp, "%b %e %H:%M:%S", &local);
  const int priority = rules_.facility * 8 + static_cast<int>(level);
  const std::string line = "<" + std::to_string(priority) + ">" + stamp + " " + std::string(ident) + rules_.suffix + "[" +
                           std::to_string(pid) + "]: " + std::string(text);
  if (!syslog_) connect();
  if (!syslog_) return;
  if (::send(syslog_.get(), line.data(), line.size(), MSG_NOSIGNAL) >= 0 || errno == EAGAIN) return;
  connect();  // the log daemon was restarted
  if (syslog_) ::send(syslog_.get(), line.data(), line.size(), MSG_NOSIGNAL);
}

}  // namespace holdfast
