// A lock is an open file description lock: it passes through fork and exec and ends with the parent. The keeper holds no lock, so a new
// daemon can start at once; it removes a name only while it can lock the very file that was made.
// SPDX-License-Identifier: Apache-2.0
#include "parent/entry/pid_files.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "parent/entry/descriptors.h"
#include "policy/capabilities.h"
#include "policy/role.h"

namespace holdfast::entry {

namespace {

constexpr int kLockAttempts = 20;                   // the keeper of a daemon that has just ended holds the lock for an instant
constexpr timespec kLockPause = {0, 10'000'000};
constexpr const char* kDirectory = "/run/holdfast/";
constexpr const char* kKeepalivedDirectory = "/run/";

bool lock(int file) {
  struct flock whole {};
  whole.l_type = F_WRLCK;
  whole.l_whence = SEEK_SET;
  return fcntl(file, F_OFD_SETLK, &whole) == 0;
}

bool is_still_named(const PidFile& pid_file, int file) {
  struct stat opened {}, named {};
  if (fstat(file, &opened) != 0) return false;
  if (fstatat(pid_file.directory_handle.get(), pid_file.name.c_str(), &named, AT_SYMLINK_NOFOLLOW) != 0) return false;
  return opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

Result<Fd> open_file(const PidFile& pid_file) {
  Fd file(openat(pid_file.directory_handle.get(), pid_file.name.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0644));
  if (!file) return Error{"pid file " + pid_file.path, errno};
  struct stat state {};
  if (fstat(file.get(), &state) != 0 || !S_ISREG(state.st_mode)) return Error{"pid file " + pid_file.path + ": not a regular file", EINVAL};
  return file;
}

Status open_and_lock(PidFile& pid_file) {
  pid_file.directory_handle = Fd(open(pid_file.directory.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!pid_file.directory_handle) return Error{"pid file " + pid_file.path + ": its directory", errno};
  for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
    HF_TRY(Fd file, open_file(pid_file));
    if (!lock(file.get())) {
      nanosleep(&kLockPause, nullptr);
      continue;
    }
    if (!is_still_named(pid_file, file.get())) continue;
    if (ftruncate(file.get(), 0) != 0 || fchmod(file.get(), 0644) != 0) return Error{"pid file " + pid_file.path, errno};
    pid_file.file = std::move(file);
    return ok();
  }
  return Error{"pid file " + pid_file.path + " is locked: daemon is already running", EWOULDBLOCK};
}

// The keeper's own, unlocked handle of each file.
struct Kept {
  const PidFile* pid_file;
  Fd file;
};

// The parent's descriptors close one after the other, the lock perhaps after the pipe.
bool lock_patiently(int file) {
  for (int attempt = 0; attempt < kLockAttempts; ++attempt) {
    if (lock(file)) return true;
    nanosleep(&kLockPause, nullptr);
  }
  return false;
}

void remove_name(const Kept& kept) {
  if (!lock_patiently(kept.file.get()) || !is_still_named(*kept.pid_file, kept.file.get())) return;
  unlinkat(kept.pid_file->directory_handle.get(), kept.pid_file->name.c_str(), 0);
}

// On the parent's word: it holds the locks, so the names are nobody else's.
void remove_unlocked(std::vector<Kept>& files, bool only_empty) {
  std::erase_if(files, [only_empty](const Kept& kept) {
    struct stat state {};
    if (fstat(kept.file.get(), &state) != 0 || (only_empty && state.st_size != 0)) return false;
    if (is_still_named(*kept.pid_file, kept.file.get())) unlinkat(kept.pid_file->directory_handle.get(), kept.pid_file->name.c_str(), 0);
    return true;
  });
}

// Nothing that the parent holds may stay open here: neither its locks nor the pipe that a shell waits at.
void close_all_but(std::vector<int> kept) {
  std::sort(kept.begin(), kept.end());
  unsigned next = 3;
  for (const int number : kept) {
    if (static_cast<unsigned>(number) > next) syscall(SYS_close_range, next, static_cast<unsigned>(number) - 1, 0);
    next = static_cast<unsigned>(number) + 1;
  }
  syscall(SYS_close_range, next, ~0U, 0);
}

// TMPDIR as the parent sees it.
std::string dump_directory() {
  const char* directory = std::getenv("TMPDIR");
  return directory != nullptr && *directory == '/' ? directory : "/tmp";
}

// Only what this user owns: the parent removes its own by itself.
void remove_obstacle(const Fd& dumps, std::size_t index) {
  struct stat state {};
  if (index >= kDumpNames.size() || fstatat(dumps.get(), kDumpNames[index], &state, AT_SYMLINK_NOFOLLOW) != 0) return;
  if (state.st_uid == geteuid() && !S_ISDIR(state.st_mode)) unlinkat(dumps.get(), kDumpNames[index], 0);
}

void obey(char octet, std::vector<Kept>& files, const Fd& dumps) {
  if (octet == kKeeperStarted || octet == kKeeperEnding) return remove_unlocked(files, octet == kKeeperStarted);
  if (octet >= kKeeperObstacle) remove_obstacle(dumps, static_cast<std::size_t>(octet - kKeeperObstacle));
}

[[noreturn]] void keep(const std::vector<PidFile>& pid_files, const Fd& pipe_end) {
  prctl(PR_SET_NAME, "holdfast-pids", 0, 0, 0);
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGPIPE}) signal(number, SIG_IGN);
  for (int number = SIGRTMIN; number <= SIGRTMAX; ++number) signal(number, SIG_IGN);
  std::vector<Kept> files;
  std::vector<std::string> directories;
  for (const PidFile& pid_file : pid_files) {
    Fd file(openat(pid_file.directory_handle.get(), pid_file.name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (file) files.push_back({&pid_file, std::move(file)});
    directories.push_back(pid_file.directory);
  }
  std::reverse(files.begin(), files.end());  // the parent's own goes last: it waits for that one
  const std::string dump_path = dump_directory();
  const Fd dumps(open(dump_path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  directories.push_back(dump_path);
  std::vector<int> kept = {pipe_end.get()};
  if (dumps) kept.push_back(dumps.get());
  for (const Kept& item : files) {
    kept.push_back(item.file.get());
    kept.push_back(item.pid_file->directory_handle.get());
  }
  close_all_but(kept);
  const auto entered = [&]() -> Status {
    HF_OK(policy::bound_capabilities(0));
    HF_OK(policy::lock_securebits(true));
    return policy::enter(policy::kKeeper, {.writable_directories = directories});
  }();
  if (!entered) _exit(1);
  char octet = 0;
  ssize_t size = 0;
  while ((size = read(pipe_end.get(), &octet, 1)) > 0 || (size < 0 && errno == EINTR)) {
    if (size > 0) obey(octet, files, dumps);
  }
  for (const Kept& kept : files) remove_name(kept);
  _exit(0);
}

}  // namespace

std::vector<WantedPidFile> wanted_pid_files(const Options& options) {
  const std::string directory = options.called_keepalived ? kKeepalivedDirectory : kDirectory;
  std::vector<WantedPidFile> wanted;
  const auto add = [&](int number, const std::string& named, const char* usual) {
    wanted.push_back({number, named.empty() ? directory + usual : named, !named.empty()});
  };
  add(kPidFileFd, options.pid_file, options.called_keepalived ? "keepalived.pid" : "holdfast.pid");
  if (options.vrrp) add(kVrrpPidFileFd, options.vrrp_pid_file, "vrrp.pid");
  if (options.checkers) add(kCheckersPidFileFd, options.checkers_pid_file, "checkers.pid");
  // BFD runs inside vrrpd; its file is made for those who ask for it by name.
  if (options.bfd && !options.bfd_pid_file.empty()) add(kBfdPidFileFd, options.bfd_pid_file, "bfd.pid");
  return wanted;
}

Result<std::vector<PidFile>> open_pid_files(const Options& options) {
  std::vector<PidFile> files;
  for (const WantedPidFile& wanted : wanted_pid_files(options)) {
    PidFile file;
    file.number = wanted.number;
    file.path = wanted.path;
    const std::size_t slash = wanted.path.find_last_of('/');
    file.directory = slash == std::string::npos ? "." : slash == 0 ? "/" : wanted.path.substr(0, slash);
    file.name = slash == std::string::npos ? wanted.path : wanted.path.substr(slash + 1);
    const Status status = open_and_lock(file);
    if (!status && !wanted.demanded && status.error().code != EWOULDBLOCK) {  // an ordinary user without a run directory
      std::fprintf(stderr, "holdfast: %s: %s; going on without\n", status.error().message.c_str(), std::strerror(status.error().code));
      continue;
    }
    HF_OK(status);
    files.push_back(std::move(file));
  }
  return files;
}

Result<Fd> start_keeper(const std::vector<PidFile>& files) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return Error{"pid keeper: pipe", errno};
  Fd reading(ends[0]);
  Fd writing(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return Error{"pid keeper: fork", errno};
  if (pid == 0) {
    writing.reset();
    keep(files, reading);
  }
  return writing;
}

}  // namespace holdfast::entry
