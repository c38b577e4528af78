// Configuration files as the reader wants them: opened by the launcher, or with the rights of whoever asks for a test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "parent/config/reading.h"
#include "parent/supervise/launcher_client.h"

namespace holdfast {

// Files that the launcher opens: the parent can open none itself.
class LauncherFiles final : public config::Files {
 public:
  explicit LauncherFiles(LauncherClient& launcher) : launcher_(launcher) {}
  Result<std::string> open(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  // The mode of a file or directory that the launcher may open; no value: it may not.
  std::optional<mode_t> mode(const std::string& path, bool directory);

 private:
  LauncherClient& launcher_;
};

// With the rights of whoever asks: a configuration test by an ordinary user, without a launcher.
class OwnFiles final : public config::Files {
 public:
  Result<std::string> open(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
  std::optional<mode_t> mode(const std::string& path);
};

// What on a path others than its owner may write: HostFacts::writable_by_others. A directory is asked for once.
class PathRights {
 public:
  using Mode = std::function<std::optional<mode_t>(const std::string& path, bool directory)>;
  explicit PathRights(Mode mode) : mode_(std::move(mode)) {}
  std::optional<std::string> operator()(const std::string& path);

 private:
  Mode mode_;
  std::map<std::string, std::optional<mode_t>> directories_;
};

}  // namespace holdfast
