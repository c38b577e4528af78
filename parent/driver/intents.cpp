// See intents.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/driver/intents.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "parent/driver/owned.h"
#include "proto/runtime/fd.h"

namespace holdfast {
namespace {

constexpr char kStateDirectory[] = "/var/lib/holdfast";
constexpr std::string_view kMaintenance = "maintenance ";
constexpr unsigned kMode = 0600;
constexpr std::uint32_t kWeightMax = INT32_MAX;  // as IPVS keeps it

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

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

// False: not a line about a server.
bool take_server_line(std::string_view line, Intents& intents) {
  std::array<std::string_view, 4> words{};
  std::size_t count = 0;
  for (; count < words.size() && !line.empty(); ++count) {
    const auto end = line.find('\t');
    words[count] = line.substr(0, end);
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  const auto& [what, service, server, value] = words;
  if (!line.empty() || count < 3 || service.empty() || server.empty()) return false;
  ServerIntent& intent = intents.servers[{std::string(service), std::string(server)}];
  if (what == "down" && count == 3) {
    intent.duty = Duty::kDown;
    return true;
  }
  if (what == "drain" && count == 4) {
    const auto until = number_in<std::int64_t>(value);
    intent.duty = Duty::kDrain;
    intent.until = until.value_or(0);
    return until && *until >= 0;
  }
  intent.weight = number_in<std::uint32_t>(value);
  return what == "weight" && intent.weight && *intent.weight <= kWeightMax;
}

// "[10.9.1.1]:tcp:80": the address without brackets and the port behind the protocol.
bool is_meant(std::string_view written, std::string_view name) {
  if (written == name) return true;
  const auto close = name.find(']');
  if (!name.starts_with('[') || close == std::string_view::npos) return false;
  const std::string_view address = name.substr(1, close - 1);
  const std::string_view port = name.substr(name.rfind(':') + 1);
  const std::string plain = std::string(address) + ":" + std::string(port);
  return written == address || written == plain || written == "[" + std::string(address) + "]:" + std::string(port);
}

}  // namespace

std::string to_text(const Intents& intents) {
  std::string text;
  if (intents.all) text += std::string(kMaintenance) + "*\n";
  for (const std::string& name : intents.instances) text += std::string(kMaintenance) + name + "\n";
  for (const auto& [place, intent] : intents.servers) {
    const std::string names = "\t" + place.service + "\t" + place.server;
    if (intent.duty == Duty::kDown) text += "down" + names + "\n";
    if (intent.duty == Duty::kDrain) text += "drain" + names + "\t" + std::to_string(intent.until) + "\n";
    if (intent.weight) text += "weight" + names + "\t" + std::to_string(*intent.weight) + "\n";
  }
  return text;
}

Result<Intents> parse_intents(std::string_view text) {
  Intents intents;
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (take_server_line(line, intents)) continue;
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
  for (CheckedService& service : plan.check.services) {
    for (CheckedServer& server : service.servers) {
      const auto found = intents.servers.find({service.name, server.name});
      const ServerIntent intent = found == intents.servers.end() ? ServerIntent{} : found->second;
      server.duty = intent.duty;
      server.asked_weight = intent.weight;
    }
  }
}

std::vector<ServerPlace> servers_named(const Plan& plan, const Intents& intents, std::string_view written, std::string_view service) {
  std::set<ServerPlace> found;
  const auto take = [&](const std::string& of, const std::string& name) {
    if ((service.empty() || is_meant(service, of)) && is_meant(written, name)) found.insert({of, name});
  };
  for (const CheckedService& one : plan.check.services) {
    for (const CheckedServer& server : one.servers) take(one.name, server.name);
  }
  for (const auto& [place, intent] : intents.servers) take(place.service, place.server);
  return {found.begin(), found.end()};
}

bool end_drains(Intents& intents, std::int64_t now) {
  bool any = false;
  for (auto& [place, intent] : intents.servers) {
    if (intent.duty != Duty::kDrain || intent.until == 0 || intent.until > now) continue;
    intent.duty = Duty::kDown;
    intent.until = 0;
    any = true;
  }
  return any;
}

std::optional<std::int64_t> next_end(const Intents& intents) {
  std::optional<std::int64_t> first;
  for (const auto& [place, intent] : intents.servers) {
    if (intent.duty == Duty::kDrain && intent.until != 0) first = std::min(first.value_or(intent.until), intent.until);
  }
  return first;
}

}  // namespace holdfast
