// See drawing.h.
// SPDX-License-Identifier: Apache-2.0
#include "parent/control/ctl/drawing.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <vector>

#include "parent/status/status_json.h"

namespace holdfast::ctl {
namespace {

using Json = nlohmann::json;

constexpr const char* kGreen = "\033[32m";
constexpr const char* kRed = "\033[31m";
constexpr const char* kYellow = "\033[33m";
constexpr const char* kBold = "\033[1m";
constexpr const char* kPlain = "\033[0m";

struct Cell {
  std::string text;
  const char* colour = nullptr;
};
using Row = std::vector<Cell>;

class Table {
 public:
  explicit Table(std::vector<std::string> titles) {
    Row head;
    for (std::string& title : titles) head.push_back({std::move(title), kBold});
    rows_.push_back(std::move(head));
  }
  void add(Row row) { rows_.push_back(std::move(row)); }
  std::string draw(bool colours) const {
    std::vector<std::size_t> widths(rows_.front().size());
    for (const Row& row : rows_) {
      for (std::size_t at = 0; at < row.size(); ++at) widths[at] = std::max(widths[at], row[at].text.size());
    }
    std::string text;
    for (const Row& row : rows_) {
      for (std::size_t at = 0; at < row.size(); ++at) {
        const bool last = at + 1 == row.size();
        const bool coloured = colours && row[at].colour != nullptr;
        text += coloured ? row[at].colour + row[at].text + kPlain : row[at].text;
        if (!last) text += std::string(widths[at] - row[at].text.size() + 2, ' ');
      }
      text += "\n";
    }
    return text;
  }
  bool empty() const { return rows_.size() == 1; }

 private:
  std::vector<Row> rows_;
};

std::string word(const Json& from, const char* key) {
  const auto found = from.find(key);
  if (found == from.end() || found->is_null()) return "-";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::string since(const Json& instance) {
  const double seconds = instance.value("since_seconds", 0.0);
  char text[32];
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  constexpr double kDay = 86400;
  if (seconds < kMinute) std::snprintf(text, sizeof text, "%.1f s", seconds);
  else if (seconds < kHour) std::snprintf(text, sizeof text, "%.0f min", seconds / kMinute);
  else if (seconds < kDay) std::snprintf(text, sizeof text, "%.1f h", seconds / kHour);
  else std::snprintf(text, sizeof text, "%.1f d", seconds / kDay);
  return text;
}

std::string joined(const Json& list) {
  std::string text;
  for (const Json& item : list) text += (text.empty() ? "" : ", ") + (item.is_string() ? item.get<std::string>() : item.dump());
  return text;
}

std::string remark(const Json& instance) {
  std::string text = instance.value("maintenance", false) ? "maintenance" : "";
  for (const Json& fault : instance.value("faults", Json::array())) {
    const std::string fault_text = fault.is_string() ? fault.get<std::string>() : fault.dump();
    if (fault_text != "maintenance") text += (text.empty() ? "" : "; ") + fault_text;
  }
  if (text.empty() && instance.contains("master")) {
    text = "master is " + word(instance["master"], "address") + " with " + word(instance["master"], "priority");
  }
  return text;
}

const char* colour_of(const std::string& state) {
  if (state == "MASTER" || state == "UP") return kGreen;
  if (state == "FAULT" || state == "DOWN") return kRed;
  return state == "BACKUP" ? nullptr : kYellow;
}

std::string priority_of(const Json& instance) {
  const Json priority = instance.value("priority", Json::object());
  const std::string effective = word(priority, "effective");
  const std::string base = word(priority, "base");
  return effective == base ? base : effective + " (of " + base + ")";
}

std::string draw_services(const Json& services, bool colours) {
  Table table({"VIRTUAL SERVER", "REAL SERVER", "STATE", "WEIGHT"});
  for (const Json& service : services) {
    const std::string state = service.value("quorum_reached", false) ? "UP" : "DOWN";
    table.add({{word(service, "name")}, {"quorum " + word(service, "quorum")}, {state, colour_of(state)}, {""}});
    for (const Json& server : service.value("servers", Json::array())) {
      const std::string duty = server.value("duty", "ready");
      const std::string by_checks = server.value("up", false) ? "UP" : "DOWN";
      const std::string is = duty == "drain" ? "DRAINED" : duty == "down" ? "TAKEN OUT" : by_checks;
      const std::string weight = word(server, "weight") + (server.contains("asked_weight") ? " (asked for)" : "");
      table.add({{""}, {word(server, "name")}, {is, colour_of(is)}, {weight}});
    }
  }
  return table.empty() ? "" : "\n" + table.draw(colours);
}

}  // namespace

Result<std::string> draw_status(const std::string& json, bool colours) {
  const Json status = Json::parse(json, nullptr, /*allow_exceptions=*/false);
  if (!status.is_object() || status.value("schema", 0) != kStatusSchema) {
    return Error{"the daemon's answer is of another version of holdfast; --json shows it as it is", EPROTO};
  }
  Table instances({"INSTANCE", "STATE", "SINCE", "PRIORITY", "VRID", "INTERFACE", "ADDRESSES", "REMARK"});
  for (const Json& one : status.value("instances", Json::array())) {
    const std::string state = word(one, "state");
    instances.add({{word(one, "name")}, {state, colour_of(state)}, {since(one)}, {priority_of(one)}, {word(one, "virtual_router_id")},
                   {word(one, "interface")}, {joined(one.value("addresses", Json::array()))}, {remark(one)}});
  }
  Table groups({"GROUP", "STATE", "MEMBERS"});
  for (const Json& one : status.value("groups", Json::array())) {
    const std::string state = word(one, "state");
    groups.add({{word(one, "name")}, {state, colour_of(state)}, {joined(one.value("members", Json::array()))}});
  }
  std::string text = instances.empty() ? "" : instances.draw(colours);
  if (!groups.empty()) text += "\n" + groups.draw(colours);
  text += draw_services(status.value("virtual_servers", Json::array()), colours);
  return text.empty() ? "nothing is configured\n" : text;
}

}  // namespace holdfast::ctl
