// The descriptors that the root phase hands to the parent by number. There is no environment variable and no option for them;
// the parent's argv is the one that the operator typed. A number that is not open was not needed (see each line).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>

namespace holdfast::entry {

inline constexpr int kLauncherFd = 3;     // SOCK_SEQPACKET, parent/launcher/menu.h; closed for -v, -h, --signum, and for -t without rights:
                                          // then the parent runs with the rights of its caller and opens the configuration itself
inline constexpr int kScriptdFd = 4;      // SOCK_SEQPACKET, parent/scriptd/protocol.h; closed when started with --scripts=none
inline constexpr int kReadyFd = 5;        // pipe; closed with -n. Write the exit status as decimal and newline ("0\n") to release the shell
inline constexpr int kPidFileFd = 6;      // the locked pid files, open for writing, empty: write decimal and newline, keep open (the lock)
inline constexpr int kVrrpPidFileFd = 7;
inline constexpr int kCheckersPidFileFd = 8;
inline constexpr int kBfdPidFileFd = 9;   // 7..9 are closed when the command line rules that subsystem out (-P, -C)
inline constexpr int kKeeperFd = 10;      // pipe to the keeper; write kKeeperStarted when up: pid files that are still empty are removed.
                                          // Keep it open: its end (close, or death of the parent) removes the others
inline constexpr int kDescriptorEnd = 11;

// One octet each on kKeeperFd.
inline constexpr char kKeeperStarted = 'r';
inline constexpr char kKeeperEnding = 'q';  // the pid files may go now, while the parent still holds their locks
// 'a' + index: removes what the starter's user owns under this name in the directory of the dumps. In a sticky /tmp the parent cannot replace
// what root left there.
inline constexpr char kKeeperObstacle = 'a';
inline constexpr std::array<const char*, 5> kDumpNames = {"keepalived.data", "keepalived_parent.data", "keepalived_check.data", "keepalived.stats",
                                                          "keepalived.json"};

}  // namespace holdfast::entry
