// The table of scripts as scriptd believes in it: each row checked against the file system and the user database at commit.
// What the parent says is a wish; which program, which user and whether it is safe is decided here. keepalived.conf(5), SCRIPTS.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "parent/scriptd/protocol.h"
#include "proto/runtime/result.h"

namespace holdfast::scriptd {

// How scriptd was started, by root and the command line only: who scripts may be.
enum class Mode : std::uint8_t {
  kRoot,    // anybody, root included
  kUser,    // anybody but root
  kSingle,  // only the user that everything runs as
};

struct Account {
  uid_t uid = 0;
  gid_t gid = 0;
  std::string name;  // for the supplementary groups; empty if the user is only a number
  bool operator==(const Account&) const = default;
};

struct CheckedRow {
  std::string program;  // absolute
  std::vector<std::string> argv;
  Account account;
  Duration timeout{0};
  bool operator==(const CheckedRow&) const = default;
};

inline constexpr std::string_view kSearchPath = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

// keepalived's default: keepalived_script if there is such a user, else root; without the right to be root, the role's own user.
Result<Account> resolve_account(Mode mode, const std::string& user, const std::string& group);
// Absolute as it is, a bare name through kSearchPath.
Result<std::string> resolve_program(const std::string& word);
// An error names the first component that somebody else than root could change.
Status check_ownership(const std::string& program);

class Table {
 public:
  explicit Table(Mode mode) : mode_(mode) {}

  // The new table takes shape beside the running one. Errors here are the parent's violations: end the link.
  Status begin(const BeginTable& message);
  Status add(ScriptRow row);
  // Checks every row; what is worth saying is returned in order.
  Result<std::vector<RowChecked>> commit(const CommitTable& message);

  const CheckedRow* find(ScriptId id) const;
  Mode mode() const { return mode_; }

 private:
  Result<CheckedRow> check(const ScriptRow& row, std::string& warning) const;

  Mode mode_;
  bool filling_ = false;
  BeginTable next_;
  std::vector<ScriptRow> next_rows_;
  std::map<ScriptId, CheckedRow> rows_;
};

}  // namespace holdfast::scriptd
