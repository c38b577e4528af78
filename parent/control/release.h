// The version of this release, and the one of keepalived whose behaviour and version line it follows.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace holdfast {

inline constexpr char kVersion[] = "0.1.0";
inline constexpr char kCompatibleVersion[] = "2.3.4";
inline constexpr char kReleaseDate[] = "11/23,2026";

}  // namespace holdfast
