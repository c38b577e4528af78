// See table.h. The search path is fixed, so that no environment decides what runs.
// SPDX-License-Identifier: Apache-2.0
#include "parent/scriptd/table.h"

#include <grp.h>
#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <optional>

#include "policy/role.h"

namespace holdfast::scriptd {

namespace {

std::optional<std::uint32_t> read_number(const std::string& text) {
  std::uint32_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return {};
  return value;
}

Result<Account> find_user(const std::string& user) {
  if (const passwd* found = getpwnam(user.c_str()); found != nullptr) return Account{found->pw_uid, found->pw_gid, user};
  const auto number = read_number(user);
  if (!number) return Error{"user " + user + " does not exist", ENOENT};
  if (const passwd* found = getpwuid(*number); found != nullptr) return Account{*number, found->pw_gid, found->pw_name};
  return Account{*number, *number, {}};
}

Account default_account(Mode mode) {
  if (mode == Mode::kSingle) return {getuid(), getgid(), {}};
  if (const passwd* found = getpwnam("keepalived_script"); found != nullptr) return {found->pw_uid, found->pw_gid, found->pw_name};
  if (mode == Mode::kRoot) return {0, 0, "root"};
  const policy::Identity own = policy::identity(policy::kScriptd);
  return {own.uid, own.gid, {}};
}

// Directories and file, not following links: a link itself is safe if the directory that holds it is.
Status check_components(const std::string& path) {
  for (std::size_t end = 1; end <= path.size();) {
    const std::size_t slash = path.find('/', end);
    const std::string part = slash == std::string::npos ? path : path.substr(0, slash);
    struct stat state {};
    if (lstat(part.c_str(), &state) != 0) return Error{part, errno};
    if (state.st_uid != 0) return Error{part + " is not root's", EPERM};
    if (!S_ISLNK(state.st_mode) && (state.st_mode & (S_IWGRP | S_IWOTH)) != 0) return Error{part + " is writable by others than root", EPERM};
    if (slash == std::string::npos) break;
    end = slash + 1;
  }
  return ok();
}

}  // namespace

Result<Account> resolve_account(Mode mode, const std::string& user, const std::string& group) {
  Account account = default_account(mode);
  if (!user.empty()) {
    HF_TRY(account, find_user(user));
  }
  if (!group.empty()) {
    const auto number = read_number(group);
    if (const struct group* found = getgrnam(group.c_str()); found != nullptr) account.gid = found->gr_gid;
    else if (number) account.gid = *number;
    else return Error{"group " + group + " does not exist", ENOENT};
  }
  if (mode == Mode::kUser && (account.uid == 0 || account.gid == 0)) {
    return Error{"scripts run as root only when started with --scripts=root", EPERM};
  }
  if (mode == Mode::kSingle && (account.uid != getuid() || account.gid != getgid())) {
    return Error{"started without the right to change users, scripts run as user " + std::to_string(getuid()), EPERM};
  }
  return account;
}

Result<std::string> resolve_program(const std::string& word) {
  const auto usable = [](const std::string& path) {
    struct stat state {};
    return stat(path.c_str(), &state) == 0 && S_ISREG(state.st_mode) && (state.st_mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
  };
  if (word.starts_with('/')) {
    if (usable(word)) return word;
    return Error{word + " is not an executable file", ENOENT};
  }
  if (word.find('/') != std::string::npos) return Error{word + ": an absolute path or a bare name expected", EINVAL};
  for (std::size_t begin = 0; begin <= kSearchPath.size();) {
    const std::size_t end = std::min(kSearchPath.find(':', begin), kSearchPath.size());
    const std::string path = std::string(kSearchPath.substr(begin, end - begin)) + "/" + word;
    if (usable(path)) return path;
    begin = end + 1;
  }
  return Error{word + " is not in " + std::string(kSearchPath), ENOENT};
}

Status check_ownership(const std::string& program) {
  HF_OK(check_components(program));
  const std::unique_ptr<char, decltype(&std::free)> resolved(realpath(program.c_str(), nullptr), std::free);
  if (!resolved) return Error{program, errno};
  return check_components(resolved.get());
}

Status Table::begin(const BeginTable& message) {
  filling_ = true;
  next_ = message;
  next_rows_.clear();
  return ok();
}

Status Table::add(ScriptRow row) {
  if (!filling_) return Error{"script row outside of a table", EPROTO};
  if (next_rows_.size() >= kRowsMax) return Error{"script table has more than " + std::to_string(kRowsMax) + " rows", EPROTO};
  next_rows_.push_back(std::move(row));
  return ok();
}

Result<CheckedRow> Table::check(const ScriptRow& row, std::string& warning) const {
  HF_TRY(Account account, resolve_account(mode_, row.user, row.group));
  HF_TRY(std::string program, resolve_program(row.argv.front()));
  const bool as_root = account.uid == 0 || account.gid == 0;
  if (as_root) {
    if (next_.security && row.user.empty()) return Error{program + ": no script user, and enable_script_security is set", EPERM};
    if (const Status safe = check_ownership(program); !safe) {
      if (next_.security) return Error{"runs as root, but " + safe.error().message, EPERM};
      warning = program + " runs as root, but " + safe.error().message + "; enable_script_security would refuse it";
    }
  }
  return CheckedRow{std::move(program), row.argv, std::move(account), row.timeout};
}

Result<std::vector<RowChecked>> Table::commit(const CommitTable& message) {
  if (!filling_ || message.generation != next_.generation || message.rows != next_rows_.size()) {
    return Error{"script table: " + std::to_string(next_rows_.size()) + " rows came, " + std::to_string(message.rows) + " announced", EPROTO};
  }
  std::vector<RowChecked> remarks;
  std::map<ScriptId, CheckedRow> rows;
  for (const ScriptRow& row : next_rows_) {
    std::string warning;
    auto checked = check(row, warning);
    if (!checked) remarks.push_back({row.id, true, checked.error().message});
    else if (!warning.empty()) remarks.push_back({row.id, false, warning});
    if (checked) rows.insert_or_assign(row.id, *std::move(checked));
  }
  rows_ = std::move(rows);
  next_rows_.clear();
  filling_ = false;
  return remarks;
}

const CheckedRow* Table::find(ScriptId id) const {
  const auto found = rows_.find(id);
  return found == rows_.end() ? nullptr : &found->second;
}

}  // namespace holdfast::scriptd
