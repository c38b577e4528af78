// The tables as a page: doc/policy.md and `holdfast --policy`.
// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstdio>

#include "policy/capabilities.h"
#include "policy/role.h"

namespace holdfast::policy {

namespace {

std::string hexadecimal(std::uint64_t value) {
  std::array<char, 24> text{};
  std::snprintf(text.data(), text.size(), "0x%llx", static_cast<unsigned long long>(value));
  return text.data();
}

std::string describe(const Rule& rule) {
  std::string text;
  for (const Condition& condition : rule.conditions) {
    if (condition.mask == 0) continue;
    if (!text.empty()) text += " and ";
    const std::string argument = "argument " + std::to_string(condition.argument + 1);
    if (condition.mask == 0xffffffffU) {
      text += argument + " = " + hexadecimal(condition.value);
    } else if (condition.value == 0) {
      text += argument + " without " + hexadecimal(condition.mask);
    } else {
      text += argument + " & " + hexadecimal(condition.mask) + " = " + hexadecimal(condition.value);
    }
  }
  if (rule.own_process) text += "argument 1 = own process";
  return text;
}

void add_rows(std::string& page, std::span<const Rule> rules) {
  page += "\n| call | when | answer | why |\n|---|---|---|---|\n";
  for (const Rule& rule : rules) {
    const std::string answer = rule.verdict == Verdict::kAllow ? "allowed" : "errno " + std::to_string(rule.error);
    page += "| " + std::string(rule.name) + " | " + describe(rule) + " | " + answer + " | " + std::string(rule.reason) + " |\n";
  }
}

std::string describe_access(std::uint8_t access) {
  std::string text;
  for (const auto& [flag, word] : {std::pair{kRead, "read"}, {kWrite, "write"}, {kCreate, "create"}, {kExecute, "execute"}}) {
    if ((access & flag) != 0) text += (text.empty() ? "" : " ") + std::string(word);
  }
  return text;
}

std::string_view describe(RootDirectory root) {
  switch (root) {
    case RootDirectory::kKept: return "unchanged";
    case RootDirectory::kEmpty: return "an empty directory";
    case RootDirectory::kProcSysNet: return "/proc/sys/net";
  }
  return "";
}

std::string_view describe(Otherwise otherwise) {
  switch (otherwise) {
    case Otherwise::kKill: return "kills the process";
    case Otherwise::kRefuse: return "is refused (EACCES)";
    case Otherwise::kUnfiltered: return "is allowed: scripts inherit the filter";
  }
  return "";
}

void add_role(std::string& page, const Role& role) {
  page += "\n## " + std::string(role.name) + "\n\n" + std::string(role.purpose) + "\n\n";
  page += "* user: " + std::string(role.user) + " (" + std::to_string(role.fallback_uid) + " where it does not exist)\n";
  page += "* capabilities: " + capability_names(role.capabilities);
  if (role.optional_capabilities != 0) page += "; if started with them: " + capability_names(role.optional_capabilities);
  page += "\n* root directory: " + std::string(describe(role.root)) + "\n";
  page += "* limits: " + std::to_string(role.limits.descriptors) + " descriptors, " + (role.limits.forks ? "may fork" : "no process") + ", no core file\n";
  page += "* a call without a row: " + std::string(describe(role.otherwise)) + "; a number unknown to this build: ENOSYS\n";
  if (role.landlock.handled) {
    page += "* paths (Landlock):";
    if (role.landlock.grants.empty()) page += " none";
    for (const PathGrant& grant : role.landlock.grants) page += " `" + std::string(grant.path) + "` (" + describe_access(grant.access) + ")";
    if (role.landlock.tcp_closed) page += "; no TCP bind or connect";
    if (role.landlock.scoped) page += "; no signal to others";
    if (role.landlock.abstract_closed) page += "; no abstract socket of others";
    page += "\n";
  }
  if (!role.rules.empty()) add_rows(page, role.rules);
}

}  // namespace

std::span<const Role* const> roles() {
  static constexpr std::array<const Role*, 8> kRoles = {&kParent, &kLauncher, &kVrrpd, &kIpvsd, &kCheckerd, &kWorker, &kScriptd, &kKeeper};
  return kRoles;
}

std::string explain() {
  std::string page =
      "# What each process may do\n\nMade by `holdfast --policy` from the tables in `policy/`; a test compares. Numbers are those of the machine's headers.\n"
      "Executable memory, programs, threads and namespaces are in no table but the launcher's.\n\n## Baseline of every filtered role\n";
  add_rows(page, kVrrpd.baseline);
  for (const Role* role : roles()) add_role(page, *role);
  return page;
}

}  // namespace holdfast::policy
