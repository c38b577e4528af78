// Configuration files as the reader wants them: opened by the launcher, or with the rights of whoever asks for a test.
// SPDX-License-Identifier: Apache-2.0
#pragma once

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

 private:
  LauncherClient& launcher_;
};

// With the rights of whoever asks: a configuration test by an ordinary user, without a launcher.
class OwnFiles final : public config::Files {
 public:
  Result<std::string> open(const std::string& path) override;
  Result<std::vector<std::string>> list(const std::string& directory) override;
};

}  // namespace holdfast
