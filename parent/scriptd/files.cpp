// See files.h. Only regular files are read, and never more than their first octets.
// SPDX-License-Identifier: Apache-2.0
#include "parent/scriptd/files.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "proto/runtime/log.h"

namespace holdfast::scriptd {

namespace {

constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_DELETE | IN_MOVE | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr std::uint32_t kFuse = 0x65735546;
constexpr std::uint32_t kCifs = 0xff534d42;

// Others write there without this kernel's knowledge, or it makes the contents up.
bool tells_nothing(const std::string& directory) {
  struct statfs state {};
  if (statfs(directory.c_str(), &state) != 0) return true;
  const auto type = static_cast<std::uint32_t>(state.f_type);
  constexpr std::array<std::uint32_t, 8> kMute = {NFS_SUPER_MAGIC, PROC_SUPER_MAGIC, SYSFS_MAGIC, CGROUP2_SUPER_MAGIC, DEBUGFS_MAGIC, V9FS_MAGIC,
                                                  kFuse, kCifs};
  return std::find(kMute.begin(), kMute.end(), type) != kMute.end();
}

std::string with_number(const std::string& text, int code) { return text + ": " + std::strerror(code); }

// A hard link or a symbolic link could lead to somebody else's file: neither is written to.
void make_file(const WatchedFile& file) {
  const int flags = O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC | (file.overwrite ? 0 : O_EXCL);
  const Fd made(open(file.path.c_str(), flags, 0644));
  if (!made && errno == EEXIST && !file.overwrite) return;
  struct stat state {};
  const bool usable = made && fstat(made.get(), &state) == 0 && S_ISREG(state.st_mode) && state.st_nlink == 1;
  const std::string text = std::to_string(file.value) + "\n";
  if (usable && ftruncate(made.get(), 0) == 0 && write(made.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size())) return;
  log_warning(LogEvent::kDegraded, "track_file " + file.name + ": " + file.path + " cannot be written" + (made ? "" : with_number("", errno)));
}

struct Contents {
  std::optional<std::int64_t> number;
  std::string fault;  // empty: none, or it is simply not there
  bool linked = false;
};

Contents read_file(const std::string& path) {
  Contents contents;
  struct stat named {};
  contents.linked = lstat(path.c_str(), &named) == 0 && S_ISLNK(named.st_mode);
  const Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file) {
    if (errno != ENOENT) contents.fault = with_number("cannot be read", errno);
    return contents;
  }
  struct stat state {};
  if (fstat(file.get(), &state) != 0 || !S_ISREG(state.st_mode)) {
    contents.fault = "is not a regular file";
    return contents;
  }
  std::array<char, kFileOctetsMax> text{};
  const ssize_t size = read(file.get(), text.data(), text.size());
  if (size < 0) {
    contents.fault = with_number("cannot be read", errno);
    return contents;
  }
  contents.number = number_in({text.data(), static_cast<std::size_t>(size)});
  if (!contents.number) contents.fault = "does not hold a number";
  return contents;
}

}  // namespace

std::optional<std::int64_t> number_in(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return 0;
  text.remove_prefix(first);
  text = text.substr(0, text.find_last_not_of(kBlanks) + 1);
  if (text.starts_with('+')) text.remove_prefix(1);
  std::int64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

FileWatch::FileWatch(Loop& loop, OnValue on_value)
    : loop_(loop), on_value_(std::move(on_value)), timer_(loop.timer([this] { look_at_all(); })) {}

Status FileWatch::watch(const WatchedFile& file) {
  forget(file.id);
  if (entries_.size() >= kFilesMax) return Error{"more than " + std::to_string(kFilesMax) + " watched files", EPROTO};
  if (!notifications_) {
    notifications_ = Fd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
    if (notifications_) readable_ = loop_.on_readable(notifications_.get(), [this] { hear(); });
  }
  if (file.create) make_file(file);
  const std::size_t slash = file.path.rfind('/');
  Entry& entry = entries_[file.id];
  entry.file = file;
  entry.directory = slash == 0 ? "/" : file.path.substr(0, slash);
  entry.leaf = file.path.substr(slash + 1);
  attach(entry);
  read_again(entry, true);
  arm();
  return ok();
}

void FileWatch::forget(TrackerId id) {
  const auto found = entries_.find(id);
  if (found == entries_.end()) return;
  const int watch = found->second.watch;
  entries_.erase(found);
  release(watch);
}

// The same directory always gives the same watch.
void FileWatch::attach(Entry& entry) {
  entry.watch = -1;
  if (!notifications_ || tells_nothing(entry.directory)) return;
  entry.watch = inotify_add_watch(notifications_.get(), entry.directory.c_str(), kEvents);
}

void FileWatch::release(int watch) {
  if (watch < 0) return;
  const auto used = [watch](const auto& item) { return item.second.watch == watch; };
  if (std::none_of(entries_.begin(), entries_.end(), used)) inotify_rm_watch(notifications_.get(), watch);
}

void FileWatch::read_again(Entry& entry, bool say_anyway) {
  const Contents contents = read_file(entry.file.path);
  if (contents.fault != entry.fault) {
    entry.fault = contents.fault;
    if (!entry.fault.empty()) log_warning(LogEvent::kDegraded, "track_file " + entry.file.name + ": " + entry.file.path + " " + entry.fault + ", counts as 0");
  }
  if (contents.linked && entry.watch >= 0) {  // what it leads to may be written where nothing is watched
    const int watch = std::exchange(entry.watch, -1);
    release(watch);
    arm();
  }
  const std::int64_t value = contents.number.value_or(0);
  if (value == entry.value && !say_anyway) return;
  entry.value = value;
  on_value_(entry.file.id, value);
}

void FileWatch::hear() {
  alignas(inotify_event) std::array<char, 8192> buffer;
  const ssize_t size = read(notifications_.get(), buffer.data(), buffer.size());
  bool everything = false;
  for (ssize_t place = 0; place + static_cast<ssize_t>(sizeof(inotify_event)) <= size;) {
    inotify_event event{};
    std::memcpy(&event, buffer.data() + place, sizeof event);
    const std::string name = event.len == 0 ? std::string() : std::string(buffer.data() + place + sizeof event);
    place += static_cast<ssize_t>(sizeof event + event.len);
    everything = everything || (event.mask & IN_Q_OVERFLOW) != 0;
    const bool lost = (event.mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF | IN_UNMOUNT)) != 0;
    for (auto& [id, entry] : entries_) {
      if (entry.watch != event.wd) continue;
      if (lost) entry.watch = -1;
      if (lost || name == entry.leaf) read_again(entry, false);
    }
  }
  if (everything) look_at_all();
  arm();
}

void FileWatch::look_at_all() {
  for (auto& [id, entry] : entries_) {
    if (entry.watch < 0) attach(entry);
    read_again(entry, false);
  }
  arm();
}

// Once a second while there is somebody to be looked at.
void FileWatch::arm() {
  const bool mute = std::any_of(entries_.begin(), entries_.end(), [](const auto& item) { return item.second.watch < 0; });
  if (!mute) return timer_.cancel();
  if (timer_.deadline() == kNever) timer_.arm(loop_.now() + kFilePolling);
}

}  // namespace holdfast::scriptd
