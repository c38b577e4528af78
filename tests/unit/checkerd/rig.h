// The real programs holdfast-checkerd and holdfast-worker under a parent and an ipvsd that are played by the test, in one loop.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "proto/channel/typed_link.h"
#include "proto/schema/checkerd_ipvsd.pb.h"
#include "proto/schema/parent_checkerd.pb.h"
#include "proto/value/check_plan.h"

namespace holdfast::testing {

// A child process with its link on descriptor 3. Ends with this object.
class Child {
 public:
  Child() = default;
  Child(const char* program_variable, Fd link);
  ~Child() { kill_and_wait(); }
  Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, -1)) {}
  Child& operator=(Child&& other) noexcept;
  pid_t pid() const { return pid_; }
  void signal(int number) const;
  void kill_and_wait();
  // Exit status once it has ended by itself, -1 before.
  int try_wait();

 private:
  pid_t pid_ = -1;
};

class Rig {
 public:
  explicit Rig(unsigned workers = 1);

  // Runs the loop until `condition`, at most `limit`. Returns whether it came true.
  bool until(std::function<bool()> condition, Duration limit = Duration{8'000'000});
  void run_for(Duration time);

  void start_checkerd();
  void start_worker(unsigned slot);
  void start_ipvsd();  // a fresh link; the table begins empty
  void send_plan(const CheckPlan& plan, const std::vector<CheckVerdict>& verdicts = {}, const std::vector<std::uint64_t>& quorum_up = {});
  void send(const wire::ParentToCheckerd& message);

  bool logged(const std::string& text) const;
  std::size_t count_logged(const std::string& text) const;

  Loop loop;
  Child checkerd;
  std::map<unsigned, Child> workers;
  // What came.
  std::vector<std::string> log;
  std::map<std::uint64_t, CheckVerdict> verdicts;
  std::vector<std::string> events;  // "server 1 up", "quorum 1 down", "applied 2", "stuck 0", ...
  std::vector<wire::ServicesReport> reports;
  std::map<std::uint64_t, std::uint32_t> table;  // ipvsd's
  std::vector<std::string> wishes;               // "1=3", "2-", "complete 1", in order
  std::function<wire::ScriptFinished(const wire::RunScript&)> script;  // how scripts end
  bool parent_closed = false;

 private:
  void on_checkerd(wire::CheckerdToParent& message);
  void on_wish(wire::CheckerdToIpvsd& message);

  Link<wire::ParentToCheckerd, wire::CheckerdToParent> link_;
  Link<wire::IpvsdToCheckerd, wire::CheckerdToIpvsd> ipvsd_;

 public:
  void close_link() { link_.close(); }
  void refuse_wish(std::uint64_t destination);
};

}  // namespace holdfast::testing
