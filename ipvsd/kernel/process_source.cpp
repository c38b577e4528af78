// connector: linux/cn_proc.h. Files of /proc are read relative to a descriptor, because the root directory has become another one.
// SPDX-License-Identifier: Apache-2.0
#include "ipvsd/kernel/process_source.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>

namespace holdfast {

namespace {

constexpr int kReceiveBuffer = 1 << 20;
constexpr int kDatagramsPerWakeup = 256;
constexpr std::size_t kCommandLineMax = 16384;  // octets of a command line that are compared

struct DirectoryEntry {  // getdents64(2)
  std::uint64_t inode;
  std::int64_t offset;
  unsigned short length;
  unsigned char type;
};
constexpr std::size_t kNameOffset = 19;

std::optional<std::string> contents(int directory, const std::string& path) {
  const Fd file(openat(directory, path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!file) return std::nullopt;
  std::string text(kCommandLineMax, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  text.resize(size);
  return text;
}

template <class T>
bool take(std::string_view& rest, T& value) {
  if (rest.size() < sizeof value) return false;
  std::memcpy(&value, rest.data(), sizeof value);
  return true;
}

// The kernel's structure grew over time: only the front that every version has is looked at.
std::optional<ProcessEvent> process_event(std::string_view body) {
  std::uint32_t what = 0;
  constexpr std::size_t kData = 16;  // what, cpu, timestamp
  if (!take(body, what) || body.size() < kData + 8) return std::nullopt;
  std::array<std::uint32_t, 4> data{};
  std::memcpy(data.data(), body.data() + kData, std::min(body.size() - kData, sizeof data));
  constexpr std::uint32_t kFork = 1, kExec = 2, kName = 0x200, kExit = 0x80000000;
  using Kind = ProcessEvent::Kind;
  if (what == 0) return data[0] == 0 ? std::optional(ProcessEvent{Kind::kAcknowledged, 0, 0}) : std::nullopt;
  if (what == kFork && body.size() >= kData + sizeof data) {  // parent, its group, child, its group: threads are not processes
    return data[2] == data[3] ? std::optional(ProcessEvent{Kind::kForked, data[3], data[1]}) : std::nullopt;
  }
  if (data[0] != data[1] && what != kExec) return std::nullopt;  // a thread
  if (what == kExec || what == kName) return ProcessEvent{Kind::kChanged, data[1], 0};
  if (what == kExit) return ProcessEvent{Kind::kEnded, data[1], 0};
  return std::nullopt;
}

}  // namespace

std::vector<ProcessEvent> process_events(const void* octets, std::size_t size) {
  std::vector<ProcessEvent> events;
  std::string_view rest(static_cast<const char*>(octets), size);
  nlmsghdr header{};
  while (take(rest, header) && header.nlmsg_len >= sizeof header && header.nlmsg_len <= rest.size()) {
    std::string_view message = rest.substr(sizeof header, header.nlmsg_len - sizeof header);
    rest.remove_prefix(std::min<std::size_t>(rest.size(), NLMSG_ALIGN(header.nlmsg_len)));
    cn_msg connector{};
    if (!take(message, connector) || connector.id.idx != CN_IDX_PROC || connector.id.val != CN_VAL_PROC) continue;
    message.remove_prefix(sizeof connector);
    if (const auto event = process_event(message.substr(0, connector.len))) events.push_back(*event);
  }
  return events;
}

ProcessSource ProcessSource::open() {
  ProcessSource source;
  source.directory_ = Fd(::openat(AT_FDCWD, "/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  Fd connector(::socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR));
  if (!connector) return source;
  sockaddr_nl own{};
  own.nl_family = AF_NETLINK;
  own.nl_groups = CN_IDX_PROC;
  if (::bind(connector.get(), reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) return source;
  static_cast<void>(::setsockopt(connector.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBuffer, sizeof kReceiveBuffer));
  source.connector_ = std::move(connector);
  return source;
}

bool ProcessSource::sees_others() const { return contents(directory_.get(), "1/stat").has_value(); }

void ProcessSource::listen(bool wanted) {
  if (!connector_) return;
  const std::uint32_t operation = wanted ? PROC_CN_MCAST_LISTEN : PROC_CN_MCAST_IGNORE;
  alignas(nlmsghdr) std::array<char, sizeof(nlmsghdr) + sizeof(cn_msg) + sizeof operation> request{};
  nlmsghdr header{};
  header.nlmsg_len = request.size();
  header.nlmsg_type = NLMSG_DONE;
  cn_msg message{};
  message.id = {CN_IDX_PROC, CN_VAL_PROC};
  message.len = sizeof operation;
  std::memcpy(request.data(), &header, sizeof header);
  std::memcpy(request.data() + sizeof header, &message, sizeof message);
  std::memcpy(request.data() + sizeof header + sizeof message, &operation, sizeof operation);
  // Refused where there is no connector: then nothing acknowledges.
  static_cast<void>(::send(connector_.get(), request.data(), request.size(), MSG_NOSIGNAL));
}

std::vector<ProcessEvent> ProcessSource::events() {
  std::vector<ProcessEvent> all;
  alignas(nlmsghdr) std::array<char, 4096> buffer;
  for (int count = 0; count < kDatagramsPerWakeup; ++count) {
    sockaddr_nl from{};
    iovec part{buffer.data(), buffer.size()};
    msghdr header{};
    header.msg_name = &from;
    header.msg_namelen = sizeof from;
    header.msg_iov = &part;
    header.msg_iovlen = 1;
    const ssize_t size = ::recvmsg(connector_.get(), &header, MSG_DONTWAIT);
    if (size < 0) {
      if (errno == ENOBUFS) all.push_back({ProcessEvent::Kind::kLost, 0, 0});
      break;
    }
    if (from.nl_pid != 0) continue;  // not from the kernel
    for (const ProcessEvent& event : process_events(buffer.data(), static_cast<std::size_t>(size))) all.push_back(event);
  }
  return all;
}

std::set<ProcessNumber> ProcessSource::list() const {
  std::set<ProcessNumber> processes;
  if (::lseek(directory_.get(), 0, SEEK_SET) != 0) return processes;
  alignas(DirectoryEntry) std::array<char, 32768> buffer;
  for (;;) {
    const long size = ::syscall(SYS_getdents64, directory_.get(), buffer.data(), buffer.size());
    if (size <= 0) return processes;
    for (long place = 0; place < size;) {
      DirectoryEntry entry{};
      std::memcpy(&entry, buffer.data() + place, kNameOffset);
      const std::string_view name(buffer.data() + place + kNameOffset);
      ProcessNumber number = 0;
      const auto [end, code] = std::from_chars(name.data(), name.data() + name.size(), number);
      if (code == std::errc() && end == name.data() + name.size()) processes.insert(number);
      place += entry.length;
    }
  }
}

std::optional<ProcessText> ProcessSource::read(ProcessNumber process, bool words) const {
  const std::string directory = std::to_string(process);
  ProcessText text;
  const auto state = contents(directory_.get(), directory + "/stat");
  if (!state) return std::nullopt;
  const std::size_t open = state->find('('), close = state->rfind(')');  // the name may have parentheses too
  if (open == std::string::npos || close == std::string::npos || close < open || close + 2 >= state->size()) return std::nullopt;
  const char letter = (*state)[close + 2];
  if (letter == 'Z' || letter == 'X') return std::nullopt;  // has ended, nobody has asked for its status yet
  text.name = state->substr(open + 1, close - open - 1);
  if (!words) return text;
  const auto line = contents(directory_.get(), directory + "/cmdline");
  if (!line) return std::nullopt;
  for (std::size_t begin = 0; begin < line->size();) {
    const std::size_t end = std::min(line->find('\0', begin), line->size());
    text.words.push_back(line->substr(begin, end - begin));
    begin = end + 1;
  }
  return text;
}

}  // namespace holdfast
