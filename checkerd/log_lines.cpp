// Text. See log_lines.h.
// SPDX-License-Identifier: Apache-2.0
#include "checkerd/log_lines.h"

#include <string_view>

namespace holdfast {

namespace {

using Lines = std::vector<std::string>;

std::string suffix(const Progress& progress) {
  return progress.retries > 0 ? " failed after " + std::to_string(progress.retries) + " retries." : " failed.";
}

std::string detail_of(const Report& report) { return report.detail.empty() ? "" : " (" + report.detail + ")"; }

Lines trouble(const Subject& subject, const Report& report) {
  return {"Check of service " + subject.server + " of VS " + subject.service + " could not be run: " + report.detail};
}

// The server may be well: this host does not know how to reach it.
Lines no_route(const Subject& subject, const Report& report) {
  if (report.finding != Finding::kNoRoute || report.detail.empty()) return {};
  return {"No route from here to service " + subject.server + " of VS " + subject.service + ": " + report.detail};
}

Lines tcp_lines(const Check& check, const Subject& subject, const Report& report, const Progress& progress) {
  if (report.result == RunResult::kPassed) {
    if (progress.rising || (progress.was_up && progress.was_known)) return {};
    return {"TCP connection to " + subject.server + " success."};
  }
  Lines lines;
  if (check.enabled_log && progress.was_up) {
    lines.push_back("TCP connection to " + subject.server + (report.finding == Finding::kConnectTimedOut ? " timeout." : " failed."));
  }
  if (progress.was_up && !progress.up) lines.push_back("TCP_CHECK on service " + subject.server + suffix(progress));
  return lines;
}

std::string web_trouble(const Report& report) {
  switch (report.finding) {
    case Finding::kNoRoute:
    case Finding::kConnectFailed: return "Connection failed server ";
    case Finding::kConnectTimedOut: return "Timeout connecting server ";
    case Finding::kTlsFailed: return "SSL handshake/communication error connecting to server ";
    case Finding::kReadTimedOut: return "Timeout HTTP read server ";
    case Finding::kNoAnswer: return "Read, no data received from  server ";
    case Finding::kWrongStatus: return "HTTP status code error to server ";
    case Finding::kWrongDigest: return "MD5 digest error to server ";
    case Finding::kTooCostly:
    case Finding::kWrongText: return "Regex search failed to server ";
    default: return "Read error with server ";
  }
}

Lines web_lines(const Check& check, const Subject& subject, const Report& report, const Progress& progress) {
  const auto& http = std::get<HttpCheck>(check.what);
  const HttpUrl& url = http.urls.at(report.run.url);
  Lines lines;
  if (report.result == RunResult::kPassed) {
    if (!report.detail.empty()) {
      lines.push_back("http_check for RS " + subject.server + " VS " + subject.service + " url " + url.virtualhost + url.path + ": " + report.detail);
    }
    if (!progress.was_up) {
      const char* what = !url.expression.pattern.empty() ? "Regex search success to " : url.digest.empty() ? "HTTP status code success to " : "MD5 digest success to ";
      lines.push_back(what + subject.server + " url(" + url.path + ")");
    }
    if (progress.complete && !(progress.was_up && progress.was_known)) {
      lines.push_back("Remote Web server " + subject.server + " succeed on service.");
    }
    return lines;
  }
  if (check.enabled_log && (progress.was_up || !progress.was_known)) {
    const bool ours = report.finding == Finding::kMalformed || report.finding == Finding::kWorkersLost || report.finding == Finding::kTlsFailed ||
                      report.finding == Finding::kTooCostly;
    lines.push_back(web_trouble(report) + subject.server + (ours ? detail_of(report) : "") + ".");
  }
  if (progress.was_up && !progress.up) lines.push_back("HTTP_CHECK on service " + subject.server + suffix(progress));
  return lines;
}

// SMTP_CHECK, DNS_CHECK, UDP_CHECK, PING_CHECK.
struct Kind {
  std::string_view check;    // its keyword
  std::string_view success;  // what is said before the server when it comes up
  std::string_view after;    // and behind it
};

Kind kind_of(const Check& check) {
  if (std::holds_alternative<SmtpCheck>(check.what)) return {"SMTP_CHECK", "Remote SMTP server ", " succeed on service."};
  if (std::holds_alternative<DnsCheck>(check.what)) return {"DNS_CHECK", "DNS_CHECK: DNS query successful for ", ""};
  if (std::holds_alternative<UdpCheck>(check.what)) return {"UDP_CHECK", "UDP connection to ", " success."};
  return {"PING_CHECK", "ICMP connection to ", " success."};
}

Lines plain_lines(const Check& check, const Subject& subject, const Report& report, const Progress& progress) {
  const Kind kind = kind_of(check);
  if (report.result == RunResult::kPassed) {
    if (!progress.complete || (progress.was_up && progress.was_known)) return {};
    return {std::string(kind.success) + subject.server + std::string(kind.after)};
  }
  Lines lines;
  if (check.enabled_log && progress.was_up) {
    const bool late = report.finding == Finding::kConnectTimedOut || report.finding == Finding::kReadTimedOut;
    lines.push_back(std::string(kind.check) + " of service " + subject.server + (late ? " timed out." : " failed") + (late ? "" : detail_of(report) + "."));
  }
  if (progress.was_up && !progress.up) lines.push_back(std::string(kind.check) + " on service " + subject.server + suffix(progress));
  return lines;
}

std::string misc_outcome(const Report& report, const Progress& progress) {
  const std::string retry =
      progress.retries > 0 ? "after " + std::to_string(progress.retries) + " retries" : std::string("with retry disabled");
  switch (report.finding) {
    case Finding::kScriptTimedOut: return " timed out " + retry + ".";
    case Finding::kScriptSignalled: return " failed " + retry + " (due to signal " + std::to_string(report.code) + ").";
    case Finding::kScriptNotRun: return " failed " + retry + " (the script could not be run).";
    default: return " failed " + retry + " (exited with status " + std::to_string(report.code) + ").";
  }
}

Lines misc_lines(const Check& check, const Subject& subject, const Report& report, const Progress& progress) {
  const std::string& path = std::get<MiscCheck>(check.what).path;
  const std::string line = "Misc check for [" + subject.server + " VS " + subject.service + "]" + (path.empty() ? "" : " by [" + path + "]");
  if (report.result == RunResult::kPassed) {
    if (progress.rising || (progress.was_up && progress.was_known)) return {};
    return {line + " succeeded."};
  }
  if (progress.was_up && !progress.up) return {line + misc_outcome(report, progress)};
  if (check.enabled_log && progress.retrying) return {line + misc_outcome(report, progress)};
  return {};
}

struct LinesOfAction {
  const Pools& pools;

  const Server& server(ServiceId service, DestinationId id) const { return *pools.find(service)->find(id); }

  Lines operator()(const WishChanged&) const { return {}; }
  Lines operator()(const CheckAssumed&) const { return {}; }
  Lines operator()(const ServerTurned& it) const {
    if (it.initial || it.confirmed) return {};
    const Server& turned = server(it.service, it.server);
    if (turned.alive() != it.up) return {};  // at the end of everything: not taken out of the pool by itself
    const std::string vs = pools.find(it.service)->name();
    if (turned.inhibit()) return {(it.up ? "Enabling service " : "Disabling service ") + turned.name() + " of VS " + vs};
    return {it.up ? "Adding service " + turned.name() + " to VS " + vs : "Removing service " + turned.name() + " from VS " + vs};
  }
  Lines operator()(const QuorumTurned& it) const {
    const Pool& pool = *pools.find(it.service);
    if (pool.quorum_up() != it.up) return {};  // likewise
    const std::string numbers = std::to_string(pool.quorum()) + (it.up ? "+" : "-") + std::to_string(pool.hysteresis()) + "=" +
                                std::to_string(it.threshold) + (it.up ? " <= " : " > ") + std::to_string(it.weight) + " for VS " + pool.name();
    if (it.up) return {"Gained quorum " + numbers};
    return {(it.initial ? "Starting with quorum down " : "Lost quorum ") + numbers};
  }
  Lines operator()(const SorryTurned& it) const {
    const Pool& pool = *pools.find(it.service);
    const CheckedServer& sorry = *pool.sorry();
    const std::string verb = sorry.inhibit_on_failure ? (it.serving ? "Enabling" : "Disabling") : (it.serving ? "Adding" : "Removing");
    return {verb + " sorry server " + sorry.name + (it.serving ? " to VS " : " from VS ") + pool.name(),
            std::string(it.serving ? "Removing alive servers from" : "Adding alive servers to") + " the pool for VS " + pool.name()};
  }
  Lines operator()(const WeightChanged& it) const {
    return {"Changing weight from " + std::to_string(it.from) + " to " + std::to_string(it.to) + " for " + (it.alive ? "active" : "inactive") +
            " service " + server(it.service, it.server).name() + " of VS " + pools.find(it.service)->name()};
  }
  Lines operator()(const ServerShutDown& it) const {
    return {"Shutting down service " + server(it.service, it.server).name() + " from VS " + pools.find(it.service)->name()};
  }
};

}  // namespace

std::vector<std::string> lines_of(const Check& check, const Subject& subject, const Report& report, const Progress& progress) {
  if (report.result == RunResult::kNotRun) return trouble(subject, report);
  Lines lines = no_route(subject, report);
  const Lines usual = std::holds_alternative<TcpCheck>(check.what)    ? tcp_lines(check, subject, report, progress)
                      : std::holds_alternative<HttpCheck>(check.what) ? web_lines(check, subject, report, progress)
                      : std::holds_alternative<MiscCheck>(check.what) ? misc_lines(check, subject, report, progress)
                                                                      : plain_lines(check, subject, report, progress);
  lines.insert(lines.end(), usual.begin(), usual.end());
  return lines;
}

std::vector<std::string> lines_of(const Check& check, const Subject& subject, bool up) {
  if (const auto* file = std::get_if<FileCheck>(&check.what)) {
    return {"(" + subject.server + "): tracked file " + file->name + (up ? " leaving" : " now") + " FAULT state"};
  }
  const std::string& name = std::get<BfdCheck>(check.what).name;
  return {"BFD check of [" + name + "] RS(" + subject.server + ") is " + (up ? "UP" : "DOWN")};
}

std::vector<std::string> lines_of(const Action& action, const Pools& pools) { return std::visit(LinesOfAction{pools}, action); }

std::string activation_line(const Subject& subject, bool active) {
  return (active ? "Activating" : "Deactivating") + (" healthchecker for service " + subject.server) + " for VS " + subject.service;
}

std::string turning_line(const Subject& subject, bool active) {
  return (active ? "Activating" : "Suspending") + (" healthchecker for service " + subject.server) + " for VS " + subject.service;
}

}  // namespace holdfast
